// The official openai package against the gateway, for pictures, sound, verdicts and files. Prints one JSON line per case:
// {"name": "...", "error": "" or why it failed}. Base URL and key come from the package's own environment variables.
import assert from "node:assert/strict";
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ maxRetries: 0, timeout: 30_000 });
const cases = [];
const test = (name, run) => cases.push({ name, run });

const dot = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const picture = (name) => toFile(dot, name, { type: "image/png" });

// wave is a WAV file of so many tenths of a second: 8 kHz, 16 bits, one channel.
function wave(tenths) {
  const data = Buffer.alloc(1600 * tenths);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return toFile(Buffer.concat([head, data]), "talk.wav", { type: "audio/wav" });
}

test("images", async () => {
  const { data, response } = await client.images.generate({ model: "paint", prompt: "a ledger", quality: "low", size: "1024x1024", n: 2 }).withResponse();
  assert.equal(data.data.length, 2);
  assert.equal(data.usage.output_tokens, 544);
  assert.ok(Buffer.from(data.data[0].b64_json, "base64").subarray(1, 4).equals(Buffer.from("PNG")));
  assert.match(response.headers.get("x-bodhi-cost-usd"), /^0\.\d+$/);
});

test("images, streamed", async () => {
  const stream = await client.images.generate({ model: "paint", prompt: "a ledger", quality: "low", stream: true, partial_images: 1 });
  const kinds = [];
  for await (const event of stream) kinds.push(event.type);
  assert.deepEqual(kinds, ["image_generation.partial_image", "image_generation.completed"]);
});

test("images, edited", async () => {
  const out = await client.images.edit({ model: "paint", prompt: "in blue", quality: "low", image: [await picture("a.png"), await picture("b.png")], mask: await picture("m.png") });
  assert.equal(out.usage.input_tokens_details.image_tokens, 3 * 85);
});

test("images, edited and streamed", async () => {
  const stream = await client.images.edit({ model: "paint", prompt: "in red", quality: "low", image: await picture("a.png"), stream: true, partial_images: 2 });
  let last;
  for await (const event of stream) last = event;
  assert.equal(last.type, "image_edit.completed");
  assert.equal(last.usage.output_tokens, 272 + 200);
});

test("transcripts", async () => {
  const out = await client.audio.transcriptions.create({ model: "write", file: await wave(12) });
  assert.equal(out.text, "The sandbox heard talk.wav, which plays for 1.2 seconds.");
  assert.equal(out.usage.input_token_details.audio_tokens, 12);
});

test("transcripts, streamed", async () => {
  const stream = await client.audio.transcriptions.create({ model: "write", file: await wave(12), stream: true });
  let text = "", last;
  for await (const event of stream) {
    text += event.delta ?? "";
    last = event;
  }
  assert.equal(last.type, "transcript.text.done");
  assert.equal(last.text, text);
});

test("transcripts in words and subtitles", async () => {
  const long = await client.audio.transcriptions.create({ model: "whisper", file: await wave(12), response_format: "verbose_json", timestamp_granularities: ["segment"] });
  assert.equal(long.duration, 1.2);
  assert.equal(long.segments.length, 1);
  assert.deepEqual(long.usage, { type: "duration", seconds: 2 });
  const vtt = await client.audio.transcriptions.create({ model: "whisper", file: await wave(12), response_format: "vtt" });
  assert.match(vtt, /^WEBVTT/);
});

test("translations", async () => {
  const out = await client.audio.translations.create({ model: "whisper", file: await wave(3) });
  assert.match(out.text, /talk\.wav/);
});

test("speech", async () => {
  const out = await client.audio.speech.create({ model: "say", input: "Hello, ledger.", voice: "alloy", response_format: "opus" });
  assert.equal(out.headers.get("content-type"), "audio/ogg");
  assert.equal((await out.arrayBuffer()).byteLength, 400);
});

test("moderations", async () => {
  const out = await client.moderations.create({ model: "judge", input: [{ type: "text", text: "gore" }, { type: "image_url", image_url: { url: "https://example.com/a.png" } }] });
  assert.equal(out.results.length, 1);
  assert.equal(out.results[0].categories["violence/graphic"], true);
});

test("files", async () => {
  const file = await client.files.create({ file: await toFile(Buffer.from("one line\n"), "notes.txt"), purpose: "user_data" });
  const names = [];
  for await (const f of client.files.list({ limit: 1 })) names.push(f.filename);
  assert.deepEqual(names, ["notes.txt"]);
  assert.equal((await client.files.retrieve(file.id)).bytes, 9);
  assert.equal(await (await client.files.content(file.id)).text(), "one line\n");
  assert.equal((await client.files.delete(file.id)).deleted, true);
  await assert.rejects(client.files.retrieve(file.id), (e) => e instanceof OpenAI.NotFoundError && /No such File object/.test(e.message));
});

test("refusals have the package's own types", async () => {
  await assert.rejects(client.images.generate({ model: "paint", prompt: "x", n: 99 }), (e) => e instanceof OpenAI.BadRequestError && e.param === "n");
  await assert.rejects(client.audio.speech.create({ model: "nobody", input: "x", voice: "alloy" }), OpenAI.NotFoundError);
});

for (const { name, run } of cases) {
  let error = "";
  try {
    await run();
  } catch (e) {
    error = String(e?.stack ?? e);
  }
  console.log(JSON.stringify({ name, error }));
}
