package openai

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// FieldNames are a request's fields in the order in which they are read: the same every time, so that the same error comes first, and
// tool_choice behind the tools, which it may narrow.
func FieldNames(fields map[string]json.RawMessage) []string {
	names := slices.Sorted(maps.Keys(fields))
	if i := slices.Index(names, "tool_choice"); i >= 0 {
		names = append(slices.Delete(names, i, i+1), "tool_choice")
	}
	return names
}

func parseChoice(c *llm.Conversation, r json.RawMessage) error {
	if r = bytes.TrimSpace(r); r[0] == '"' {
		var word string
		if err := json.Unmarshal(r, &word); err != nil {
			return err
		}
		return chooseMode(c, word)
	}
	var v struct {
		Name     string   `json:"name"` // function_call
		Function function `json:"function"`
		Custom   function `json:"custom"`
		Allowed  *struct {
			Mode  string `json:"mode"`
			Tools []struct {
				Function function `json:"function"`
				Custom   function `json:"custom"`
			} `json:"tools"`
		} `json:"allowed_tools"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if a := v.Allowed; a != nil {
		var names []string
		for _, t := range a.Tools {
			names = append(names, cmp.Or(t.Function.Name, t.Custom.Name))
		}
		c.Tools = slices.DeleteFunc(c.Tools, func(t llm.Tool) bool { return !slices.Contains(names, t.Name) })
		return chooseMode(c, cmp.Or(a.Mode, "auto"))
	}
	c.Choose.Name = cmp.Or(v.Function.Name, v.Custom.Name, v.Name)
	if c.Choose.Name == "" {
		return fault.Field("tool_choice", "This tool choice can only be understood by the provider whose dialect it is. Send auto, none, required or {\"type\":\"function\",\"function\":{\"name\":…}}.")
	}
	c.Choose.Mode = llm.ChooseNamed
	return nil
}

func chooseMode(c *llm.Conversation, word string) error {
	switch word {
	case "auto":
	case "none":
		c.Choose.Mode = llm.ChooseNone
	case "required":
		c.Choose.Mode = llm.ChooseAny
	default:
		return fault.Field("tool_choice", fmt.Sprintf("The tool choice %q is not known. Send auto, none, required or a function's name in an object.", word))
	}
	return nil
}
