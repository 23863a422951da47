package prompt

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var toolForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// efforts are the words for how much a model thinks.
var efforts = []string{"", "none", "minimal", "low", "medium", "high", "xhigh", "max"}

// checked is a content in its stored form, or everything that is wrong with it, joined. Whether its includes work out is another
// question (Shelf).
func (c Content) checked(kind Kind) (Content, int64, error) {
	var errs []error
	bad := func(field, format string, args ...any) {
		errs = append(errs, fault.Field(field, fmt.Sprintf(format, args...)))
	}
	if c.Model = strings.TrimSpace(c.Model); c.Model != "" || kind != Text {
		name, err := org.Name("model", "the model's name", c.Model, 200)
		if c.Model = name; err != nil {
			errs = append(errs, err)
		} else if strings.HasPrefix(name, Prefix) {
			bad("model", "A prompt asks for a model or an alias, not for another prompt. Include that one in the text by {{> name}}.")
		}
	}
	used := c.checkMessages(kind, bad)
	c.checkVariables(used, bad)
	c.checkTools(bad)
	c.checkSettings(bad)
	stored, err := json.Marshal(c)
	if err != nil {
		bad("content", "The prompt cannot be stored: %v.", err)
	}
	if len(stored) > MaxContent {
		bad("content", "The prompt has %d KiB; a version has at most %d, schemas and tools included. Shorten it, or send long texts as variables.", len(stored)>>10, MaxContent>>10)
	}
	return c, int64(len(stored)), errors.Join(errs...)
}

type complaint func(field, format string, args ...any)

// checkMessages gives the variables that the texts use.
func (c *Content) checkMessages(kind Kind, bad complaint) map[string]bool {
	used := map[string]bool{}
	if n := len(c.Messages); n == 0 || n > maxMessages || kind == Text && n != 1 {
		bad("messages", "A chat prompt has 1 to %d messages, a text prompt one text.", maxMessages)
	}
	for i, m := range c.Messages {
		field := "messages." + strconv.Itoa(i)
		if _, ok := roles[m.Role]; !ok || kind == Text && m.Role != "user" {
			bad(field, "Message %d is of the system, the user or the assistant; a text prompt's is the user's.", i+1)
		}
		if strings.TrimSpace(m.Text) == "" || !utf8.ValidString(m.Text) {
			bad(field, "Message %d says nothing, or is not UTF-8 text.", i+1)
		}
		parts, err := parse(m.Text)
		if err != nil {
			bad(field, "Message %d, %v.", i+1, err)
		}
		for _, p := range parts {
			used[p.variable] = true
		}
	}
	delete(used, "")
	return used
}

func (c *Content) checkVariables(used map[string]bool, bad complaint) {
	if len(c.Variables) > maxVariables {
		bad("variables", "A prompt has at most %d variables.", maxVariables)
	}
	listed := map[string]bool{}
	for i := range c.Variables {
		v := &c.Variables[i]
		if !variableForm.MatchString(v.Name) || listed[v.Name] {
			bad("variables", "A variable's name has letters, digits and _, begins with no digit, and stands once: %q.", clip(v.Name))
			continue
		}
		listed[v.Name] = true
		if why := v.check(); why != "" {
			bad("variables", "The variable %q %s.", v.Name, why)
		}
		if !used[v.Name] && len(c.includes()) == 0 { // an include may use it
			bad("variables", "The variable %q stands in no text. Write {{%s}} where it belongs, or leave it out.", v.Name, v.Name)
		}
	}
	for _, name := range sortedKeys(used) {
		if !listed[name] && len(c.includes()) == 0 {
			bad("variables", "The text uses {{%s}}, but there is no such variable. Declare it, or write \\{{ for two braces.", name)
		}
	}
}

func (v *Variable) check() string {
	switch {
	case !slices.Contains(Types, v.Type):
		return "is of type string, integer, number, boolean, enum or json"
	case len(v.About) > maxAbout:
		return fmt.Sprintf("is described in at most %d bytes", maxAbout)
	case v.Max < 0 || v.Max > MaxValue:
		return fmt.Sprintf("may have 1 to %d characters", MaxValue)
	case v.Type == Enum && (len(v.Options) == 0 || len(v.Options) > maxOptions):
		return fmt.Sprintf("is one of 1 to %d options", maxOptions)
	case v.Type != Enum && len(v.Options) > 0:
		return "has options, which only the type enum has"
	}
	if string(v.Default) == "null" && v.Type != JSON {
		v.Default = nil
	}
	if v.Default != nil {
		if _, why := v.text(v.Default); why != "" {
			return "has a default that does not fit: it " + why
		}
	}
	return ""
}

func (c *Content) checkTools(bad complaint) {
	if len(c.Tools) > maxTools {
		bad("tools", "A prompt offers at most %d tools.", maxTools)
	}
	seen := map[string]bool{}
	for _, t := range c.Tools {
		if !toolForm.MatchString(t.Name) || seen[t.Name] {
			bad("tools", "A tool's name has letters, digits, _ and -, up to 64, and stands once: %q.", clip(t.Name))
		}
		seen[t.Name] = true
		if t.Parameters != nil && !object(t.Parameters) {
			bad("tools", "The parameters of the tool %q are a JSON Schema: an object.", clip(t.Name))
		}
	}
	if c.Schema != nil && (!object(c.Schema.Schema) || c.Schema.Name != "" && !toolForm.MatchString(c.Schema.Name)) {
		bad("schema", "The answer's schema is a JSON Schema, an object; its name has letters, digits, _ and -.")
	}
}

func object(text json.RawMessage) bool {
	var m map[string]json.RawMessage
	return json.Unmarshal(text, &m) == nil && m != nil
}

func (c *Content) checkSettings(bad complaint) {
	s := &c.Settings
	for _, x := range [...]struct {
		field string
		value json.Number
		most  float64
	}{{"temperature", s.Temperature, 2}, {"top_p", s.TopP, 1}} {
		if f, err := x.value.Float64(); x.value != "" && (err != nil || !json.Valid([]byte(x.value)) || f < 0 || f > x.most) {
			bad(x.field, "The %s is a number from 0 to %g.", x.field, x.most)
		}
	}
	if s.MaxOutput < 0 || s.MaxOutput > 1_000_000 {
		bad("max_output_tokens", "The most output tokens are 1 to 1000000; leave it out for the model's own bound.")
	}
	if len(s.Stop) > maxStops || slices.Contains(s.Stop, "") {
		bad("stop", "There are at most %d stop sequences, none of them empty.", maxStops)
	}
	if !slices.Contains(efforts, s.Effort) {
		bad("reasoning_effort", "The reasoning effort is none, minimal, low, medium, high, xhigh or max.")
	}
}
