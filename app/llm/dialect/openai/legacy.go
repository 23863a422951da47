package openai

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Before tools there were functions: an answer calls one at most, in function_call and without an id, and a client that offers
// functions looks for calls nowhere else.

// isLegacy reports whether a request offers functions and no tools.
func isLegacy(body []byte) bool {
	if !bytes.Contains(body, []byte(`"functions"`)) {
		return false
	}
	var v struct {
		Functions []json.RawMessage
		Tools     []json.RawMessage
	}
	return json.Unmarshal(body, &v) == nil && len(v.Functions) > 0 && len(v.Tools) == 0
}

// legacyPiece is what a delta of a call adds to a message in the old form. Of several calls the first one counts.
func legacyPiece(d *llm.Delta) (deltaOut, bool) {
	if d.Call > 0 {
		return deltaOut{}, false
	}
	return deltaOut{Function: &called{Name: d.Name, Arguments: d.Text}}, true // a call's beginning has no text, its pieces have no name
}

// legacyIDs count the calls of the old form by their function's name, which is what results refer to. Elsewhere ids must differ.
type legacyIDs map[string]int

func (l legacyIDs) of(name string) string {
	if n := l[name]; n > 1 {
		return name + "_" + strconv.Itoa(n)
	}
	return name
}

// name gives a message's call, or its result, an id of its own.
func (l legacyIDs) name(m *said, parts []llm.Part) {
	switch n := len(parts); {
	case n == 0:
	case m.Role == "assistant" && m.FunctionCall != nil:
		l[m.FunctionCall.Name]++
		parts[n-1].ID = l.of(m.FunctionCall.Name)
	case m.Role == "function" && m.ToolCallID == "":
		parts[0].ID = l.of(m.Name)
	}
}
