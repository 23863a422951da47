package openai

import (
	"encoding/json"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Parse implements llm.Dialect. Decode has found the body sound, so only the types of what it skipped can be wrong.
func (Dialect) Parse(call *llm.Call) (*llm.Conversation, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(call.Body, &fields); err != nil {
		return nil, fault.Field("", "The request's body must be a JSON object.").Because(err)
	}
	c := &llm.Conversation{}
	for _, name := range FieldNames(fields) {
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
	if f := (*fault.Error)(nil); errorsAs(err, &f) {
		return f
	}
	return fault.Field(name, fmt.Sprintf("%q has a wrong type: %s.", name, typeOf(err))).Because(err)
}

// readers read the fields of a chat request. Nil are those that Decode has read already, or that mean nothing elsewhere
// and lose nothing (prompt cache routing, storing).
var readers = map[string]func(*llm.Conversation, json.RawMessage) error{
	"model": nil, "stream": nil, "stream_options": nil, "max_tokens": nil, "max_completion_tokens": nil, "n": nil,
	"prompt_cache_key": nil, "prompt_cache_retention": nil, "store": nil, "service_tier": nil,
	"messages":            parseMessages,
	"tools":               parseTools,
	"functions":           parseFunctions,
	"tool_choice":         parseChoice,
	"function_call":       parseChoice,
	"parallel_tool_calls": func(c *llm.Conversation, r json.RawMessage) error { c.Choose.Single = string(r) == "false"; return nil },
	"response_format":     parseFormat,
	"temperature":         number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.Temperature }),
	"top_p":               number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.TopP }),
	"top_k":               number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.TopK }),
	"presence_penalty":    number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.PresencePenalty }),
	"frequency_penalty":   number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.FrequencyPenalty }),
	"seed":                number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.Seed }),
	"top_logprobs":        number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.TopLogprobs }),
	"logprobs":            func(c *llm.Conversation, r json.RawMessage) error { return json.Unmarshal(r, &c.Sampling.Logprobs) },
	"logit_bias":          func(c *llm.Conversation, r json.RawMessage) error { c.Sampling.LogitBias = r; return nil },
	"stop":                parseStop,
	"reasoning_effort":    func(c *llm.Conversation, r json.RawMessage) error { return json.Unmarshal(r, &c.Reasoning.Effort) },
	"reasoning":           parseReasoning,
	"user":                func(c *llm.Conversation, r json.RawMessage) error { return json.Unmarshal(r, &c.User) },
	"safety_identifier":   func(c *llm.Conversation, r json.RawMessage) error { return json.Unmarshal(r, &c.User) },
	"metadata":            func(c *llm.Conversation, r json.RawMessage) error { c.Metadata = r; return nil },
}

// number keeps a JSON number as it is written.
func number(at func(*llm.Conversation) *llm.Number) func(*llm.Conversation, json.RawMessage) error {
	return func(c *llm.Conversation, r json.RawMessage) error {
		var n json.Number
		if err := json.Unmarshal(r, &n); err != nil || r[0] == '"' {
			return &json.UnmarshalTypeError{Value: "another type", Field: "number"}
		}
		*at(c) = llm.Number(n)
		return nil
	}
}

func parseStop(c *llm.Conversation, r json.RawMessage) error {
	if r[0] == '"' {
		c.Sampling.Stop = make([]string, 1)
		return json.Unmarshal(r, &c.Sampling.Stop[0])
	}
	return json.Unmarshal(r, &c.Sampling.Stop)
}

// parseReasoning reads OpenRouter's object, which many clients send to any server.
func parseReasoning(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Effort    string `json:"effort"`
		MaxTokens int64  `json:"max_tokens"`
		Enabled   *bool  `json:"enabled"`
		Exclude   bool   `json:"exclude"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if v.Effort == "" && v.MaxTokens == 0 && v.Enabled != nil {
		if v.Effort = "medium"; !*v.Enabled {
			v.Effort = "none"
		}
	}
	c.Reasoning = llm.Reasoning{Effort: v.Effort, Budget: max(v.MaxTokens, 0), Hidden: v.Exclude}
	return nil
}

func parseFormat(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Type   string `json:"type"`
		Schema struct {
			Name   string          `json:"name"`
			About  string          `json:"description"`
			Schema json.RawMessage `json:"schema"`
			Strict bool            `json:"strict"`
		} `json:"json_schema"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	switch v.Type {
	case "text", "":
	case "json_object":
		c.Format.Kind = llm.FormatJSON
	case "json_schema":
		s := v.Schema
		c.Format = llm.Format{Kind: llm.FormatSchema, Name: s.Name, About: s.About, Schema: s.Schema, Strict: s.Strict}
	default:
		return fault.Field("response_format.type", fmt.Sprintf("The response format %q is not known. Send text, json_object or json_schema.", v.Type))
	}
	return nil
}

// function is a tool's description.
type function struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Strict      *bool           `json:"strict,omitempty"`
}

func (f *function) tool() llm.Tool {
	t := llm.Tool{Name: f.Name, Description: f.Description, Strict: f.Strict != nil && *f.Strict}
	if len(f.Parameters) > 0 && string(f.Parameters) != "null" {
		t.Schema = f.Parameters
	}
	return t
}

func parseTools(c *llm.Conversation, r json.RawMessage) error {
	var list []struct {
		Type     string    `json:"type"`
		Function *function `json:"function"`
		Custom   *struct {
			function
			Format struct{ Type string }
		} `json:"custom"`
		Cache *cacheMark `json:"cache_control"`
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(r, &list); err != nil {
		return err
	}
	if err := json.Unmarshal(r, &raw); err != nil {
		return err
	}
	for i, t := range list {
		if t.Type == "custom" && t.Custom != nil && t.Custom.Name != "" {
			c.Tools = append(c.Tools, llm.Tool{Name: t.Custom.Name, Description: t.Custom.Description, Schema: Freeform})
			if t.Custom.Format.Type == "grammar" {
				c.Unknown = append(c.Unknown, "tools.custom.format")
			}
			continue
		}
		if t.Function == nil {
			c.Tools = append(c.Tools, llm.Tool{Name: t.Type, Native: raw[i], NativeOf: llm.OpenAI})
			continue
		}
		if t.Function.Name == "" {
			return fault.Field(fmt.Sprintf("tools[%d].function.name", i), fmt.Sprintf("tools[%d] has no name.", i))
		}
		tool := t.Function.tool()
		tool.Cache = t.Cache.cache()
		c.Tools = append(c.Tools, tool)
	}
	return nil
}

// parseFunctions reads the old form of tools.
func parseFunctions(c *llm.Conversation, r json.RawMessage) error {
	var list []function
	if err := json.Unmarshal(r, &list); err != nil {
		return err
	}
	for i := range list {
		c.Tools = append(c.Tools, list[i].tool())
	}
	return nil
}
