// The official @anthropic-ai/sdk package against the gateway, as a program would use it. Base URL and key come from the
// package's own environment variables.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { run, test } from "./case.mjs";

const client = new Anthropic({ maxRetries: 0, timeout: 30_000 });
const user = (content) => [{ role: "user", content }];
const text = (m) => m.content.filter((b) => b.type === "text").map((b) => b.text).join("");
const tools = ["weather", "time"].map((name) => ({
  name, description: name, input_schema: { type: "object", required: ["city"], properties: { city: { type: "string" } } },
}));

for (const model of ["claude", "gpt", "gem", "converse"]) {
  test(`${model}, message`, async () => {
    const { data, response, request_id } = await client.messages
      .create({ model, max_tokens: 500, messages: user("Hello") }).withResponse();
    assert.match(text(data), /You wrote: "Hello"/);
    assert.equal(data.stop_reason, "end_turn");
    assert.ok(data.usage.input_tokens > 0 && data.usage.output_tokens > 0);
    assert.ok(request_id, "no request id");
    assert.match(response.headers.get("x-bodhi-cost-usd"), /^0\.\d+$/);
  });

  test(`${model}, stream`, async () => {
    const stream = client.messages.stream({ model, max_tokens: 500, messages: user("Stream") });
    let heard = "";
    stream.on("text", (t) => { heard += t; });
    const final = await stream.finalMessage();
    assert.equal(text(final), heard);
    assert.match(heard, /Stream/);
    assert.ok(final.usage.output_tokens > 0);
  });

  test(`${model}, tools in parallel, streamed and answered`, async () => {
    const messages = user("Weather and time in Oslo?"), name = model === "gpt" ? "gpt-two" : model; // that one calls one tool unless it is told
    const first = await client.messages.stream({ model: name, max_tokens: 500, messages, tools, tool_choice: { type: "any" } }).finalMessage();
    const calls = first.content.filter((b) => b.type === "tool_use");
    assert.deepEqual(calls.map((c) => c.name), model === "gem" ? ["weather"] : ["weather", "time"]); // the sandbox's Gemini calls one
    assert.equal(first.stop_reason, "tool_use");
    assert.ok(calls.every((c) => typeof c.input.city === "string"));
    messages.push({ role: "assistant", content: first.content },
      { role: "user", content: calls.map((c) => ({ type: "tool_result", tool_use_id: c.id, content: "sunny" })) });
    assert.ok(text(await client.messages.create({ model: name, max_tokens: 500, messages, tools })).length > 0);
  });

  test(`${model}, a demanded tool`, async () => {
    const m = await client.messages.create({ model, max_tokens: 500, messages: user("Now"), tools, tool_choice: { type: "tool", name: "time" } });
    assert.equal(m.content.find((b) => b.type === "tool_use").name, "time");
  });

  test(`${model}, image`, async () => {
    const m = await client.messages.create({ model, max_tokens: 500, messages: user([
      { type: "text", text: "See" }, { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } }]) });
    assert.match(text(m), /1 image\(s\): image\/png/);
  });

  test(`${model}, structured output`, async () => {
    const m = await client.messages.create({ model, max_tokens: 500, messages: user("Invoice"), output_config: { format: { type: "json_schema",
      schema: { type: "object", properties: { total: { type: "number" } }, required: ["total"], additionalProperties: false } } } });
    assert.equal(typeof JSON.parse(text(m)).total, "number");
  });

  test(`${model}, count`, async () => {
    assert.ok((await client.messages.countTokens({ model, messages: user("How long is this?") })).input_tokens > 3);
  });
}

test("the beta endpoint", async () => {
  const m = await client.beta.messages.create({ model: "claude", max_tokens: 500, messages: user("Hello"), betas: ["interleaved-thinking-2025-05-14"] });
  assert.match(m.content[0].text, /You wrote/);
});

test("the SDK's own tool runner comes to an end", async () => {
  const m = await client.beta.messages.toolRunner({ model: "claude", max_tokens: 500, messages: user("Weather?"),
    tools: [{ ...tools[0], run: ({ city }) => `sunny in ${city}` }] });
  assert.ok(m.content.some((b) => b.type === "text"));
});

test("models", async () => {
  const ids = [];
  for await (const m of client.models.list()) ids.push(m.id);
  assert.ok(ids.includes("claude") && ids.includes("gpt"), ids.join(" "));
  assert.equal((await client.models.retrieve("claude")).id, "claude");
});

test("cancel in the middle", async () => {
  const stream = client.messages.stream({ model: "hang", max_tokens: 2000, messages: user("Leave") });
  let pieces = 0;
  await assert.rejects(async () => { for await (const e of stream) if (e.type === "content_block_delta" && ++pieces === 6) stream.abort(); });
  assert.equal(pieces, 6);
});

test("a stream that the provider breaks off is an error", async () => {
  await assert.rejects(client.messages.stream({ model: "cut", max_tokens: 2000, messages: user("Cut") }).finalMessage(), /before it was complete/);
});

const refusal = (name, type, status, kind, run) => test(name, () => assert.rejects(run, (e) => {
  assert.ok(e instanceof type, `${e.constructor.name}: ${e.message}`);
  assert.equal(e.status, status);
  assert.equal(e.error.error.type, kind);
  assert.ok(e.requestID && e.message.length > 20, e.message);
  return true;
}));
const say = (body) => () => client.messages.create({ model: "claude", max_tokens: 50, messages: user("x"), ...body });
refusal("400", Anthropic.BadRequestError, 400, "invalid_request_error", say({ max_tokens: -1 }));
refusal("401", Anthropic.AuthenticationError, 401, "authentication_error",
  () => new Anthropic({ apiKey: "sk-wrong", authToken: null, maxRetries: 0 }).messages.create({ model: "claude", max_tokens: 5, messages: user("x") }));
refusal("402", Anthropic.APIError, 402, "billing_error", () => client.messages.create({ model: "claude", max_tokens: 2000, messages: user("x") }, { headers: { "x-bodhi-max-cost": "0.000001" } }));
refusal("404", Anthropic.NotFoundError, 404, "not_found_error", say({ model: "claude-nothing" }));
refusal("413", Anthropic.APIError, 413, "request_too_large", say({ messages: user("a".repeat(11 << 20)) }));
refusal("503", Anthropic.InternalServerError, 503, "overloaded_error", say({ model: "down" }));

await run();
