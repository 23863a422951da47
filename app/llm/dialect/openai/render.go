package openai

import (
	"cmp"
	"encoding/json"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// asked is a chat request that we write ourselves, for a call of another dialect.
type asked struct {
	Model            string          `json:"model"`
	Messages         []telling       `json:"messages"`
	Stream           bool            `json:"stream,omitempty"`
	StreamOptions    *streaming      `json:"stream_options,omitempty"`
	MaxTokens        int64           `json:"max_tokens,omitempty"`
	MaxCompletion    int64           `json:"max_completion_tokens,omitempty"`
	N                int64           `json:"n,omitempty"`
	Temperature      json.RawMessage `json:"temperature,omitempty"`
	TopP             json.RawMessage `json:"top_p,omitempty"`
	PresencePenalty  json.RawMessage `json:"presence_penalty,omitempty"`
	FrequencyPenalty json.RawMessage `json:"frequency_penalty,omitempty"`
	Seed             json.RawMessage `json:"seed,omitempty"`
	Stop             []string        `json:"stop,omitempty"`
	LogitBias        json.RawMessage `json:"logit_bias,omitempty"`
	Tools            []tool          `json:"tools,omitempty"`
	ToolChoice       any             `json:"tool_choice,omitempty"`
	ParallelCalls    *bool           `json:"parallel_tool_calls,omitempty"`
	ResponseFormat   *format         `json:"response_format,omitempty"`
	Effort           string          `json:"reasoning_effort,omitempty"`
	User             string          `json:"user,omitempty"`
}

type streaming struct {
	IncludeUsage bool `json:"include_usage"`
}

type tool struct {
	Type     string   `json:"type"`
	Function function `json:"function"`
}

type format struct {
	Type   string  `json:"type"`
	Schema *schema `json:"json_schema,omitempty"`
}

type schema struct {
	Name   string          `json:"name"`
	About  string          `json:"description,omitempty"`
	Schema json.RawMessage `json:"schema,omitempty"`
	Strict bool            `json:"strict"`
}

// maxUser is how long OpenAI lets the end user's id be.
const maxUser = 64

// maxStops is how many stop sequences OpenAI takes.
const maxStops = 4

// Render implements llm.Wire.
func (w Wire) Render(call *llm.Call, c *llm.Conversation, edit llm.Edit) ([]byte, error) {
	names := toolNames(c)
	r := renderer{notes: edit.Notes, names: names, signs: w.Quirks.Details, aloud: w.Quirks.Aloud}
	model := cmp.Or(edit.Model, call.Model)
	s := Sampled(model, c, edit.Notes)
	q := asked{
		Model: model, Messages: r.messages(c), Stream: call.Stream,
		Temperature: raw(s.Temperature), TopP: raw(s.TopP), PresencePenalty: raw(s.PresencePenalty), FrequencyPenalty: raw(s.FrequencyPenalty),
		Seed: raw(s.Seed), Stop: s.Stop, LogitBias: s.LogitBias,
		ResponseFormat: formatOf(c.Format, edit.Notes),
	}
	if e := w.Quirks.Efforts; e != nil {
		q.Effort = e.word(model, c.Reasoning, edit.Notes)
	} else {
		q.Effort, _ = Effort(model, c.Reasoning, edit.Notes)
	}
	if call.Stream && !w.Quirks.NoUsage {
		q.StreamOptions = &streaming{IncludeUsage: true}
	}
	if call.Choices > 1 {
		q.N = call.Choices
	}
	most := call.MaxOutput
	if edit.MaxOutput > 0 && (most == 0 || edit.MaxOutput < most) {
		most = edit.MaxOutput
	}
	if cmp.Or(w.Quirks.MaxKey, newCap) == oldCap {
		q.MaxTokens = most
	} else {
		q.MaxCompletion = most
	}
	if s.Logprobs { // answers in other dialects have no place for them
		r.notes.Drop("logprobs")
	}
	if n := s.TopLogprobs; n != "" && n != "0" {
		r.notes.Drop("top_logprobs")
	}
	if s.TopK != "" {
		r.notes.Drop("top_k")
	}
	if len(s.Stop) > maxStops {
		r.notes.Refuse("stop", "may hold at most "+strconv.Itoa(maxStops)+" stop sequences at this provider. Send fewer, or ask for a model whose provider speaks your client's dialect")
	}
	if len(c.User) <= maxUser {
		q.User = c.User
	} else {
		r.notes.Drop("user")
	}
	if c.Metadata != nil {
		r.notes.Drop("metadata")
	}
	r.tools(c, &q)
	return encode(&q), nil
}

func raw(n llm.Number) json.RawMessage {
	if n == "" {
		return nil
	}
	return json.RawMessage(n)
}

// Strict reports whether a schema's answer can be asked for strictly. Other providers hold models to schemas that OpenAI refuses then.
func Strict(asked bool, schema []byte, field string, notes *llm.Notes) bool {
	if asked && !dialect.Strict(schema) {
		notes.Change(field+".strict", "left out where not every object of a schema is closed and demands all members")
		return false
	}
	return asked
}

func formatOf(f llm.Format, notes *llm.Notes) *format {
	switch f.Kind {
	case llm.FormatJSON:
		return &format{Type: "json_object"}
	case llm.FormatSchema:
		return &format{Type: "json_schema", Schema: &schema{Name: cmp.Or(f.Name, "answer"), About: f.About, Schema: f.Schema, Strict: Strict(f.Strict, f.Schema, "response_format", notes)}}
	}
	return nil
}

// toolNames are the names that OpenAI takes: letters, digits, _ and -, up to 64.
func toolNames(c *llm.Conversation) llm.Names {
	return llm.NewNames(c, 64, func(b byte) bool {
		return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-'
	})
}

// tools writes the tools and how they may be used.
func (r *renderer) tools(c *llm.Conversation, q *asked) {
	for i := range c.Tools {
		t := &c.Tools[i]
		if t.Native != nil {
			r.notes.Drop("tools." + t.Name)
			continue
		}
		f := function{Name: r.names.Out(t.Name), Description: t.Description, Parameters: t.Schema}
		if strict := Strict(t.Strict, t.Schema, "tools", r.notes); strict {
			f.Strict = &strict
		}
		if f.Parameters == nil {
			f.Parameters = json.RawMessage(`{"type":"object","properties":{}}`)
		}
		q.Tools = append(q.Tools, tool{"function", f})
	}
	if len(q.Tools) == 0 {
		return
	}
	switch c.Choose.Mode {
	case llm.ChooseNone:
		q.ToolChoice = "none"
	case llm.ChooseAny:
		q.ToolChoice = "required"
	case llm.ChooseNamed:
		q.ToolChoice = map[string]any{"type": "function", "function": map[string]string{"name": r.names.Out(c.Choose.Name)}}
	}
	if c.Choose.Single {
		no := false
		q.ParallelCalls = &no
	}
}
