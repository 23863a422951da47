package responses

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// Parse implements llm.Dialect. Decode has found the body sound, so only the types of what it skipped can be wrong.
func (Dialect) Parse(call *llm.Call) (*llm.Conversation, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(call.Body, &fields); err != nil {
		return nil, fault.Field("", "The request's body must be a JSON object.").Because(err)
	}
	c := &llm.Conversation{}
	for _, name := range openai.FieldNames(fields) {
		raw := fields[name]
		if string(raw) == "null" {
			continue
		}
		read, known := readers[name]
		if !known {
			c.Unknown = append(c.Unknown, name)
			continue
		}
		if read == nil {
			continue
		}
		if err := read(c, raw); err != nil {
			return nil, wrongType(name, err)
		}
	}
	return c, nil
}

func wrongType(name string, err error) error {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return f
	}
	found := "it cannot be read"
	if t := (*json.UnmarshalTypeError)(nil); errors.As(err, &t) {
		found = t.Value + " is not what belongs there"
	}
	return fault.Field(name, fmt.Sprintf("%q has a wrong type: %s.", name, found)).Because(err)
}

// readers read the fields of a request. Nil are those that Decode has read already, or that mean nothing elsewhere and lose
// nothing (prompt cache routing, what to add to an answer).
var readers = map[string]func(*llm.Conversation, json.RawMessage) error{
	"model": nil, "stream": nil, "stream_options": nil, capName: nil, "include": nil, "prompt_cache_key": nil,
	"prompt_cache_retention": nil, "service_tier": nil, "client_metadata": nil, "max_tool_calls": nil, "background": nil,
	"store":                parseStore,
	"truncation":           parseTruncation,
	"previous_response_id": kept("previous_response_id"),
	"prompt":               kept("prompt"),
	"input":                parseInput,
	"instructions":         parseInstructions,
	"tools":                parseTools,
	"tool_choice":          parseChoice,
	"parallel_tool_calls":  func(c *llm.Conversation, r json.RawMessage) error { c.Choose.Single = string(r) == "false"; return nil },
	"text":                 parseText,
	"reasoning":            parseReasoning,
	"temperature":          number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.Temperature }),
	"top_p":                number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.TopP }),
	"top_logprobs":         number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.TopLogprobs }),
	"user":                 func(c *llm.Conversation, r json.RawMessage) error { return json.Unmarshal(r, &c.User) },
	"safety_identifier":    func(c *llm.Conversation, r json.RawMessage) error { return json.Unmarshal(r, &c.User) },
	"metadata":             func(c *llm.Conversation, r json.RawMessage) error { c.Metadata = r; return nil },
}

// kept refuses what only the provider that keeps it can read.
func kept(name string) func(*llm.Conversation, json.RawMessage) error {
	return func(*llm.Conversation, json.RawMessage) error {
		f := fault.Newf(fault.Invalid, "unsupported_parameter", "%q refers to something that only a provider of OpenAI's Responses API keeps, and this model's provider is none. Send the whole conversation in \"input\", or ask for another model.", name)
		f.Field = name
		return f
	}
}

// parseStore reports a wish that is not fulfilled; without one, storing is what a client may expect and rarely needs.
func parseStore(c *llm.Conversation, r json.RawMessage) error {
	if string(r) == "true" {
		c.Unknown = append(c.Unknown, "store")
	}
	return nil
}

func parseTruncation(c *llm.Conversation, r json.RawMessage) error {
	if string(r) != `"disabled"` {
		c.Unknown = append(c.Unknown, "truncation")
	}
	return nil
}

// number keeps a JSON number as it is written.
func number(at func(*llm.Conversation) *llm.Number) func(*llm.Conversation, json.RawMessage) error {
	return func(c *llm.Conversation, r json.RawMessage) error {
		var n json.Number
		if err := json.Unmarshal(r, &n); err != nil || r[0] == '"' {
			return &json.UnmarshalTypeError{Value: "another type"}
		}
		*at(c) = llm.Number(n)
		return nil
	}
}

// parseInstructions puts the instructions before every system message, where OpenAI has them.
func parseInstructions(c *llm.Conversation, r json.RawMessage) error {
	var s string
	if err := json.Unmarshal(r, &s); err != nil {
		return err
	}
	if s != "" {
		c.System = append([]llm.Part{{Text: s}}, c.System...)
	}
	return nil
}

func parseReasoning(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Effort string `json:"effort"`
	}
	err := json.Unmarshal(r, &v)
	c.Reasoning.Effort = v.Effort
	return err
}

func parseText(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Verbosity string `json:"verbosity"`
		Format    *struct {
			Type   string          `json:"type"`
			Name   string          `json:"name"`
			About  string          `json:"description"`
			Schema json.RawMessage `json:"schema"`
			Strict bool            `json:"strict"`
		} `json:"format"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if v.Verbosity != "" && v.Verbosity != "medium" {
		c.Unknown = append(c.Unknown, "text.verbosity")
	}
	if v.Format == nil {
		return nil
	}
	switch f := v.Format; f.Type {
	case "text", "":
	case "json_object":
		c.Format.Kind = llm.FormatJSON
	case "json_schema":
		c.Format = llm.Format{Kind: llm.FormatSchema, Name: f.Name, About: f.About, Schema: f.Schema, Strict: f.Strict}
	default:
		return fault.Field("text.format.type", fmt.Sprintf("The format %q is not known. Send text, json_object or json_schema.", f.Type))
	}
	return nil
}
