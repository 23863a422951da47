package sandbox

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
)

// chatRequest is what the sandbox reads of a chat request; it ignores fields that it does not know, as providers do.
type chatRequest struct {
	Model               string          `json:"model"`
	Messages            []message       `json:"messages"`
	Stream              bool            `json:"stream"`
	StreamOptions       *streamOptions  `json:"stream_options"`
	MaxTokens           *int64          `json:"max_tokens"`
	MaxCompletionTokens *int64          `json:"max_completion_tokens"`
	N                   *int            `json:"n"`
	Stop                json.RawMessage `json:"stop"`
	Tools               []tool          `json:"tools"`
	ToolChoice          json.RawMessage `json:"tool_choice"`
	ParallelToolCalls   *bool           `json:"parallel_tool_calls"`
	ResponseFormat      *responseFormat `json:"response_format"`
	Logprobs            bool            `json:"logprobs"`
	TopLogprobs         int             `json:"top_logprobs"`
	ReasoningEffort     string          `json:"reasoning_effort"`

	stop []string // Stop, read
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type message struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	ToolCalls  json.RawMessage `json:"tool_calls"`
	ToolCallID string          `json:"tool_call_id"`
}

type tool struct {
	Type     string `json:"type"`
	Function struct {
		Name       string          `json:"name"`
		Parameters json.RawMessage `json:"parameters"`
	} `json:"function"`
}

type responseFormat struct {
	Type       string `json:"type"`
	JSONSchema *struct {
		Name   string          `json:"name"`
		Schema json.RawMessage `json:"schema"`
	} `json:"json_schema"`
}

// question is a chat request, understood.
type question struct {
	chatRequest
	script   Script
	base     string // the model without its script
	key      string // whose prompt cache
	prompt   int64  // tokens
	cached   int64  // part of prompt
	lastUser string // the text of the last user message
	images   []string
	raw      []byte // what Anthropic's cache marks are looked for in
	shows    bool   // Google's clients see thoughts only if they ask
	answered bool   // the last message is a tool's result
}

// understand validates the request and counts its tokens.
func (s *Sandbox) understand(r *http.Request) (*question, *failure) {
	q := &question{key: bearer(r)}
	if f := decode(r, &q.chatRequest); f != nil {
		return nil, f
	}
	var f *failure
	if q.base, q.script, f = s.enter(r, deployed(r, q.Model), "sandbox-chat", "sandbox-reasoning", "sandbox-vision"); f != nil {
		return nil, f
	}
	if f = q.check(); f != nil {
		return nil, f
	}
	texts, tokens, f := q.read()
	if f != nil {
		return nil, f
	}
	q.cached = s.seen.note(q.key+"\x00"+q.base, texts, tokens)
	if q.script.Cached >= 0 {
		q.cached = min(int64(q.script.Cached), q.prompt)
	}
	return q, nil
}

func (q *question) check() *failure {
	switch {
	case len(q.Messages) == 0:
		return &failure{status: 400, param: "messages", code: "empty_array", message: "Invalid 'messages': empty array. Expected an array with minimum length 1."}
	case q.N != nil && (*q.N < 1 || *q.N > 128):
		return &failure{status: 400, param: "n", message: "Invalid 'n': must be between 1 and 128."}
	case q.MaxTokens != nil && *q.MaxTokens < 1 || q.MaxCompletionTokens != nil && *q.MaxCompletionTokens < 1:
		return &failure{status: 400, param: "max_tokens", message: "Invalid 'max_tokens': must be at least 1."}
	case q.MaxTokens != nil && q.MaxCompletionTokens != nil:
		return &failure{status: 400, param: "max_tokens", message: "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."}
	case q.StreamOptions != nil && !q.Stream:
		return &failure{status: 400, param: "stream_options", message: "The 'stream_options' parameter is only allowed when 'stream' is enabled."}
	case q.TopLogprobs < 0 || q.TopLogprobs > 20 || q.TopLogprobs > 0 && !q.Logprobs:
		return &failure{status: 400, param: "top_logprobs", message: "'top_logprobs' must be between 0 and 20 and needs 'logprobs'."}
	}
	var one string
	if json.Unmarshal(q.Stop, &one) == nil && one != "" {
		q.stop = []string{one}
	} else if len(q.Stop) > 0 && json.Unmarshal(q.Stop, &q.stop) != nil || len(q.stop) > 4 {
		return &failure{status: 400, param: "stop", message: "'stop' must be a text or up to 4 texts."}
	}
	return nil
}

// read goes through the messages: their text, their images, their tokens.
func (q *question) read() (texts []string, tokens []int64, f *failure) {
	for i, m := range q.Messages {
		if !slices.Contains([]string{"system", "developer", "user", "assistant", "tool", "function"}, m.Role) {
			return nil, nil, &failure{status: 400, param: fmt.Sprintf("messages[%d].role", i), message: "Invalid value: '" + m.Role + "'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool' and 'function'."}
		}
		text, images, ok := content(m.Content)
		if !ok {
			return nil, nil, &failure{status: 400, param: fmt.Sprintf("messages[%d].content", i), message: "Invalid content: the sandbox reads texts and lists of text and image_url parts."}
		}
		if m.Role == "user" {
			q.lastUser = text
		}
		q.images = append(q.images, images...)
		q.answered = m.Role == "tool" || m.Role == "function"
		n := messageTokens + textTokens(text) + textTokens(string(m.ToolCalls)) + imageTokens*int64(len(images))
		texts = append(texts, m.Role+"\x00"+text+string(m.ToolCalls)+strings.Join(images, "\x00"))
		tokens = append(tokens, n)
		q.prompt += n
	}
	for _, t := range q.Tools {
		q.prompt += textTokens(t.Function.Name) + textTokens(string(t.Function.Parameters))
	}
	if q.ResponseFormat != nil && q.ResponseFormat.JSONSchema != nil {
		q.prompt += textTokens(string(q.ResponseFormat.JSONSchema.Schema))
	}
	if q.prompt += primeTokens; q.prompt >= chatWindow {
		return nil, nil, tooLong(chatWindow, q.prompt, "messages")
	}
	return texts, tokens, nil
}

// content reads a message's content: a text, null, or parts.
func content(raw json.RawMessage) (text string, images []string, ok bool) {
	if len(raw) == 0 || string(raw) == "null" || json.Unmarshal(raw, &text) == nil {
		return text, nil, true
	}
	var parts []struct {
		Type     string `json:"type"`
		Text     string `json:"text"`
		Refusal  string `json:"refusal"`
		ImageURL struct {
			URL string `json:"url"`
		} `json:"image_url"`
		File struct {
			Data string `json:"file_data"`
		} `json:"file"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", nil, false
	}
	var b strings.Builder
	for _, p := range parts {
		switch p.Type {
		case "text":
			b.WriteString(p.Text)
		case "refusal":
			b.WriteString(p.Refusal)
		case "image_url":
			images = append(images, p.ImageURL.URL)
		case "file": // a page is a picture, and a file has one
			images = append(images, p.File.Data)
		default:
			return "", nil, false
		}
	}
	return b.String(), images, true
}

// choices is n.
func (q *question) choices() int {
	if q.N == nil {
		return 1
	}
	return *q.N
}

// limit is the cap on output tokens per choice: the caller's, and what is left of the window.
func (q *question) limit() int64 {
	left := chatWindow - q.prompt
	switch {
	case q.script.Overrun:
		return math.MaxInt32
	case q.MaxCompletionTokens != nil:
		return min(*q.MaxCompletionTokens, left)
	case q.MaxTokens != nil:
		return min(*q.MaxTokens, left)
	}
	return left
}

func tooLong(window, tokens int64, param string) *failure {
	return &failure{status: 400, param: param, code: "context_length_exceeded",
		message: fmt.Sprintf("This model's maximum context length is %d tokens. However, your messages resulted in %d tokens.", window, tokens)}
}
