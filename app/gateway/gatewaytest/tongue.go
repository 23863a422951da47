package gatewaytest

import (
	"fmt"
	"strings"
)

// What a healthy provider says: 12 tokens in, 4 out.
const (
	Document = `{"id":"chatcmpl-1","object":"chat.completion","created":1795420800,"model":"scripted","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there friend"},"finish_reason":"stop"}],"usage":` + Usage + `}`
	Usage    = `{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16}`
	Done     = "[DONE]"
	// Text is the whole answer, in a document as in a stream.
	Text = "Hello there friend"
)

// Chunk is a piece of a streamed answer; extra fields go into it as they are.
func Chunk(content, extra string) string {
	return fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795420800,"model":"scripted","choices":[{"index":0,"delta":{"content":%q},"finish_reason":null}]%s}`, content, extra)
}

// Last is the piece with the reason for the end.
const Last = `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795420800,"model":"scripted","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`

// UsageChunk is the last piece of a stream that was asked for usage.
func UsageChunk(usage string) string {
	return `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795420800,"model":"scripted","choices":[],"usage":` + usage + `}`
}

// Events are a healthy stream's payloads.
func Events() []string {
	return []string{Chunk("Hello", ""), Chunk(" there", ""), Chunk(" friend", ""), Last, UsageChunk(Usage), Done}
}

// Healthy answers every request on a connection as a provider should.
func Healthy(c *Conn) {
	for {
		q, ok := c.Request()
		if !ok {
			return
		}
		if !q.Streams() {
			c.Answer(200, "application/json", Document)
			continue
		}
		c.Stream()
		for _, e := range Events() {
			c.Event(e)
		}
		c.End()
	}
}

// problem is an error object as OpenAI sends it.
func problem(message, kind, code string) string {
	quoted := "null"
	if code != "" {
		quoted = `"` + code + `"`
	}
	return `{"error":{"message":"` + message + `","type":"` + kind + `","param":null,"code":` + quoted + `}}`
}

// page is what proxies and load balancers send instead of an answer.
var page = "<!doctype html><html><head><title>Bad gateway</title></head><body><h1>canary-html</h1>" + strings.Repeat("<p>sorry</p>", 50) + "</body></html>"
