package web

// First requests. They stream, because that is what most programs do.

const curlSnippet = `curl §base/chat/completions \
  -H "Authorization: Bearer §key" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "§model",
    "stream": true,
    "messages": [{"role": "user", "content": "Say hello."}]
  }'`

const pythonSnippet = `from openai import OpenAI

client = OpenAI(
    base_url="§base",
    api_key="§key",
)
stream = client.chat.completions.create(
    model="§model",
    messages=[{"role": "user", "content": "Say hello."}],
    stream=True,
)
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)`

const nodeSnippet = `import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: '§base',
  apiKey: '§key',
})
const stream = await client.chat.completions.create({
  model: '§model',
  messages: [{ role: 'user', content: 'Say hello.' }],
  stream: true,
})
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? '')
}`

const goSnippet = `package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	client := openai.NewClient(
		option.WithBaseURL("§base"),
		option.WithAPIKey("§key"),
	)
	stream := client.Chat.Completions.NewStreaming(context.Background(), openai.ChatCompletionNewParams{
		Model:    "§model",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Say hello.")},
	})
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			fmt.Print(choice.Delta.Content)
		}
	}
	if err := stream.Err(); err != nil {
		log.Fatal(err)
	}
}`

const langchainSnippet = `from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model="§model",
    base_url="§base",
    api_key="§key",
    stream_usage=True,
)
for chunk in model.stream("Say hello."):
    print(chunk.content, end="", flush=True)`

const vercelSnippet = `import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'

const bodhi = createOpenAI({
  baseURL: '§base',
  apiKey: '§key',
})
const { textStream } = streamText({
  model: bodhi.chat('§model'),
  prompt: 'Say hello.',
})
for await (const text of textStream) {
  process.stdout.write(text)
}`
