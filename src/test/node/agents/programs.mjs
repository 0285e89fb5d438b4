// The agents' own programs, from npm at the pinned versions, and how they are started: with an empty home and nothing of
// this shell's environment.
import { spawn, spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, "../../../..");
export const AGENT_SECONDS_MAX = 120;

/** The folder with the installed packages; installs them once for each lock file. */
export function install() {
  const lock = fs.readFileSync(path.join(here, "package-lock.json"));
  const folder = path.join(root, "target", "agents-" + crypto.createHash("sha256").update(lock).digest("hex").slice(0, 12));
  if (fs.existsSync(path.join(folder, "installed"))) return folder;
  fs.mkdirSync(folder, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) fs.copyFileSync(path.join(here, file), path.join(folder, file));
  process.stderr.write("installing the agents (once) …\n");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  fs.writeFileSync(path.join(folder, "installed"), "");
  return folder;
}

export function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

export function claudeCode(packages) {
  return binary(packages, "@anthropic-ai/claude-code", "claude");
}

export function codex(packages) {
  const vendor = binary(packages, "@openai/codex", "vendor");
  return path.join(vendor, fs.readdirSync(vendor)[0], "bin", "codex");
}

function binary(packages, prefix, ...rest) {
  const scope = path.join(packages, "node_modules", path.dirname(prefix));
  const found = fs.readdirSync(scope).find((name) => name.startsWith(path.basename(prefix) + `-${process.platform}-${process.arch}`) && !name.includes("musl"));
  return path.join(scope, found, ...rest);
}

/** Nothing of this shell's environment reaches the agent: no credential of yours, no setting. */
export function environment(temporary, more) {
  const [home, scratch] = ["home", "tmp"].map((name) => path.join(temporary, name));
  for (const folder of [home, scratch]) fs.mkdirSync(folder, { recursive: true });
  return { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, TMPDIR: scratch, NO_PROXY: "127.0.0.1,localhost", LANG: "C.UTF-8", ...more };
}

/** Claude Code's environment: the scripted model, and no traffic of its own. */
export function forClaudeCode(model) {
  return {
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_AUTH_TOKEN: "scripted",
    ENABLE_TOOL_SEARCH: "false",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  };
}

/** The part of Codex's config.toml that names the scripted model. */
export function codexModel(model) {
  return `
model = "scripted"
model_provider = "scripted"
[model_providers.scripted]
name = "scripted"
base_url = "${model.url}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
`;
}

/** Runs a program to its end; it is killed when that takes too long. */
export function start(temporary, command, args, env) {
  const cwd = path.join(temporary, "work");
  fs.mkdirSync(cwd, { recursive: true });
  return new Promise((resolve) => {
    const begun = Date.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const out = { stdout: "", stderr: "", seconds: 0, late: false };
    child.stdout.on("data", (chunk) => (out.stdout += chunk));
    child.stderr.on("data", (chunk) => (out.stderr += chunk));
    const timer = setTimeout(() => {
      out.late = true;
      child.kill("SIGKILL");
    }, AGENT_SECONDS_MAX * 1000);
    child.on("exit", (status) => {
      clearTimeout(timer);
      resolve({ ...out, status, seconds: (Date.now() - begun) / 1000 });
    });
  });
}
