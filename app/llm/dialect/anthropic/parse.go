package anthropic

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Parse implements llm.Dialect. Decode has found the body sound, so only the types of what it skipped can be wrong.
func (Dialect) Parse(call *llm.Call) (*llm.Conversation, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(call.Body, &fields); err != nil {
		return nil, fault.Field("", "The request's body must be a JSON object.").Because(err)
	}
	c := &llm.Conversation{}
	for _, name := range ordered {
		raw, there := fields[name]
		if delete(fields, name); !there || string(raw) == "null" || readers[name] == nil {
			continue
		}
		if err := readers[name](c, raw); err != nil {
			if f := (*fault.Error)(nil); errors.As(err, &f) {
				return nil, f
			}
			return nil, fault.Field(name, fmt.Sprintf("%q cannot be read: a value in it has the wrong type.", name)).Because(err)
		}
	}
	for name, raw := range fields {
		if string(raw) != "null" {
			c.Unknown = append(c.Unknown, name)
		}
	}
	slices.Sort(c.Unknown)
	return c, nil
}

// ordered are the fields in the order in which they are read: output_config adds to what thinking said.
var ordered = []string{"model", "max_tokens", "stream", "service_tier", "cache_control", "system", "messages", "tools", "tool_choice", "thinking",
	"output_config", "output_format", "temperature", "top_p", "top_k", "stop_sequences", "metadata"}

// readers read the fields. Those without one were read by Decode, or mean nothing elsewhere and lose nothing.
var readers = map[string]func(*llm.Conversation, json.RawMessage) error{
	"system": func(c *llm.Conversation, r json.RawMessage) (err error) {
		c.System, err = readContent(r, "system")
		return err
	},
	"messages":       parseMessages,
	"tools":          parseTools,
	"tool_choice":    parseChoice,
	"thinking":       parseThinking,
	"output_config":  parseOutput,
	"output_format":  parseFormat,
	"temperature":    number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.Temperature }),
	"top_p":          number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.TopP }),
	"top_k":          number(func(c *llm.Conversation) *llm.Number { return &c.Sampling.TopK }),
	"stop_sequences": func(c *llm.Conversation, r json.RawMessage) error { return json.Unmarshal(r, &c.Sampling.Stop) },
	"metadata": func(c *llm.Conversation, r json.RawMessage) error {
		var v struct {
			User string `json:"user_id"`
		}
		err := json.Unmarshal(r, &v)
		c.User = v.User
		return err
	},
}

// number keeps a JSON number as it is written.
func number(at func(*llm.Conversation) *llm.Number) func(*llm.Conversation, json.RawMessage) error {
	return func(c *llm.Conversation, r json.RawMessage) error {
		var n json.Number
		if err := json.Unmarshal(r, &n); err != nil || r[0] == '"' {
			return errShape
		}
		*at(c) = llm.Number(n)
		return nil
	}
}

func parseThinking(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Type    string `json:"type"`
		Budget  int64  `json:"budget_tokens"`
		Display string `json:"display"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	c.Reasoning.Hidden = v.Display == "omitted"
	switch v.Type {
	case "enabled":
		c.Reasoning.Budget = max(v.Budget, 0)
	case "adaptive":
		c.Reasoning.Adaptive = true
	case "disabled":
		c.Reasoning.Effort = "none"
	}
	return nil
}

// parseOutput reads effort and format. An effort counts only where the client wants thinking, and then before a budget:
// with thinking off it is about the answer's length, for which other dialects have no word.
func parseOutput(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Effort string          `json:"effort"`
		Format json.RawMessage `json:"format"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if v.Effort != "" && c.Reasoning.Adaptive {
		c.Reasoning.Effort = v.Effort
	}
	if len(v.Format) > 0 && string(v.Format) != "null" {
		return parseFormat(c, v.Format)
	}
	return nil
}

func parseFormat(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Type   string          `json:"type"`
		Schema json.RawMessage `json:"schema"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if v.Type == "json_schema" {
		c.Format = llm.Format{Kind: llm.FormatSchema, Schema: v.Schema, Strict: true}
	}
	return nil
}

func parseTools(c *llm.Conversation, r json.RawMessage) error {
	var list []json.RawMessage
	if err := json.Unmarshal(r, &list); err != nil {
		return err
	}
	for i, raw := range list {
		var t struct {
			Type        string          `json:"type"`
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Schema      json.RawMessage `json:"input_schema"`
			Strict      bool            `json:"strict"`
			Cache       *mark           `json:"cache_control"`
		}
		if err := json.Unmarshal(raw, &t); err != nil {
			return err
		}
		switch {
		case t.Type != "" && t.Type != "custom":
			c.Tools = append(c.Tools, llm.Tool{Name: t.Type, Native: raw, NativeOf: llm.Anthropic})
		case t.Name == "":
			return fault.Field(fmt.Sprintf("tools[%d].name", i), fmt.Sprintf("tools[%d] has no name.", i))
		default:
			c.Tools = append(c.Tools, llm.Tool{Name: t.Name, Description: t.Description, Schema: t.Schema, Strict: t.Strict, Cache: t.Cache.cache()})
		}
	}
	return nil
}

func parseChoice(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Type   string `json:"type"`
		Name   string `json:"name"`
		Single bool   `json:"disable_parallel_tool_use"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	c.Choose = llm.ToolChoice{Name: v.Name, Single: v.Single}
	switch v.Type {
	case "auto":
	case "none":
		c.Choose.Mode = llm.ChooseNone
	case "any":
		c.Choose.Mode = llm.ChooseAny
	case "tool":
		c.Choose.Mode = llm.ChooseNamed
	default:
		return fault.Field("tool_choice.type", fmt.Sprintf("The tool choice %q is not known. Send auto, any, tool or none.", v.Type))
	}
	return nil
}

// mark is cache_control.
type mark struct {
	Type string `json:"type"`
	TTL  string `json:"ttl,omitempty"`
}

func (m *mark) cache() *llm.Cache {
	if m == nil {
		return nil
	}
	return &llm.Cache{TTL: m.TTL}
}

// Other providers' opaque state travels to a client of this dialect and back in fields that it keeps without reading: a
// signature, or redacted thinking. The mark in front says whose it is, so that it is never taken for Anthropic's.
const (
	sealed = dialect.Sealed
	onCall = "call:" // it belongs to the tool call that follows, not to thinking
)

func seal(o *llm.Opaque) string {
	if o.Of == llm.Anthropic {
		return o.Data
	}
	return sealed + string(o.Of) + ":" + o.Data
}

func unseal(s string, redacted bool) *llm.Opaque {
	if rest, ours := strings.CutPrefix(s, sealed); ours {
		of, data, _ := strings.Cut(rest, ":")
		return &llm.Opaque{Of: llm.Family(of), Data: data, Redacted: redacted}
	}
	return &llm.Opaque{Of: llm.Anthropic, Data: s, Redacted: redacted}
}
