// A real browser, Chromium without a window, driven over the DevTools protocol through a pipe; the passkey lives in the
// protocol's virtual authenticator, which confirms that its person is there whenever it is asked.
import { spawn, spawnSync } from "node:child_process";

const STEP_MS_MAX = 30_000;
const PROGRAMS = ["chromium", "chromium-browser", "google-chrome"];

/** @param profile an empty folder, and the browser's home */
export async function startBrowser(profile) {
  const program = PROGRAMS.find((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0);
  if (!program) throw new Error("signing in takes a browser: install chromium (apt-get install chromium)");
  const child = spawn(
    program,
    ["--headless=new", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
      "--no-proxy-server", "--disable-background-networking", "--disable-component-update", "--window-size=900,1400",
      // Its own sandbox does not start for root; everything that it opens here is ours.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "about:blank"],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env: { PATH: process.env.PATH, HOME: profile, LANG: "C.UTF-8" } },
  );
  const wire = protocol(child);
  const { targetInfos } = await wire.send("Target.getTargets");
  const { sessionId } = await wire.send("Target.attachToTarget", { targetId: targetInfos.find((t) => t.type === "page").targetId, flatten: true });
  const tell = (method, params) => wire.send(method, params, sessionId);
  await tell("Page.enable");
  await tell("WebAuthn.enable");
  await tell("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  return new Browser(tell, async () => {
    wire.send("Browser.close").catch(() => {});
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  });
}

class Browser {
  constructor(tell, close) {
    this.tell = tell;
    this.close = close;
  }

  /** Goes to a URL; {@link #until} says when what is wanted is there. */
  async open(url) {
    const { errorText } = await this.tell("Page.navigate", { url });
    if (errorText) throw new Error(`the browser cannot open ${url}: ${errorText}`);
  }

  /** The value of an expression in the page. */
  async value(expression) {
    const { result, exceptionDetails } = await this.tell("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /** Waits until an expression is true in whatever page is there by then. */
  async until(expression, what) {
    for (const end = Date.now() + STEP_MS_MAX; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      // Between two pages there is none to ask.
      if (await this.value(`document.readyState === "complete" && (${expression})`).catch(() => false)) return;
    }
    throw new Error(`the browser saw no ${what}, but ${await this.value("location.href + '\\n' + document.body.innerText").catch(String)}`);
  }

  heading(text) {
    return this.until(`document.querySelector("h1")?.textContent.includes(${JSON.stringify(text)})`, `page “${text}”`);
  }

  /** A click where the element is, as by a hand. */
  async click(selector) {
    const found = await this.value(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      if (!element) return null;
      element.scrollIntoView({ block: "center", behavior: "instant" });
      const box = element.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`);
    if (!found) throw new Error(`the page has no ${selector}: ${await this.text()}`);
    for (const type of ["mousePressed", "mouseReleased"])
      await this.tell("Input.dispatchMouseEvent", { type, ...found, button: "left", clickCount: 1 });
  }

  /** Types over what stands in a field. */
  async type(selector, text) {
    await this.value(`(() => { const field = document.querySelector(${JSON.stringify(selector)}); field.focus(); field.select(); })()`);
    await this.tell("Input.insertText", { text });
  }

  text() {
    return this.value("document.body.innerText");
  }

  /** The whole page as PNG. */
  async picture() {
    return Buffer.from((await this.tell("Page.captureScreenshot", { captureBeyondViewport: true })).data, "base64");
  }
}

/** Commands and their answers as JSON, each ended by a zero byte. */
function protocol(child) {
  const [, , , to, from] = child.stdio;
  const waiting = new Map();
  let last = 0;
  let rest = Buffer.alloc(0);
  from.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const message = JSON.parse(rest.subarray(0, end).toString());
      rest = rest.subarray(end + 1);
      const asked = waiting.get(message.id);
      if (!asked) continue;
      waiting.delete(message.id);
      clearTimeout(asked.timer);
      if (message.error) asked.reject(new Error(`${asked.method}: ${message.error.message}`));
      else asked.resolve(message.result);
    }
  });
  const over = (why) => waiting.forEach((asked) => asked.reject(new Error(why)));
  child.on("error", (error) => over(String(error)));
  child.on("exit", (code) => over(`the browser ended with ${code}`));
  to.on("error", () => {});
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        const timer = setTimeout(() => reject(new Error(`${method} was not answered`)), STEP_MS_MAX);
        waiting.set(id, { resolve, reject, method, timer });
        to.write(JSON.stringify({ id, method, params, sessionId }) + "\0");
      }),
  };
}
