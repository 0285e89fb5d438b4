// The official TypeScript client, driven line by line: one JSON step in, one JSON answer out.
import readline from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";

let client;
let transport;
let running;
const heard = { logs: [], updated: [], toolsChanged: 0, errors: [] };

async function connect({ url, key }) {
  client = new Client({ name: "peer", version: "1.0.0" });
  client.setNotificationHandler(LoggingMessageNotificationSchema, (n) => void heard.logs.push(n.params));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, (n) => void heard.updated.push(n.params.uri));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.toolsChanged++);
  client.onerror = (e) => void heard.errors.push(String(e));
  transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  await client.connect(transport);
  return { server: client.getServerVersion(), capabilities: client.getServerCapabilities(), session: transport.sessionId };
}

// `abortAt`: give the call up when that many progress notifications have come.
async function call({ name, arguments: args, progress, abortAt }) {
  const steps = [];
  const abort = new AbortController();
  const options = { signal: abort.signal, timeout: 60_000 };
  if (progress || abortAt !== undefined)
    options.onprogress = (p) => {
      steps.push(p);
      if (steps.length === abortAt) abort.abort("given up by the test");
    };
  try {
    const result = await client.callTool({ name, arguments: args }, undefined, options);
    return { result, progress: steps };
  } catch (e) {
    e.progress = steps;
    throw e;
  }
}

const verbs = {
  connect,
  call,
  // Begins a call and answers at once; `finish` waits for it.
  begin: async (step) => {
    running = call(step).then((value) => ({ value }), (e) => ({ failed: String(e.message) }));
    return {};
  },
  finish: () => running,
  tools: () => client.listTools(),
  resources: () => client.listResources(),
  templates: () => client.listResourceTemplates(),
  read: ({ uri }) => client.readResource({ uri }),
  subscribe: ({ uri }) => client.subscribeResource({ uri }),
  prompts: () => client.listPrompts(),
  prompt: ({ name, arguments: args }) => client.getPrompt({ name, arguments: args }),
  complete: ({ params }) => client.complete(params),
  ping: () => client.ping(),
  level: ({ level }) => client.setLoggingLevel(level),
  heard: () => heard,
  // Waits until something was heard, at most ten seconds.
  await: async ({ what }) => {
    const until = Date.now() + 10_000;
    const there = () => (typeof heard[what] === "number" ? heard[what] > 0 : heard[what].length > 0);
    while (!there() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    return heard;
  },
  end: async () => {
    await transport.terminateSession();
    await client.close();
    return {};
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  let answer;
  try {
    answer = { ok: true, value: (await verbs[step.do](step)) ?? {} };
  } catch (e) {
    answer = { ok: false, code: e.code ?? 0, message: String(e.message), progress: e.progress ?? [] };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
