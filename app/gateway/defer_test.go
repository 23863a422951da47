package gateway

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/nativebatch"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
	"github.com/bodhi-gateway/bodhi/app/transcript"
)

// taker takes a request along, bringer brings its answer.
type taker struct {
	*httptest.ResponseRecorder
	full    bool
	request *batch.NativeRequest
}

func (w *taker) Fits(*provider.Connection, llm.Operation, money.USD) bool { return !w.full }
func (w *taker) Take(p batch.NativeRequest)                               { w.request = &p }

type bringer struct {
	*httptest.ResponseRecorder
	returned batch.NativeAnswer
}

func (w *bringer) Answer() *batch.NativeAnswer { return &w.returned }

type portCase struct {
	name        string
	at          host
	model       string
	path, body  string
	says        string
	anthropical bool
}

func portCases() []portCase {
	const talk = `{"model":"smart","max_tokens":40,"messages":[{"role":"user","content":"how are you tonight"}]}`
	return []portCase{
		{"chat at OpenAI", asOpenAI, "sandbox-chat", "/v1/chat/completions", talk, `"object":"chat.completion"`, false},
		{"a message at OpenAI", asOpenAI, "sandbox-chat", "/v1/messages", talk, `"type":"message"`, true},
		{"a response at OpenAI", asOpenAI, "sandbox-chat", "/v1/responses", `{"model":"smart","max_output_tokens":40,"store":false,"input":"how are you"}`, `"object":"response"`, false},
		{"vectors at OpenAI", asOpenAI, "sandbox-embed", "/v1/embeddings", `{"model":"smart","input":["one","two"]}`, `"embedding"`, false},
		{"chat at Azure", host{provider.Azure, "/openai", false}, "sandbox-chat", "/v1/chat/completions", talk, `"object":"chat.completion"`, false},
		{"a message at Anthropic", asAnthropic, "claude-sonnet-4-5", "/v1/messages", talk, `"type":"message"`, true},
		{"chat at Anthropic", asAnthropic, "claude-sonnet-4-5", "/v1/chat/completions", talk, `"object":"chat.completion"`, false},
	}
}

// half is billed, where OpenAI sells the sandbox's models at the sandbox's prices.
func half(t *testing.T, at host, model string) (*house, *sandbox.Sandbox) {
	h, box := billed(t, at, model)
	if name, _, _ := strings.Cut(model, "+"); at.kind == provider.OpenAI || at.kind == provider.Azure {
		h.gateway.Prices = listed{catalog.BuiltIn(), "sandbox", name}
	}
	return h, box
}

func (h *house) local(t *testing.T, w http.ResponseWriter, c *portCase) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://gateway.invalid"+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.anthropical {
		r.Header.Set("Anthropic-Version", "2023-06-01")
	}
	h.gateway.As(h.grant).ServeHTTP(w, r)
}

// A request that is handed over is booked at half of its ceiling and not sent; its answer is read as any other, and what was booked and
// given back add up to the provider's bill, to the nano-dollar.
func TestARequestIsHandedOverAndItsAnswerTakesTheDepositsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range portCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, box := half(t, c.at, c.model)
			w := &taker{ResponseRecorder: httptest.NewRecorder()}
			h.local(t, w, &c)
			if w.Code != http.StatusAccepted || w.request == nil {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if len(h.books.requests) != 0 || len(h.books.ends) != 1 || h.books.ends[0].State != ledger.Handed || h.books.ends[0].Cost != w.request.Deposit.Held.Money || h.books.held != 0 || box.Bill().Calls != 0 {
				t.Fatalf("%+v, %d requests, %d calls", h.books.ends, len(h.books.requests), box.Bill().Calls)
			}
			if n := w.request.Inputs; (n != 0) != strings.HasSuffix(c.path, "/embeddings") || n != 0 && n != 2 {
				t.Errorf("%d texts to be made vectors of", n)
			}
			if v := w.request.Deposit.PriceVersion; !strings.HasSuffix(v, "/batch") {
				t.Errorf("priced by %s", v)
			}
			got := bring(t, h, w.request, &c)
			if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), c.says) {
				t.Errorf("%d %s", got.Code, got.Body)
			}
			r := &got.returned
			bill := box.Bill()
			if sum := w.request.Deposit.Held.Money + r.End.Cost; !r.Settled || int64(sum) != bill.Total || bill.Total == 0 || r.End.State != ledger.Returned || r.End.Cost > 0 {
				t.Errorf("booked %s and %s, the bill is %d", w.request.Deposit.Held.Money, r.End.Cost, bill.Total)
			}
			if full := money.USD(bill.Total) * 2; r.Fact.Cost*2 != full || r.Fact.ID != w.request.Deposit.Request || r.Entry.ID == w.request.Deposit.ID || r.Fact.Status != http.StatusOK {
				t.Errorf("the fact is %+v", r.Fact)
			}
			if u, b := r.End.Usage, bill.List[0]; u.Input != b.Input || u.Output != b.Output || r.End.Tokens != money.USD(u.Input+u.Output)-w.request.Deposit.Held.Tokens {
				t.Errorf("usage %+v, the bill %+v", u, b)
			}
			if len(h.books.ends) != 1 || len(h.books.requests) != 0 {
				t.Error("the answer was booked by the node")
			}
		})
	}
}

// What is under an approval of so much is asked alone: its cost is counted there exactly, and a deposit would end the approval too early.
func TestWhatIsUnderABoundedApprovalIsAskedAlone(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		change func(*policy.Pass)
		code   int
	}{
		"of so much money": {func(p *policy.Pass) { p.Times, p.Amount = 0, 10*money.Dollar }, NotDeferred},
		"of so many times": {func(p *policy.Pass) { p.Times = 5 }, NotDeferred},
		"until its end":    {func(p *policy.Pass) { p.Times = 0 }, http.StatusAccepted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := portCases()[0]
			h, _ := half(t, c.at, c.model)
			used, book := &counts{}, &policy.Book{AskURL: "https://ai.acme.test/approvals/new"}
			h.gateway.Policies, h.gateway.Approvals = book, used
			h.approve(t, book, policy.Rule{Deny: []string{c.model}, MayAsk: true}, string(provider.OpenAI)+"/"+c.model, x.change)
			w := &taker{ResponseRecorder: httptest.NewRecorder()}
			h.local(t, w, &c)
			if w.Code != x.code {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if uses, spent, _ := used.read(); x.code == NotDeferred && (uses != 0 || spent != 0 || h.books.held != 0) {
				t.Errorf("%d uses and %s are counted, %s held", uses, spent, h.books.held)
			}
		})
	}
}

// ended is a price that ended a moment after it was last asked for.
type ended struct {
	Prices
	last *time.Time
	over *bool
}

func (e ended) Quote(o id.Org, payee, model string, at time.Time) (catalog.Quote, bool) {
	if !*e.over {
		*e.last = at
	} else if at.After(*e.last) {
		return nil, false
	}
	return e.Prices.Quote(o, payee, model, at)
}

// A price that ended before the answer came back is still what the line costs: it was handed over before.
func TestAnAnswerCostsWhatItDidWhenItWasHandedOver(t *testing.T) {
	t.Parallel()
	c := portCases()[0]
	h, box := half(t, c.at, c.model)
	var last time.Time
	var over bool
	h.gateway.Prices = ended{h.gateway.Prices, &last, &over}
	w := &taker{ResponseRecorder: httptest.NewRecorder()}
	if h.local(t, w, &c); w.request == nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	over, last = true, w.request.Deposit.At
	got := bring(t, h, w.request, &c)
	if sum := w.request.Deposit.Held.Money + got.returned.End.Cost; got.Code != http.StatusOK || sum == 0 || int64(sum) != box.Bill().Total {
		t.Errorf("%d: %s were booked in all, the bill is %d", got.Code, sum, box.Bill().Total)
	}
}

// bring has the provider answer a request, and brings the answer.
func bring(t *testing.T, h *house, p *batch.NativeRequest, c *portCase) *bringer {
	t.Helper()
	f := &nativebatch.Client{Adapters: h, Ask: func(_ *provider.Connection, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/messages/batches") && r.Header.Get("Anthropic-Beta") != "a-feature" {
			t.Errorf("Anthropic is asked with the features %q", r.Header["Anthropic-Beta"])
		}
		return http.DefaultTransport.RoundTrip(r)
	}}
	l := &provider.NativeBatch{ID: "0192f6c0-0000-7000-8000-000000000001", Path: p.Path, Since: time.Time{}, Beta: "a-feature", Lines: []provider.NativeLine{{Number: 7, Body: p.Body, Booked: p.Deposit.ID}}}
	remote, err := f.Submit(t.Context(), p.Connection, l)
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.Progress(t.Context(), p.Connection, remote)
	if err != nil || !v.Over || v.Lost || v.Done != 1 {
		t.Fatalf("%+v %v", v, err)
	}
	var all []provider.NativeResult
	if err := f.Results(t.Context(), p.Connection, l.ID, remote, &v, func(r provider.NativeResult) error { all = append(all, r); return nil }); err != nil || len(all) != 1 || all[0].Number != 7 {
		t.Fatalf("%+v %v", all, err)
	}
	w := &bringer{httptest.NewRecorder(), batch.NativeAnswer{Deposit: p.Deposit, Connection: p.Connection, Status: all[0].Status, Body: all[0].Body}}
	h.local(t, w, c)
	return w
}

// A rule on requests that was made while a request was out takes nothing back of its answer, which is paid for, and nobody is paid for a look.
func TestARuleMadeMeanwhileCountsForAnswersAlone(t *testing.T) {
	t.Parallel()
	names := rule("name", "mask")
	names.Recognizer = pii.Recognizer{Model: "smart"}
	for name, x := range map[string]struct {
		rule  pii.Record
		found string
	}{
		"blocks":          {rule("email", "block"), ""},
		"masks":           {rule("email", "mask"), ""},
		"looks for names": {names, ""},
		"notes":           {rule("email", "log"), "log"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := portCases()[0]
			c.body = strings.Replace(c.body, "how are you tonight", "write to ada@acme.test", 1)
			h, box := half(t, c.at, c.model)
			w := &taker{ResponseRecorder: httptest.NewRecorder()}
			if h.local(t, w, &c); w.request == nil {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			h.gateway.Screens = ruled(t, h, x.rule)
			got := bring(t, h, w.request, &c)
			if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), c.says) {
				t.Errorf("%d %s", got.Code, got.Body)
			}
			r := &got.returned
			if sum := w.request.Deposit.Held.Money + r.End.Cost; !r.Settled || int64(sum) != box.Bill().Total || len(h.books.ends) != 1 {
				t.Errorf("%s were booked in all, the bill is %d; %d ends", sum, box.Bill().Total, len(h.books.ends))
			}
			if a := r.Fact.Screened.Action; a != x.found {
				t.Errorf("noted %q, not %q", a, x.found)
			}
		})
	}
}

// What a stored prompt made of a line goes along with it: its answer is read by that, whatever became of the prompt.
func TestAnAnswerOutlivesTheStoredPromptThatAskedForIt(t *testing.T) {
	t.Parallel()
	c := portCases()[0]
	c.body = `{"model":"prompt:reply","max_tokens":40,"prompt":{"variables":{"q":"how are you tonight"}}}`
	h, box := half(t, c.at, c.model)
	book := &prompt.Book{}
	h.gateway.Prompts, h.gateway.wires = book, map[llm.Family]llm.Wire{llm.OpenAI: openai.Wire{}}
	if err := book.Load([]prompt.Record{{Org: h.grant.Chain.Org, ID: id.NewPrompt(id.NewSource(clock.System{}.Now, nil)), Name: "reply", Kind: prompt.Chat, Visibility: prompt.Everyone, Labels: map[string]int{"production": 1},
		Versions: map[int]prompt.Content{1: {Model: "smart", Messages: []prompt.Message{{Role: "user", Text: "{{q}}"}}, Variables: []prompt.Variable{{Name: "q", Type: prompt.String}}}}}}); err != nil {
		t.Fatal(err)
	}
	w := &taker{ResponseRecorder: httptest.NewRecorder()}
	if h.local(t, w, &c); w.request == nil || w.request.Deposit.Asked != "prompt:reply@v1" {
		t.Fatalf("%d %s %+v", w.Code, w.Body, w.request)
	}
	if err := book.Load(nil); err != nil {
		t.Fatal(err)
	}
	c.body = string(w.request.Asked)
	got := bring(t, h, w.request, &c)
	if sum := w.request.Deposit.Held.Money + got.returned.End.Cost; got.Code != http.StatusOK || !got.returned.Settled || int64(sum) != box.Bill().Total {
		t.Errorf("%d %s: %s were booked in all, the bill is %d", got.Code, got.Body, sum, box.Bill().Total)
	}
	if f := got.returned.Fact; f.Asked != "prompt:reply@v1" {
		t.Errorf("the fact is about %q", f.Asked)
	}
}

// The text of a request that is handed over is kept once, with its answer; that of one which is left is kept when it is asked alone.
func TestWhatIsHandedOverIsKeptWithItsAnswer(t *testing.T) {
	t.Parallel()
	c := portCases()[0]
	h, _ := half(t, c.at, c.model)
	texts := &drawer{texts: map[id.Request]transcript.Text{}}
	desk := transcript.NewDesk(texts, texts, slog.New(slog.DiscardHandler), everyWire)
	h.gateway.Transcripts = desk
	want(t, desk, h, 7)
	h.local(t, &taker{ResponseRecorder: httptest.NewRecorder(), full: true}, &c)
	w := &taker{ResponseRecorder: httptest.NewRecorder()}
	if h.local(t, w, &c); w.request == nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if desk.Flush(t.Context()); len(texts.texts) != 0 {
		t.Errorf("kept before it is answered: %+v", texts.texts)
	}
	bring(t, h, w.request, &c)
	desk.Flush(t.Context())
	if got := texts.texts[w.request.Deposit.Request]; len(texts.texts) != 1 || got.Answer == "" || len(got.Messages) != 1 {
		t.Errorf("kept %+v", texts.texts)
	}
}

// ruled is a book with one rule of the house's organization.
func ruled(t *testing.T, h *house, r pii.Record) *pii.Book {
	t.Helper()
	book, o := pii.NewBook(clock.System{}), h.grant.Chain.Org
	r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewDataRule(id.NewSource(clock.System{}.Now, nil)), o, org.OrgScope, o.UUID(), "Acme"
	if err := book.Load([]pii.Record{r}); err != nil {
		t.Fatal(err)
	}
	return book
}

// What the provider refused costs nothing, and the client gets its words.
func TestAnAnswerThatIsARefusalGivesTheDepositBack(t *testing.T) {
	t.Parallel()
	c := portCases()[0]
	h, box := half(t, c.at, "sandbox-chat+status=400")
	w := &taker{ResponseRecorder: httptest.NewRecorder()}
	h.local(t, w, &c)
	if w.request == nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	got := bring(t, h, w.request, &c)
	if got.Code != http.StatusBadRequest || got.returned.End.Cost != -w.request.Deposit.Held.Money || got.returned.Fact.Cost != 0 || box.Bill().Calls != 0 || !strings.Contains(got.Body.String(), "scripted") {
		t.Errorf("%d %s %+v", got.Code, got.Body, got.returned.End)
	}
}

func TestWhatCannotBeHandedOverIsLeftAndCostsNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h *house, w *taker, c *portCase){
		"no room": func(_ *house, w *taker, _ *portCase) { w.full = true },
		"a stream": func(_ *house, _ *taker, c *portCase) {
			c.body = strings.Replace(c.body, `"model"`, `"stream":true,"model"`, 1)
		},
		"zero retention": func(h *house, _ *taker, _ *portCase) { h.targets[0].Connection.ZeroRetention = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := portCases()[0]
			h, _ := half(t, c.at, c.model)
			w := &taker{ResponseRecorder: httptest.NewRecorder()}
			change(h, w, &c)
			h.local(t, w, &c)
			if w.Code != NotDeferred || w.request != nil || len(h.books.ends) != 0 || h.books.held != 0 || len(h.books.requests) != 0 {
				t.Errorf("%d %s, %+v", w.Code, w.Body, h.books.ends)
			}
		})
	}
	c := portCases()[0] // one that is refused is refused as any other, and recorded
	h, _ := half(t, c.at, c.model)
	h.books.limit = 1
	w := &taker{ResponseRecorder: httptest.NewRecorder()}
	h.local(t, w, &c)
	if w.Code != http.StatusPaymentRequired && w.Code != http.StatusTooManyRequests || w.request != nil || len(h.books.requests) != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
