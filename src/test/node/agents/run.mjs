// node src/test/node/agents/run.mjs claude-code|codex
// Runs an agent that people use, with a scripted model, against Writ; prints what the agent sent to Writ and what its
// model read, and fails when a verdict did not reach the model. See docs/agents-against-writ.md.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { startModel } from "./model.mjs";
import * as programs from "./programs.mjs";
import { startRecorder } from "./recorder.mjs";

const { AGENT_SECONDS_MAX, root, run } = programs;
const agent = process.argv[2];
if (!["claude-code", "codex"].includes(agent)) {
  console.error("usage: node src/test/node/agents/run.mjs claude-code|codex");
  process.exit(2);
}
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "writ-agent-"));
const say = (line) => process.stderr.write(line + "\n");

const packages = programs.install();
const writ = await startWrit();
const recorder = await startRecorder(writ.where.url);
const refund = { order: "1001", amount: 900, currency: "EUR", reason: "late" };
const script = [
  { call: "get_order", arguments: { order: "1001" }, expect: "1001" },
  { call: "send_email", arguments: { to: "x@elsewhere.example", subject: "s", body: "b" }, expect: ["DENIED send_email", "do not retry unchanged"] },
  { call: "create_refund", arguments: refund, expect: ["PENDING approval", "finance-leads"] },
  { call: "create_refund", arguments: refund, expect: "rf_1", before: async () => say(`a person votes: ${JSON.stringify(await writ.ask("approve"))}`) },
  { call: "create_refund", arguments: refund, expect: "PENDING approval" },
  { say: "The mail was denied; the refund went through after approval." },
];
const model = await startModel(script);
const outcome = await (agent === "codex" ? codex() : claudeCode());
const records = await writ.ask("records");
const effects = await writ.ask("effects");
report();
recorder.close();
model.close();
writ.close();
fs.rmSync(temporary, { recursive: true, force: true });
process.exit(failures().length === 0 ? 0 : 1);

async function startWrit() {
  say("building Writ and its stage …");
  const classpath = path.join(root, "target", "agents-classpath");
  run("./mvnw", ["-q", "-B", "test-compile", "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath", `-Dmdep.outputFile=${classpath}`, "-Dmdep.includeScope=test"], root);
  const jdk = run("sh", ["-c", '. .mvn/find-jdk && printf %s "$JAVA_HOME"'].map((w) => w), root).trim();
  const java = spawn(
    path.join(jdk, "bin/java"),
    ["-Xmx512m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
      "-cp", [path.join(root, "target/classes"), path.join(root, "target/test-classes"), fs.readFileSync(classpath, "utf8").trim()].join(":"),
      "dev.writ.peers.AgentStage", path.join(temporary, "data")],
    { cwd: root, stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = readline.createInterface({ input: java.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("Writ ended");
    return JSON.parse(value);
  };
  const where = await line();
  const ask = async (command) => {
    java.stdin.write(command + "\n");
    return line();
  };
  return { where, ask, close: () => java.stdin.end() };
}

function claudeCode() {
  const config = path.join(temporary, "mcp.json");
  fs.writeFileSync(config, JSON.stringify({
    mcpServers: { shop: { type: "http", url: recorder.url, headers: { Authorization: `Bearer ${writ.where.key}` } } },
  }));
  return programs.start(
    temporary,
    programs.claudeCode(packages),
    ["-p", "Refund order 1001.", "--mcp-config", config, "--strict-mcp-config", "--allowedTools", "mcp__shop", "--model", "claude-sonnet-4-5",
      "--output-format", "stream-json", "--verbose"],
    programs.environment(temporary, programs.forClaudeCode(model)),
  );
}

function codex() {
  const home = path.join(temporary, "codex");
  fs.mkdirSync(home);
  fs.writeFileSync(path.join(home, "config.toml"), `${programs.codexModel(model)}
[mcp_servers.shop]
url = "${recorder.url}"
bearer_token_env_var = "WRIT_KEY"
`);
  return programs.start(
    temporary,
    programs.codex(packages),
    ["exec", "--skip-git-repo-check", "--json", "--dangerously-bypass-approvals-and-sandbox", "Refund order 1001."],
    programs.environment(temporary, { CODEX_HOME: home, SCRIPTED_KEY: "scripted", WRIT_KEY: writ.where.key }),
  );
}

function failures() {
  const all = [...model.state.failures];
  if (outcome.late) all.push(`the agent did not end within ${AGENT_SECONDS_MAX} s`);
  else if (outcome.status !== 0) all.push(`the agent ended with status ${outcome.status}`);
  if (!model.state.done) all.push(`the script did not reach its end: ${model.state.saw.length} results were read`);
  const offered = model.state.offered.join(" ");
  if (!offered.includes("create_refund")) all.push("create_refund was not offered to the model");
  if (offered.includes("delete_customer")) all.push("a hidden tool was offered to the model");
  if (effects.calls?.create_refund !== 1) all.push(`the shop saw ${effects.calls?.create_refund ?? 0} refunds, not 1`);
  if (effects.calls?.send_email) all.push("the denied mail reached the shop");
  return all;
}

function report() {
  const print = (title) => console.log(`\n== ${title}`);
  print(`${agent}: ended with ${outcome.status} after ${outcome.seconds} s`);
  print("what it sent to Writ, and how that was answered");
  for (const entry of recorder.log) {
    const message = entry.request ? JSON.parse(entry.request) : {};
    console.log(`${entry.method} ${message.method ?? ""}${message.id === undefined ? "" : ` #${message.id}`} → ${entry.status}`);
    console.log(`  headers ${JSON.stringify(entry.headers)}`);
    if (entry.request) console.log(`  body    ${entry.request.slice(0, 900)}`);
    if (entry.answer) console.log(`  answer  ${entry.answer.slice(0, 400).replaceAll("\n", "\\n")}`);
  }
  print("tools that the model was offered");
  console.log(model.state.offered.join("\n"));
  print("what the model read");
  for (const { call, text } of model.state.saw) console.log(`--- ${call}\n${text}`);
  print("records of claims");
  for (const record of records) if (record.claims) console.log(`${record.kind} ${record.action?.target} ${JSON.stringify(record.claims)}`);
  if (failures().length === 0) return print("all verdicts reached the model");
  print("FAILED");
  for (const failure of failures()) console.log(`- ${failure}`);
  console.log(outcome.stdout.slice(-3000));
  console.log(outcome.stderr.slice(-3000));
}
