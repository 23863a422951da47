package evaluation_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// plane answers as the gateway would: each answer costs each, and may cost most. It echoes the last message in capitals.
type plane struct {
	mu    sync.Mutex
	asked map[string]int // by purpose and last message
	limit []string       // what each may cost, of those that were no dry runs
	judge string         // what a judge was priced by
	spent money.USD
	most  money.USD
	each  money.USD
	// hold, if set, is asked before an answer: it may wait. refuse may refuse one.
	hold   func(r *http.Request, text string)
	refuse func(text string) (status int, code string)
}

type asked struct {
	Model    string               `json:"model"`
	Messages []evaluation.Message `json:"messages"`
	Prompt   *struct {
		Variables map[string]string `json:"variables"`
	} `json:"prompt"`
}

func (p *plane) As(*key.Grant) http.Handler { return http.HandlerFunc(p.answer) }

func (p *plane) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var q asked
	_ = json.Unmarshal(body, &q)
	text := ""
	if n := len(q.Messages); n > 0 {
		text = q.Messages[n-1].Content
	}
	if q.Prompt != nil {
		text += q.Prompt.Variables["x"]
		w.Header().Set("X-Bodhi-Prompt", "greet@v2")
	}
	if q.Model == "unknown/model" {
		refusal(w, http.StatusNotFound, "model_not_found", "There is no model unknown/model.")
		return
	}
	if r.Header.Get("X-Bodhi-Dry-Run") == "1" {
		if r.Header.Get("X-Bodhi-Purpose") == "evaluation-judge" {
			p.mu.Lock()
			p.judge = text
			p.mu.Unlock()
		}
		if q.Model == "free/model" {
			fmt.Fprint(w, `{"object":"dry_run","price_ceiling_usd":null}`)
			return
		}
		fmt.Fprintf(w, `{"object":"dry_run","price_ceiling_usd":%q}`, p.most)
		return
	}
	p.mu.Lock()
	p.asked[r.Header.Get("X-Bodhi-Purpose")+" "+q.Model+" "+text]++
	p.limit = append(p.limit, r.Header.Get("X-Bodhi-Max-Cost"))
	refuse, hold := p.refuse, p.hold
	p.mu.Unlock()
	if hold != nil {
		hold(r, text)
	}
	if r.Context().Err() != nil {
		refusal(w, http.StatusBadGateway, "client_closed", "The client closed the request.")
		return
	}
	if refuse != nil {
		if status, code := refuse(text); status != 0 {
			refusal(w, status, code, "Refused: "+code+".")
			return
		}
	}
	p.mu.Lock()
	p.spent += p.each
	p.mu.Unlock()
	w.Header().Set("X-Bodhi-Cost-Usd", p.each.String())
	answer := strings.ToUpper(text)
	if r.Header.Get("X-Bodhi-Purpose") == "evaluation-judge" {
		answer = `{"score": 9, "why": "fine"}`
	}
	b, _ := json.Marshal(answer)
	fmt.Fprintf(w, `{"choices":[{"message":{"content":%s},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`, b)
}

func refusal(w http.ResponseWriter, status int, code, text string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"message":%q,"bodhi":{"code":%q}}}`, text, code)
}

func (p *plane) times(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[what]
}

func (p *plane) all() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.asked {
		n += k
	}
	return n
}

// desk grants what it is asked for, unless it was told not to.
type desk struct {
	mu  sync.Mutex
	off bool
}

func (d *desk) Grant(o id.Org, k id.Key) (*key.Grant, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return nil, fault.New(fault.Unauthenticated, "key_disabled", "This key is disabled.")
	}
	return &key.Grant{Key: k, Chain: org.Chain{Org: o, Key: k}}, nil
}

type scene struct {
	t     *testing.T
	house *webtest.House
	acme  webtest.Tenant
	plane *plane
	desk  *desk
	parts evaluation.Parts
	tests *evaluation.Service
	actor org.Actor
	key   id.Key
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{t: t, house: h, acme: h.Found(t, "Acme"), desk: &desk{}, plane: &plane{asked: map[string]int{}, most: money.Dollar / 100, each: money.Dollar / 1000}}
	s.parts = evaluation.Parts{Store: db.NewEvaluationStore(d), Desk: s.desk, Gateway: s.plane, Vault: h.Keyring, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)}
	s.parts.Keys = trial.New(trial.Parts{Keys: h.Keys, Desk: s.desk, Gateway: s.plane, Tx: d, Audit: h.Audit, Clock: h.Clock})
	s.tests = evaluation.New(s.parts)
	s.actor = s.acme.Actor(org.Developer)
	k, err := h.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "mine", Team: s.acme.Team, Member: s.actor.Member})
	if err != nil {
		t.Fatal(err)
	}
	s.key = k.Key.ID
	return s
}

// dataset stores rows that ask row-1 to row-n and expect the same; every third expects something else.
func (s *scene) dataset(n int) evaluation.Dataset {
	s.t.Helper()
	var rows []evaluation.Row
	for i := range n {
		r := evaluation.Row{Messages: []evaluation.Message{{Role: "user", Content: fmt.Sprintf("row-%d", i+1)}}, Expected: fmt.Sprintf("row-%d", i+1)}
		if i%3 == 2 {
			r.Expected = "something else"
		}
		rows = append(rows, r)
	}
	d, err := s.tests.Create(s.t.Context(), s.actor, evaluation.Input{Name: "Questions", Visibility: evaluation.Private}, rows)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *scene) plan(d evaluation.Dataset) evaluation.Plan {
	return evaluation.Plan{Dataset: d.ID, Key: s.key, Subjects: []evaluation.Subject{{Model: "box/a"}, {Model: "box/b"}}, Scorers: []evaluation.Scorer{{Kind: evaluation.Exact, IgnoreCase: true}}, Cap: money.Dollar}
}

func (s *scene) start(p evaluation.Plan) evaluation.Run {
	s.t.Helper()
	r, err := s.tests.Start(s.t.Context(), s.actor, p)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *scene) report(r evaluation.Run) evaluation.Report {
	s.t.Helper()
	out, err := s.tests.Report(s.t.Context(), s.actor, r.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// until waits until a run is as it should be.
func (s *scene) until(r evaluation.Run, what string, is func(evaluation.Report) bool) evaluation.Report {
	s.t.Helper()
	for over := time.After(time.Minute); ; {
		got := s.report(r)
		if is(got) {
			return got
		}
		select {
		case <-over:
			s.t.Fatalf("not %s: %s %q, %d of %d done", what, got.State, got.Why, got.Done, got.Items)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func over(r evaluation.Report) bool { return r.State != evaluation.Running }
