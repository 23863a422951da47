package responses

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// loose is a text, or another value as it stands: items of some kinds have an object where calls have a text.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(l))
	}
	if *l = loose(b); string(b) == "null" {
		*l = ""
	}
	return nil
}

// namedTool is one of tools.
type namedTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
	Strict      *bool           `json:"strict"`
}

func parseTools(c *llm.Conversation, r json.RawMessage) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(r, &raw); err != nil {
		return err
	}
	for i := range raw {
		var t namedTool
		if err := json.Unmarshal(raw[i], &t); err != nil {
			return err
		}
		out := llm.Tool{Name: t.Name, Description: t.Description, Strict: t.Strict != nil && *t.Strict}
		switch t.Type {
		case "function":
			if len(t.Parameters) > 0 && string(t.Parameters) != "null" {
				out.Schema = t.Parameters
			}
		case "custom":
			out.Schema = openai.Freeform // the answer's calls of it become custom calls again (writer)
		default:
			c.Tools = append(c.Tools, llm.Tool{Name: t.Type, Native: raw[i], NativeOf: llm.Responses})
			continue
		}
		if t.Name == "" {
			return fault.Field(fmt.Sprintf("tools[%d].name", i), fmt.Sprintf("tools[%d] has no name.", i))
		}
		c.Tools = append(c.Tools, out)
	}
	return nil
}

func parseChoice(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Type, Name, Mode string
		Tools            []struct{ Name string }
	}
	if r = bytes.TrimSpace(r); r[0] == '"' {
		if err := json.Unmarshal(r, &v.Mode); err != nil {
			return err
		}
	} else if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if (v.Type == "function" || v.Type == "custom") && v.Name != "" {
		c.Choose.Mode, c.Choose.Name = llm.ChooseNamed, v.Name
		return nil
	}
	if v.Type == "allowed_tools" {
		c.Tools = slices.DeleteFunc(c.Tools, func(t llm.Tool) bool {
			return !slices.ContainsFunc(v.Tools, func(a struct{ Name string }) bool { return a.Name == t.Name })
		})
	} else if v.Type != "" {
		return fault.Field("tool_choice", "This tool choice can only be understood by the provider whose dialect it is. Send auto, none, required or {\"type\":\"function\",\"name\":…}.")
	}
	switch v.Mode {
	case "auto", "":
	case "none":
		c.Choose.Mode = llm.ChooseNone
	case "required":
		c.Choose.Mode = llm.ChooseAny
	default:
		return fault.Field("tool_choice", fmt.Sprintf("The tool choice %q is not known. Send auto, none, required or a function's name in an object.", v.Mode))
	}
	return nil
}
