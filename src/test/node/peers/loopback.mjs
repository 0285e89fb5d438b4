// Preloaded into HTTP servers that others wrote: they listen on loopback only, whatever they ask for, and say where.
import net from "node:net";

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  const callback = args.findLast((arg) => typeof arg === "function");
  const port = Number(typeof args[0] === "object" && args[0] !== null ? args[0].port : args[0]) || 0;
  this.once("listening", () => process.stdout.write(`LISTENING ${this.address().address} ${this.address().port}\n`));
  return listen.call(this, { port, host: "127.0.0.1" }, callback);
};
