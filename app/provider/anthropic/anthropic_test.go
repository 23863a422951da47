package anthropic_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	gpt "github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/anthropic"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Suite{Adapter: anthropic.New(), Dialect: claude.Dialect{}, Dir: "testdata"})
}

func call(t *testing.T, d llm.Dialect, a llm.Ask) *llm.Call {
	t.Helper()
	c, err := d.Decode(a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const hello = `"model":"a","max_tokens":9,"messages":[{"role":"user","content":"hi"}]`

func TestBothHalvesOfABetaPass(t *testing.T) {
	t.Parallel()
	in := http.Header{"Anthropic-Version": {"2026-10-21"}, "Anthropic-Beta": {"context-management-2025-06-27,effort-2025-11-24", "x"}, "X-App": {"cli"}}
	body := `{"context_management":{"edits":[]}, ` + hello + `,"system":[{"type":"text","text":"x-anthropic-billing-header: cch=00000;"}]}`
	c := call(t, claude.Dialect{}, llm.Ask{Operation: llm.Chat, Query: "beta=true", Body: []byte(body)})
	r, err := anthropic.New().Request(t.Context(), &provider.Connection{Credential: providertest.Credential()}, c, llm.Edit{Model: "claude-x"}, in)
	if err != nil {
		t.Fatal(err)
	}
	sent, _ := io.ReadAll(r.Body)
	if want := strings.Replace(body, `"model":"a"`, `"model":"claude-x"`, 1); string(sent) != want {
		t.Errorf("body changed:\n got %s\nwant %s", sent, want)
	}
	if r.URL.String() != "https://api.anthropic.com/v1/messages?beta=true" || r.Header.Get("Anthropic-Version") != "2026-10-21" ||
		len(r.Header["Anthropic-Beta"]) != 2 || r.Header.Get("X-App") != "cli" || r.Header.Get("X-Api-Key") != providertest.Credential().Reveal() {
		t.Errorf("%s %v", r.URL, r.Header)
	}
}

func TestABodyOfOursGoesUnderItsOwnVersion(t *testing.T) {
	t.Parallel()
	c := call(t, gpt.Dialect{}, llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"a","messages":[{"role":"user","content":"hi"}]}`)})
	in := http.Header{"Anthropic-Version": {"2026-10-21"}, "Anthropic-Beta": {"x"}}
	r, err := anthropic.New().Request(t.Context(), &provider.Connection{}, c, llm.Edit{Model: "claude-x"}, in)
	if err != nil {
		t.Fatal(err)
	}
	if r.Header.Get("Anthropic-Version") != claude.Version || r.Header["Anthropic-Beta"] != nil {
		t.Errorf("%v", r.Header)
	}
}

func TestABaseURLMayEndInTheVersion(t *testing.T) {
	t.Parallel()
	c := call(t, claude.Dialect{}, llm.Ask{Operation: llm.Chat, Body: []byte(`{` + hello + `}`)})
	for base, want := range map[string]string{"": "https://api.anthropic.com/v1/messages", "https://example.com": "https://example.com/v1/messages",
		"https://example.com/v1": "https://example.com/v1/messages", "https://example.com/v1/": "https://example.com/v1/messages", "https://example.com/claude": "https://example.com/claude/v1/messages"} {
		r, err := anthropic.New().Request(t.Context(), &provider.Connection{BaseURL: base}, c, llm.Edit{}, nil)
		if err != nil || r.URL.String() != want {
			t.Errorf("%q: %v, %v", base, r, err)
		}
	}
}

func TestTokensAreCountedForNothing(t *testing.T) {
	t.Parallel()
	c := call(t, claude.Dialect{}, llm.Ask{Operation: llm.CountTokens, Body: []byte(`{"model":"a","messages":[{"role":"user","content":"hi"}]}`)})
	r, err := anthropic.New().Request(t.Context(), &provider.Connection{}, c, llm.Edit{Model: "claude-x"}, nil)
	if err != nil || r.URL.Path != "/v1/messages/count_tokens" {
		t.Fatal(r, err)
	}
	s, err := anthropic.New().Response(&http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"input_tokens":14}`))}, c)
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Next()
	if err != nil || string(e.Raw) != `{"input_tokens":14}` || e.Usage == nil || !e.Usage.IsZero() {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestWhatItCannotCarryIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	c := call(t, gpt.Dialect{}, llm.Ask{Operation: llm.Embeddings, Body: []byte(`{"model":"a","input":"x"}`)})
	if _, err := anthropic.New().Request(t.Context(), &provider.Connection{}, c, llm.Edit{}, nil); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
