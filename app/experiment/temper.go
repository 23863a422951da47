package experiment

import (
	"bytes"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// holders are the objects in which a family keeps its temperature, "" for the body itself; the first one is written where none is
// there.
var holders = map[llm.Family][]string{llm.OpenAI: {""}, llm.Responses: {""}, llm.Anthropic: {""}, llm.Invoke: {""},
	llm.Gemini: {"generationConfig", "generation_config"}, llm.Bedrock: {"inferenceConfig"}}

// Temper gives a chat's body with a variant's temperature, written as its client might have: all that follows reads it as if the
// client had asked for it. false for calls that have none.
func Temper(call *llm.Call, temperature string) ([]byte, bool) {
	in := holders[call.Family]
	if call.Operation != llm.Chat || len(in) == 0 {
		return nil, false
	}
	if in[0] == "" {
		out := set(call.Body, "temperature", temperature)
		return out, out != nil
	}
	for _, name := range in {
		if at, ok := find(call.Body, name); ok && call.Body[at.From] == '{' {
			inner := set(call.Body[at.From:at.To], "temperature", temperature)
			return llm.Splice(call.Body, []llm.Cut{at.Replace(string(inner))}), inner != nil
		}
	}
	out := set(call.Body, in[0], `{"temperature":`+temperature+`}`)
	return out, out != nil
}

// find is where the value of an object's field lies.
func find(object []byte, name string) (llm.Spot, bool) {
	c := scan.New(object)
	if !c.Object() {
		return llm.Spot{}, false
	}
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		c.Kind() // goes on to where the value begins
		from := c.At()
		c.Skip()
		if string(object[key.From+1:key.To-1]) == name {
			value := bytes.TrimRight(object[from:c.At()], " \t\r\n")
			return llm.Spot{From: from, To: from + len(value)}, c.Err() == nil
		}
	}
	return llm.Spot{}, false
}

// set writes a field of an object, in its place or as the first; nil if the text is none.
func set(object []byte, name, value string) []byte {
	if at, ok := find(object, name); ok {
		return llm.Splice(object, []llm.Cut{at.Replace(value)})
	}
	c := scan.New(object)
	if !c.Object() {
		return nil
	}
	open, with := c.At(), `"`+name+`":`+value
	if _, more := c.Key(); more {
		with += ","
	}
	return llm.Splice(object, []llm.Cut{{From: open, To: open, With: with}})
}
