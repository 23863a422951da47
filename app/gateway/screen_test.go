package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// screened is a house whose organization has one data rule, and the log it writes.
func screened(t *testing.T, r pii.Record) (*house, *bytes.Buffer) {
	t.Helper()
	book, log := pii.NewBook(clock.System{}), &bytes.Buffer{}
	h := build(t, func(c *Config) {
		c.Ports.Screens = book
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	o := h.grant.Chain.Org
	r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewDataRule(id.NewSource(clock.System{}.Now, nil)), o, org.OrgScope, o.UUID(), "Acme"
	if err := book.Load([]pii.Record{r}); err != nil {
		t.Fatal(err)
	}
	return h, log
}

func rule(actions ...string) (r pii.Record) {
	r.Actions = map[string]string{}
	for i := 0; i+1 < len(actions); i += 2 {
		r.Actions[actions[i]] = actions[i+1]
	}
	return r
}

// hearer keeps what a provider was sent.
type hearer struct {
	mu     sync.Mutex
	bodies []string
	calls  atomic.Int64
	answer string
}

// ServeHTTP implements http.Handler.
func (h *hearer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.bodies = append(h.bodies, r.URL.RequestURI()+" "+string(b))
	h.mu.Unlock()
	h.calls.Add(1)
	says(h.answer)(w, r)
}

// mail and number are what nobody may see but the client.
const (
	mailCanary = "canary.lovelace@acme-canary.test"
	cardCanary = "4012888888881881"
)

// personal is each family's request with something personal in its every corner: $ stands for it.
var personal = []struct{ name, path, body string }{
	{"chat", "/v1/chat/completions", `{"model":"smart","user":"$","messages":[{"role":"system","content":"for $"},{"role":"user","content":[{"type":"text","text":"caf\u00e9 $\n"}]},{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"to\":\"$\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"$"}]}`},
	{"responses", "/v1/responses", `{"model":"smart","store":false,"instructions":"for $","input":[{"role":"user","content":[{"type":"input_text","text":"$"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{\"to\":\"$\"}"},{"type":"function_call_output","call_id":"c","output":"$"}]}`},
	{"anthropic", "/v1/messages", `{"model":"smart","max_tokens":99,"system":"for $","messages":[{"role":"user","content":"$"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"to":"$"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"$"}]}]}`},
	{"gemini", "/v1beta/models/smart:generateContent", `{"systemInstruction":{"parts":[{"text":"for $"}]},"contents":[{"role":"user","parts":[{"text":"$"}]}]}`},
	{"bedrock", "/model/smart/converse", `{"system":[{"text":"for $"}],"messages":[{"role":"user","content":[{"text":"$"}]}],"inferenceConfig":{"maxTokens":99}}`},
	{"embeddings", "/v1/embeddings", `{"model":"smart","input":["$","two"]}`},
	{"completions", "/v1/completions", `{"model":"smart","prompt":"$"}`},
}

func TestWhatIsBlockedGoesNowhereInAnyFamily(t *testing.T) {
	t.Parallel()
	for _, x := range personal {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			h, log := screened(t, rule("email", "block"))
			up := &hearer{answer: answer}
			h.provide("up", up.ServeHTTP)
			for _, canary := range []string{mailCanary, strings.ReplaceAll(mailCanary, "@", `\u0040`)} {
				resp, body := h.post(t, x.path, strings.ReplaceAll(x.body, "$", canary), "Anthropic-Version", version)
				if resp.StatusCode != 400 || resp.Header.Get("X-Should-Retry") != "false" || !strings.Contains(body, "policy_blocked") || !strings.Contains(body, "pii_") || !strings.Contains(body, "e-mail address") {
					t.Errorf("%d %v: %s", resp.StatusCode, resp.Header, body)
				}
				if strings.Contains(body, "canary") {
					t.Errorf("the refusal tells it: %s", body)
				}
			}
			facts, _ := json.Marshal(h.books.only(t, 2))
			if s := string(facts); strings.Contains(s, "canary") || strings.Contains(log.String(), "canary") {
				t.Errorf("it is kept: %s\n%s", s, log)
			}
			f := h.books.only(t, 2)[0]
			if f.Screened.Incident.IsZero() || f.Screened.Action != "block" || !strings.Contains(f.Screened.Found, `"detector":"email"`) || f.Code != "policy_blocked" || !strings.Contains(f.Message, f.Screened.Incident.String()) {
				t.Errorf("fact %+v", f.Screened)
			}
			if n := up.calls.Load(); n != 0 {
				t.Errorf("the provider was called %d times", n)
			}
		})
	}
}

func TestWhatIsMaskedLeavesAsPlaceholdersToEveryKind(t *testing.T) {
	t.Parallel()
	for _, x := range personal {
		for _, kind := range []provider.Kind{provider.OpenAI, provider.Anthropic, provider.Gemini, provider.Bedrock} {
			if (x.name == "embeddings" || x.name == "completions") && kind != provider.OpenAI {
				continue
			}
			t.Run(x.name+" to "+string(kind), func(t *testing.T) {
				t.Parallel()
				h, log := screened(t, rule("email", "mask", "card", "log"))
				up := &hearer{answer: "{}"} // what comes back is not the point
				h.provide("up", up.ServeHTTP)
				h.targets[0].Connection.Kind = kind
				resp, body := h.post(t, x.path, strings.ReplaceAll(x.body, "$", mailCanary+" "+cardCanary), "Anthropic-Version", version)
				up.mu.Lock()
				defer up.mu.Unlock()
				if len(up.bodies) == 0 {
					t.Fatalf("nothing was sent: %d %s", resp.StatusCode, body)
				}
				for _, sent := range up.bodies {
					if strings.Contains(sent, "canary") || !strings.Contains(sent, "[EMAIL_1] "+cardCanary) || strings.Contains(sent, "EMAIL_2") {
						t.Errorf("sent %s", sent)
					}
				}
				if w := resp.Header.Get("X-Bodhi-Warning"); !strings.Contains(w, "placeholders stand for") {
					t.Errorf("warning %q", w)
				}
				facts, _ := json.Marshal(h.books.only(t, 1))
				if s := string(facts); strings.Contains(s, "canary") || strings.Contains(s, cardCanary) || strings.Contains(log.String(), "canary") {
					t.Errorf("it is kept: %s\n%s", s, log)
				}
				if f := h.books.only(t, 1)[0]; f.Screened.Action != "mask" || !strings.Contains(f.Screened.Found, `"card"`) || !strings.Contains(f.Decisions, "data rule, log: ") {
					t.Errorf("fact %+v %s", f.Screened, f.Decisions)
				}
			})
		}
	}
}

// A request whose dialect is the provider's keeps every byte that is not masked (decision D6).
func TestMaskingIsASplice(t *testing.T) {
	t.Parallel()
	h, _ := screened(t, rule("email", "mask"))
	up := &hearer{answer: answer}
	h.provide("up", up.ServeHTTP)
	h.ask("{ \"x_first\" : [1.50, 2E+10],\n\t\"model\":\"smart\", \"messages\":[ {\"role\":\"user\",\"content\":\"caf\\u00e9 <" + mailCanary + ">\"} ] }")
	want := "/v1/chat/completions { \"x_first\" : [1.50, 2E+10],\n\t\"model\":\"up-model\", \"messages\":[ {\"role\":\"user\",\"content\":\"caf\\u00e9 <[EMAIL_1]>\"} ] }"
	if len(up.bodies) != 1 || up.bodies[0] != want {
		t.Errorf("sent %q\nwant %q", up.bodies, want)
	}
}

func TestFormsAreScreenedToo(t *testing.T) {
	t.Parallel()
	form := func() (string, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("model", "smart")
		_ = w.WriteField("prompt", "written for "+mailCanary)
		f, _ := w.CreateFormFile("file", "of."+mailCanary+".wav")
		_, _ = io.WriteString(f, "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00")
		_ = w.Close()
		return b.String(), w.FormDataContentType()
	}
	for action, calls := range map[string]int64{"block": 0, "mask": 1} {
		h, _ := screened(t, rule("email", action))
		up := &hearer{answer: `{"text":"x"}`}
		h.provide("up", up.ServeHTTP)
		h.targets[0].Connection.Kind = provider.OpenAI
		body, kind := form()
		resp, text := h.post(t, "/v1/audio/transcriptions", body, "Content-Type", kind)
		if up.calls.Load() != calls || action == "block" && resp.StatusCode != 400 {
			t.Errorf("%s: %d calls, %d %s", action, up.calls.Load(), resp.StatusCode, text)
		}
		for _, sent := range up.bodies {
			if strings.Contains(sent, "canary") || !strings.Contains(sent, "written for [EMAIL_") {
				t.Errorf("sent %q", sent)
			}
		}
	}
}

func TestAFallbackGetsThePlaceholdersAsWell(t *testing.T) {
	t.Parallel()
	h, _ := screened(t, rule("email", "mask"))
	first, second := &hearer{}, &hearer{answer: answer}
	h.provide("first", func(w http.ResponseWriter, r *http.Request) {
		first.ServeHTTP(&bodyless{header: http.Header{}}, r)
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	h.provide("second", second.ServeHTTP)
	resp, body := h.ask(`{"model":"smart","messages":[{"role":"user","content":"` + mailCanary + `"}]}`)
	if resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	for _, sent := range append(first.bodies, second.bodies...) {
		if strings.Contains(sent, "canary") || !strings.Contains(sent, "[EMAIL_1]") {
			t.Errorf("sent %s", sent)
		}
	}
	if len(first.bodies) == 0 || len(second.bodies) == 0 {
		t.Error("somebody was not asked")
	}
}

// bodyless takes an answer and forgets it.
type bodyless struct{ header http.Header }

func (b *bodyless) Header() http.Header         { return b.header }
func (b *bodyless) Write(p []byte) (int, error) { return len(p), nil }
func (b *bodyless) WriteHeader(int)             {}

func TestCountingTokensIsScreened(t *testing.T) {
	t.Parallel()
	h, _ := screened(t, rule("email", "block"))
	up := &hearer{answer: `{"input_tokens":3}`}
	h.provide("up", up.ServeHTTP)
	h.targets[0] = route.Target{Model: "m", Why: "test", Connection: h.targets[0].Connection}
	h.targets[0].Connection.Kind = provider.Anthropic
	resp, body := h.post(t, "/v1/messages/count_tokens", `{"model":"smart","messages":[{"role":"user","content":"`+mailCanary+`"}]}`, "Anthropic-Version", version)
	if resp.StatusCode != 400 || up.calls.Load() != 0 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// A stream of completions is not written anew: whoever reads it is told that placeholders stay. A whole answer has what stood there.
func TestPlaceholdersThatStayAreTold(t *testing.T) {
	t.Parallel()
	const told = "placeholders stay in a stream"
	for name, c := range map[string]struct {
		body, want string
		told       bool
	}{
		"a stream":                    {`{"model":"smart","stream":true,"prompt":"to ada@acme.test"}`, "[EMAIL_1]", true},
		"a whole answer":              {`{"model":"smart","prompt":"to ada@acme.test"}`, "ada@acme.test", false},
		"a stream with nothing in it": {`{"model":"smart","stream":true,"prompt":"to nobody"}`, "[EMAIL_1]", false},
	} {
		h, _ := screened(t, rule("email", "mask"))
		h.provide("up", func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			if strings.Contains(string(b), `"stream":true`) {
				streams(`data: {"id":"c","object":"text_completion","choices":[{"index":0,"text":"[EMAIL_1]"}]}`+"\n\n", done)(w, r)
				return
			}
			says(`{"id":"c","object":"text_completion","choices":[{"index":0,"text":"[EMAIL_1]","finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`)(w, r)
		})
		resp, body := h.post(t, "/v1/completions", c.body)
		if resp.StatusCode != 200 || !strings.Contains(body, c.want) || strings.Contains(resp.Header.Get("X-Bodhi-Warning"), told) != c.told {
			t.Errorf("%s: %d %q %s", name, resp.StatusCode, resp.Header.Get("X-Bodhi-Warning"), body)
		}
	}
}
