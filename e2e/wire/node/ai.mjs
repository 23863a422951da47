// Vercel's AI SDK with its four providers against the gateway, as a program would use them: openai() speaks Responses,
// openai.chat() chat completions, the others their own APIs. Each asks providers of its own dialect and of others.
import assert from "node:assert/strict";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { run, test } from "./case.mjs";

const root = process.env.GATEWAY_URL, apiKey = process.env.GATEWAY_KEY;
const openai = createOpenAI({ baseURL: `${root}/v1`, apiKey });
const anthropic = createAnthropic({ baseURL: `${root}/v1`, apiKey });
const google = createGoogleGenerativeAI({ baseURL: `${root}/v1beta`, apiKey });
const compatible = createOpenAICompatible({ name: "gateway", baseURL: `${root}/v1`, apiKey, includeUsage: true, supportsStructuredOutputs: true });
const speakers = { responses: openai, chat: openai.chat, anthropic, google, compatible };
const common = { maxRetries: 0, maxOutputTokens: 500 };
const weather = tool({ description: "the weather", inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `sunny in ${city}` });

for (const [name, speak] of Object.entries(speakers)) {
  for (const model of ["gpt", "claude", "gem", "converse"]) {
    test(`${name} from ${model}, text`, async () => {
      const r = await generateText({ ...common, model: speak(model), prompt: "Hello" });
      assert.match(r.text, /You wrote: "Hello"/);
      assert.equal(r.finishReason, "stop");
      assert.ok(r.usage.inputTokens > 0 && r.usage.outputTokens > 0, JSON.stringify(r.usage));
    });

    test(`${name} from ${model}, stream`, async () => {
      const r = streamText({ ...common, model: speak(model), prompt: "Stream", onError: ({ error }) => { throw error; } });
      let text = "";
      for await (const t of r.textStream) text += t;
      assert.match(text, /Stream/);
      const usage = await r.usage;
      assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0, JSON.stringify(usage));
    });

    test(`${name} from ${model}, a tool that is run and answered, streamed`, async () => {
      const r = streamText({ ...common, model: speak(model), prompt: "Weather?", tools: { weather }, stopWhen: stepCountIs(4) });
      const steps = await r.steps;
      assert.equal(steps[0].toolCalls[0].toolName, "weather");
      assert.match(steps[0].toolResults[0].output, /^sunny in /);
      assert.ok((await r.text).length > 0);
    });

    test(`${name} from ${model}, structured output`, async () => {
      const r = await generateText({ ...common, model: speak(model), prompt: "Invoice", output: Output.object({ schema: z.object({ total: z.number(), currency: z.enum(["EUR", "USD"]) }) }) });
      assert.equal(typeof r.output.total, "number");
    });
  }
}

test("embeddings", async () => {
  const r = await embedMany({ model: openai.embedding("embed"), values: ["one", "two"] });
  assert.equal(r.embeddings.length, 2);
});

for (const [name, speak] of Object.entries(speakers)) {
  for (const [what, status, model] of [["an unknown model", 404, "nothing"], ["a provider that is down", 503, "down"]]) {
    test(`${name}, ${what}`, () => assert.rejects(generateText({ ...common, model: speak(model), prompt: "x" }), (e) => {
      assert.ok(APICallError.isInstance(e), String(e));
      assert.equal(e.statusCode, status);
      assert.ok(e.message.length > 20, e.message);
      return true;
    }));
  }
}

await run();
