// node driver.mjs SERVER-URL, started by the suite's client mode once for each scenario: registers the address as an
// upstream of the Writ that runs already, connects it the way a person does, and calls its tools as an agent does. Ends
// with 1 when Writ could not reach the server. WRIT_STAGE names the running Writ; see client.mjs.
import crypto from "node:crypto";
import process from "node:process";

const stage = JSON.parse(process.env.WRIT_STAGE);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? "";
const revision = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? "2025-11-25";
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
const upstream = process.argv[2];
const server = "c" + crypto.createHash("sha256").update(scenario + upstream).digest("hex").slice(0, 12);
const CONNECTS_MAX = 6;
const CIMD = "https://conformance-test.local/client-metadata.json";
const say = (line) => process.stderr.write(line + "\n");

/** What an administrator is told of a server's authorization server before the server is registered. */
async function issuer() {
  const metadata = await fetch(new URL("/.well-known/oauth-protected-resource/mcp", upstream));
  return (await metadata.json()).authorization_servers[0];
}

const secretName = (word) => `${server}-${word}`;
async function keep(word, value) {
  await api("PUT", `/secrets/${secretName(word)}`, { value: value.replaceAll(/-----[A-Z ]+-----|\s/g, "") });
  return secretName(word);
}

/** How the server is shown who calls, as its registration says it. */
async function auth() {
  switch (scenario) {
    case "auth/client-credentials-jwt":
      return { kind: "client-credentials", issuer: await issuer(),
        client: { id: context.client_id, method: "private_key_jwt", secret: await keep("key", context.private_key_pem) } };
    case "auth/client-credentials-basic":
      return { kind: "client-credentials", issuer: await issuer(), client: { id: context.client_id, secret: await keep("secret", context.client_secret) } };
    case "auth/enterprise-managed-authorization":
      return { kind: "id-jag", issuer: await issuer(), client: { id: context.client_id, secret: await keep("secret", context.client_secret) },
        provider: { tokenEndpoint: context.idp_token_endpoint, client: { id: context.idp_client_id } },
        assertion: await keep("assertion", context.idp_id_token) };
    case "auth/wif-jwt-bearer":
      return { kind: "jwt-bearer", assertion: await keep("assertion", context.valid_jwt) };
    case "auth/pre-registration":
      return { kind: "oauth", issuer: context.issuer, client: { id: context.client_id, secret: await keep("secret", context.client_secret) } };
    default:
      // Without a secret, an https address as a client's id is the one of our metadata document, for those who take such.
      return scenario.startsWith("auth/") ? { kind: "oauth", client: { id: CIMD } } : { kind: "none" };
  }
}

async function api(method, path, body) {
  const answer = await fetch(`${stage.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${stage.key}`, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  const json = text.startsWith("{") ? JSON.parse(text) : {};
  if (!answer.ok) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${json.detail ?? text}`), { text });
  return json;
}

let connects = 0;
/** What a person's browser does: to the authorization server and back, signed in at Writ as the one who began it. */
async function connect(link) {
  if (++connects > CONNECTS_MAX) throw new Error("connected too often");
  const person = { authorization: `Bearer ${stage.key}` };
  // The link itself is a page that begins nothing; its form is sent with the person's key.
  const page = new URL(link);
  const away = await fetch(page.origin + page.pathname, {
    method: "POST", headers: { ...person, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ server: page.searchParams.get("server") }), redirect: "manual",
  });
  if (away.status !== 303) throw new Error(`not sent away: ${away.status} ${await away.text()}`);
  const agreed = await fetch(away.headers.get("location"), { redirect: "manual" });
  const back = await fetch(agreed.headers.get("location"), { headers: person, redirect: "manual" });
  if (back.status !== 200) throw new Error(`not connected: ${back.status} ${await back.text()}`);
  say(`connected at ${new URL(away.headers.get("location")).origin}`);
}

/** Repeats something for as long as it is answered with an address to connect the server at. */
async function connecting(attempt) {
  for (;;) {
    const { link, value } = await attempt();
    if (!link) return value;
    await connect(link);
  }
}

const inspected = () => connecting(async () => {
  try {
    return { value: await api("POST", `/servers/${server}/inspect`) };
  } catch (e) {
    const link = e.text?.match(/connect it first at ([^\s"]+)/)?.[1];
    if (!link) throw e;
    return { link };
  }
});

/** An agent's client of either era. */
class Agent {
  constructor(key) {
    this.key = key;
    this.ids = 0;
    this.session = undefined;
  }

  async send(method, params = {}, notification = false) {
    const modern = revision === "2026-07-28";
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json", accept: "application/json, text/event-stream" };
    if (this.session) Object.assign(headers, { "mcp-session-id": this.session, "mcp-protocol-version": "2025-11-25" });
    if (modern) {
      Object.assign(headers, { "mcp-protocol-version": revision, "mcp-method": method, ...(params.name ? { "mcp-name": params.name } : {}) });
      params = { ...params, _meta: { "io.modelcontextprotocol/protocolVersion": revision, "io.modelcontextprotocol/clientCapabilities": {} } };
    }
    const body = { jsonrpc: "2.0", method, params, ...(notification ? {} : { id: ++this.ids }) };
    const answer = await fetch(`${stage.url}/mcp/${server}`, { method: "POST", headers, body: JSON.stringify(body) });
    this.session = answer.headers.get("mcp-session-id") ?? this.session;
    const text = await answer.text();
    if (notification) return {};
    const data = text.startsWith("{") ? text : text.split("\n").filter((line) => line.startsWith("data:") && line.length > 6).at(-1)?.slice(5);
    if (!data) throw new Error(`${method}: ${answer.status} ${text.slice(0, 300)}`);
    return { status: answer.status, ...JSON.parse(data) };
  }

  async open() {
    this.session = undefined;
    if (revision === "2026-07-28") return;
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "driver", version: "1" } };
    const opened = await this.send("initialize", params);
    if (!opened.result) throw new Error(`initialize: ${JSON.stringify(opened)}`);
    await this.send("notifications/initialized", {}, true);
  }

  call(name, input) {
    return connecting(async () => {
      let answer = await this.send("tools/call", { name, arguments: input });
      // A session without its server ends once the server is connected: a client opens another.
      if (answer.status === 404) {
        await this.open();
        answer = await this.send("tools/call", { name, arguments: input });
      }
      return { link: answer.result?._meta?.["dev.writ/decision"]?.connect, value: answer };
    });
  }
}

const document = (kind, name, spec) => ({ apiVersion: "writ.dev/v1", kind, metadata: name ? { name } : {}, spec });

async function run() {
  await api("POST", "/apply", { resources: [document("Server", server, { transport: { kind: "http", url: upstream }, trust: 3, auth: await auth() })] });
  const found = await inspected();
  const tools = found.status.tools.map((tool) => [tool.name, { categories: ["read"], resultTrusted: true, digest: tool.digest }]);
  await api("POST", `/servers/${server}/approve`, { tools: Object.fromEntries(tools) });
  const scope = { servers: [server], categories: ["read"], data: [] };
  const opened = await api("POST", "/tasks", document("Task", undefined,
    { agent: stage.agent, person: stage.person, purpose: "conformance", scope, calls: 1_000, for: "1h" }));
  const agent = new Agent((await api("POST", `/tasks/${opened.metadata.name}/keys`)).key);
  await agent.open();
  const listed = await agent.send("tools/list");
  for (const tool of listed.result?.tools ?? []) {
    const answer = await agent.call(tool.name, {});
    if (answer.error || (answer.result?.isError && scenario.startsWith("auth/"))) throw new Error(`${tool.name}: ${JSON.stringify(answer)}`);
  }
  say(`${tools.length} tools, ${connects} times connected`);
}

run().then(
  () => process.exit(0),
  (e) => {
    say(`${scenario}: ${e.message}`);
    process.exit(1);
  },
);
