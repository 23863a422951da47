package prompt

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Values are what a client sends for variables, JSON as it stood.
type Values map[string]json.RawMessage

// wrongVariable refuses a value, or its absence.
func wrongVariable(name, format string, args ...any) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Code: "invalid_variable", Field: "variables." + name, Public: fmt.Sprintf(format, args...)}
}

// texts are the values as the text that stands for each variable: checked, with defaults for what is missing.
func texts(vars []Variable, sent Values) (map[string]string, error) {
	for _, name := range sorted(sent) {
		if !declared(vars, name) {
			return nil, wrongVariable(clip(name), "The prompt has no variable %q. %s", clip(name), known(vars))
		}
	}
	out := make(map[string]string, len(vars))
	for i := range vars {
		v := &vars[i]
		value, there := sent[v.Name]
		if !there || string(value) == "null" && v.Type != JSON {
			if v.Required && v.Default == nil {
				return nil, wrongVariable(v.Name, "The prompt needs the variable %q (%s). Send it in \"variables\".", v.Name, v.Type)
			}
			value = v.Default
		}
		if value == nil {
			out[v.Name] = ""
			continue
		}
		text, why := v.text(value)
		if why != "" {
			return nil, wrongVariable(v.Name, "The variable %q %s.", v.Name, why)
		}
		out[v.Name] = text
	}
	return out, nil
}

func known(vars []Variable) string {
	if len(vars) == 0 {
		return "It has none."
	}
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v.Name
	}
	return "It has: " + strings.Join(names, ", ") + "."
}

func sorted(v Values) []string {
	out := make([]string, 0, len(v))
	for name := range v {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// text is a value as the text that stands for it, or why it is none of the variable's type.
func (v *Variable) text(value json.RawMessage) (text, why string) {
	switch v.Type {
	case String, Enum:
		if json.Unmarshal(value, &text) != nil || value[0] != '"' {
			return "", "must be a string"
		}
		if v.Type == Enum {
			if !slices.Contains(v.Options, text) {
				return "", "must be one of " + strings.Join(v.Options, ", ")
			}
			return text, ""
		}
		return text, v.long(text)
	case Integer:
		if _, err := strconv.ParseInt(string(value), 10, 64); err != nil {
			return "", "must be a whole number"
		}
	case Number:
		if f, err := strconv.ParseFloat(string(value), 64); err != nil || math.IsInf(f, 0) || !json.Valid(value) {
			return "", "must be a number"
		}
	case Boolean:
		if s := string(value); s != "true" && s != "false" {
			return "", "must be true or false"
		}
	case JSON:
		if !json.Valid(value) {
			return "", "must be JSON"
		}
		return string(value), v.long(string(value))
	}
	return string(value), ""
}

func (v *Variable) long(text string) string {
	most := v.Max
	if most == 0 {
		most = MaxValue
	}
	if len(text) > most && utf8.RuneCountInString(text) > most {
		return fmt.Sprintf("has %d characters, at most %d are allowed", utf8.RuneCountInString(text), most)
	}
	return ""
}

// FromText makes a value of what somebody typed into a form or on a command line.
func (v *Variable) FromText(typed string) json.RawMessage {
	if v.Type == String || v.Type == Enum {
		b, _ := json.Marshal(typed) // a string always has a JSON form
		return b
	}
	return json.RawMessage(strings.TrimSpace(typed))
}

func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return strings.ToValidUTF8(s[:80], "") + "…"
}
