package compat_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
)

// adapterOf is what speaks to a row of the table, and a connection to it.
func adapterOf(t *testing.T, k provider.Known) (*compat.Adapter, provider.Connection) {
	t.Helper()
	for _, row := range compat.Services() {
		if row.Kind == k.Kind {
			return compat.New(row.Settings), provider.Connection{Kind: k.Kind, BaseURL: k.BaseURL, Service: k.Name}
		}
	}
	t.Fatalf("nothing speaks for %s", k.Kind)
	return nil, provider.Connection{}
}

// asked makes answers look like ones to a request at the service: what comes back is told by where it was asked.
type asked struct {
	*compat.Adapter
	url *url.URL
}

func (a asked) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	r.Request = &http.Request{URL: a.url}
	return a.Adapter.Response(r, call)
}

func (a asked) Models(r *http.Response) ([]string, error) {
	r.Request = &http.Request{URL: a.url}
	return a.Adapter.Models(r)
}

func TestEveryKnownServiceConforms(t *testing.T) {
	t.Parallel()
	for _, k := range provider.KnownServices() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			a, c := adapterOf(t, k)
			at, err := url.Parse(k.BaseURL)
			if err != nil {
				t.Fatal(err)
			}
			providertest.Run(t, providertest.Suite{Adapter: asked{a, at}, Connection: c, Dialect: openai.Dialect{}, Dir: filepath.Join("testdata", k.Name)})
		})
	}
}

// everything is a request that uses all that OpenAI has and that somebody refuses somewhere.
const everything = `{"model":"alias","messages":[{"role":"developer","content":"Be brief.","name":"boss"},{"role":"user","content":"hi","name":"ann"}],
"max_completion_tokens":100,"seed":7,"logprobs":true,"top_logprobs":2,"logit_bias":{"1":-1},"presence_penalty":0.5,"frequency_penalty":0.5,"store":true,"metadata":{"a":"b"},
"user":"u","service_tier":"auto","prompt_cache_key":"k","parallel_tool_calls":false,"reasoning_effort":"low","verbosity":"low","n":1,"stop":["\n"],"stream_options":{"include_usage":false},"stream":true}`

// TestWhatEachServiceIsSentAndNotSent keeps the bytes of one large request to each service, and what clients are warned of.
func TestWhatEachServiceIsSentAndNotSent(t *testing.T) {
	t.Parallel()
	for _, k := range provider.KnownServices() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			a, c := adapterOf(t, k)
			var out strings.Builder
			for _, x := range []struct {
				name, body string
				dialect    llm.Dialect
			}{
				{"everything that OpenAI has", everything, openai.Dialect{}},
				{"a forced tool", `{"model":"alias","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"required"}`, openai.Dialect{}},
				{"a named tool", `{"model":"alias","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":{"type":"function","function":{"name":"f"}}}`, openai.Dialect{}},
				{"JSON", `{"model":"alias","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_object"}}`, openai.Dialect{}},
				{"JSON by a schema", `{"model":"alias","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}}`, openai.Dialect{}},
				{"two choices", `{"model":"alias","messages":[{"role":"user","content":"hi"}],"n":2}`, openai.Dialect{}},
				{"another dialect", `{"model":"alias","max_tokens":50,"system":"Be brief.","messages":[{"role":"user","content":"hi"}],"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"},"stream":true}`, claude.Dialect{}},
			} {
				call, err := x.dialect.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(x.body)})
				if err != nil {
					t.Fatal(err)
				}
				notes := &llm.Notes{}
				fmt.Fprintf(&out, "--- %s\n", x.name)
				r, err := a.Request(t.Context(), &c, call, llm.Edit{Model: "upstream", Notes: notes}, nil)
				if err != nil {
					f := fault.From(err)
					if f.Kind != fault.Invalid || f.Field == "" {
						t.Errorf("%s: %v", x.name, err)
					}
					fmt.Fprintf(&out, "refused, %s: %s\n", f.Field, f.Public)
					continue
				}
				sent, err := io.ReadAll(r.Body)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&out, "%s\n", sent)
				for _, w := range notes.Warnings() {
					fmt.Fprintf(&out, "warned: %s\n", w)
				}
			}
			providertest.Golden(t, filepath.Join("testdata", k.Name, "fitted.golden"), out.String())
		})
	}
}

func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	book := catalog.BuiltIn()
	seen := map[string]bool{}
	for _, k := range provider.KnownServices() {
		u, err := url.Parse(k.BaseURL)
		if err != nil || seen[k.Name] || k.Title == "" || k.NeedsKey != (k.KeyFrom != "") || k.NeedsKey != (k.Host != "") {
			t.Errorf("%s: %+v, %v", k.Name, k, err)
		}
		seen[k.Name] = true
		if k.Host != "" && (u.Hostname() != k.Host || u.Scheme != "https") {
			t.Errorf("%s is at %s and is told by %s", k.Name, k.BaseURL, k.Host)
		}
		if len(book.Models(k.Catalogue)) == 0 {
			t.Errorf("%s: the catalogue has no provider %q", k.Name, k.Catalogue)
		}
		if by := book.ProviderOf(string(k.Kind), k.BaseURL); k.Host != "" && by != k.Catalogue {
			t.Errorf("%s is priced as %q, and by its address as %q", k.Name, k.Catalogue, by)
		}
		if _, err := os.Stat(filepath.Join("testdata", k.Name, "fitted.golden")); err != nil {
			t.Error(err)
		}
		r := provider.ConnectionRecord{Kind: k.Kind, BaseURL: k.BaseURL, Service: k.Name}
		if c, err := r.Open(t.Context(), nil); err != nil || c.Known() == nil || c.Known().Name != k.Name || r.Catalogue(book) != k.Catalogue {
			t.Errorf("%s: opened as %+v, %v", k.Name, c, err)
		}
	}
	for baseURL, want := range map[string]string{"https://API.groq.com/openai/v1": "groq", "https://api.groq.com.evil.example/v1": "", "https://llm.example.com/v1": "", "http://127.0.0.1:8000/v1": ""} {
		c, err := provider.ConnectionRecord{Kind: provider.Compatible, BaseURL: baseURL}.Open(t.Context(), nil)
		if err != nil || c.Service != want {
			t.Errorf("%s is %q, %v", baseURL, c.Service, err)
		}
	}
	// What an address says wins over what somebody said.
	if c, _ := (provider.ConnectionRecord{Kind: provider.Compatible, BaseURL: "https://api.groq.com/openai/v1", Service: "vllm"}).Open(t.Context(), nil); c.Service != "groq" {
		t.Errorf("Groq is %q", c.Service)
	}
}

// TestAnUnmarkedStreamIsWholeInOtherDialects, too: what ends it is no part of its last event.
func TestAnUnmarkedStreamIsWholeInOtherDialects(t *testing.T) {
	t.Parallel()
	call, err := claude.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	k, _ := provider.KnownService("perplexity")
	a, _ := adapterOf(t, k)
	at, _ := url.Parse(k.BaseURL)
	for _, name := range []string{"text.sse", "unmarked.sse", "unmarked-tight.sse", "broken-off.sse"} {
		f, err := os.Open(filepath.Join("testdata/perplexity/answers", name))
		if err != nil {
			t.Fatal(err)
		}
		s, err := a.Response(&http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: f, Request: &http.Request{URL: at}}, call)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		var e llm.Event
		for e, err = s.Next(); err == nil; e, err = s.Next() {
			text.Write(e.Raw)
		}
		if whole := strings.Contains(text.String(), "message_stop") && err == io.EOF; whole != (name != "broken-off.sse") || !strings.Contains(text.String(), "Paris") {
			t.Errorf("%s: %v\n%s", name, err, text.String())
		}
		_ = s.Close()
	}
}

// TestOpenRouterIsAskedForNoOtherModels than the one that was permitted and priced: it charges the one that answered.
func TestOpenRouterIsAskedForNoOtherModels(t *testing.T) {
	t.Parallel()
	k, _ := provider.KnownService("openrouter")
	a, c := adapterOf(t, k)
	for _, x := range []struct {
		op            llm.Operation
		body, refused string
	}{
		{llm.Chat, `{"model":"cheap","models":["anthropic/claude-opus-5"],"messages":[{"role":"user","content":"hi"}]}`, "models"},
		{llm.Chat, `{"model":"cheap","preset":"dear","messages":[{"role":"user","content":"hi"}]}`, "preset"},
		{llm.Chat, `{"model":"cheap","models":[],"route":"fallback","messages":[{"role":"user","content":"hi"}]}`, ""},
		{llm.Completions, `{"model":"cheap","models":["anthropic/claude-opus-5"],"prompt":"hi"}`, "models"},
		{llm.Completions, `{"model":"cheap","models":null,"prompt":"hi"}`, ""},
	} {
		call, err := openai.Dialect{}.Decode(llm.Ask{Operation: x.op, Body: []byte(x.body)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Request(t.Context(), &c, call, llm.Edit{Model: "cheap"}, nil)
		if f := fault.From(err); x.refused == "" && err != nil || x.refused != "" && (err == nil || f.Field != x.refused) {
			t.Errorf("%s: %v", x.body, err)
		}
	}
}
