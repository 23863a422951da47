package gateway

import (
	"encoding/json"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// bodied is the family whose words a family's bodies are in: /invoke takes Anthropic's, in a path of its own.
func bodied(f llm.Family) llm.Family {
	if f == llm.Invoke {
		return llm.Anthropic
	}
	return f
}

// takesPrompts reports whether an endpoint asks for what a stored prompt can say.
func (g *Gateway) takesPrompts(e *endpoint) bool {
	switch e.op {
	case llm.Chat:
		return g.wires[bodied(e.family)] != nil
	case llm.CountTokens:
		return e.family == llm.Anthropic && g.wires[e.family] != nil
	case llm.Completions:
		return true
	}
	return false
}

// written is what a stored prompt says in the words of an endpoint.
func (g *Gateway) written(e *endpoint, ready *prompt.Ready, notes *llm.Notes) ([]byte, error) {
	if e.op == llm.Completions {
		return completion(ready, notes)
	}
	call := &llm.Call{Operation: e.op, Model: ready.Model, MaxOutput: ready.MaxOutput, Choices: 1}
	body, err := g.wires[bodied(e.family)].Render(call, ready.Talk, llm.Edit{Model: ready.Model, Notes: notes})
	if err != nil || e.family != llm.Invoke {
		return body, err
	}
	all, err := members(body)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"model", "stream"} { // the path says both
		all.take(name)
	}
	return all.bytes(), nil
}

// completion is a stored prompt as the one text that a legacy completion goes on from: its messages, one paragraph each.
func completion(ready *prompt.Ready, notes *llm.Notes) ([]byte, error) {
	c := ready.Talk
	if len(c.Tools) > 0 || c.Format.Kind == llm.FormatSchema {
		return nil, fault.Newf(fault.Invalid, "unsupported_operation", "The prompt %q has tools or a schema for its answer, which completions do not have. Use /v1/chat/completions.", ready.Name)
	}
	whole := ""
	add := func(parts []llm.Part) {
		for _, p := range parts {
			if whole != "" {
				whole += paragraphs
			}
			whole += p.Text
		}
	}
	add(c.System)
	for _, t := range c.Turns {
		if t.Role == llm.Assistant {
			return nil, fault.Newf(fault.Invalid, "unsupported_operation", "The prompt %q has messages of the assistant, which completions do not have. Use /v1/chat/completions.", ready.Name)
		}
		add(t.Parts)
	}
	if c.Reasoning.Effort != "" {
		notes.Drop("reasoning_effort")
	}
	return json.Marshal(struct {
		Model       string          `json:"model"`
		Prompt      string          `json:"prompt"`
		MaxTokens   int64           `json:"max_tokens,omitempty"`
		Temperature json.RawMessage `json:"temperature,omitempty"`
		TopP        json.RawMessage `json:"top_p,omitempty"`
		Stop        []string        `json:"stop,omitempty"`
	}{ready.Model, whole, ready.MaxOutput, json.RawMessage(c.Sampling.Temperature), json.RawMessage(c.Sampling.TopP), c.Sampling.Stop})
}
