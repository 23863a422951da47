package gemini_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// FuzzDecode: no request panics, errors are the client's, edits stay JSON, and whatever passes can be said in another dialect
// or is refused.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":5}}`,
		`{"contents":[{"parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"Ym9kaGk6e30="}]},{"parts":[{"functionResponse":{"name":"f","response":{"output":1}}}]}],"tools":[{"function_declarations":[{"name":"f","parameters":{"type":"OBJECT","nullable":true,"properties":{"a":{"type":"STRING","minLength":"1"}}}}]}]}`,
		`{"generateContentRequest":{"model":"models/x","contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"AA=="}}]}]}}`,
		`{"requests":[{"model":"models/x","content":{"parts":[{"text":"a"}]}}]}`,
		`{"contents":[{"parts":[{"thought":true,"text":"a"},{"text":"","thoughtSignature":"x"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}}`,
	} {
		f.Add([]byte(s), uint8(0))
	}
	f.Fuzz(func(t *testing.T, body []byte, which uint8) {
		op := []llm.Operation{llm.Chat, llm.CountTokens, llm.Embeddings}[which%3]
		c, err := gemini.Dialect{}.Decode(llm.Ask{Operation: op, Model: "m", Body: bytes.Clone(body)})
		if err != nil {
			theirs(t, err)
			return
		}
		for _, w := range []gemini.Wire{{}, {Vertex: true}} {
			if out := w.Edited(c, llm.Edit{Model: "up", MaxOutput: 3}); !json.Valid(out) {
				t.Fatalf("an edit broke %q: %q", body, out)
			}
		}
		if !bytes.Equal(c.Body, body) {
			t.Fatal("decoding changed the body")
		}
		if op == llm.Embeddings {
			return
		}
		out, err := llm.Body(openai.Wire{}, c, llm.Edit{Model: "up"})
		if err != nil {
			theirs(t, err)
		} else if !json.Valid(out) {
			t.Fatalf("%q became %q", body, out)
		}
	})
}

func theirs(t *testing.T, err error) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatalf("not the client's error: %v", err)
	}
}

// FuzzStream: no answer panics, and how the network cuts it changes nothing, in either framing and in another dialect.
func FuzzStream(f *testing.F) {
	f.Add([]byte(event(begin)+event(end)), 7)
	f.Add([]byte(event(begin)+event(other)+event(end)+event(endB)), 99)
	f.Add([]byte(event(`{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"eA=="}]},"finishReason":"STOP"}]}`)), 30)
	f.Add([]byte(event(`{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}`)), 3)
	f.Fuzz(func(t *testing.T, body []byte, cut int) {
		if cut < 0 || cut > len(body) {
			return
		}
		asked, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}`)})
		if err != nil {
			t.Fatal(err)
		}
		read := func(kind int, src io.Reader) string {
			call := asked
			if kind < 2 {
				call = streaming(t, []string{"alt=sse", ""}[kind])
			}
			s, err := llm.Answer(gemini.Wire{}, call, gemini.Wire{}.Stream(io.NopCloser(src), call))
			if err != nil {
				t.Fatal(err)
			}
			raw, last, err := drain(s)
			return fmt.Sprint(raw, "|", err, "|", last.Kind)
		}
		for kind := range 3 {
			whole := read(kind, bytes.NewReader(body))
			if got := read(kind, io.MultiReader(bytes.NewReader(body[:cut]), bytes.NewReader(body[cut:]))); got != whole {
				t.Fatalf("cut at %d:\n%q\n%q", cut, got, whole)
			}
		}
	})
}
