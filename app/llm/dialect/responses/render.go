package responses

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// asked is a request that we write ourselves, for a call of another dialect. Nothing is kept at the provider: a client of
// another dialect could neither find nor delete it.
type asked struct {
	Model        string          `json:"model"`
	Instructions string          `json:"instructions,omitempty"`
	Input        []any           `json:"input"`
	Stream       bool            `json:"stream,omitempty"`
	Store        bool            `json:"store"`
	Include      []string        `json:"include,omitempty"`
	MaxOutput    int64           `json:"max_output_tokens,omitempty"`
	Temperature  json.RawMessage `json:"temperature,omitempty"`
	TopP         json.RawMessage `json:"top_p,omitempty"`
	Tools        []functionTool  `json:"tools,omitempty"`
	ToolChoice   any             `json:"tool_choice,omitempty"`
	Parallel     *bool           `json:"parallel_tool_calls,omitempty"`
	Text         *textFormat     `json:"text,omitempty"`
	Reasoning    *thinks         `json:"reasoning,omitempty"`
	User         string          `json:"user,omitempty"`
}

type functionTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters"`
	Strict      bool            `json:"strict"`
}

type textFormat struct {
	Format struct {
		Type   string          `json:"type"`
		Name   string          `json:"name,omitempty"`
		About  string          `json:"description,omitempty"`
		Schema json.RawMessage `json:"schema,omitempty"`
		Strict *bool           `json:"strict,omitempty"`
	} `json:"format"`
}

type thinks struct {
	Effort  string `json:"effort,omitempty"`
	Summary string `json:"summary,omitempty"`
}

// maxUser is how long OpenAI lets the end user's id be.
const maxUser = 64

// Render implements llm.Wire.
func (Wire) Render(call *llm.Call, c *llm.Conversation, edit llm.Edit) ([]byte, error) {
	r := renderer{notes: edit.Notes, names: openai.ToolNames(c)}
	model := cmp.Or(edit.Model, call.Model)
	s := openai.Sampled(model, c, edit.Notes)
	q := asked{
		Model: model, Instructions: llm.JoinText(c.System), Input: r.input(c), Stream: call.Stream,
		Include:     []string{"reasoning.encrypted_content"},
		Temperature: json.RawMessage(s.Temperature), TopP: json.RawMessage(s.TopP), Text: formatOf(c.Format, edit.Notes),
	}
	if q.Instructions != "" && (len(q.Input) == 0 || c.Format.Kind == llm.FormatJSON) {
		// OpenAI answers nothing but input, and there it looks for the word JSON, without which it gives none.
		q.Input, q.Instructions = slices.Insert(q.Input, 0, any(telling{"developer", q.Instructions})), ""
	}
	q.MaxOutput = call.MaxOutput
	if edit.MaxOutput > 0 && (q.MaxOutput == 0 || edit.MaxOutput < q.MaxOutput) {
		q.MaxOutput = edit.MaxOutput
	}
	if call.Choices > 1 {
		r.notes.Refuse("n", "above 1 is not to be had from this model's endpoint. Ask several times, or ask for another model")
	}
	for _, x := range []struct {
		name  string
		there bool
	}{{"top_k", s.TopK != ""}, {"presence_penalty", s.PresencePenalty != ""}, {"frequency_penalty", s.FrequencyPenalty != ""},
		{"seed", s.Seed != ""}, {"stop", len(s.Stop) > 0}, {"logit_bias", len(s.LogitBias) > 0}, {"logprobs", s.Logprobs}} {
		if x.there {
			r.notes.Drop(x.name)
		}
	}
	if len(c.User) <= maxUser {
		q.User = c.User
	} else {
		r.notes.Drop("user")
	}
	if c.Metadata != nil {
		r.notes.Drop("metadata")
	}
	if effort, takes := openai.Effort(model, c.Reasoning, edit.Notes); takes && c.Reasoning.Asked() {
		q.Reasoning = &thinks{Effort: effort, Summary: "auto"}
		if c.Reasoning.Hidden || !c.Reasoning.On() {
			q.Reasoning.Summary = ""
		}
	}
	r.tools(c, &q)
	return dialect.Encode(&q), nil
}

func formatOf(f llm.Format, notes *llm.Notes) *textFormat {
	var t textFormat
	switch f.Kind {
	case llm.FormatJSON:
		t.Format.Type = "json_object"
	case llm.FormatSchema:
		t.Format.Type, t.Format.Name, t.Format.About = "json_schema", cmp.Or(f.Name, "answer"), f.About
		strict := openai.Strict(f.Strict, f.Schema, "response_format", notes)
		t.Format.Schema, t.Format.Strict = f.Schema, &strict
	default:
		return nil
	}
	return &t
}

// tools writes the tools and how they may be used.
func (r *renderer) tools(c *llm.Conversation, q *asked) {
	for i := range c.Tools {
		t := &c.Tools[i]
		if t.Native != nil {
			r.notes.Drop("tools." + t.Name)
			continue
		}
		f := functionTool{Type: "function", Name: r.names.Out(t.Name), Description: t.Description, Parameters: t.Schema,
			Strict: openai.Strict(t.Strict, t.Schema, "tools", r.notes)}
		if f.Parameters == nil {
			f.Parameters = json.RawMessage(`{"type":"object","properties":{}}`)
		}
		q.Tools = append(q.Tools, f)
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
		q.ToolChoice = map[string]string{"type": "function", "name": r.names.Out(c.Choose.Name)}
	}
	if c.Choose.Single {
		no := false
		q.Parallel = &no
	}
}
