// node src/test/node/conformance/run.mjs [--direct] [--cross] [--client] [--only REVISION] [--classpath PATH]
// Runs the official MCP conformance suite through Writ with our own fixture behind it, prints what came of every
// scenario, and ends with 1 when a required one failed. See docs/conformance.md.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runClient } from "./client.mjs";
import { startProxy } from "./proxy.mjs";
import { admit, javaFor, startFixture, startWrit } from "./stage.mjs";
import { install, print, requirements, runSuite } from "./suite.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../../../..");
const { values: options } = parseArgs({
  options: {
    direct: { type: "boolean" }, // the fixture itself, without Writ
    cross: { type: "boolean" }, // each set over an upstream of the other era: reported, not scored
    client: { type: "boolean" }, // what signs in: Writ as a client of the suite's servers
    only: { type: "string" },
    classpath: { type: "string" },
    out: { type: "string" },
  },
});
const REVISIONS = { "2025-11-25": "legacy", "2026-07-28": "modern" };
const OTHER = { legacy: "modern", modern: "legacy" };
const say = (line) => process.stderr.write(line + "\n");
if (options.only && !REVISIONS[options.only]) {
  say(`usage: --only is one of ${Object.keys(REVISIONS).join(", ")}`);
  process.exit(2);
}

const out = options.out ?? fs.mkdtempSync(path.join(os.tmpdir(), "writ-conformance-"));
const failures = [];
let installed, java;
try {
  installed = install(here, root);
  java = javaFor(root, options.classpath);
} catch (e) {
  say(`conformance: ${e.message}`);
  process.exit(1);
}
for (const [revision, era] of Object.entries(REVISIONS)) {
  if (options.only && options.only !== revision) continue;
  if (options.client) {
    await asClient(revision);
    continue;
  }
  const set = requirements(installed, revision);
  if (options.direct) {
    await direct(set, era);
    continue;
  }
  await throughWrit(set, era, true);
  if (options.cross) await throughWrit(set, OTHER[era], false);
}
console.log(`\nThe suite's own files are in ${out}`);
if (failures.length > 0) {
  console.log("FAILED");
  for (const failure of failures) console.log(`- ${failure}`);
}
process.exit(failures.length === 0 ? 0 : 1);

function direct(set, era) {
  return staged(`the ${era} fixture itself`, set, "direct", true, async (folder, closing) => {
    const fixture = await startFixture(java, era, folder);
    closing.push(fixture.close);
    return runSuite(installed, set, fixture.url, folder);
  });
}

function asClient(revision) {
  return staged("Writ as a client", { revision }, "client", true, async (folder, closing) => {
    const result = await runClient(installed, java, here, revision, folder, closing);
    if (result.verified.status !== 0) failures.push(`Writ as a client: the evidence does not verify: ${result.verified.text}`);
    // The suite's own status is about scenarios that do not sign in, too: those are the server mode's matter.
    return { ...result, status: 0 };
  });
}

function throughWrit(set, era, scored) {
  const title = `Writ before the ${era} fixture`;
  return staged(title, set, era, scored, async (folder, closing) => {
    const fixture = await startFixture(java, era, folder);
    closing.push(fixture.close);
    const writ = await startWrit(java, folder);
    closing.push(writ.close);
    const admitted = await admit(writ, fixture.url);
    const proxy = await startProxy(writ.url, admitted.key);
    closing.push(proxy.close);
    const result = await runSuite(installed, set, proxy.origin + admitted.endpoint, folder);
    return { ...result, after: await compare(writ, fixture, admitted, title) };
  });
}

/** Runs one set in a folder of its own and closes what was opened, whatever happens. */
async function staged(title, set, name, scored, run) {
  const folder = path.join(out, `${set.revision}-${name}`);
  fs.mkdirSync(folder, { recursive: true });
  const closing = [];
  try {
    judge(await run(folder, closing), title, scored);
  } catch (e) {
    console.log(`\n${title}: ${set.revision} could not be run: ${e.message}`);
    if (scored) failures.push(`${title}: ${e.message}`);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function judge(result, title, scored) {
  print(result, title);
  if (result.after) console.log(`  ${result.after}`);
  if (!scored) return;
  for (const each of result.required) if (!each.ok) failures.push(`${title}: ${each.scenario}${each.ran ? "" : " did not run"}`);
  if (result.status !== 0 && result.required.every((each) => each.ok)) failures.push(`${title}: the suite ended with ${result.status}, see ${result.log}`);
}

/** Holds both sides against each other: no call reached the fixture without a permit in the ledger, and the log verifies. */
async function compare(writ, fixture, admitted, title) {
  const reached = new Map(Object.entries((await fixture.heard()).calls));
  const permits = await writ.permits(admitted.task);
  for (const [tool, count] of reached)
    if (count > (permits.get(tool) ?? 0)) failures.push(`${title}: ${tool} was called ${count} times with ${permits.get(tool) ?? 0} permits in the ledger`);
  const sum = (counts) => [...counts.values()].reduce((a, b) => a + b, 0);
  const verified = writ.verify();
  const told = `${sum(reached)} tool calls reached the fixture, the ledger holds ${sum(permits)} permits for tool calls; ${verified.text.match(/^.*verified.*$/m)?.[0] ?? verified.text}`;
  if (verified.status !== 0) failures.push(`${title}: the evidence does not verify: ${verified.text}`);
  return told;
}
