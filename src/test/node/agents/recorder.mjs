// A hop between an agent and Writ that writes down what each sends; it changes nothing.
import http from "node:http";

const SECRET = new Set(["authorization"]);

export async function startRecorder(target) {
  const log = [];
  const to = new URL(target);
  const server = http.createServer((request, response) => {
    const entry = { method: request.method, headers: shown(request.headers), request: "", status: 0, answer: "" };
    log.push(entry);
    const headers = { ...request.headers, host: to.host };
    const onward = http.request({ host: to.hostname, port: to.port, path: request.url, method: request.method, headers }, (answer) => {
      entry.status = answer.statusCode;
      entry.answerHeaders = answer.headers;
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      answer.on("data", (chunk) => {
        entry.answer += chunk;
        response.write(chunk);
      });
      answer.on("end", () => response.end());
      answer.on("error", () => response.destroy());
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.on("data", (chunk) => {
      entry.request += chunk;
      onward.write(chunk);
    });
    request.on("end", () => onward.end());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { log, url: `http://127.0.0.1:${server.address().port}${to.pathname}`, close: () => { server.closeAllConnections(); server.close(); } };
}

function shown(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, SECRET.has(name) ? "…" : value]));
}
