// node src/test/node/agents/signin.mjs claude-code|codex FOLDER [PICTURES]
// Runs an agent that people use and that holds no key: it signs in through Writ's pages in a real browser, then calls
// tools as a scripted model says, until its task is revoked; then it signs in for another, until its agent is retired.
// dev.writ.peers.SignInTest starts this and judges; the two
// talk by lines of JSON over the standard streams. FOLDER is empty, for the homes of agent and browser; PICTURES is one
// for what the browser showed and for the report.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { startBrowser } from "./browser.mjs";
import { startModel } from "./model.mjs";
import * as programs from "./programs.mjs";
import { mostRepeated, startRecorder } from "./recorder.mjs";

const [agent, temporary, pictures] = process.argv.slice(2);
const PURPOSE = "support case";
const GIVEN = ["read", "money", "external"];
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const ask = async (question) => {
  process.stdout.write(JSON.stringify(question) + "\n");
  const { value, done } = await lines.next();
  if (done) throw new Error("nobody answers");
  return JSON.parse(value);
};
const closing = [];

try {
  const packages = programs.install();
  const recorder = await startRecorder();
  closing.unshift(recorder.close);
  // To everybody outside this hop is Writ: it is what writ.yaml names as public_url.
  const site = `http://localhost:${recorder.port}`;
  const writ = await ask({ site });
  recorder.leadTo(writ.url);
  const refund = { order: "1001", amount: 900, currency: "EUR", reason: "late" };
  const model = await startModel([
    { call: "get_order", arguments: { order: "1001" } },
    { call: "send_email", arguments: { to: "x@elsewhere.example", subject: "s", body: "b" } },
    { call: "create_refund", arguments: refund },
    { call: "get_order", arguments: { order: "1001" }, before: () => ask({ do: "revoke" }) },
    { call: "create_refund", arguments: refund },
    { say: "The task was revoked; I stop." },
  ]);
  closing.unshift(model.close);
  const browser = await startBrowser(path.join(temporary, "browser"));
  closing.unshift(browser.close);
  await passkey(browser, site, writ.link);
  const client = agent === "codex" ? codex(packages, model, `${site}/mcp/shop`) : claudeCode(packages, model, `${site}/mcp/shop`);
  const before = recorder.log.length;
  const [signedIn, consent] = await signIn(browser, client);
  const seen = recorder.log.slice(before);
  const ran = await client.work();
  const { saw: read, done } = model.state;
  const until = recorder.log.length;
  const again = await signInAgain(browser, client);
  const later = recorder.log.length;
  model.follow([
    { call: "get_order", arguments: { order: "1002" } },
    { call: "get_order", arguments: { order: "1002" }, before: () => ask({ do: "retire" }) },
    { say: "I am not let in any more; I stop." },
  ]);
  const retired = { ran: await client.work(), read: model.state.saw, calls: recorder.log.slice(later).map(brief) };
  const report = {
    signedIn, consent, ran, again, retired,
    offered: model.state.offered, read, done, failures: model.state.failures,
    way: seen.map(brief), calls: recorder.log.slice(before + seen.length, until).map(brief), most: mostRepeated(recorder.log),
  };
  if (pictures) fs.writeFileSync(path.join(pictures, `${agent}.json`), JSON.stringify(report, undefined, 1));
  await ask({ report });
} catch (error) {
  await ask({ failed: String(error.stack) }).catch(() => {});
} finally {
  for (const close of closing) await close();
  process.exit(0);
}

function brief(entry) {
  const called = entry.path.startsWith("/mcp/") && entry.request ? JSON.parse(entry.request).method : undefined;
  return { method: entry.method, path: entry.path, called, status: entry.status, challenge: entry.answerHeaders?.["www-authenticate"] };
}

// --- the person ---------------------------------------------------------------------------------------------------

/** Makes a passkey at the link that Writ printed, and signs out again. */
async function passkey(browser, site, link) {
  await browser.open(link);
  await browser.heading("Make your passkey");
  await browser.click("form[data-passkey] button");
  await browser.until("!!document.querySelector('.visitor button')", "page of somebody who is signed in");
  await browser.click(".visitor button");
  await browser.heading("signed out");
}

/** For another task, after the first has ended; the browser still knows its person. */
async function signInAgain(browser, client) {
  const left = await client.leave();
  fs.rmSync(client.carried);
  const ending = client.loginAgain();
  await browser.open(await opened(client, ending));
  await browser.heading("act for you?");
  const chosen = await browser.value("document.querySelector('input[name=agent]:checked').value");
  await browser.type("#field-purpose", "another case");
  await allow(browser);
  return { left, signedIn: await ending, chosen, listed: await client.list() };
}

async function allow(browser) {
  await browser.click("button[name=decision][value=allow]");
  await browser.until("location.pathname.startsWith('/callback') || document.querySelector('.notice.bad')", "answer to the form");
  if (await browser.value("!!document.querySelector('.notice.bad')")) throw new Error(await browser.text());
}

/** Starts the client's sign-in and does what its person does: opens the URL, signs in, reads, allows. */
async function signIn(browser, client) {
  const ending = client.login();
  await browser.open(await opened(client, ending));
  await browser.heading("Sign in");
  await picture(browser, "sign-in");
  await browser.click("form[data-passkey] button");
  // The first sign-in with a passkey stops at the news that one was made.
  await browser.heading("You are signed in");
  await browser.until("document.body.textContent.includes('A passkey was made for you')", "news of the passkey");
  await browser.click("main a");
  await browser.heading("act for you?");
  await picture(browser, "consent");
  const consent = await browser.text();
  const proposed = await browser.value("document.querySelector('#field-agentName').value");
  await browser.type("#field-purpose", PURPOSE);
  for (const category of GIVEN) {
    const box = `input[name=category][value=${category}]`;
    if (!(await browser.value(`document.querySelector('${box}').checked`))) await browser.click(box);
  }
  await picture(browser, "chosen");
  await allow(browser);
  const ended = await ending;
  await picture(browser, "after");
  return [ended, { text: consent, agent: proposed, after: await browser.text() }];
}

async function picture(browser, name) {
  if (pictures) fs.writeFileSync(path.join(pictures, `${agent}-${name}.png`), await browser.picture());
}

/** The URL for which the client wanted a browser. */
async function opened(client, ending) {
  let over = false;
  const end = () => (over = true);
  ending.then(end, end);
  for (;;) {
    if (fs.existsSync(client.carried)) return fs.readFileSync(client.carried, "utf8").trim();
    if (over) throw new Error(`the client ended without opening a browser: ${JSON.stringify(await ending)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// --- the clients --------------------------------------------------------------------------------------------------

/** A stand-in for what a desktop has: it keeps the URL that it is to open. The browser itself is real, and elsewhere. */
function carrier() {
  const bin = path.join(temporary, "bin");
  const carried = path.join(temporary, "url");
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$1" > ${carried}.part && mv ${carried}.part ${carried}\n`, { mode: 0o755 });
  return { carried, env: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, BROWSER: path.join(bin, "xdg-open"), DISPLAY: ":0" } };
}

function claudeCode(packages, model, url) {
  const program = programs.claudeCode(packages);
  const { carried, env: desktop } = carrier();
  const env = programs.environment(temporary, { ...programs.forClaudeCode(model), ...desktop });
  const run = (...words) => programs.start(temporary, program, words, env);
  // It signs in at a terminal only: script(1) is one.
  const terminal = (words) => programs.start(temporary, "script", ["-qec", `'${program}' ${words}`, "/dev/null"], env);
  return {
    carried,
    login: async () => {
      const added = await run("mcp", "add", "--transport", "http", "shop", url);
      if (added.status !== 0) return added;
      const listed = await run("mcp", "list");
      if (!listed.stdout.includes("Needs authentication")) throw new Error(`claude mcp list: ${JSON.stringify(listed)}`);
      return terminal("mcp login shop");
    },
    leave: () => run("mcp", "logout", "shop"),
    loginAgain: () => terminal("mcp login shop"),
    list: () => run("mcp", "list"),
    work: () => run("-p", "Refund order 1001.", "--allowedTools", "mcp__shop", "--model", "claude-sonnet-4-5", "--output-format", "stream-json", "--verbose"),
  };
}

function codex(packages, model, url) {
  const program = programs.codex(packages);
  const { carried, env } = carrier();
  const home = path.join(temporary, "codex");
  fs.mkdirSync(home);
  // Where no desktop keeps secrets, tokens are kept in a file of its home.
  fs.writeFileSync(path.join(home, "config.toml"), `mcp_oauth_credentials_store = "file"\n${programs.codexModel(model)}`);
  const run = (...words) => programs.start(temporary, program, words, programs.environment(temporary, { CODEX_HOME: home, SCRIPTED_KEY: "scripted", ...env }));
  return {
    carried,
    login: () => run("mcp", "add", "shop", "--url", url),
    leave: () => run("mcp", "logout", "shop"),
    loginAgain: () => run("mcp", "login", "shop"),
    list: () => run("mcp", "list"),
    work: () => run("exec", "--skip-git-repo-check", "--json", "--dangerously-bypass-approvals-and-sandbox", "Refund order 1001."),
  };
}
