package openai

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// view is what policy reads of a request, as a second parser sees it.
type view struct {
	Model     *string `json:"model"`
	Stream    *bool   `json:"stream"`
	N         *int64  `json:"n"`
	BestOf    *int64  `json:"best_of"`
	Old       *int64  `json:"max_tokens"`
	New       *int64  `json:"max_completion_tokens"`
	StreamOpt *struct {
		IncludeUsage *bool `json:"include_usage"`
	} `json:"stream_options"`
	Messages []struct {
		Role string `json:"role"`
	} `json:"messages"`
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// agrees compares what Decode found with what encoding/json finds, which takes the last of two keys and ignores their
// case: exactly the reader that a request must not deceive.
func agrees(t *testing.T, call *llm.Call, body []byte) view {
	t.Helper()
	var v view
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%q passes, encoding/json says %v", body, err)
	}
	if got := or(v.Model, ""); got != call.Model && utf8.ValidString(call.Model) {
		t.Fatalf("%q: model %q, encoding/json says %q", body, call.Model, got)
	}
	if got := or(v.Stream, false); got != call.Stream {
		t.Fatalf("%q: stream %v, encoding/json says %v", body, call.Stream, got)
	}
	if got := max(or(v.N, 1), or(v.BestOf, 1)); got != call.Choices {
		t.Fatalf("%q: %d choices, encoding/json says %d", body, call.Choices, got)
	}
	if got := max(or(v.Old, 0), or(v.New, 0)); got != call.MaxOutput {
		t.Fatalf("%q: cap %d, encoding/json says %d", body, call.MaxOutput, got)
	}
	if got := v.StreamOpt != nil && or(v.StreamOpt.IncludeUsage, false); got != call.WantsUsage {
		t.Fatalf("%q: usage %v, encoding/json says %v", body, call.WantsUsage, got)
	}
	if int64(len(v.Messages)) != call.Bound.Messages {
		t.Fatalf("%q: %d messages, encoding/json says %d", body, call.Bound.Messages, len(v.Messages))
	}
	return v
}

var seeds = []string{
	`{"model":"m","messages":[{"role":"user","content":"hi"}]}`,
	`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"n":2}`,
	`{ "MODEL" : "a" , "model":"b", "Max_Tokens":1, "max_completion_tokens":100000,"messages":[{"role":"user"}]}`,
	`{"mod\u0065l":"m","max_to\u212aens":7,"messages":[{"role":"user","content":null}],"stream_options":{}}`,
	`{"model":"m","messages":[{"role":"user"}],"best_of":3,"max_tokens":null,"max_completion_tokens":9,"stream_options":null,"stream":true,"tools":[{}],"x":{"y":[1.5e3]}}`,
	`{"model":"m","input":["a","b"]}`,
}

// FuzzDecode: whatever passes means to us what it means to another reader, before and after it is spliced.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), int64(3), "other")
	}
	f.Fuzz(func(t *testing.T, body []byte, most int64, name string) {
		call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: body})
		if err != nil {
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("%q passes and is not JSON", body)
		}
		agrees(t, call, body)
		if call.Bound.TextBytes < 0 || call.Bound.TextBytes > int64(len(body)) {
			t.Fatalf("%q has %d bytes of text", body, call.Bound.TextBytes)
		}
		name = strings.ToValidUTF8(name, "")
		if name == "" || len(name) > dialect.MaxModel || most < 1 || most > dialect.MaxTokens {
			return
		}
		for _, q := range []Quirks{{}, {MaxKey: "max_tokens"}, {MaxKey: "max_tokens", OnlyMaxKey: true}} {
			spliced(t, call, llm.Edit{Model: name, MaxOutput: most, IncludeUsage: true}, q)
		}
	})
}

// spliced checks that an edit does what it says and nothing else.
func spliced(t *testing.T, call *llm.Call, edit llm.Edit, q Quirks) {
	t.Helper()
	before := bytes.Clone(call.Body)
	out := Splice(call, edit, q)
	if !bytes.Equal(before, call.Body) {
		t.Fatal("the body was changed in place")
	}
	again, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: out})
	if err != nil {
		t.Fatalf("%q became %q: %v", call.Body, out, err)
	}
	v := agrees(t, again, out)
	limit := edit.MaxOutput
	if call.MaxOutput > 0 {
		limit = min(limit, call.MaxOutput)
	}
	if again.Model != edit.Model || again.MaxOutput != limit || again.WantsUsage != (call.WantsUsage || call.Stream) ||
		again.Stream != call.Stream || again.Choices != call.Choices || again.Bound.Messages != call.Bound.Messages {
		t.Fatalf("%q became %q", call.Body, out)
	}
	if q.OnlyMaxKey && v.New != nil && *v.New > 0 {
		t.Fatalf("%q became %q, whose cap would be ignored", call.Body, out)
	}
	owned := map[string]bool{"model": true, "max_tokens": true, "max_completion_tokens": true, "stream_options": true}
	var was, is map[string]json.RawMessage
	if json.Unmarshal(call.Body, &was) != nil || json.Unmarshal(out, &is) != nil {
		t.Fatal("no objects")
	}
	for k := range was {
		if !owned[k] && !bytes.Equal(was[k], is[k]) {
			t.Fatalf("%q: %s became %s", k, was[k], is[k])
		}
	}
}

func FuzzUsage(f *testing.F) {
	f.Add([]byte(`{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}`))
	f.Add([]byte(`{"usage":{"prompt_tokens":-1}}`))
	f.Add([]byte(`{"usage":{"prompt_tokens":9223372036854775808,"total_tokens":1e99}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, ok := readChunk(payload)
		if ok != (json.Valid(payload) && utf8.Valid(payload)) && strings.Count(string(payload), "{")+strings.Count(string(payload), "[") < 60 && bytes.HasPrefix(bytes.TrimSpace(payload), []byte("{")) {
			t.Fatalf("%q: valid %v", payload, ok)
		}
		if !c.reported {
			return
		}
		u := c.usage
		for _, n := range []int64{u.Input, u.Output, u.CacheRead, u.CacheWrite5m, u.InputAudio, u.InputImage, u.Reasoning, u.OutputAudio, u.OutputImage} {
			if n < 0 || n > 2*scan.MaxCount {
				t.Fatalf("%q: %+v", payload, u)
			}
		}
		if u.CacheRead > u.Input || u.Reasoning > u.Output {
			t.Fatalf("%q: a part is larger than its whole: %+v", payload, u)
		}
	})
}
