package llm

import (
	"crypto/sha256"
	"encoding/hex"
)

// Tool is something that a model may call.
type Tool struct {
	Name        string
	Description string
	// Schema is the parameters' JSON Schema, as it stood; nil takes an object of anything.
	Schema []byte
	// Strict asks the provider to hold the model to the schema.
	Strict bool
	Cache  *Cache
	// Native is a tool that the provider itself runs (web search, code execution), as it stood in the dialect NativeOf.
	// No other dialect can say it; Name is its type then.
	Native   []byte
	NativeOf Family
}

// ChoiceMode says how free a model is to call tools.
type ChoiceMode uint8

// The modes. Auto is what every provider does when nobody says anything.
const (
	ChooseAuto ChoiceMode = iota
	ChooseNone
	ChooseAny   // at least one
	ChooseNamed // the one named
)

// ToolChoice says which tools the model may or must call.
type ToolChoice struct {
	Mode ChoiceMode
	Name string
	// Single forbids more than one call in an answer (parallel_tool_calls: false).
	Single bool
}

// Names maps tool names to ones that a provider takes, and back. Most pass as they are; the others are shortened the same
// way every time, so that a conversation's turns agree and prompt caches hold.
type Names struct {
	out, back map[string]string
}

// NewNames makes the map for a conversation's tools and calls. ok reports whether a provider takes a byte of a name, most
// is how long it may be.
func NewNames(c *Conversation, most int, ok func(b byte) bool) Names {
	var n Names
	take := func(name string) {
		if fits(name, most, ok) || n.out[name] != "" {
			return
		}
		if n.out == nil {
			n.out, n.back = map[string]string{}, map[string]string{}
		}
		short := shorten(name, most, ok)
		n.out[name], n.back[short] = short, name
	}
	for i := range c.Tools {
		if c.Tools[i].Native == nil {
			take(c.Tools[i].Name)
		}
	}
	for i := range c.Turns {
		for j := range c.Turns[i].Parts {
			if p := &c.Turns[i].Parts[j]; p.Kind == ToolCall {
				take(p.Name)
			}
		}
	}
	return n
}

// Out is the provider's name for the client's.
func (n Names) Out(name string) string {
	if short, ok := n.out[name]; ok {
		return short
	}
	return name
}

// Back is the client's name for the provider's.
func (n Names) Back(name string) string {
	if long, ok := n.back[name]; ok {
		return long
	}
	return name
}

func fits(name string, most int, ok func(byte) bool) bool {
	for i := range len(name) {
		if !ok(name[i]) {
			return false
		}
	}
	return len(name) > 0 && len(name) <= most
}

// shorten keeps what can be read of a name and makes it unique by eight digits of its hash.
func shorten(name string, most int, ok func(byte) bool) string {
	sum := sha256.Sum256([]byte(name))
	mark := "_" + hex.EncodeToString(sum[:4])
	out := make([]byte, 0, most)
	for i := 0; i < len(name) && len(out) < most-len(mark); i++ {
		if ok(name[i]) {
			out = append(out, name[i])
		} else {
			out = append(out, '_')
		}
	}
	return string(out) + mark
}
