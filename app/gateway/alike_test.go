package gateway

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// saw takes what was found.
type saw struct {
	mu   sync.Mutex
	list []cache.Sighting
}

func (s *saw) Saw(_ context.Context, list []cache.Sighting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, list...)
	return nil
}

func aliking(t *testing.T, like cache.Like) (*caching, *saw) {
	t.Helper()
	h := buildCaching(t, func(r *cache.Record) { r.Like = like })
	w := &saw{}
	h.desk.Seen = w
	return h, w
}

func about(text string) string {
	return `{"model":"smart","max_tokens":50,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"` + text + `"}]}`
}

const centered, centering, centred = "How do I center a div in CSS?", "CSS centering div", "how can I center a div in CSS"

func TestALikeQuestionIsAnsweredInTheClientsForm(t *testing.T) {
	t.Parallel()
	h, w := aliking(t, cache.Like{Mode: cache.Relaxed})
	h.provide("up", h.bought(says(answer)))
	h.ask(about(centered))
	resp, body := h.ask(about(centering))
	for name, want := range map[string]string{"X-Bodhi-Cache": "semantic", "X-Bodhi-Cost-Usd": "0", "X-Bodhi-Provider": "up", "X-Bodhi-Model": "up-model", "Age": "0"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if s := resp.Header.Get("X-Bodhi-Cache-Similarity"); body != answer || h.calls.Load() != 1 || s < "0.90" || s > "1.00" {
		t.Errorf("%d calls, similarity %q, body %s", h.calls.Load(), s, body)
	}
	resp, body = h.ask(strings.Replace(about(centering), `"max_tokens":50`, `"max_tokens":50,"stream":true`, 1))
	if resp.Header.Get("X-Bodhi-Cache") != "semantic" || !strings.Contains(body, `"content":"hello"`) || !strings.HasSuffix(body, done) {
		t.Errorf("as a stream %v: %s", resp.Header, body)
	}
	if resp, _ = h.ask(about(centering), "X-Bodhi-Cache", "exact"); resp.Header.Get("X-Bodhi-Cache") != "miss" || h.calls.Load() != 2 {
		t.Errorf("who wants the very same question: %v", resp.Header)
	}
	if resp, _ = h.ask(about("How do I center a table in CSS?")); resp.Header.Get("X-Bodhi-Cache") != "miss" {
		t.Errorf("another question: %v", resp.Header)
	}
	if resp, _ = h.ask(about(centred), "Cache-Control", "no-store"); resp.Header.Get("X-Bodhi-Cache") != "bypass" {
		t.Errorf("no-store: %v", resp.Header)
	}
	hit := h.books.only(t, 6)[1]
	if hit.Cache != "semantic" || hit.Cost != 0 || hit.Saved != 10 || hit.Attempts != 0 || !strings.Contains(hit.Decisions, "similarity") {
		t.Errorf("fact %+v", hit)
	}
	if err := h.desk.Tell(t.Context()); err != nil || len(w.list) != 2 || !w.list[0].Served || w.list[0].ID != hit.ID || w.list[0].Cost != 10 {
		t.Errorf("%v %+v", err, w.list)
	}
}

func TestAShadowGivesNothing(t *testing.T) {
	t.Parallel()
	h, w := aliking(t, cache.Like{Mode: cache.Shadow})
	h.provide("up", h.bought(says(answer)))
	h.ask(about(centered))
	if resp, _ := h.ask(about(centering)); resp.Header.Get("X-Bodhi-Cache") != "miss" || resp.Header.Get("X-Bodhi-Cache-Similarity") != "" || h.calls.Load() != 2 {
		t.Errorf("%d calls, %v", h.calls.Load(), resp.Header)
	}
	if err := h.desk.Tell(t.Context()); err != nil || len(w.list) != 1 || w.list[0].Served || w.list[0].Mode != cache.Shadow {
		t.Errorf("%v %+v", err, w.list)
	}
}

// models are the scripted small models of a house, by name.
func (c *caching) model(name string, quote catalog.Quote, handler http.HandlerFunc) *atomic.Int64 {
	calls := &atomic.Int64{}
	c.provide(name, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		handler(w, r)
	})
	last := len(c.targets) - 1
	t := c.targets[last]
	c.targets = c.targets[:last]
	t.Model = name + "-model"
	if c.others == nil {
		c.others = map[string]route.Target{}
	}
	c.others[name] = t
	if c.quotes == nil {
		c.quotes = map[string]catalog.Quote{}
	}
	c.quotes[t.Model] = quote
	return calls
}

// costing is a price for each token.
type costing struct {
	flat
	each money.USD
}

func (c costing) Bill(u llm.Usage) (catalog.Bill, error) {
	return catalog.Bill{Total: money.USD(u.Input+u.Output) * c.each}, nil
}

func judge(word string) http.HandlerFunc {
	return says(strings.Replace(answer, `"hello"`, `"`+word+`"`, 1))
}

func TestASmallModelConfirmsWhereThatPays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		judge  http.HandlerFunc
		price  money.USD // of a token of the answer; the judge's cost one nano-dollar
		want   string
		judged int64
	}{
		"it agrees":                       {judge("Yes."), 1000, "semantic", 1},
		"it does not":                     {judge("NO"), 1000, "miss", 1},
		"it says something else":          {judge("yesterday it was, or YES"), 1000, "semantic", 1},
		"it does not answer":              {fails(503, `{"error":{"message":"busy"}}`), 1000, "miss", -1},
		"asking costs more than it saves": {judge("YES"), 1, "miss", 0},
		"it thinks, and says nothing":     {judge(""), 1000, "miss", -1},
		"it says a blank line":            {judge(`\n`), 1000, "miss", -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, w := aliking(t, cache.Like{Mode: cache.Verified, Judge: "small"})
			h.provide("up", h.bought(says(answer)))
			calls := h.model("small", costing{each: 1}, c.judge)
			h.quotes["up-model"] = costing{each: c.price}
			h.ask(about(centered))
			resp, _ := h.ask(about(centering))
			if got := resp.Header.Get("X-Bodhi-Cache"); got != c.want {
				t.Errorf("%q", got)
			}
			if n := calls.Load(); c.judged >= 0 && n != c.judged || c.judged < 0 && n == 0 {
				t.Errorf("it was asked %d times", n)
			}
			if err := h.desk.Tell(t.Context()); err != nil || len(w.list) != 1 || w.list[0].Served != (c.want == "semantic") {
				t.Errorf("%v %+v", err, w.list)
			}
			var refused [len(cache.Refusals)]int64
			served, yes, no := int64(1), int64(1), int64(0)
			if c.want == "miss" {
				served, yes = 0, 0
				refused[map[int64]cache.Refusal{1: cache.Disagreed, -1: cache.NoWord, 0: cache.TooDear}[c.judged]] = 1
				if c.judged == 1 {
					no = 1
				}
			}
			if s := h.desk.Stats(); s.LikeFound != 1 || s.LikeServed != served || s.LikeRefused != refused || s.JudgeYes != yes || s.JudgeNo != no || s.LikeBytes == 0 {
				t.Errorf("metrics: %+v", s)
			}
			if c.judged != 1 {
				return
			}
			var its *ledger.Request
			for _, f := range h.books.only(t, 3) {
				if f.Asked == "small" {
					its = &f
				}
			}
			if its == nil || its.Cost != 10 || its.Attempts != 1 || its.Cache != "bypass" || !strings.Contains(its.Tags, "purpose=semantic-cache") || !strings.Contains(its.Decisions, "asked for the cache") {
				t.Errorf("the judge's own fact: %+v", its)
			}
			if resp, _ = h.ask(about(centred)); resp.Header.Get("X-Bodhi-Cache") != "semantic" || calls.Load() != 1 {
				t.Errorf("a strict pair needs no judge: %v", resp.Header)
			}
		})
	}
}

// OpenAI's reasoning models refuse the old name of the cap, and none of them has said a word after sixteen tokens.
func TestAJudgeHasRoomToThink(t *testing.T) {
	t.Parallel()
	h, _ := aliking(t, cache.Like{Mode: cache.Verified, Judge: "small"})
	h.provide("up", h.bought(says(answer)))
	h.model("small", costing{each: 1}, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if strings.Contains(string(b), `"max_tokens"`) || !strings.Contains(string(b), `"max_completion_tokens":512`) {
			fails(400, `{"error":{"message":"Unsupported parameter: 'max_tokens'"}}`)(w, r)
			return
		}
		judge("YES")(w, r)
	})
	h.quotes["up-model"] = costing{each: 1000}
	h.ask(about(centered))
	if resp, _ := h.ask(about(centering)); resp.Header.Get("X-Bodhi-Cache") != "semantic" {
		t.Errorf("%v", resp.Header)
	}
}

// Thoughts are billed as words are: a judge that thinks more than an answer is worth is found out by its first answer.
func TestAJudgesThoughtsCount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tokens, then string
		asked        int64
	}{"it says a word": {"3", "semantic", 2}, "it thinks at length": {"2000", "miss", 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := aliking(t, cache.Like{Mode: cache.Verified, Judge: "small"})
			h.provide("up", h.bought(says(answer)))
			calls := h.model("small", costing{each: 1}, says(strings.NewReplacer(`"hello"`, `"YES"`, `"completion_tokens":3`, `"completion_tokens":`+c.tokens).Replace(answer)))
			h.quotes["up-model"] = costing{each: 100} // it is worth 500 tokens of the judge, and then 666
			h.ask(about(centered))
			for n, want := range []string{"semantic", c.then} {
				if resp, _ := h.ask(about(centering)); resp.Header.Get("X-Bodhi-Cache") != want {
					t.Errorf("%d: %v", n, resp.Header)
				}
			}
			if calls.Load() != c.asked {
				t.Errorf("it was asked %d times", calls.Load())
			}
		})
	}
}

func TestAProvidersVectors(t *testing.T) {
	t.Parallel()
	h, _ := aliking(t, cache.Like{Mode: cache.Relaxed, Embedder: "embed"})
	h.provide("up", h.bought(says(answer)))
	away := atomic.Bool{}
	calls := h.model("embed", costing{each: 1}, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		var in struct{ Input any }
		_ = json.Unmarshal(b, &in)
		text, _ := in.Input.(string)
		if away.Load() {
			fails(503, `{"error":{"message":"busy"}}`)(w, r)
			return
		}
		v := "[0.6,0.8,0]"
		if strings.Contains(text, "CSS") {
			v = "[1,0.1,0]"
		}
		says(`{"object":"list","model":"embed-model","data":[{"object":"embedding","index":0,"embedding":`+v+`}],"usage":{"prompt_tokens":5,"total_tokens":5}}`)(w, r)
	})
	h.ask(about(centered))
	if resp, body := h.ask(about(centering)); resp.Header.Get("X-Bodhi-Cache") != "semantic" || resp.Header.Get("X-Bodhi-Cache-Similarity") != "1.00" || calls.Load() != 2 {
		t.Errorf("%d vectors, %v %s", calls.Load(), resp.Header, body)
	}
	if resp, _ := h.ask(about(centered)); resp.Header.Get("X-Bodhi-Cache") != "hit" || calls.Load() != 2 {
		t.Errorf("the very same question needs no vector: %v", resp.Header)
	}
	away.Store(true)
	if resp, _ := h.ask(about(centred)); resp.Header.Get("X-Bodhi-Cache") != "miss" || resp.StatusCode != 200 {
		t.Errorf("its model is away: %d %v", resp.StatusCode, resp.Header)
	}
	for _, f := range h.books.only(t, 7) {
		if f.Asked == "embed" && f.Status == 200 && (f.Cost != 5 || f.Endpoint != string(llm.Embeddings)) {
			t.Errorf("a vector's own fact: %+v", f)
		}
	}
}

// What a data rule found something in is neither compared nor sent to a model that makes vectors, whatever the rule does with it.
func TestPersonalDataIsNeverCompared(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"mask", "log"} {
		h, w := aliking(t, cache.Like{Mode: cache.Relaxed, Embedder: "embed"})
		h.provide("up", h.bought(says(answer)))
		vectors := h.model("embed", costing{each: 1}, says(`{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,0]}],"usage":{"prompt_tokens":5,"total_tokens":5}}`))
		book, r := pii.NewBook(clock.System{}), rule("email", action)
		r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewDataRule(id.NewSource(clock.System{}.Now, nil)), h.grant.Chain.Org, org.OrgScope, h.grant.Chain.Org.UUID(), "Acme"
		if err := book.Load([]pii.Record{r}); err != nil {
			t.Fatal(err)
		}
		h.gateway.Screens = book
		for _, text := range []string{"How do I write to ann@acme.test?", "how can I write to ann@acme.test"} {
			if resp, _ := h.ask(about(text)); resp.Header.Get("X-Bodhi-Cache") != "bypass" {
				t.Errorf("%s: %v", action, resp.Header)
			}
		}
		if err := h.desk.Tell(t.Context()); err != nil || len(w.list) != 0 || vectors.Load() != 0 || h.calls.Load() != 2 {
			t.Errorf("%s: %d vectors, %+v, %v", action, vectors.Load(), w.list, err)
		}
		if h.ask(about(centered)); vectors.Load() != 1 {
			t.Errorf("%s: a question without any was not sent: the test proves nothing", action)
		}
	}
}
