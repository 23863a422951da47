package gateway

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	converse "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	google "github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/anthropic"
	"github.com/bodhi-gateway/bodhi/app/provider/azure"
	"github.com/bodhi-gateway/bodhi/app/provider/bedrock"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
	"github.com/bodhi-gateway/bodhi/app/provider/gemini"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
	"github.com/bodhi-gateway/bodhi/app/provider/vertex"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// house is a gateway whose rooms are the simplest ones that keep their promises, in front of scripted providers.
type house struct {
	t       *testing.T
	gateway *Gateway
	server  *httptest.Server
	grant   *key.Grant
	books   *books
	targets []route.Target
	others  map[string]route.Target // what else may be asked for, by name
	policy  llm.Unsupported
	out     *egress.Egress // the real way out, where there is one
	fall    *route.Fallback
	only    *route.Only
	quotes  map[string]catalog.Quote // of models that cost or hold something else
}

// provide adds a provider to the end of the fallback chain.
func (h *house) provide(name string, handler http.HandlerFunc) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The server only notices that a caller left once the body is read.
		b, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(b))
		handler(w, r)
	}))
	h.t.Cleanup(s.Close)
	ids := id.NewSource(clock.System{}.Now, nil)
	h.targets = append(h.targets, route.Target{Model: "up-model", Why: "test", Connection: &provider.Connection{
		ID: id.NewConnection(ids), Name: name, Kind: provider.Compatible, BaseURL: s.URL + "/v1",
	}})
}

func build(t *testing.T, change func(*Config)) *house {
	h := unlisted(t, change)
	h.server = httptest.NewServer(h.gateway)
	t.Cleanup(h.server.Close)
	return h
}

// unlisted is a house without a server in front, for bubbles of fake time, which end where a network begins.
func unlisted(t *testing.T, change func(*Config)) *house {
	ids := id.NewSource(clock.System{}.Now, nil)
	chain := org.Chain{Org: id.NewOrg(ids), Team: id.NewTeam(ids), Key: id.NewKey(ids)}
	h := &house{t: t, grant: &key.Grant{Key: chain.Key, Name: "test key", OrgSlug: "acme", Chain: chain}}
	h.books = &books{book: ledger.NewBook(chain.Org), limit: money.Max}
	c := Config{
		Clock: clock.System{}, IDs: ids, Log: slog.New(slog.DiscardHandler), Dialects: []llm.Dialect{openai.Dialect{}, responses.Dialect{}, claude.Dialect{}, google.Dialect{Clock: clock.System{}}, converse.Dialect{}, converse.Invoke{}},
		Ports: Ports{Keys: h, Routes: h, Budgets: h.books, Prices: h, Adapters: h, Upstreams: h},
	}
	if change != nil {
		change(&c)
	}
	h.gateway = New(c)
	return h
}

func (h *house) Authenticate(presented string) (*key.Grant, error) {
	if presented != "good" {
		return nil, fault.New(fault.Unauthenticated, "invalid_key", "This key is not known.")
	}
	return h.grant, nil
}

func (h *house) Plan(_ id.Org, call *llm.Call) (route.Plan, error) {
	if t, ok := h.others[call.Model]; ok {
		return route.Plan{Route: call.Model, Targets: []route.Target{t}, Unsupported: h.policy}, nil
	}
	if call.Model != "smart" {
		return route.Plan{}, fault.New(fault.NotFound, "model_not_found", "There is no such model.")
	}
	return route.Plan{Route: "smart", Targets: append([]route.Target(nil), h.targets...), Unsupported: h.policy, Fallback: h.fall, Only: h.only}, nil
}

func (h *house) Choose(a *route.Ask) (route.Plan, error) { return h.Plan(a.Org, a.Call) }

func (h *house) Explain(a *route.Ask) (route.Plan, route.Trace, error) {
	p, err := h.Plan(a.Org, a.Call)
	return p, route.Trace{}, err
}

func (h *house) Connection(_ id.Org, c id.Connection) (*provider.Connection, bool) {
	for _, t := range h.targets {
		if t.Connection.ID == c {
			return t.Connection, true
		}
	}
	return nil, false
}

func (h *house) Offer(*key.Grant) []string {
	return append(slices.Sorted(maps.Keys(h.others)), "smart")
}

func (h *house) Quote(_ id.Org, _, model string, _ time.Time) (catalog.Quote, bool) {
	if q := h.quotes[model]; q != nil {
		return q, true
	}
	return flat{}, true
}

func (h *house) For(k provider.Kind) (provider.Adapter, bool) {
	switch k {
	case provider.Anthropic:
		return anthropic.New(), true
	case provider.Bedrock:
		return bedrock.New(clock.System{}), true
	case provider.Azure:
		return azure.New(http.DefaultTransport, clock.System{}), true
	case provider.Gemini:
		return gemini.New(), true
	case provider.Vertex:
		return vertex.New(http.DefaultTransport, clock.System{}), true
	}
	return compat.New(compat.Settings{Responses: k == provider.OpenAI}), true
}

func (h *house) Send(_ *ledger.Hold, _ *provider.Connection, r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil && strings.Contains(err.Error(), "refused") {
		return nil, &provider.Failure{Class: provider.Unreachable, Cause: err}
	}
	return resp, err
}

// flat costs one nano-dollar a token, with at most 1,000 tokens out.
type flat struct{}

func (flat) Version() string { return "flat" }

func (flat) Bill(u llm.Usage) (catalog.Bill, error) {
	return catalog.Bill{Input: money.USD(u.Input), Output: money.USD(u.Output), Total: money.USD(u.Input + u.Output)}, nil
}

func (flat) Ceiling(b llm.Bound) (catalog.Ceiling, error) {
	return catalog.Ceiling{Input: money.USD(b.TextBytes), Tokens: b.TextBytes, PerOutput: 1000, MaxOutput: 1000}, nil
}

func (flat) Serves(llm.Needs, llm.Bound) bool { return true }

func (flat) Window() int64 { return 0 }

// books is one organization's money with one hard limit, and all that was written down.
type books struct {
	mu       sync.Mutex
	book     *ledger.Book
	limit    money.USD
	spent    money.USD
	held     money.USD
	jammed   bool        // the journal cannot be written
	step     budget.Step // what a budget near its limit asks for
	attempts []ledger.Attempt
	ends     []ledger.Settlement
	requests []ledger.Request
}

func (b *books) Reserve(_ context.Context, w budget.Want) (*ledger.Hold, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	amounts := w.Ceiling
	if left := b.limit - b.spent - b.held; amounts.Money > left {
		if amounts.Money = left / 2; amounts.Money < w.Floor.Money {
			return nil, fault.New(fault.Exhausted, "budget_exhausted", "The budget is used up.")
		}
	}
	h, _ := b.book.Hold(w.Attempt, amounts, nil)
	b.held += amounts.Money
	return h, nil
}

func (b *books) Open(h *ledger.Hold, a *ledger.Attempt) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.jammed {
		return fault.New(fault.Unavailable, "budget_unavailable", "The journal is full.")
	}
	b.attempts = append(b.attempts, *a)
	return b.book.Open(h)
}

func (b *books) Settle(h *ledger.Hold, s *ledger.Settlement) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.book.Settle(h, s.Booked()); ok {
		b.held -= h.Amount()
		b.spent += s.Cost
		b.ends = append(b.ends, *s)
	}
}

func (b *books) Release(h *ledger.Hold) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.book.Release(h) {
		b.held -= h.Amount()
	}
}

func (b *books) Record(r *ledger.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, *r)
}

func (b *books) Left(*ledger.Hold) (money.USD, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit - b.spent - b.held, b.limit != money.Max
}

func (b *books) Descend(org.Chain, string) (budget.Step, bool) { return b.step, b.step.Model != "" }

func (b *books) Bound(h *ledger.Hold) bool {
	_, hard := b.Left(h)
	return hard
}

func (b *books) Standings(*key.Grant, time.Time) []budget.Standing { return nil }

// only waits until exactly n requests are recorded and no money is held, and gives them; a hold that is never freed
// fails here.
func (b *books) only(t *testing.T, n int) []ledger.Request {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		b.mu.Lock()
		got, held := append([]ledger.Request(nil), b.requests...), b.held
		b.mu.Unlock()
		if len(got) == n && held == 0 {
			return got
		}
		select {
		case <-deadline.C:
			t.Fatalf("%d requests recorded, want %d; %s USD still held", len(got), n, held)
		case <-tick.C:
		}
	}
}

// charged waits until the sandbox has n charges, and gives them: a stream is charged when its handler ends, which its last byte
// does not wait for.
func charged(t *testing.T, box *sandbox.Sandbox, n int) sandbox.Statement {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 20_000 {
		if bill := box.Bill(); len(bill.List) == n {
			return bill
		}
		<-tick.C
	}
	t.Fatalf("%d charges, want %d", len(box.Bill().List), n)
	return sandbox.Statement{}
}

// ask sends one request to the proxy.
func (h *house) ask(body string, headers ...string) (*http.Response, string) {
	h.t.Helper()
	return h.askOf(strings.NewReader(body), headers...)
}

// askOf asks with a body whose length is said only if net/http knows it.
func (h *house) askOf(body io.Reader, headers ...string) (*http.Response, string) {
	h.t.Helper()
	r, err := http.NewRequest("POST", h.server.URL+"/t/acme/v1/chat/completions", body)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer good")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp, string(b)
}
