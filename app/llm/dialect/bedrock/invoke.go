package bedrock

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
)

// Invoke is the dialect of InvokeModel, as Claude's clients on AWS speak it: Anthropic's bodies and answers, in Bedrock's
// paths, errors and framing. Bodies of other makers' models have no common shape and are refused.
type Invoke struct{ Dialect }

var _ llm.Dialect = Invoke{}

// invokeVersion is the anthropic_version of every body here.
const invokeVersion = "bedrock-2023-05-31"

// guardrail is the header by which AWS's SDKs name a guardrail for InvokeModel.
const guardrail = "x-amzn-bedrock-guardrailidentifier"

// Family implements llm.Dialect. No provider's wire has this family, so its calls are always translated.
func (Invoke) Family() llm.Family { return llm.Invoke }

// Decode implements llm.Dialect.
func (d Invoke) Decode(a llm.Ask) (*llm.Call, error) {
	var v struct {
		Version *string `json:"anthropic_version"`
	}
	if json.Unmarshal(a.Body, &v) == nil && (v.Version == nil || *v.Version != invokeVersion) {
		return nil, fault.Field("anthropic_version", fmt.Sprintf("Bodies of /invoke are read as Anthropic's here and must hold \"anthropic_version\": %q. For models of other makers use /converse.", invokeVersion))
	}
	if a.Header.Get(guardrail) != "" { // there is no place for it in Anthropic's bodies, and a filter that is asked for must not be left out
		return nil, fault.Field(guardrail, "Guardrails are not applied to /invoke here. Send the request to /converse, with \"guardrailConfig\" in its body.")
	}
	c, err := anthropic.Dialect{}.Decode(a)
	if err != nil {
		return nil, err
	}
	if c.Spots.Model.Has() {
		return nil, fault.Field("model", "The path names the model; \"model\" has no place in the body of /invoke.")
	}
	c.Family, c.Dialect, c.Stream = llm.Invoke, d, a.Stream
	return c, nil
}

// Parse implements llm.Dialect.
func (Invoke) Parse(call *llm.Call) (*llm.Conversation, error) {
	c, err := anthropic.Dialect{}.Parse(call)
	if err == nil {
		c.Unknown = slices.DeleteFunc(c.Unknown, func(name string) bool { return name == "anthropic_version" })
	}
	return c, err
}

// Writer implements llm.Dialect.
func (Invoke) Writer(call *llm.Call) llm.Writer {
	w := anthropic.Dialect{}.Writer(call)
	if call.Stream {
		return &chunked{inner: w}
	}
	return w
}

// chunked puts Anthropic's events into frames of Bedrock's, one each.
type chunked struct {
	inner llm.Writer
	room  []byte
}

// Write implements llm.Writer.
func (w *chunked) Write(dst []byte, d *llm.Delta) (_ []byte, err error) {
	w.room, err = w.inner.Write(w.room[:0], d)
	if err != nil {
		return dst, err
	}
	for event := range bytes.SplitSeq(w.room, []byte("\n\n")) {
		if _, data, ok := bytes.Cut(event, []byte("\ndata: ")); ok {
			dst = AppendFrame(dst, "event", "chunk", []byte(`{"bytes":"`+base64.StdEncoding.EncodeToString(data)+`"}`))
		}
	}
	return dst, nil
}
