// Package providertest is the conformance suite of adapters: whatever a provider's wire looks like, requests carry only
// what they may, answers become streams, and every kind of failure gets its class. Run it in each adapter's tests, with a
// folder of what that provider really answers.
package providertest

import (
	"flag"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Suite is one adapter under test.
type Suite struct {
	Adapter provider.Adapter
	// Connection is where requests go; its credential is replaced by one that must not be seen anywhere else.
	Connection provider.Connection
	// Dialect is the clients' dialect that the adapter is tested with.
	Dialect llm.Dialect
	// Dir holds what the provider really answers: answers/*.json and *.sse (embeddings*.json to an embeddings call),
	// errors/<status>-<name>.<type>, models.json; and beside them what becomes of it, in golden files.
	Dir string
	// Events is the media type of streams, "" for server-sent events; Encode makes one of what stands in answers/*.events,
	// for wires that no file could show.
	Events string
	Encode func(text string) string
	// Bodies stand in for the suite's own questions.
	Bodies Bodies
}

const key = "sk-test-0123456789"

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	s.Connection.Credential = secret.New(key)
	if s.Bodies == (Bodies{}) {
		s.Bodies = bodies[s.Dialect.Family()]
	}
	t.Run("requests carry only what they may", s.requests)
	t.Run("unusable addresses are refused", s.addresses)
	t.Run("answers become streams", s.answers)
	t.Run("refusals get a class", s.refusals)
	t.Run("what is no answer is garbled", s.garbled)
	t.Run("broken answers are truncated", s.truncated)
	t.Run("waits are read", s.waits)
	t.Run("models are listed", s.models)
}

func (s *Suite) call(t *testing.T, op llm.Operation, body string) *llm.Call {
	t.Helper()
	a := llm.Ask{Operation: op, Body: []byte(body)}
	if f := s.Dialect.Family(); f == llm.Gemini || f == llm.Bedrock { // their paths say what others' bodies do
		a.Model, a.Query, a.Stream = "alias", "alt=sse", body == s.Bodies.Streaming
	}
	c, err := s.Dialect.Decode(a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Bodies are one question in a clients' dialect, whole and streamed.
type Bodies struct{ Asking, Streaming string }

// bodies are the questions by family; a family that is not here brings its own (Suite.Bodies).
var bodies = map[llm.Family]Bodies{
	llm.OpenAI: {`{"model":"alias","messages":[{"role":"user","content":"hi"}],"unknown":{"kept":1.50}}`,
		`{"model":"alias","messages":[{"role":"user","content":"hi"}],"stream":true}`},
	llm.Anthropic: {`{"model":"alias","max_tokens":99,"messages":[{"role":"user","content":"hi"}],"unknown":{"kept":1.50}}`,
		`{"model":"alias","max_tokens":99,"messages":[{"role":"user","content":"hi"}],"stream":true}`},
	llm.Bedrock: {`{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":99},"unknown":{"kept":1.50}}`,
		`{"messages":[{"role":"user","content":[{"text":"hi"}]}]}`},
	llm.Gemini: {`{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"unknown":{"kept":1.50}}`,
		`{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"temperature":0.50}}`},
}

const embedding = `{"model":"alias","input":["a","b"]}`

// embeds is an embeddings request in the suite's dialect.
func (s *Suite) embeds() string {
	if s.Dialect.Family() == llm.Gemini {
		return `{"requests":[{"model":"models/alias","content":{"parts":[{"text":"a"}]}},{"model":"models/alias","content":{"parts":[{"text":"b"}]}}]}`
	}
	return embedding
}

// requests writes every request that the adapter builds into one golden file, and checks what no file may allow.
func (s *Suite) requests(t *testing.T) {
	client := http.Header{}
	for _, name := range forbidden {
		client.Set(name, "client's own")
	}
	client.Set("Openai-Beta", "assistants=v2")
	client.Set("X-Unknown", "1")
	var out strings.Builder
	for _, x := range []struct {
		name, body string
		op         llm.Operation
		edit       llm.Edit
	}{
		{"chat", s.Bodies.Asking, llm.Chat, llm.Edit{Model: "upstream-1"}},
		{"chat, capped", s.Bodies.Asking, llm.Chat, llm.Edit{Model: "upstream-1", MaxOutput: 77}},
		{"stream, whose usage nobody asked for", s.Bodies.Streaming, llm.Chat, llm.Edit{Model: "upstream-1"}},
		{"embeddings", s.embeds(), llm.Embeddings, llm.Edit{Model: "upstream-2"}},
	} {
		if _, asks := s.Dialect.(llm.EmbeddingDialect); !slices.Contains(s.Adapter.Operations(), x.op) || x.op == llm.Embeddings && !asks {
			continue
		}
		r, err := s.Adapter.Request(t.Context(), &s.Connection, s.call(t, x.op, x.body), x.edit, client)
		if err != nil {
			t.Fatal(err)
		}
		checkRequest(t, r)
		fmt.Fprintf(&out, "--- %s\n%s\n", x.name, dump(t, r))
	}
	r, err := s.Adapter.ModelList(t.Context(), &s.Connection)
	if err != nil {
		t.Fatal(err)
	}
	checkRequest(t, r)
	fmt.Fprintf(&out, "--- models\n%s\n", dump(t, r))
	golden(t, filepath.Join(s.Dir, "requests.golden"), out.String())
}

// forbidden are headers that never pass from a client to a provider.
var forbidden = strings.Fields(`Authorization X-Api-Key Api-Key X-Goog-Api-Key Cookie Idempotency-Key X-Idempotency-Key Host Connection Keep-Alive
	Proxy-Authorization Te Trailer Transfer-Encoding Upgrade X-Bodhi-Tags X-Bodhi-Max-Cost X-Forwarded-For Forwarded Accept-Encoding
	Openai-Organization Openai-Project X-Stainless-Retry-Count Content-Encoding Expect Range`)

func checkRequest(t *testing.T, r *http.Request) {
	t.Helper()
	for k, v := range r.Header {
		if k != http.CanonicalHeaderKey(k) {
			t.Errorf("header %q is not in canonical form", k)
		}
		if slices.Contains(v, "client's own") {
			t.Errorf("the client's header %s passes", k)
		}
	}
	if r.Method == http.MethodPost && r.ContentLength <= 0 {
		t.Error("there is no Content-Length")
	}
	if strings.Contains(r.URL.String(), key) && !strings.Contains(r.URL.RawQuery, key) {
		t.Error("the credential is in the path")
	}
}

func dump(t *testing.T, r *http.Request) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	names := make([]string, 0, len(r.Header))
	for k := range r.Header {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		fmt.Fprintf(&b, "%s: %s\n", k, strings.ReplaceAll(strings.Join(r.Header[k], ", "), key, "$KEY"))
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n%s\n", body)
	}
	return b.String()
}

func (s *Suite) addresses(t *testing.T) {
	for _, base := range []string{"::", "ftp://example.com/v1", "/v1", "https://user:pass@example.com/v1", "file:///etc/passwd", "https://"} {
		c := s.Connection
		c.BaseURL = base
		if _, err := s.Adapter.Request(t.Context(), &c, s.call(t, llm.Chat, s.Bodies.Asking), llm.Edit{}, nil); err == nil {
			t.Errorf("a request goes to %s", base)
		}
		if _, err := s.Adapter.ModelList(t.Context(), &c); err == nil {
			t.Errorf("a look at the models goes to %s", base)
		}
	}
}

// Golden compares with a golden file, or writes it with -update.
func Golden(t *testing.T, path, got string) { t.Helper(); golden(t, path, got) }

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); look at it and run with -update. Got:\n%s", path, err, got)
	}
}

// ordered walks over a map by its keys.
func ordered(m map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

// Credential is the one that the suite uses.
func Credential() secret.String { return secret.New(key) }
