// A stdio MCP server that misbehaves in the way its first argument names; what it hears goes to the file of the second.
import fs from "node:fs";
import readline from "node:readline";
import { spawn } from "node:child_process";

const [mode, diary] = process.argv.slice(2);
const note = (text) => fs.appendFileSync(diary, text + "\n");
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
const tool = { name: "work", description: "Works.", inputSchema: { type: "object", properties: { n: { type: "integer" } } } };
const said = (id) => send({ id, result: { content: [{ type: "text", text: "done" }] } });

note(`pid ${process.pid}`);
if (mode === "breeds") {
  // A grandchild in a session of its own, as a careless launcher would start it.
  const child = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
  child.unref();
  note(`pid ${child.pid}`);
}
if (mode === "ignores-the-end") process.on("SIGTERM", () => note("SIGTERM"));

const calls = {
  works: said,
  breeds: said,
  "ignores-the-end": said,
  dies: () => process.exit(7),
  hangs: () => {},
  cancellable: () => {},
  garbage: () => process.stdout.write("Traceback (most recent call last):\n"),
  "not-an-answer": (id) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id }) + "\n"),
  "endless-line": () => {
    const piece = "x".repeat(1 << 20);
    const more = () => process.stdout.write(piece, more);
    more();
  },
  floods: (id) => {
    // As fast as it is read, and never an answer.
    const line = JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x".repeat(1000) } }) + "\n";
    const more = () => process.stdout.write(line.repeat(100), more);
    more();
  },
  "changes-its-tools": (id) => {
    for (let i = 0; i < 50; i++) send({ method: "notifications/tools/list_changed" });
    said(id);
  },
  "answers-others": (id) => {
    send({ id: id + 1, result: { content: [{ type: "text", text: "not yours" }] } });
    send({ id: String(id), result: { content: [{ type: "text", text: "not yours" }] } });
    send({ method: "notifications/progress", params: { progressToken: 99999, progress: 1 } });
    said(id);
  },
  asks: (id) => {
    for (const method of ["sampling/createMessage", "elicitation/create", "roots/list", "ping"])
      send({ id: `q-${method}`, method, params: {} });
    said(id);
  },
};

if (mode === "dies-at-once") process.exit(3);
if (mode === "endless-errors") {
  const piece = "e".repeat(1 << 16) + "\n";
  const more = () => process.stderr.write(piece, more);
  more();
}
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  note(line);
  switch (message.method) {
    case "initialize":
      if (mode === "never-initializes") return;
      return send({
        id: message.id,
        result: {
          protocolVersion: message.params.protocolVersion,
          capabilities: { tools: { listChanged: true }, logging: {} },
          serverInfo: { name: "odd", version: "1" },
        },
      });
    case "tools/list":
      return send({ id: message.id, result: { tools: [tool] } });
    case "tools/call":
      return (calls[mode] ?? said)(message.id);
  }
});
