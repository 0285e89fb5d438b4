// A hop before Writ that adds the agent's key, because the suite cannot send one. It changes nothing else: method, path,
// body and every other header go on as they came, Host and Origin too, so it is Writ that judges them.
import http from "node:http";

export function startProxy(target, key) {
  const { hostname, port } = new URL(target);
  const server = http.createServer((request, response) => {
    const headers = [...request.rawHeaders, "Authorization", `Bearer ${key}`];
    const onward = http.request(
      { hostname, port, method: request.method, path: request.url, headers, setHost: false, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
        response.flushHeaders();
        answer.pipe(response);
        answer.on("error", () => response.destroy());
      },
    );
    onward.on("error", (e) => {
      // Never a status of our own that a scenario could take for Writ's.
      process.stderr.write(`proxy: ${request.method} ${request.url}: ${e.message}\n`);
      response.destroy();
    });
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () =>
      resolve({
        origin: `http://127.0.0.1:${server.address().port}`,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      }),
    ),
  );
}
