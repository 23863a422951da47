package openai

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

func completion(body string) (*llm.Call, error) {
	return Dialect{}.Decode(llm.Ask{Operation: llm.Completions, Body: []byte(body)})
}

func TestCompletionsArePricedForEveryPromptAndTry(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		choices    int64
		most       int64
		sent       string
	}{
		{"one prompt, the API's own cap", `{"model":"m","prompt":"a"}`, 1, 16, `{"max_tokens":16,"model":"up","prompt":"a"}`},
		{"a cap", `{"model":"m","prompt":"a","max_tokens":5,"z":1.50}`, 1, 5, `{"model":"up","prompt":"a","max_tokens":5,"z":1.50}`},
		{"prompts and tries", `{"model":"m","prompt":["a","b"],"n":2,"best_of":3,"max_tokens":5}`, 6, 5, `{"model":"up","prompt":["a","b"],"n":2,"best_of":3,"max_tokens":5}`},
		{"tokens", `{"model":"m","prompt":[1,2,3],"max_tokens":5}`, 1, 5, `{"model":"up","prompt":[1,2,3],"max_tokens":5}`},
		{"a stream", `{"model":"m","prompt":"a","max_tokens":5,"stream":true}`, 1, 5, `{"stream_options":{"include_usage":true},"model":"up","prompt":"a","max_tokens":5,"stream":true}`},
	} {
		c, err := completion(x.body)
		if err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		if c.Choices != x.choices || c.MaxOutput != x.most {
			t.Errorf("%s: %d choices of %d tokens", x.name, c.Choices, c.MaxOutput)
		}
		for _, q := range []Quirks{{}, {MaxKey: "max_tokens", OnlyMaxKey: true}} {
			if got := string(Splice(c, llm.Edit{Model: "up", IncludeUsage: true}, q)); got != x.sent {
				t.Errorf("%s: %s", x.name, got)
			}
		}
	}
	if c, err := completion(`{"model":"m","prompt":"a","plugins":[{"id":"web"}]}`); err != nil || !c.Bound.Unpriced || !c.Bound.Opaque {
		t.Errorf("OpenRouter's plugins: %+v, %v", c, err)
	}
	for body, field := range map[string]string{`{"model":"m"}`: "prompt", `{"model":"m","prompt":[true]}`: "prompt", `{"model":"m","Prompt":"a"}`: "Prompt",
		`{"model":"m","prompt":"a","prompt":"b"}`: "prompt", `{"model":"m","prompt":"a","n":0}`: "n", `{"prompt":"a"}`: "model"} {
		_, err := completion(body)
		var f *fault.Error
		if !errors.As(err, &f) || f.Field != field {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestTextsOfCompletionsAreCounted(t *testing.T) {
	t.Parallel()
	c, err := completion(`{"model":"m","prompt":"a","stream":true}`)
	if err != nil {
		t.Fatal(err)
	}
	const body = "data: {\"choices\":[{\"text\":\"12345\",\"index\":0}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n"
	s := NewStream(io.NopCloser(iotest.OneByteReader(strings.NewReader(body))), c)
	first, err := s.Next()
	if err != nil || first.OutputBytes != 5 {
		t.Errorf("%+v %v", first, err)
	}
	if e, err := s.Next(); err != nil || e.Kind != llm.UsageOnly || e.Usage == nil || e.Usage.Output != 2 {
		t.Errorf("%+v %v", e, err)
	}
	if e, err := s.Next(); err != nil || e.Kind != llm.Terminal {
		t.Errorf("%+v %v", e, err)
	}
}
