package responses

import (
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// itemKind is an item's kind.
type itemKind uint8

const (
	message itemKind = iota
	reasoned
	functionCall
	customCall
)

var itemPrefix = [...]string{message: "msg", reasoned: "rs", functionCall: "fc", customCall: "ctc"}

type partKind uint8

const (
	outputText partKind = iota
	refusal
)

// made is an item being collected.
type made struct {
	kind         itemKind
	part         partKind
	id           string
	index        int
	callID, name string
	space        string
	encrypted    string
	text         strings.Builder
}

// input is a custom call's text, out of the object that stands in for it.
func (m *made) input() string {
	return openai.Freed(m.text.String())
}

// content is a message's only part.
func (m *made) content(s string) any {
	if m.part == refusal {
		return struct {
			Type    string `json:"type"`
			Refusal string `json:"refusal"`
		}{"refusal", s}
	}
	return struct {
		Type        string `json:"type"`
		Text        string `json:"text"`
		Annotations []any  `json:"annotations"`
		Logprobs    []any  `json:"logprobs"`
	}{"output_text", s, []any{}, []any{}}
}

// item is what an item begins with, or all of it.
func (m *made) item(status string) any {
	begins := status == "in_progress"
	switch m.kind {
	case reasoned:
		out := struct {
			ID        string    `json:"id"`
			Type      string    `json:"type"`
			Summary   []textual `json:"summary"`
			Encrypted string    `json:"encrypted_content,omitempty"`
		}{m.id, "reasoning", []textual{}, m.encrypted}
		if !begins && m.text.Len() > 0 {
			out.Summary = append(out.Summary, textual{"summary_text", m.text.String()})
		}
		return out
	case functionCall:
		out := struct {
			ID        string `json:"id"`
			Type      string `json:"type"`
			Status    string `json:"status"`
			Arguments string `json:"arguments"`
			CallID    string `json:"call_id"`
			Name      string `json:"name"`
			Space     string `json:"namespace,omitempty"`
		}{m.id, "function_call", status, "", m.callID, m.name, m.space}
		if !begins {
			out.Arguments = string(arguments(m.text.String()))
		}
		return out
	case customCall:
		out := struct {
			ID     string `json:"id"`
			Type   string `json:"type"`
			Status string `json:"status"`
			CallID string `json:"call_id"`
			Input  string `json:"input"`
			Name   string `json:"name"`
			Space  string `json:"namespace,omitempty"`
		}{m.id, "custom_tool_call", status, m.callID, "", m.name, m.space}
		if !begins {
			out.Input = m.input()
		}
		return out
	}
	out := struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Status  string `json:"status"`
		Content []any  `json:"content"`
		Role    string `json:"role"`
	}{m.id, "message", status, []any{}, "assistant"}
	if !begins {
		out.Content = append(out.Content, m.content(m.text.String()))
	}
	return out
}

type reason struct {
	Reason string `json:"reason"`
}

// answer is a response. Its fields stand in the order in which OpenAI sends them; those that repeat the request are raw.
type answer struct {
	ID           string          `json:"id"`
	Object       string          `json:"object"`
	Created      int64           `json:"created_at"`
	Status       string          `json:"status"`
	Background   bool            `json:"background"`
	Error        *trouble        `json:"error"`
	Incomplete   *reason         `json:"incomplete_details"`
	Instructions json.RawMessage `json:"instructions"`
	MaxOutput    json.RawMessage `json:"max_output_tokens"`
	Model        string          `json:"model"`
	Output       []any           `json:"output"`
	Parallel     json.RawMessage `json:"parallel_tool_calls"`
	Previous     *string         `json:"previous_response_id"`
	Reasoning    json.RawMessage `json:"reasoning"`
	Store        bool            `json:"store"`
	Temperature  json.RawMessage `json:"temperature"`
	Text         json.RawMessage `json:"text"`
	ToolChoice   json.RawMessage `json:"tool_choice"`
	Tools        json.RawMessage `json:"tools"`
	TopP         json.RawMessage `json:"top_p"`
	Truncation   string          `json:"truncation"`
	Usage        *usage          `json:"usage"`
	User         json.RawMessage `json:"user"`
	Metadata     json.RawMessage `json:"metadata"`
}

// filled adds what repeats the request, which is body; nil leaves it at what OpenAI takes when nobody says anything.
func (a answer) filled(body []byte) *answer {
	fields := map[string]json.RawMessage{}
	if body != nil {
		_ = json.Unmarshal(body, &fields)
	}
	take := func(name, otherwise string) json.RawMessage {
		if v := fields[name]; len(v) > 0 && string(v) != "null" {
			return v
		}
		return json.RawMessage(otherwise)
	}
	a.Object, a.Truncation = "response", "disabled"
	a.Instructions, a.MaxOutput, a.User = take("instructions", "null"), take(capName, "null"), take("user", "null")
	a.Parallel, a.ToolChoice, a.Tools = take("parallel_tool_calls", "true"), take("tool_choice", `"auto"`), take("tools", "[]")
	a.Reasoning, a.Text = take("reasoning", `{"effort":null,"summary":null}`), take("text", `{"format":{"type":"text"}}`)
	a.Temperature, a.TopP, a.Metadata = take("temperature", "1"), take("top_p", "1"), take("metadata", "{}")
	return &a
}

// usage is how this dialect counts: the input with what was cached, the output with what was thought.
type usage struct {
	Input    int64 `json:"input_tokens"`
	InputOf  parts `json:"input_tokens_details"`
	Output   int64 `json:"output_tokens"`
	OutputOf struct {
		Reasoning int64 `json:"reasoning_tokens"`
	} `json:"output_tokens_details"`
	Total int64 `json:"total_tokens"`
}

type parts struct {
	Cached int64 `json:"cached_tokens"`
	Writes int64 `json:"cache_write_tokens,omitempty"`
}

func usageOf(u *llm.Usage) *usage {
	out := &usage{Input: u.Input, InputOf: parts{u.CacheRead, u.CacheWrite5m + u.CacheWrite1h}, Output: u.Output, Total: u.Input + u.Output}
	out.OutputOf.Reasoning = u.Reasoning
	return out
}
