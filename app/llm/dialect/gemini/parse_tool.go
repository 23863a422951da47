package gemini

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// tools reads functions, and Google's own tools as they stand.
func (p *parser) tools(m members) error {
	var list []members
	if err := m.into("tools", &list); err != nil {
		return err
	}
	for _, in := range list {
		var functions []members
		if err := in.into("functionDeclarations", &functions); err != nil {
			return err
		}
		for i, f := range functions {
			t := llm.Tool{}
			if err := errors.Join(f.into("name", &t.Name), f.into("description", &t.Description)); err != nil {
				return err
			}
			if t.Name == "" {
				return fault.Field("tools.functionDeclarations", fmt.Sprintf("functionDeclarations[%d] has no name.", i))
			}
			if t.Schema = f.take("parametersJsonSchema"); t.Schema == nil {
				t.Schema = jsonSchema(f.take("parameters"))
			}
			p.conversation.Tools = append(p.conversation.Tools, t)
		}
		for _, name := range slices.Sorted(keys(in)) {
			raw, err := json.Marshal(members{name: in[name]})
			if err != nil {
				return err
			}
			p.conversation.Tools = append(p.conversation.Tools, llm.Tool{Name: name, Native: raw, NativeOf: llm.Gemini})
		}
	}
	return nil
}

func keys(m members) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name, raw := range m {
			if string(raw) != "null" && !yield(name) {
				return
			}
		}
	}
}

// choice reads toolConfig. Where only some functions are allowed, the others are not offered: that is the same.
func (p *parser) choice(m members) error {
	in, err := m.object("toolConfig")
	if err != nil || in == nil {
		return err
	}
	f, err := in.object("functionCallingConfig")
	if err != nil {
		return err
	}
	c := p.conversation
	c.Unknown = append(c.Unknown, in.rest("toolConfig.")...)
	if f == nil {
		return nil
	}
	var mode string
	var allowed []string
	if err := errors.Join(f.into("mode", &mode), f.into("allowedFunctionNames", &allowed)); err != nil {
		return err
	}
	f.take("streamFunctionCallArguments")
	switch strings.ToUpper(mode) {
	case "", "AUTO", "MODE_UNSPECIFIED", "VALIDATED":
	case "NONE":
		c.Choose.Mode = llm.ChooseNone
	case "ANY":
		c.Choose.Mode = llm.ChooseAny
		if len(allowed) == 1 {
			c.Choose = llm.ToolChoice{Mode: llm.ChooseNamed, Name: allowed[0]}
		}
	default:
		return fault.Field("toolConfig.functionCallingConfig.mode", fmt.Sprintf("The function calling mode %q is not known. Send AUTO, ANY, VALIDATED or NONE.", mode))
	}
	if len(allowed) > 1 || len(allowed) == 1 && c.Choose.Mode != llm.ChooseNamed { // VALIDATED takes names, too
		c.Tools = slices.DeleteFunc(c.Tools, func(t llm.Tool) bool { return t.Native == nil && !slices.Contains(allowed, t.Name) })
	}
	return nil
}
