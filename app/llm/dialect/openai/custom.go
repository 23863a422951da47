package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Freeform stands in for a custom tool, which takes a text, where tools take objects. An answer's calls of such a tool become custom
// calls again, which is up to the writers of OpenAI's dialects.
var Freeform = []byte(`{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}`)

// Freely puts a text into the object that stands in for it.
func Freely(text string) string { return `{"input":` + llm.Quote(text) + `}` }

// Freed is the text out of the object that stands in for it, or whatever a model wrote instead.
func Freed(args string) string {
	var v struct{ Input string }
	if json.Unmarshal([]byte(args), &v) != nil {
		return args
	}
	return v.Input
}

// textCall is a call of a custom tool, or a piece of one.
type textCall struct {
	Name  string `json:"name,omitempty"`
	Input string `json:"input"`
}

// customTools are the names of a request's tools that take a text.
func customTools(body []byte) map[string]bool {
	if !bytes.Contains(body, []byte(`"custom"`)) {
		return nil
	}
	var v struct {
		Tools []struct {
			Type   string
			Custom function
		}
	}
	if json.Unmarshal(body, &v) != nil {
		return nil
	}
	names := map[string]bool{}
	for _, t := range v.Tools {
		if t.Type == "custom" {
			names[t.Custom.Name] = true
		}
	}
	return names
}

// freeCall is a call of a custom tool that is under way. Its text is only known when the object around it is whole.
type freeCall struct {
	choice, number int
	text           strings.Builder
}

// free finds the custom call that a delta belongs to; nil if it is a function's.
func (w *writer) free(d *llm.Delta) *freeCall {
	for _, f := range w.frees {
		if f.choice == d.Choice && f.number == d.Call {
			return f
		}
	}
	return nil
}

// freed writes the texts of a choice's custom calls, which have ended.
func (w *writer) freed(dst []byte, choice int) []byte {
	for _, f := range w.frees {
		if f.choice == choice {
			dst = w.chunk(dst, choice, deltaOut{ToolCalls: []madeCall{{Index: &f.number, Custom: &textCall{Input: Freed(f.text.String())}}}}, nil)
		}
	}
	return dst
}

// text reads a call of a custom tool or a piece of one. Only an answer that is written anew for a client of this very dialect has some.
func (r *reader) text(dst []llm.Delta, choice, n int, t *madeCall) []llm.Delta {
	at := [2]int{choice, n}
	k := r.open[at]
	if k == nil || t.ID != "" && t.ID != k.id {
		k = &begunCall{number: r.calls[choice], id: t.ID, choice: choice}
		r.open[at] = k
		r.texts = append(r.texts, k)
		r.calls[choice]++
		id := t.ID
		if id == "" {
			id = fmt.Sprintf("call_%d_%d", choice, k.number)
		}
		dst = append(dst, llm.Delta{Kind: llm.CallBegin, Choice: choice, Call: k.number, ID: id, Name: r.names.Back(t.Custom.Name)})
	}
	k.args = append(k.args, t.Custom.Input...)
	return dst
}

// ended gives the texts of custom calls that have ended: a choice's, or all.
func (r *reader) ended(dst []llm.Delta, choice int) []llm.Delta {
	kept := r.texts[:0]
	for _, k := range r.texts {
		if choice >= 0 && k.choice != choice {
			kept = append(kept, k)
			continue
		}
		dst = append(dst, llm.Delta{Kind: llm.CallDelta, Choice: k.choice, Call: k.number, Text: Freely(string(k.args))})
	}
	r.texts = kept
	return dst
}

const every = -1
