package vertex_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
	"github.com/bodhi-gateway/bodhi/app/provider/vertex"
)

func TestClaudeIsAskedInItsOwnDialectUnderGooglesPaths(t *testing.T) {
	t.Parallel()
	a := vertex.New(http.DefaultTransport, clock.System{})
	c := &provider.Connection{Kind: provider.Vertex, Credential: providertest.Credential(),
		BaseURL: "https://us-east5-aiplatform.googleapis.com/v1/projects/acme/locations/us-east5"}
	const root = "https://us-east5-aiplatform.googleapis.com/v1/projects/acme/locations/us-east5/publishers/anthropic/models/"
	for _, x := range []struct {
		name, body, model, url, want string
		dialect                      llm.Dialect
		op                           llm.Operation
	}{
		{"a message", `{"model":"alias","max_tokens":9,"unknown":{"kept":1.50},"messages":[{"role":"user","content":"hi"}]}`, "claude-sonnet-4-5@20250929",
			root + "claude-sonnet-4-5@20250929:rawPredict",
			`{"anthropic_version":"vertex-2023-10-16","max_tokens":9,"unknown":{"kept":1.50},"messages":[{"role":"user","content":"hi"}]}`, claude.Dialect{}, llm.Chat},
		{"a stream, by the whole name", `{"max_tokens":9,"messages":[{"role":"user","content":"hi"}],"stream":true,"model":"alias"}`, "publishers/anthropic/models/claude-opus-4-1",
			root + "claude-opus-4-1:streamRawPredict",
			`{"max_tokens":9,"messages":[{"role":"user","content":"hi"}],"stream":true,"anthropic_version":"vertex-2023-10-16"}`, claude.Dialect{}, llm.Chat},
		{"the same name", `{"model":"claude-opus-4-1","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`, "claude-opus-4-1",
			root + "claude-opus-4-1:rawPredict", `{"anthropic_version":"vertex-2023-10-16","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`, claude.Dialect{}, llm.Chat},
		{"a count of tokens", `{"model":"alias","messages":[{"role":"user","content":"hi"}]}`, "claude-opus-4-1",
			root + "count-tokens:rawPredict", `{"anthropic_version":"vertex-2023-10-16","model":"claude-opus-4-1","messages":[{"role":"user","content":"hi"}]}`, claude.Dialect{}, llm.CountTokens},
		{"another dialect", `{"model":"alias","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`, "claude-opus-4-1",
			root + "claude-opus-4-1:rawPredict", `{"anthropic_version":"vertex-2023-10-16","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`, openai.Dialect{}, llm.Chat},
	} {
		call, err := x.dialect.Decode(llm.Ask{Operation: x.op, Body: []byte(x.body)})
		if err != nil {
			t.Fatal(err)
		}
		in := http.Header{"Anthropic-Version": {"2023-06-01"}, "Anthropic-Beta": {"context-1m-2025-08-07"}}
		r, err := a.Request(t.Context(), c, call, llm.Edit{Model: x.model}, in)
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		sent, _ := io.ReadAll(r.Body)
		if x.dialect == (openai.Dialect{}) { // written by us: only the ends of it are this package's business
			if r.URL.String() != x.url || !strings.Contains(string(sent), `"anthropic_version":"vertex-2023-10-16"`) || strings.Contains(string(sent), `"model"`) || r.Header.Get("Anthropic-Beta") != "" {
				t.Errorf("%s: %s\n%s", x.name, r.URL, sent)
			}
			continue
		}
		if r.URL.String() != x.url || string(sent) != x.want || r.Header.Get("Anthropic-Version") != "" {
			t.Errorf("%s: %s\n%s\nwant\n%s", x.name, r.URL, sent, x.want)
		}
		answer := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
			Body: io.NopCloser(strings.NewReader(`{"type":"message","role":"assistant","content":[{"type":"text","text":"ho"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}`))}
		if !call.Stream && x.op == llm.Chat {
			s, err := a.Response(answer, call)
			if err != nil {
				t.Errorf("%s: %v", x.name, err)
				continue
			}
			if e, err := s.Next(); err != nil || e.Usage == nil || e.Usage.Input != 3 || e.Usage.Output != 2 {
				t.Errorf("%s: %+v, %v", x.name, e, err)
			}
		}
	}
	call, _ := claude.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"a","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`)})
	if _, err := a.Request(t.Context(), &provider.Connection{Kind: provider.Vertex, Credential: providertest.Credential()}, call, llm.Edit{Model: "claude-opus-4-1"}, nil); fault.From(err).Field != "settings.project" {
		t.Errorf("without a project: %v", err)
	}
}
