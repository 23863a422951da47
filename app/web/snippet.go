package web

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/views/ui"
)

// BaseURL is what a client of this organization takes as its base URL: the tenant's own, so that a key of another
// organization is refused there.
func (c *Context) BaseURL() string {
	return c.PublicURL() + "/t/" + c.organization.Slug + "/v1"
}

// Snippets are a first request in three languages, ready to paste. key is the secret itself where it is shown once, or
// a placeholder.
func Snippets(baseURL, key, model string) []ui.Snippet {
	fill := strings.NewReplacer("BASE", baseURL, "KEY", key, "MODEL", model).Replace
	return []ui.Snippet{
		{Label: "curl", Text: fill(curlSnippet)},
		{Label: "Python", Text: fill(pythonSnippet), Note: "pip install openai"},
		{Label: "Node", Text: fill(nodeSnippet), Note: "npm install openai"},
	}
}

const curlSnippet = `curl BASE/chat/completions \
  -H "Authorization: Bearer KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "MODEL",
    "stream": true,
    "messages": [{"role": "user", "content": "Say hello."}]
  }'`

const pythonSnippet = `from openai import OpenAI

client = OpenAI(
    base_url="BASE",
    api_key="KEY",
)
stream = client.chat.completions.create(
    model="MODEL",
    messages=[{"role": "user", "content": "Say hello."}],
    stream=True,
)
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)`

const nodeSnippet = `import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: 'BASE',
  apiKey: 'KEY',
})
const stream = await client.chat.completions.create({
  model: 'MODEL',
  messages: [{ role: 'user', content: 'Say hello.' }],
  stream: true,
})
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? '')
}`
