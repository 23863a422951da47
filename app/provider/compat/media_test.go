package compat_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
)

func TestSpeechByTokensIsAskedForInEvents(t *testing.T) {
	t.Parallel()
	a := compat.New(compat.Settings{BaseURL: "https://api.example.com/v1", Counted: compat.Counted})
	for _, x := range []struct{ name, body, model, want string }{
		{"a model billed by tokens", `{"model":"m","input":"x"}`, "gpt-4o-mini-tts", `{"stream_format":"sse","model":"gpt-4o-mini-tts","input":"x"}`},
		{"whatever the client said", `{"stream_format":"audio","model":"m","input":"x"}`, "gpt-4o-mini-tts-2025-12-15", `{"stream_format":"sse","model":"gpt-4o-mini-tts-2025-12-15","input":"x"}`},
		{"null", `{"model":"m","input":"x","stream_format":null}`, "gpt-4o-mini-tts", `{"model":"gpt-4o-mini-tts","input":"x","stream_format":"sse"}`},
		{"a model billed by characters", `{"model":"m","input":"x","speed":1.0}`, "tts-1", `{"model":"tts-1","input":"x","speed":1.0}`},
		{"a client that reads events itself", `{"model":"gpt-4o-mini-tts","stream_format":"sse","input":"x"}`, "gpt-4o-mini-tts", `{"model":"gpt-4o-mini-tts","stream_format":"sse","input":"x"}`},
	} {
		c, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Speak, Body: []byte(x.body)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Request(t.Context(), &provider.Connection{Kind: provider.OpenAI}, c, llm.Edit{Model: x.model}, http.Header{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // as if a connection had died
			b, _ := io.ReadAll(r.Body)
			if string(b) != x.want || r.ContentLength != int64(len(b)) || r.URL.String() != "https://api.example.com/v1/audio/speech" || r.Method != "POST" {
				t.Errorf("%s: %s %s, %d bytes said: %s", x.name, r.Method, r.URL, r.ContentLength, b)
			}
			r.Body, _ = r.GetBody()
		}
	}
}

func TestAnAnswerThatIsNoSoundIsNone(t *testing.T) {
	t.Parallel()
	a := compat.New(compat.Settings{})
	call := &llm.Call{Family: llm.OpenAI, Operation: llm.Speak, Stream: true, Plain: "audio/mpeg", Dialect: openai.Dialect{}}
	for _, x := range []struct {
		name, kind, body string
		status           int
		class            provider.Class // "" is an answer
	}{
		{"sound", "audio/mpeg", "ID3", 200, ""},
		{"sound of no type", "", "ID3", 200, ""},
		{"sound in events", "text/event-stream", "data: {\"type\":\"speech.audio.delta\",\"audio\":\"SUQz\"}\n\ndata: {\"type\":\"speech.audio.done\"}\n\n", 200, ""},
		{"a page", "text/html", "<html>", 200, provider.Garbled},
		{"an error object with a 200", "application/json", `{"error":{"message":"no","type":"invalid_request_error"}}`, 200, provider.Refused},
		{"a refusal", "application/json", `{"error":{"message":"no","type":"invalid_request_error"}}`, 400, provider.Refused},
		{"a rate limit", "application/json", `{"error":{"message":"slow down","type":"rate_limit_error"}}`, 429, provider.RateLimited},
	} {
		r := answer(http.Header{"Content-Type": {x.kind}}, x.body)
		r.StatusCode = x.status
		s, err := a.Response(r, call)
		var f *provider.Failure
		if x.class != "" {
			if !errors.As(err, &f) || f.Class != x.class {
				t.Errorf("%s: %v", x.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if e, err := s.Next(); err != nil || string(e.Raw) != "ID3" {
			t.Errorf("%s: %q %v", x.name, e.Raw, err)
		}
	}
}

func TestOllamaHasNoMedia(t *testing.T) {
	t.Parallel()
	for _, row := range compat.Services() {
		a := compat.New(row.Settings)
		c, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.MakeImages, Body: []byte(`{"model":"m","prompt":"x"}`)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Request(t.Context(), &provider.Connection{Kind: row.Kind, BaseURL: "https://x.example.com"}, c, llm.Edit{Model: "m"}, http.Header{})
		if has := len(a.Operations()) > 3; has != (err == nil) || has == (row.Kind == provider.Ollama) {
			t.Errorf("%s: %v", row.Name, err)
		} else if !has && !strings.Contains(fault.From(err).Public, "image_generation") {
			t.Error(err)
		}
	}
}

// Vectors of as many texts as OpenAI takes, and ten large pictures, are more than a chat's answer may be.
func TestLargeAnswersAreThoseThatARequestCanAskFor(t *testing.T) {
	t.Parallel()
	a := compat.New(compat.Settings{})
	for _, x := range []struct {
		name string
		op   llm.Operation
		body string
		mib  int
		fits bool
	}{
		{"a chat", llm.Chat, `{"choices":[{"message":{"content":"$"}}]}`, 33, false},
		{"vectors", llm.Embeddings, `{"data":[{"embedding":"$"}]}`, 33, true},
		{"pictures", llm.MakeImages, `{"data":[{"b64_json":"$"}]}`, 65, true},
	} {
		body := strings.Replace(x.body, "$", strings.Repeat("A", x.mib<<20), 1)
		s, err := a.Response(answer(http.Header{"Content-Type": {"application/json"}}, body), &llm.Call{Family: llm.OpenAI, Operation: x.op, Dialect: openai.Dialect{}})
		var f *provider.Failure
		if x.fits {
			if err != nil {
				t.Errorf("%s: %v", x.name, err)
			} else if e, err := s.Next(); err != nil || len(e.Raw) != len(body) {
				t.Errorf("%s: %d bytes, %v", x.name, len(e.Raw), err)
			}
		} else if !errors.As(err, &f) || f.Class != provider.Ambiguous {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}
