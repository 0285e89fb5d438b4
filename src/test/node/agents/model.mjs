// A model that follows a script, in the two dialects that Claude Code and Codex speak. It answers requests that offer
// the shop's tools with the script's next step, and all others with a word.
import http from "node:http";

/**
 * @param first steps {call, arguments, expect?} and at last {say}; `expect` is what the result must contain, `before`
 *     runs before a step is given out
 * @returns {url, close, state, follow}; `follow` gives the script of the next conversation
 */
export async function startModel(first) {
  let script = first;
  const state = { failures: [], saw: [], offered: [], headers: {}, done: false, requests: 0 };
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const path = new URL(request.url, "http://model").pathname;
    state.requests++;
    try {
      if (request.method === "POST" && path === "/v1/messages") await messages(state, script, JSON.parse(body), response);
      else if (request.method === "POST" && path.endsWith("/responses")) await responses(state, script, JSON.parse(body), response);
      else if (path.endsWith("/count_tokens")) json(response, { input_tokens: 1 });
      else if (path.endsWith("/models")) json(response, { object: "list", data: [], models: [] });
      else json(response, {}, request.method === "HEAD" || request.method === "GET" ? 200 : 404);
    } catch (e) {
      state.failures.push(String(e.stack));
      json(response, { error: { message: String(e) } }, 500);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const follow = (next) => {
    script = next;
    Object.assign(state, { saw: [], done: false });
  };
  return { state, follow, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

function json(response, value, status = 200) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** What the model does after these tool results: a step of the script. Checks what the last one brought. */
async function next(state, script, results, offered) {
  if (state.offered.length === 0) state.offered = offered;
  const at = results.length;
  if (at > 0) {
    const last = results[at - 1];
    const step = script[at - 1];
    if (state.saw.length < at) {
      state.saw.push({ call: step.call, text: last });
      for (const expected of [step.expect ?? []].flat())
        if (!last.includes(expected))
          state.failures.push(`after ${step.call} the model read no "${expected}" but: ${last.slice(0, 400)}`);
    }
  }
  const step = script[at];
  if (step === undefined) throw new Error(`no step ${at}`);
  if (step.before && !step.begun) {
    step.begun = true;
    await step.before();
  }
  if (step.say) state.done = true;
  return step;
}

// --- Anthropic Messages -----------------------------------------------------------------------------------------

async function messages(state, script, request, response) {
  const names = (request.tools ?? []).map((tool) => tool.name);
  const offered = names.filter((name) => name.startsWith("mcp__shop__"));
  let step = { say: "ok" };
  if (offered.length > 0) step = await next(state, script, toolResults(request), offered);
  const content = step.say
    ? { type: "text", text: step.say }
    : { type: "tool_use", id: `toolu_${Date.now()}`, name: `mcp__shop__${step.call}`, input: step.arguments };
  const message = {
    id: `msg_${Date.now()}`, type: "message", role: "assistant", model: request.model, content: [],
    stop_reason: null, stop_sequence: null, usage: { input_tokens: 10, output_tokens: 1 },
  };
  const stop = step.say ? "end_turn" : "tool_use";
  if (!request.stream) return json(response, { ...message, content: [content], stop_reason: stop });
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (event) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  send({ type: "message_start", message });
  send({ type: "content_block_start", index: 0, content_block: step.say ? { type: "text", text: "" } : { ...content, input: {} } });
  send({
    type: "content_block_delta", index: 0,
    delta: step.say ? { type: "text_delta", text: step.say } : { type: "input_json_delta", partial_json: JSON.stringify(step.arguments) },
  });
  send({ type: "content_block_stop", index: 0 });
  send({ type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 10 } });
  send({ type: "message_stop" });
  response.end();
}

function toolResults(request) {
  return request.messages
    .flatMap((message) => (Array.isArray(message.content) ? message.content : []))
    .filter((block) => block.type === "tool_result")
    .map((block) => (typeof block.content === "string" ? block.content : block.content.map((part) => part.text ?? "").join("\n")));
}

// --- OpenAI Responses -------------------------------------------------------------------------------------------

async function responses(state, script, request, response) {
  const spaces = (request.tools ?? []).filter((tool) => tool.type === "namespace" && tool.name.startsWith("mcp__shop"));
  const flat = (request.tools ?? []).filter((tool) => (tool.name ?? "").startsWith("mcp__shop__"));
  const offered = [...spaces.flatMap((space) => space.tools.map((tool) => tool.name)), ...flat.map((tool) => tool.name)];
  let step = { say: "ok" };
  if (offered.length > 0) step = await next(state, script, outputs(request), offered);
  const id = `resp_${Date.now()}`;
  const call = { type: "function_call", id: `fc_${Date.now()}`, call_id: `call_${Date.now()}`, arguments: JSON.stringify(step.arguments ?? {}) };
  if (spaces.length > 0) Object.assign(call, { name: step.call, namespace: spaces[0].name });
  else call.name = `mcp__shop__${step.call}`;
  const item = step.say
    ? { type: "message", id: `msg_${Date.now()}`, role: "assistant", content: [{ type: "output_text", text: step.say, annotations: [] }] }
    : call;
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (event) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  send({ type: "response.created", response: { id, status: "in_progress" } });
  send({ type: "response.output_item.done", output_index: 0, item });
  send({
    type: "response.completed",
    response: { id, status: "completed", output: [item], usage: { input_tokens: 10, input_tokens_details: null, output_tokens: 10, output_tokens_details: null, total_tokens: 20 } },
  });
  response.end();
}

function outputs(request) {
  return (request.input ?? [])
    .filter((item) => item.type === "function_call_output")
    .map((item) => (typeof item.output === "string" ? item.output : JSON.stringify(item.output)));
}
