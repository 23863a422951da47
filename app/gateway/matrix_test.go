package gateway

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var matrix = flag.String("matrix", "", "write the table of families, kinds and features to this Markdown file")

// speaker is a client's dialect: a row for each family. Files matrix_<family>_test.go hold them.
type speaker struct {
	family  llm.Family
	headers []string
	// ask is the request for a feature: path and body. In the body, "$MODEL" is the model, "$STREAM" true or false, and
	// "$OPTIONS" what asks for the usage of a stream.
	ask map[string]posed
	// hear reads an answer, whole or streamed, as the family's clients do.
	hear func(t *testing.T, body string, streamed bool) heard
	// refused reads an error's code under error.bodhi.
	refused func(body string) string
}

type posed struct {
	path, body string
	streams    string // the path of a stream, where it is another one
}

// heard is what a client understands of an answer.
type heard struct {
	text, thinking, signature string
	calls                     []called
	reason                    llm.Reason
	input, cached, output     int64 // tokens, input with what was cached
	complete                  bool  // it ended as the dialect wants it
}

type called struct{ id, name, args string }

func speakers() []speaker {
	return []speaker{openaiSpeaker(), responsesSpeaker(), anthropicSpeaker(), geminiSpeaker(), bedrockSpeaker()}
}

// host is a provider kind: where the sandbox speaks its wire. A row for each.
type host struct {
	kind provider.Kind
	path string // below the sandbox's address
	// silent says that this kind's answers hold no text of the thinking, only its count.
	silent bool
}

func hosts() []host {
	return []host{{provider.OpenAI, "/v1", true}, {provider.Compatible, "/v1", true}, {provider.Anthropic, "", false}, {provider.Gemini, "", false}, {provider.Vertex, "/v1/projects/p/locations/l", false},
		{provider.Azure, "", true}, {provider.Bedrock, "", false}}
}

// feature is one thing that every family must get from every kind: a row for each.
type feature struct {
	name  string
	model string
	check func(t *testing.T, h heard, at host)
}

const thinkingModel = "sandbox-reasoning+reasoning=40"

func features() []feature {
	text := func(t *testing.T, h heard, _ host) {
		if !strings.HasPrefix(h.text, "This is the sandbox.") || h.reason != llm.Stopped {
			t.Errorf("%+v", h)
		}
	}
	return []feature{
		{"text", "sandbox-chat", text},
		{"system", "sandbox-chat", text},
		{"tools", "sandbox-chat", func(t *testing.T, h heard, _ host) {
			if len(h.calls) != 1 || h.calls[0].name != "weather" || !strings.Contains(h.calls[0].args, "city") || h.calls[0].id == "" || h.reason != llm.Calls {
				t.Errorf("%+v", h)
			}
		}},
		{"parallel tools", "sandbox-chat+tools=2", func(t *testing.T, h heard, _ host) {
			if len(h.calls) != 2 || h.calls[0].name != "weather" || h.calls[1].name != "now" || h.reason != llm.Calls {
				t.Errorf("%+v", h)
			}
		}},
		{"tool results", "sandbox-chat", text},
		{"image", "sandbox-vision", func(t *testing.T, h heard, _ host) {
			if !strings.Contains(h.text, "1 image(s): image/png") {
				t.Errorf("%+v", h)
			}
		}},
		{"PDF", "sandbox-vision", func(t *testing.T, h heard, _ host) {
			if !strings.Contains(h.text, "application/pdf") {
				t.Errorf("%+v", h)
			}
		}},
		{"JSON schema", "sandbox-chat", func(t *testing.T, h heard, _ host) {
			if !strings.HasPrefix(h.text, `{"total":`) {
				t.Errorf("%+v", h)
			}
		}},
		{"thinking", thinkingModel, func(t *testing.T, h heard, at host) {
			if h.output < 40 || h.text == "" || !at.silent && (len(h.thinking) != 160 || h.signature == "") {
				t.Errorf("%+v", h)
			}
		}},
		{"prompt caching", "sandbox-chat+cached=3", func(t *testing.T, h heard, _ host) {
			if h.cached != 3 || h.input <= 3 {
				t.Errorf("%+v", h)
			}
		}},
		{"output cap", "sandbox-chat", func(t *testing.T, h heard, _ host) {
			if h.reason != llm.Length || h.output != 2 {
				t.Errorf("%+v", h)
			}
		}},
		{"usage", "sandbox-chat+tokens=20", func(t *testing.T, h heard, _ host) {
			if h.output != 20 || h.input < 5 {
				t.Errorf("%+v", h)
			}
		}},
	}
}

// TestEveryFamilyGetsEveryFeatureFromEveryKind asks the sandbox, as every kind of provider, in every client's dialect, whole
// and streamed, and compares what the client hears and what the books say with the sandbox's own bill. -matrix=FILE writes
// the table.
func TestEveryFamilyGetsEveryFeatureFromEveryKind(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	failed := map[string]bool{}
	t.Run("cells", func(t *testing.T) {
		for _, s := range speakers() {
			for _, at := range hosts() {
				for _, f := range features() {
					for _, stream := range []bool{false, true} {
						name := cell(s, at, f, stream)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							defer func() {
								mu.Lock()
								failed[name] = t.Failed()
								mu.Unlock()
							}()
							ask(t, s, at, f, stream)
						})
					}
				}
			}
		}
	})
	want := table(failed)
	if *matrix != "" {
		if err := os.WriteFile(*matrix, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := os.ReadFile("../../docs/reference/translation.md")
	if err != nil || !strings.Contains(string(doc), want) {
		t.Errorf("docs/reference/translation.md says something else (%v); this is what works:\n%s", err, want)
	}
}

func cell(s speaker, at host, f feature, stream bool) string {
	mode := "whole"
	if stream {
		mode = "streamed"
	}
	return fmt.Sprintf("%s from %s, %s, %s", s.family, at.kind, f.name, mode)
}

// serve starts a sandbox behind a gateway.
func serve(t *testing.T, at host, model string) (*house, *sandbox.Sandbox) {
	t.Helper()
	box := sandbox.New(sandbox.Config{Clock: clock.System{}, Open: true})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	h := build(t, nil)
	ids := id.NewSource(clock.System{}.Now, nil)
	h.targets = []route.Target{{Model: model, Why: "test", Connection: &provider.Connection{
		ID: id.NewConnection(ids), Name: "box", Kind: at.kind, BaseURL: server.URL + at.path, Credential: secret.New("sandbox-key")}}}
	return h, box
}

func ask(t *testing.T, s speaker, at host, f feature, stream bool) {
	q, ok := s.ask[f.name]
	if !ok {
		t.Fatalf("family %s has no question for %q", s.family, f.name)
	}
	h, box := serve(t, at, f.model)
	body := strings.NewReplacer("$MODEL", "smart", "$STREAM", fmt.Sprint(stream), "$OPTIONS", map[bool]string{false: "null", true: `{"include_usage":true}`}[stream]).Replace(q.body)
	path := q.path
	if stream && q.streams != "" {
		path = q.streams
	}
	resp, text := h.post(t, path, body, s.headers...)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
	got := s.hear(t, text, stream)
	if !got.complete {
		t.Errorf("the answer has no end: %s", text)
	}
	f.check(t, got, at)
	requests, bill := h.books.only(t, 1), charged(t, box, 1)
	if len(bill.List) != 1 || requests[0].Usage.Input != bill.List[0].Input || requests[0].Usage.Output != bill.List[0].Output || requests[0].Usage.CacheRead != bill.List[0].Cached {
		t.Errorf("the books say %+v, the bill %+v", requests[0].Usage, bill.List)
	}
	if c := bill.List[0]; got.input != c.Input || got.output != c.Output || got.cached != c.Cached {
		t.Errorf("the client reads %d, %d, %d tokens, the bill says %+v", got.input, got.cached, got.output, c)
	}
}

// post sends a body to a path below the organization's root.
func (h *house) post(t *testing.T, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", "good")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// table is the matrix for the documentation: a line for each feature, a column for each family and kind.
func table(failed map[string]bool) string {
	var b strings.Builder
	b.WriteString("| client | provider |")
	line := "|---|---|"
	for _, f := range features() {
		b.WriteString(" " + f.name + " |")
		line += "---|"
	}
	b.WriteString("\n" + line + "\n")
	for _, s := range speakers() {
		for _, at := range hosts() {
			fmt.Fprintf(&b, "| %s | %s |", s.family, at.kind)
			for _, f := range features() {
				mark := "yes"
				if slices.ContainsFunc([]bool{false, true}, func(stream bool) bool { return failed[cell(s, at, f, stream)] }) {
					mark = "**no**"
				}
				b.WriteString(" " + mark + " |")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
