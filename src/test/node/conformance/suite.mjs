// The official suite: installed from the lock file, run against an address, its checks read back.
import { spawn, spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const SUITE_SECONDS_MAX = 300;

/** Installs the packages below target/, once for each lock file. No package's own scripts run. */
export function install(here, root) {
  const lock = fs.readFileSync(path.join(here, "package-lock.json"));
  const folder = path.join(root, "target", "conformance-" + crypto.createHash("sha256").update(lock).digest("hex").slice(0, 12));
  if (!fs.existsSync(path.join(folder, "installed"))) {
    fs.mkdirSync(folder, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) fs.copyFileSync(path.join(here, file), path.join(folder, file));
    const done = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`npm ci: ${done.stdout}${done.stderr}`);
    fs.writeFileSync(path.join(folder, "installed"), "");
  }
  const suite = path.join(folder, "node_modules/@modelcontextprotocol/conformance");
  return { folder, suite, node: node22(folder) };
}

/** The suite needs Node 22. The pinned package holds the program itself; where there is none, ours must do. */
function node22(folder) {
  const pinned = path.join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin/node");
  if (fs.existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  throw new Error(`the suite needs Node 22, and there is no pinned one for ${process.platform}-${process.arch}`);
}

/** What a revision requires of a server, and what it lists without scoring it. */
export function requirements(installed, revision) {
  const yaml = createRequire(path.join(installed.folder, "package.json"))("yaml");
  const set = yaml.parse(fs.readFileSync(path.join(installed.suite, `requirements/${revision}.yaml`), "utf8"));
  const unscored = (set.not_scored ?? []).filter((each) => each.leg === "server");
  return { revision, required: set.server, unscored: unscored.map(({ scenario, reason }) => ({ scenario, reason })) };
}

/** Runs a revision's set against an address. Scenarios that did not run have no checks and count as failed. */
export async function runSuite(installed, set, url, out) {
  fs.mkdirSync(out, { recursive: true });
  const log = path.join(out, "suite.log");
  const status = await new Promise((resolve) => {
    const handle = fs.openSync(log, "w");
    const child = spawn(installed.node, [path.join(installed.suite, "dist/index.js"), "server", "--url", url, "--requirements", set.revision, "-o", out],
      { stdio: ["ignore", handle, handle] });
    const timer = setTimeout(() => child.kill("SIGKILL"), SUITE_SECONDS_MAX * 1000);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? signal);
    });
  });
  const results = new Map();
  for (const name of fs.readdirSync(out)) {
    const found = name.match(/^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/);
    const file = path.join(out, name, "checks.json");
    if (found && fs.existsSync(file)) results.set(found[1], JSON.parse(fs.readFileSync(file, "utf8")));
  }
  const scored = (scenario, reason) => verdict(scenario, reason, results.get(scenario));
  return {
    revision: set.revision,
    status,
    log,
    required: set.required.map((scenario) => scored(scenario)),
    unscored: set.unscored.map(({ scenario, reason }) => scored(scenario, reason)),
  };
}

export function verdict(scenario, reason, checks) {
  const of = (status) => (checks ?? []).filter((check) => check.status === status);
  const failed = of("FAILURE");
  const ran = checks !== undefined && of("SUCCESS").length + failed.length > 0;
  return { scenario, reason, ran, passed: of("SUCCESS").length, failed, warnings: of("WARNING"), ok: ran && failed.length === 0 };
}

export function print(result, title) {
  const line = (each) => {
    const mark = each.ok ? "ok  " : each.ran ? "FAIL" : "none";
    console.log(`  ${mark}  ${each.scenario.padEnd(48)} ${String(each.passed).padStart(3)} passed ${String(each.failed.length).padStart(3)} failed${each.warnings.length ? `  ${each.warnings.length} warnings` : ""}${each.reason ? `  (not scored: ${each.reason})` : ""}`);
    for (const check of each.failed) console.log(`          ${check.id}: ${oneLine(check.errorMessage)}`);
    for (const check of each.warnings) console.log(`          warning ${check.id}: ${oneLine(check.errorMessage)}`);
  };
  const good = result.required.filter((each) => each.ok).length;
  console.log(`\n${title}: ${good}/${result.required.length} required scenarios of ${result.revision} (the suite ended with ${result.status})`);
  result.required.forEach(line);
  if (result.unscored.length) console.log("  not scored:");
  result.unscored.forEach(line);
}

const oneLine = (text) => (text ?? "").replaceAll(/\s+/g, " ").slice(0, 240);
