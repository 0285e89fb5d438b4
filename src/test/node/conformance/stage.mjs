// The fixture and Writ, each in a process of its own, and what an administrator does before an agent may call: register,
// look, approve, publish, open a task, hand out its key.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";

const START_SECONDS_MAX = 60;
const SERVER = "fixture";
const AGENT = "conformance-agent";
const GROUP = "conformance-agents";

// Everything on the one server, and nothing else: what the suite asks for, an ordinary policy permits.
const POLICY = `@id("conformance")
permit (
  principal in Writ::Group::"${GROUP}",
  action in [Writ::Action::"server:discover", Writ::Action::"tool:call", Writ::Action::"resource:read",
    Writ::Action::"prompt:get", Writ::Action::"server:request"],
  resource in Writ::McpServer::"${SERVER}"
);
`;

/** How Java is started: with the class path that we are given, or with what Maven builds now. */
export function javaFor(root, given) {
  const run = (command, args) => {
    const done = spawnSync(command, args, { cwd: root, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  };
  const home = run("sh", ["-c", '. .mvn/find-jdk && printf %s "$JAVA_HOME"']).trim();
  let classpath = given;
  if (!classpath) {
    const file = path.join(root, "target", "conformance-classpath");
    run("./mvnw", ["-q", "-B", "-Dspotless.check.skip=true", "test-compile", "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath",
      `-Dmdep.outputFile=${file}`, "-Dmdep.includeScope=test"]);
    classpath = ["target/classes", "target/test-classes"].map((f) => path.join(root, f)).join(":") + ":" + fs.readFileSync(file, "utf8").trim();
  }
  return {
    program: path.join(home, "bin/java"),
    args: ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow", "-cp", classpath],
  };
}

/** Starts a program and waits for what `found` makes of a line of its output. */
function start(java, words, found, log) {
  const child = spawn(java.program, [...java.args, ...words], { stdio: ["pipe", "pipe", fs.openSync(log, "a")] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const close = async () => {
    child.stdin.destroy();
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  };
  return new Promise((resolve, reject) => {
    const failed = (why) => close().then(() => reject(new Error(`${words[0]} ${why}; its log is ${log}`)));
    const timer = setTimeout(() => failed(`did not start within ${START_SECONDS_MAX} s`), START_SECONDS_MAX * 1000);
    ended.then((status) => failed(`ended with ${status}`));
    readline.createInterface({ input: child.stdout }).on("line", (line) => {
      fs.appendFileSync(log, line + "\n");
      const value = found(line);
      if (value === undefined) return;
      clearTimeout(timer);
      resolve({ value, close });
    });
  });
}

export async function startFixture(java, era, folder) {
  const started = await start(java, ["dev.writ.fixture.Main", "http", era],
    (line) => (line.startsWith("{") ? JSON.parse(line).url : undefined), path.join(folder, `fixture-${era}.log`));
  const heard = async () => (await fetch(new URL("/heard", started.value))).json();
  return { url: started.value, heard, close: started.close };
}

export async function startWrit(java, folder) {
  const data = path.join(folder, "data");
  const started = await start(java, ["dev.writ.app.Main", "up", "--data", data, "--port", "0"],
    (line) => line.match(/agents\s+(http:\S+)\/mcp\//)?.[1], path.join(folder, "writ.log"));
  const url = started.value;
  const { key } = JSON.parse(fs.readFileSync(path.join(data, "cli/owner.json"), "utf8"));
  const api = async (method, resource, body) => {
    const answer = await fetch(`${url}/api/v1${resource}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body ? { "content-type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${resource} was answered with ${answer.status}: ${text.slice(0, 500)}`);
    return text.startsWith("{") ? JSON.parse(text) : text;
  };
  return { url, data, key, api, permits: (task) => permits(api, task), close: started.close, verify: () => verify(java, data) };
}

/** How many tool calls of a task were permitted, by tool, over all pages of the log. */
async function permits(api, task) {
  const counts = new Map();
  for (let after = -1; ; ) {
    const page = await api("GET", `/decisions?task=${task}&verdict=permit&limit=1000&after=${after}`);
    for (const { action } of page.items) {
      if (action.kind !== "call-tool") continue;
      const tool = action.target.slice(SERVER.length + 1);
      counts.set(tool, (counts.get(tool) ?? 0) + 1);
    }
    if (page.items.length === 0) return counts;
    after = page.next;
  }
}

/** What `writ evidence verify` says of the whole log, with the keys that were known while it was written. */
function verify(java, data) {
  const done = spawnSync(java.program, [...java.args, "dev.writ.app.Main", "evidence", "verify", data], { encoding: "utf8" });
  return { status: done.status, text: (done.stdout + done.stderr).trim() };
}

const document = (kind, name, spec) => ({ apiVersion: "writ.dev/v1", kind, metadata: name ? { name } : {}, spec });

/** An agent that may do everything on every server, and the person for whom it does. */
export async function permitAll(writ) {
  const { api } = writ;
  const people = (await api("GET", "/people")).items;
  const person = people.find((each) => each.metadata.name.startsWith("owner")).status.id;
  const year = new Date(Date.now() + 365 * 86_400_000).toISOString().replace(/\.\d+Z/, "Z");
  await api("POST", "/apply", {
    resources: [
      document("Group", GROUP, { of: "agents", members: [] }),
      document("Agent", AGENT, { owner: person, purpose: "runs the conformance suite", modelTier: 1, recertifyBy: year, groups: [GROUP] }),
    ],
  });
  fs.writeFileSync(path.join(writ.data, "policies/default/conformance.cedar"), POLICY.replace(/\n  resource in [^\n]*/, "\n  resource"));
  await api("POST", "/policies/publish");
  return { person, agent: AGENT, key: writ.key };
}

/** Registers the fixture and gives an agent a task on it; returns the task's key. */
export async function admit(writ, upstream) {
  const { api } = writ;
  const people = (await api("GET", "/people")).items;
  const owner = people.find((person) => person.metadata.name.startsWith("owner")).status.id;
  const year = new Date(Date.now() + 365 * 86_400_000).toISOString().replace(/\.\d+Z/, "Z");
  await api("POST", "/apply", {
    resources: [
      document("Group", GROUP, { of: "agents", members: [] }),
      document("Agent", AGENT, { owner, purpose: "runs the conformance suite", modelTier: 1, recertifyBy: year, groups: [GROUP] }),
      document("Server", SERVER, { transport: { kind: "http", url: upstream }, trust: 3 }),
    ],
  });
  const inspected = await api("POST", `/servers/${SERVER}/inspect`);
  const tools = inspected.status.tools.map((tool) => [tool.name, { categories: ["read"], resultTrusted: true, digest: tool.digest }]);
  await api("POST", `/servers/${SERVER}/approve`, { tools: Object.fromEntries(tools) });
  fs.writeFileSync(path.join(writ.data, "policies/default/conformance.cedar"), POLICY);
  await api("POST", "/policies/publish");
  const scope = { servers: [SERVER], categories: ["read"], data: [] };
  const opened = await api("POST", "/tasks", document("Task", undefined,
    { agent: AGENT, person: owner, purpose: "conformance", scope, calls: 10_000, for: "1h" }));
  const task = opened.metadata.name;
  return { task, key: (await api("POST", `/tasks/${task}/keys`)).key, endpoint: `/mcp/${SERVER}`, tools: tools.length };
}
