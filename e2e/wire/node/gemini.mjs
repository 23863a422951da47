// The official @google/genai package against the gateway, as a program would use it. Base URL and key come from the environment.
import assert from "node:assert/strict";
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";
import { run, test } from "./case.mjs";

const client = (apiKey = process.env.GEMINI_API_KEY, apiVersion) =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: process.env.GEMINI_BASE_URL, apiVersion, timeout: 30_000 } });
const ai = client();

for (const model of ["gem", "ver", "gpt"]) {
  for (const version of ["v1", "v1beta"]) {
    test(`${model}, answer, ${version}`, async () => {
      const a = await client(undefined, version).models.generateContent({ model, contents: "Hello" });
      assert.match(a.text, /You wrote: "Hello"/);
      assert.equal(a.candidates[0].finishReason, "STOP");
      assert.ok(a.usageMetadata.totalTokenCount > 0);
    });
  }

  test(`${model}, stream`, async () => {
    let text = "", last;
    for await (const chunk of await ai.models.generateContentStream({ model, contents: "Stream" })) {
      text += chunk.text ?? "";
      last = chunk;
    }
    assert.match(text, /Stream/);
    assert.equal(last.candidates[0].finishReason, "STOP");
    assert.ok(last.usageMetadata.candidatesTokenCount > 0);
  });

  test(`${model}, functions in a chat`, async () => {
    const chat = ai.chats.create({ model, config: { tools: [{ functionDeclarations: [{ name: "weather",
      parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] } }] }] } });
    let calls = [];
    for await (const chunk of await chat.sendMessageStream({ message: "Weather in Oslo?" })) calls.push(...(chunk.functionCalls ?? []));
    assert.deepEqual(calls.map((c) => c.name), ["weather"]);
    assert.equal(typeof calls[0].args.city, "string");
    const a = await chat.sendMessage({ message: [{ functionResponse: { id: calls[0].id, name: "weather", response: { output: "sunny" } } }] });
    assert.ok(a.text.length > 0);
  });

  test(`${model}, a demanded function`, async () => {
    const a = await ai.models.generateContent({ model, contents: "Now", config: { tools: [{ functionDeclarations: [{ name: "a" }, { name: "now" }] }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ["now"] } } } });
    assert.equal(a.functionCalls[0].name, "now");
  });

  test(`${model}, image`, async () => {
    const a = await ai.models.generateContent({ model, contents: [{ text: "See" }, { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }] });
    assert.match(a.text, /I see 1 image\(s\): image\/png/);
  });

  test(`${model}, JSON schema`, async () => {
    const a = await ai.models.generateContent({ model, contents: "Invoice", config: { responseMimeType: "application/json",
      responseJsonSchema: { type: "object", properties: { total: { type: "number" } }, required: ["total"] } } });
    assert.equal(typeof JSON.parse(a.text).total, "number");
  });

  test(`${model}, count`, async () => {
    const n = await ai.models.countTokens({ model, contents: "How long?" });
    assert.ok(n.totalTokens > 3);
  });
}

test("embeddings", async () => {
  const e = await ai.models.embedContent({ model: "embed", contents: ["one", "two"], config: { outputDimensionality: 32 } });
  assert.deepEqual(e.embeddings.map((x) => x.values.length), [32, 32]);
});

test("models", async () => {
  const names = [];
  for await (const m of await ai.models.list()) names.push(m.name);
  assert.ok(names.includes("models/gem") && names.includes("models/gpt"), names.join());
  assert.equal((await ai.models.get({ model: "gem" })).name, "models/gem");
});

const refusal = (name, status, run) =>
  test(name, () => assert.rejects(run, (e) => {
    assert.ok(e instanceof ApiError, String(e));
    assert.equal(e.status, status);
    return true;
  }));
refusal("401", 401, () => client("bad").models.generateContent({ model: "gem", contents: "x" }));
refusal("404", 404, () => ai.models.generateContent({ model: "nothing", contents: "x" }));
refusal("503", 503, () => ai.models.generateContent({ model: "down", contents: "x" }));
test("a stream that leaves", async () => {
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const _ of await ai.models.generateContentStream({ model: "long", contents: "x", config: { abortSignal: abort.signal } })) abort.abort();
  });
});

await run();
