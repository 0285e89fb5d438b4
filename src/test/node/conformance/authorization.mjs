// node src/test/node/conformance/authorization.mjs --url ISSUER --client-id ID --resource URL --port PORT --out FOLDER
// Runs the official suite's mode for authorization servers and passes its words on; whoever starts this opens the URL
// that it prints, signs in and consents. Ends as the suite ends.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { install } from "./suite.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const text = { type: "string" };
const { values } = parseArgs({ options: { url: text, "client-id": text, resource: text, port: text, out: text } });
const installed = install(here, path.resolve(here, "../../../.."));
const child = spawn(
  installed.node,
  [path.join(installed.suite, "dist/index.js"), "authorization", "--url", values.url, "--client-id", values["client-id"],
    "--resource", values.resource, "-p", values.port, "-o", values.out],
  { stdio: ["ignore", "inherit", "inherit"] },
);
child.on("exit", (code) => process.exit(code ?? 1));
