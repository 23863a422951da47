package price

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// readers are the shapes that an answer can have, by the names of contract.md.
var readers = map[string]func([]byte) (llm.Reading, error){
	"chat":       openai.ReadChat,
	"responses":  openai.ReadResponse,
	"embeddings": openai.ReadEmbeddings,
	"anthropic":  anthropic.ReadMessage,
	"gemini":     gemini.ReadContent,
	"converse":   bedrock.ReadConverse,
	"images":     openai.ReadImages,
	"audio":      openai.ReadAudio,
}

// Families are the names of answers' shapes, for messages and flags.
const Families = "chat, responses, embeddings, anthropic, gemini, converse, images, audio"

// read reads an answer's usage. An empty family is told from the answer.
func read(kind, family string, body []byte) (llm.Reading, error) {
	if family == "" {
		family = detect(kind, body)
	}
	reader, ok := readers[family]
	if !ok {
		return llm.Reading{}, fault.Field("family", fmt.Sprintf("There is no family %q. It is one of %s.", family, Families))
	}
	r, err := reader(body)
	if err != nil {
		return r, err
	}
	if !r.Reported {
		return r, fault.Field("body", "The answer reports no usage, so what it cost is unknown, which is not nothing.")
	}
	return r, nil
}

// detect tells an answer's shape by the names of its counts. Anthropic and the Responses API share them; there the
// provider and the model decide.
func detect(kind string, body []byte) string {
	var shape struct{ gemini, converse, chat, input, message, response, claude bool }
	c := scan.New(body)
	var walk func(depth int)
	walk = func(depth int) {
		if c.Kind() != scan.Object || depth > 2 {
			c.Skip()
			return
		}
		c.Object()
		for key, more := c.Key(); more; key, more = c.Key() {
			switch name := string(c.Value(key, nil)); name {
			case "usageMetadata", "promptTokenCount":
				shape.gemini = true
				c.Skip()
			case "inputTokens":
				shape.converse = true
				c.Skip()
			case "prompt_tokens":
				shape.chat = true
				c.Skip()
			case "input_tokens":
				shape.input = true
				c.Skip()
			case "cache_creation_input_tokens", "cache_read_input_tokens":
				shape.message = true
				c.Skip()
			case "model", "type", "object":
				if c.Kind() != scan.String {
					c.Skip()
					continue
				}
				t, _ := c.String()
				value := string(c.Value(t, nil))
				shape.claude = shape.claude || name == "model" && strings.Contains(value, "claude")
				shape.message = shape.message || name == "type" && strings.HasPrefix(value, "message")
				shape.response = shape.response || name == "object" && value == "response"
			case "usage", "message", "response":
				walk(depth + 1)
			default:
				c.Skip()
			}
		}
	}
	walk(0)
	switch {
	case shape.gemini:
		return "gemini"
	case shape.converse:
		return "converse"
	case shape.chat:
		return "chat"
	case shape.response:
		return "responses"
	case shape.message, shape.claude, kind == "anthropic", kind == "bedrock", kind == "vertex":
		return "anthropic"
	}
	return "responses"
}
