// The suite's client mode through Writ as an OAuth client of its upstreams: one Writ, and for each scenario a driver that
// registers the suite's server there (driver.mjs). Called by run.mjs --client.
import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { permitAll, startWrit } from "./stage.mjs";
import { verdict } from "./suite.mjs";

const SUITE_SECONDS_MAX = 600;
const SCENARIO_MILLIS_MAX = 240_000;

/** What a revision requires of a client that signs in, and what it lists without scoring it. */
function requirements(installed, revision) {
  const yaml = createRequire(path.join(installed.folder, "package.json"))("yaml");
  const set = yaml.parse(fs.readFileSync(path.join(installed.suite, `requirements/${revision}.yaml`), "utf8"));
  const ours = (scenario) => scenario.startsWith("auth/");
  const unscored = (set.not_scored ?? []).filter((each) => each.leg === "client" && ours(each.scenario));
  return { required: set.client.filter(ours), unscored };
}

export async function runClient(installed, java, here, revision, out, closing) {
  const writ = await startWrit(java, out);
  closing.push(writ.close);
  const stage = { url: writ.url, ...(await permitAll(writ)) };
  const set = requirements(installed, revision);
  const log = path.join(out, "suite.log");
  const command = `${installed.node} ${path.join(here, "driver.mjs")}`;
  const status = await new Promise((resolve) => {
    const handle = fs.openSync(log, "w");
    const child = spawn(installed.node, [path.join(installed.suite, "dist/index.js"), "client", "--command", command,
      "--requirements", revision, "--timeout", String(SCENARIO_MILLIS_MAX), "-o", out],
      { stdio: ["ignore", handle, handle], env: { ...process.env, WRIT_STAGE: JSON.stringify(stage) } });
    const timer = setTimeout(() => child.kill("SIGKILL"), SUITE_SECONDS_MAX * 1000);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? signal);
    });
  });
  const results = checks(path.join(out, "auth"));
  const scored = (scenario, reason) => verdict(scenario, reason, results.get(scenario));
  return {
    revision,
    status,
    log,
    required: set.required.map((scenario) => scored(scenario)),
    unscored: set.unscored.map(({ scenario, reason }) => scored(scenario, reason)),
    verified: writ.verify(),
  };
}

function checks(folder) {
  const results = new Map();
  if (!fs.existsSync(folder)) return results;
  for (const name of fs.readdirSync(folder)) {
    const found = name.match(/^(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/);
    const file = path.join(folder, name, "checks.json");
    if (found && fs.existsSync(file)) results.set(`auth/${found[1]}`, JSON.parse(fs.readFileSync(file, "utf8")));
  }
  return results;
}
