// The official openai package against the gateway, as a program would use it. Base URL and key come from the package's own environment variables.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { run, test } from "./case.mjs";

const client = new OpenAI({ maxRetries: 0, timeout: 30_000 });
const user = (content) => [{ role: "user", content }];

test("chat", async () => {
  const { data, response, request_id } = await client.chat.completions
    .create({ model: "smart", messages: user("Hello") })
    .withResponse();
  assert.match(data.choices[0].message.content, /You wrote: "Hello"/);
  assert.ok(data.usage.total_tokens > 0);
  assert.ok(request_id, "the SDK exposes no request id");
  assert.equal(data._request_id, request_id);
  assert.match(response.headers.get("x-bodhi-cost-usd"), /^0\.\d+$/);
});

test("stream with usage", async () => {
  const stream = await client.chat.completions.create({
    model: "smart", messages: user("Stream"), stream: true, stream_options: { include_usage: true },
  });
  let text = "", last;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
    last = chunk;
  }
  assert.match(text, /You wrote/);
  assert.deepEqual(last.choices, []);
  assert.ok(last.usage.completion_tokens > 0);
});

test("stream without usage", async () => {
  const stream = await client.chat.completions.create({ model: "smart", messages: user("Stream"), stream: true });
  for await (const chunk of stream) {
    assert.equal(chunk.choices.length, 1);
    assert.ok(!chunk.usage);
  }
});

test("stream helper", async () => {
  const runner = client.chat.completions.stream({ model: "smart", messages: user("Helper") });
  const final = await runner.finalChatCompletion();
  assert.equal(final.choices[0].finish_reason, "stop");
  assert.match(final.choices[0].message.content, /Helper/);
});

const tools = ["weather", "time"].map((name) => ({
  type: "function",
  function: { name, parameters: { type: "object", required: ["city"], properties: { city: { type: "string" } } } },
}));

test("tools, in parallel and answered", async () => {
  const messages = user("Weather and time in Oslo?");
  const first = await client.chat.completions.create({ model: "smart", messages, tools, parallel_tool_calls: true });
  const calls = first.choices[0].message.tool_calls;
  assert.deepEqual(calls.map((c) => c.function.name), ["weather", "time"]);
  messages.push(first.choices[0].message);
  for (const call of calls) {
    assert.ok(JSON.parse(call.function.arguments).city);
    messages.push({ role: "tool", tool_call_id: call.id, content: "sunny" });
  }
  const second = await client.chat.completions.create({ model: "smart", messages, tools });
  assert.ok(second.choices[0].message.content);
});

test("the SDK's own tool runner comes to an end", async () => {
  const runner = client.chat.completions.runTools({
    model: "smart",
    messages: user("Weather?"),
    tools: [{ type: "function", function: { name: "weather", parameters: tools[0].function.parameters, parse: JSON.parse, function: ({ city }) => `sunny in ${city}` } }],
  });
  assert.ok(await runner.finalContent());
});

test("streamed tools", async () => {
  const runner = client.chat.completions.stream({ model: "smart", messages: user("Weather?"), tools, parallel_tool_calls: true });
  const final = await runner.finalChatCompletion();
  assert.equal(final.choices[0].message.tool_calls.length, 2);
  assert.ok(JSON.parse(final.choices[0].message.tool_calls[1].function.arguments).city);
});

test("vision", async () => {
  const answer = await client.chat.completions.create({
    model: "see",
    messages: user([
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=", detail: "high" } },
    ]),
  });
  assert.match(answer.choices[0].message.content, /1 image\(s\): image\/png/);
});

test("JSON schema", async () => {
  const answer = await client.chat.completions.create({
    model: "smart", messages: user("Structured"),
    response_format: { type: "json_schema", json_schema: { name: "out", strict: true, schema: {
      type: "object", required: ["kind", "count"], additionalProperties: false,
      properties: { kind: { type: "string", enum: ["a", "b"] }, count: { type: "integer", minimum: 3, maximum: 4 } } } } },
  });
  const out = JSON.parse(answer.choices[0].message.content);
  assert.ok(["a", "b"].includes(out.kind) && out.count >= 3 && out.count <= 4);
});

test("embeddings, base64 on the wire", async () => {
  const answer = await client.embeddings.create({ model: "embed", input: ["one", "two"], dimensions: 64 });
  assert.equal(answer.data.length, 2);
  assert.equal(answer.data[0].embedding.length, 64);
  const length = Math.hypot(...answer.data[0].embedding);
  assert.ok(Math.abs(length - 1) < 1e-4, `a vector of length ${length}`);
});

test("embeddings, numbers on the wire", async () => {
  const answer = await client.embeddings.create({ model: "embed", input: "one", encoding_format: "float" });
  assert.equal(typeof answer.data[0].embedding[0], "number");
});

test("models", async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.ok(ids.includes("smart") && ids.includes("embed"), ids.join(" "));
  assert.equal((await client.models.retrieve("smart")).id, "smart");
});

test("cancel in the middle", async () => {
  const stream = await client.chat.completions.create({ model: "hang", messages: user("Leave"), stream: true });
  let pieces = 0;
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta?.content && ++pieces === 6) stream.controller.abort();
  }
  assert.equal(pieces, 6);
});

test("a stream that the provider breaks off is an error", async () => {
  const stream = await client.chat.completions.create({ model: "cut", messages: user("Cut"), stream: true });
  await assert.rejects(async () => { for await (const _ of stream); }, /before it was complete/);
});

// Each class is the SDK's own; the sentence is ours.
const refusal = (name, type, status, code, run, check = () => {}) =>
  test(name, async () => {
    await assert.rejects(run, (e) => {
      assert.ok(e instanceof type, `${e.constructor.name}: ${e.message}`);
      assert.equal(e.status, status);
      assert.equal(e.code, code);
      assert.ok(e.requestID, "no request id");
      assert.ok(e.message.length > 20, e.message);
      check(e);
      return true;
    });
  });

const chat = (body, options) => () => client.chat.completions.create({ model: "smart", messages: user("x"), ...body }, options);
refusal("400", OpenAI.BadRequestError, 400, "invalid_request", chat({ max_tokens: -1 }), (e) => assert.match(e.message, /max_tokens/));
refusal("400 of the provider", OpenAI.BadRequestError, 400, "context_length_exceeded", chat({ model: "too-long" }));
refusal("401", OpenAI.AuthenticationError, 401, "invalid_key",
  () => new OpenAI({ apiKey: "sk-wrong" }).chat.completions.create({ model: "smart", messages: user("x") }),
  (e) => assert.equal(e.headers.get("x-should-retry"), "false"));
refusal("402", OpenAI.APIError, 402, "budget_exhausted",
  () => new OpenAI().chat.completions.create({ model: "smart", messages: user("x"), max_tokens: 1000 }, { headers: { "x-bodhi-max-cost": "0.000001" } }),
  (e) => assert.equal(e.headers.get("x-should-retry"), "false"));
refusal("404", OpenAI.NotFoundError, 404, "model_not_found", chat({ model: "gpt-nothing" }), (e) => assert.match(e.message, /gpt-nothing/));
refusal("413", OpenAI.APIError, 413, "body_too_large", chat({ messages: user("a".repeat(11 << 20)) }));
refusal("503", OpenAI.InternalServerError, 503, "upstream_failed", chat({ model: "down" }), (e) => assert.ok(e.headers.get("retry-after")));

test("responses", async () => {
  const { data, request_id } = await client.responses.create({ model: "smart", input: "Hello" }).withResponse();
  assert.match(data.output_text, /You wrote: "Hello"/);
  assert.ok(request_id && data.usage.input_tokens > 0);
  assert.equal((await client.responses.retrieve(data.id)).id, data.id);
  const items = await client.responses.inputItems.list(data.id);
  assert.equal(items.data.length, 1);
  const next = await client.responses.create({ model: "smart", input: "More", previous_response_id: data.id });
  assert.equal(next.previous_response_id, data.id);
  await assert.rejects(client.responses.cancel(data.id), OpenAI.BadRequestError);
  await client.responses.delete(data.id);
  await assert.rejects(client.responses.retrieve(data.id), OpenAI.NotFoundError);
});

test("responses, stream helper", async () => {
  const stream = client.responses.stream({ model: "smart", input: "Helper", store: false });
  let text = "";
  stream.on("response.output_text.delta", (e) => { text += e.delta; });
  const final = await stream.finalResponse();
  assert.equal(final.status, "completed");
  assert.equal(final.output_text, text);
});

test("responses, tools and reasoning sent back", async () => {
  const tools = [{ type: "function", name: "weather", strict: false, parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } }];
  const ask = { model: "think", store: false, include: ["reasoning.encrypted_content"], tools };
  const input = [{ role: "user", content: "Weather?" }];
  const first = await client.responses.create({ ...ask, input });
  const call = first.output.find((i) => i.type === "function_call");
  assert.ok(JSON.parse(call.arguments).city);
  assert.ok(first.output.find((i) => i.type === "reasoning").encrypted_content);
  const second = await client.responses.create({ ...ask, input: [...input, ...first.output, { type: "function_call_output", call_id: call.call_id, output: "sunny" }] });
  assert.ok(second.output_text);
});

test("responses, parsed", async () => {
  const r = await client.responses.create({ model: "smart", input: "x", text: { format: { type: "json_schema", name: "n", strict: true,
    schema: { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false } } } });
  assert.equal(typeof JSON.parse(r.output_text).n, "number");
});

refusal("404, responses", OpenAI.NotFoundError, 404, "model_not_found", () => client.responses.create({ model: "gpt-nothing", input: "x" }));

await run();
