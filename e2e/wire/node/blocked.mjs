// Official packages that are refused by a data rule: each gives its own typed error with the gateway's sentence, and asks
// once although it may repeat.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI } from "@google/genai";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateText } from "ai";
import OpenAI from "openai";
import { run, test } from "./case.mjs";

const { GATEWAY_URL: url, GATEWAY_KEY: key, BLOCKED_TEXT: text } = process.env;
let asked = 0;
const real = globalThis.fetch;
const fetch = globalThis.fetch = (...args) => { asked++; return real(...args); };

function told(status, message) {
  assert.equal(asked, 1, `asked ${asked} times`);
  assert.equal(status, 400);
  assert.match(message, /Nothing was sent to a provider/);
  assert.match(message, /incident pii_/);
  assert.doesNotMatch(message, /canary/);
}

async function refused(ask) {
  asked = 0;
  try {
    await ask();
  } catch (e) {
    return e;
  }
  assert.fail("it was answered");
}

const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, fetch });
const messages = [{ role: "user", content: text }];

test("openai, chat", async () => {
  const e = await refused(() => openai.chat.completions.create({ model: "gpt", messages }));
  assert.ok(e instanceof OpenAI.BadRequestError, String(e));
  assert.equal(e.code, "policy_blocked");
  told(e.status, e.message);
});

test("openai, stream", async () => {
  const e = await refused(() => openai.chat.completions.create({ model: "gpt", messages, stream: true }));
  assert.equal(e.code, "policy_blocked");
  told(e.status, e.message);
});

test("openai, responses", async () => {
  const e = await refused(() => openai.responses.create({ model: "gpt", input: text }));
  assert.equal(e.code, "policy_blocked");
  told(e.status, e.message);
});

test("@anthropic-ai/sdk", async () => {
  const client = new Anthropic({ baseURL: url, apiKey: key, fetch });
  const e = await refused(() => client.messages.create({ model: "claude", max_tokens: 99, messages }));
  assert.ok(e instanceof Anthropic.BadRequestError, String(e));
  told(e.status, e.message);
});

test("@google/genai", async () => {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const e = await refused(() => client.models.generateContent({ model: "gem", contents: text }));
  assert.ok(e instanceof ApiError, String(e));
  told(e.status, e.message);
});

test("ai", async () => {
  const provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: key, fetch });
  const e = await refused(() => generateText({ model: provider.chat("gpt"), prompt: text }));
  assert.ok(APICallError.isInstance(e), String(e));
  assert.equal(e.isRetryable, false);
  told(e.statusCode, e.message);
});

await run();
