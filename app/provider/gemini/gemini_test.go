package gemini_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	dialect "github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/gemini"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
)

func TestConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Suite{Adapter: gemini.New(), Connection: provider.Connection{Kind: provider.Gemini}, Dialect: dialect.Dialect{}, Dir: "testdata"})
}

func call(t *testing.T, a llm.Ask) *llm.Call {
	t.Helper()
	c, err := dialect.Dialect{}.Decode(a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const hi = `{"contents":[{"parts":[{"text":"hi"}]}]}`

func TestPathsSayTheModelAndTheMethod(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, base, model string
		ask               llm.Ask
		want              string
	}{
		{"an answer", "", "gemini-2.5-flash", llm.Ask{Operation: llm.Chat, Model: "a", Body: []byte(hi)}, "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"},
		{"a stream, whatever framing the client wants", "", "gemini-2.5-flash", llm.Ask{Operation: llm.Chat, Model: "a", Stream: true, Body: []byte(hi)}, "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"},
		{"a count", "", "m", llm.Ask{Operation: llm.CountTokens, Model: "a", Body: []byte(hi)}, "https://generativelanguage.googleapis.com/v1beta/models/m:countTokens"},
		{"an embedding", "", "m", llm.Ask{Operation: llm.Embeddings, Model: "a", Body: []byte(`{"content":{"parts":[{"text":"hi"}]}}`)}, "https://generativelanguage.googleapis.com/v1beta/models/m:embedContent"},
		{"a tuned model", "", "tunedModels/mine", llm.Ask{Operation: llm.Chat, Model: "a", Body: []byte(hi)}, "https://generativelanguage.googleapis.com/v1beta/tunedModels/mine:generateContent"},
		{"a base URL that names a version", "https://proxy.example.com/google/v1/", "m", llm.Ask{Operation: llm.Chat, Model: "a", Body: []byte(hi)}, "https://proxy.example.com/google/v1/models/m:generateContent"},
		{"a base URL with a path", "https://proxy.example.com/google", "m", llm.Ask{Operation: llm.Chat, Model: "a", Body: []byte(hi)}, "https://proxy.example.com/google/v1beta/models/m:generateContent"},
	} {
		r, err := gemini.New().Request(t.Context(), &provider.Connection{BaseURL: x.base}, call(t, x.ask), llm.Edit{Model: x.model}, nil)
		if err != nil || r.URL.String() != x.want {
			t.Errorf("%s: %v, %v", x.name, r, err)
		}
	}
}

func TestANameLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for _, model := range []string{"../../v1/cachedContents", "a/../b", "a?x", "a#b", "a%2fb", "", "a:b", "a//b", "/a", "a b", strings.Repeat("../", 9)} {
		r, err := gemini.New().Request(t.Context(), &provider.Connection{}, call(t, llm.Ask{Operation: llm.Chat, Model: "x", Body: []byte(hi)}), llm.Edit{Model: model}, nil)
		if err == nil && !(model == "" && strings.HasSuffix(r.URL.Path, "/models/x:generateContent")) {
			t.Errorf("%q leads to %s", model, r.URL)
		}
	}
}

func TestAnotherDialectsEmbeddingsAreABatch(t *testing.T) {
	t.Parallel()
	c, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Embeddings, Body: []byte(`{"model":"a","input":"x"}`)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := gemini.New().Request(t.Context(), &provider.Connection{}, c, llm.Edit{Model: "gemini-embedding-001"}, http.Header{})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(r.Body)
	if want := `{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"x"}]}}]}`; string(body) != want || !strings.HasSuffix(r.URL.Path, "/models/gemini-embedding-001:batchEmbedContents") {
		t.Errorf("%s %s", r.URL, body)
	}
}
