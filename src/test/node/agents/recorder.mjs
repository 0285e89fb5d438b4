// A hop between an agent and Writ that writes down what each sends; it changes nothing.
import http from "node:http";

const SECRET = new Set(["authorization", "cookie"]);

/** @param target a URL, or nothing when it is said later by `leadTo` */
export async function startRecorder(target) {
  const log = [];
  let to = target && new URL(target);
  const server = http.createServer((request, response) => {
    const entry = { at: Date.now(), path: request.url.split("?")[0], method: request.method, headers: shown(request.headers), request: "", status: 0, answer: "" };
    log.push(entry);
    const onward = http.request({ host: to.hostname, port: to.port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
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
  const port = server.address().port;
  return {
    log, port, url: `http://127.0.0.1:${port}${to?.pathname ?? ""}`,
    leadTo: (url) => (to = new URL(url)),
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

/** How often the same call was sent within ten seconds, and which one it was. */
export function mostRepeated(log) {
  const calls = log.filter((entry) => entry.method === "POST" && entry.request.includes('"tools/call"')).map((entry) => {
    const { name, arguments: given } = JSON.parse(entry.request).params;
    return { at: entry.at, call: `${name} ${JSON.stringify(given)}` };
  });
  let most = { times: 0, call: "" };
  for (const { at, call } of calls) {
    const times = calls.filter((other) => other.call === call && other.at >= at && other.at < at + 10_000).length;
    if (times > most.times) most = { times, call };
  }
  return most;
}

function shown(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, SECRET.has(name) ? "…" : value]));
}
