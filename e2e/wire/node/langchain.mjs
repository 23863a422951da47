// LangChain's @langchain/openai against the gateway, as a program would use it: chat completions and Responses.
import assert from "node:assert/strict";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";
import { run, test } from "./case.mjs";

const configuration = { baseURL: process.env.OPENAI_BASE_URL };
const weather = tool(async ({ city }) => `sunny in ${city}`, { name: "weather", description: "the weather", schema: z.object({ city: z.string() }) });

for (const useResponsesApi of [false, true]) {
  const api = useResponsesApi ? "Responses" : "chat";
  for (const model of ["gpt", "claude", "gem", "converse"]) {
    const chat = (more) => new ChatOpenAI({ model, maxRetries: 0, timeout: 30_000, useResponsesApi, configuration, ...more });

    test(`${api} from ${model}, invoke`, async () => {
      const m = await chat().invoke("Hello");
      assert.match(m.text, /You wrote: "Hello"/);
      assert.ok(m.usage_metadata.input_tokens > 0 && m.usage_metadata.output_tokens > 0);
    });

    test(`${api} from ${model}, stream with usage`, async () => {
      let whole;
      for await (const piece of await chat().stream("Stream")) whole = whole ? whole.concat(piece) : piece;
      assert.match(whole.text, /Stream/);
      assert.ok(whole.usage_metadata.input_tokens > 0 && whole.usage_metadata.output_tokens > 0, JSON.stringify(whole.usage_metadata));
    });

    test(`${api} from ${model}, a tool that is run and answered`, async () => {
      const bound = chat().bindTools([weather]);
      const messages = [new HumanMessage("Weather?")];
      const first = await bound.invoke(messages);
      assert.equal(first.tool_calls[0].name, "weather");
      const result = await weather.invoke(first.tool_calls[0]);
      assert.ok(result instanceof ToolMessage);
      const second = await bound.invoke([...messages, first, result]);
      assert.ok(second.text.length > 0);
    });

    test(`${api} from ${model}, structured output`, async () => {
      const out = await chat().withStructuredOutput(z.object({ total: z.number() }), { name: "invoice", method: "jsonSchema" }).invoke("Invoice");
      assert.equal(typeof out.total, "number");
    });
  }
}

test("embeddings", async () => {
  const vectors = await new OpenAIEmbeddings({ model: "embed", configuration }).embedDocuments(["one", "two"]);
  assert.equal(vectors.length, 2);
});

test("an unknown model", () => assert.rejects(new ChatOpenAI({ model: "nothing", maxRetries: 0, configuration }).invoke("x"), (e) => {
  assert.equal(e.status, 404);
  assert.match(e.message, /nothing/);
  return true;
}));

await run();
