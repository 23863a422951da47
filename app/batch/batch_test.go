package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// plane answers as the gateway would, each line for a thousandth of a dollar. It counts how often each text was asked.
type plane struct {
	mu    sync.Mutex
	asked map[string]int
	kept  map[string]int
	under int
	most  int // under way at the same time
	// hold, if set, is asked before an answer: it may wait. refuse may refuse one. lose lets an answer be lost before it is kept.
	hold   func(r *http.Request, text string)
	refuse func(text string, n int) (status int, code string)
	price  func(text string) money.USD // of a line; nil is each
}

const each = money.Dollar / 1000

func (p *plane) As(*key.Grant) http.Handler { return http.HandlerFunc(p.answer) }

func (p *plane) answer(w http.ResponseWriter, r *http.Request) {
	var q struct{ Text string }
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &q)
	if r.Header.Get("X-Bodhi-Dry-Run") == "1" {
		fmt.Fprintf(w, `{"object":"dry_run","price_ceiling_usd":%q}`, 10*each)
		return
	}
	p.mu.Lock()
	p.asked[q.Text]++
	n, refuse, hold := p.asked[q.Text], p.refuse, p.hold
	p.under++
	p.most = max(p.most, p.under)
	p.mu.Unlock()
	defer func() { p.mu.Lock(); p.under--; p.mu.Unlock() }()
	if hold != nil {
		hold(r, q.Text)
	}
	status, code := 0, ""
	if refuse != nil {
		status, code = refuse(q.Text, n)
	}
	if r.Context().Err() != nil {
		status, code = http.StatusBadGateway, "client_closed"
	}
	if status != 0 {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"message":"Refused: %s.","bodhi":{"code":%q}}}`, code, code)
		return
	}
	answer := []byte(`{"said":"` + strings.ToUpper(q.Text) + `"}`)
	if k, ok := w.(interface{ Keep([]byte) }); ok {
		k.Keep(answer)
		p.mu.Lock()
		p.kept[q.Text]++
		p.mu.Unlock()
	}
	cost := each
	if p.price != nil {
		cost = p.price(q.Text)
	}
	w.Header().Set("X-Bodhi-Cost-Usd", cost.String())
	_, _ = w.Write(answer)
}

func (p *plane) times(text string) int { p.mu.Lock(); defer p.mu.Unlock(); return p.asked[text] }

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
	return &key.Grant{Key: k, Name: "mine", Chain: org.Chain{Org: o, Key: k}}, nil
}

type scene struct {
	t      *testing.T
	plane  *plane
	grants *desk
	parts  batch.Parts
	desk   *batch.Desk
	caller batch.Caller
	house  *webtest.House
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	h := webtest.NewHouse(t, d)
	s := &scene{t: t, house: h, grants: &desk{}, plane: &plane{asked: map[string]int{}, kept: map[string]int{}}}
	s.parts = batch.Parts{Store: db.NewBatchStore(d), Vault: h.Keyring, Tx: d, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)}
	s.desk = batch.NewDesk(s.parts)
	s.caller = s.tenant("Acme")
	return s
}

// tenant is a key of a new organization.
func (s *scene) tenant(name string) batch.Caller {
	acme := s.house.Found(s.t, name)
	g, _ := s.grants.Grant(acme.Org.ID, id.NewKey(s.house.IDs))
	return batch.Caller{Grant: g, IP: "127.0.0.1"}
}

// node runs a worker until stop.
func (s *scene) node() (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = batch.NewWorker(s.parts, s.plane, s.grants).Run(ctx)
	}()
	stop = func() { cancel(); <-done }
	s.t.Cleanup(stop)
	return stop
}

// form is an upload, the file first, as some clients send it.
func form(text, purpose string) (contentType string, body io.Reader) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	p, _ := w.CreateFormFile("file", "asks.jsonl")
	_, _ = p.Write([]byte(text))
	_ = w.WriteField("purpose", purpose)
	_ = w.Close()
	return w.FormDataContentType(), &b
}

func (s *scene) upload(c batch.Caller, text string) batch.File {
	s.t.Helper()
	kind, body := form(text, "batch")
	f, err := s.desk.Receive(s.t.Context(), c, kind, body)
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := f.Settle(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return file
}

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"custom_id":"c-%d","method":"POST","url":"/v1/chat/completions","body":{"model":"box/a","text":"row-%d"}}`+"\n", i+1, i+1)
	}
	return b.String()
}

func (s *scene) create(c batch.Caller, text string, terms batch.Terms) batch.Batch {
	s.t.Helper()
	b, err := s.desk.Create(s.t.Context(), c, batch.Order{Input: s.upload(c, text).ID.String(), Endpoint: "/v1/chat/completions", Window: "24h", Bodhi: terms})
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// until waits until a batch is as it should be.
func (s *scene) until(c batch.Caller, b batch.Batch, what string, is func(batch.Batch, batch.Tally) bool) (batch.Batch, batch.Tally) {
	s.t.Helper()
	for over := time.After(time.Minute); ; {
		got, tally, err := s.desk.Batch(s.t.Context(), c, b.Family, b.ID.String())
		if err != nil {
			s.t.Fatal(err)
		}
		if is(got, tally) {
			return got, tally
		}
		select {
		case <-over:
			s.t.Fatalf("not %s: %s %q %+v", what, got.State, got.Why, tally)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func over(b batch.Batch, _ batch.Tally) bool { return b.State.Over() }

// content is a file's lines by custom id; each must be there once.
func (s *scene) content(c batch.Caller, f id.File) map[string]json.RawMessage {
	s.t.Helper()
	file, err := s.desk.File(s.t.Context(), c, f.String())
	if err != nil {
		s.t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.desk.Content(s.t.Context(), file, &b); err != nil {
		s.t.Fatal(err)
	}
	if int64(b.Len()) != file.Size {
		s.t.Errorf("the file has %d bytes and says %d", b.Len(), file.Size)
	}
	out := map[string]json.RawMessage{}
	for line := range strings.Lines(b.String()) {
		var v struct {
			CustomID string `json:"custom_id"`
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil || out[v.CustomID] != nil {
			s.t.Errorf("%v: %.200s", err, line)
		}
		out[v.CustomID] = json.RawMessage(line)
	}
	return out
}

func TestABatchAsksEachLineOnceAndListsWhatCame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.node()
		s.plane.refuse = func(text string, _ int) (int, string) {
			if text == "row-7" {
				return http.StatusBadRequest, "invalid_request"
			}
			return 0, ""
		}
		b := s.create(s.caller, lines(700), batch.Terms{})
		got, tally := s.until(s.caller, b, "over", over)
		if got.State != batch.Completed || got.Total != 700 || tally.Steps[batch.Done] != 699 || tally.Steps[batch.Refused] != 1 || tally.Cost != 699*each || tally.Lost != 0 {
			t.Fatalf("%s %q %d %+v", got.State, got.Why, got.Total, tally)
		}
		out, bad := s.content(s.caller, got.Output), s.content(s.caller, got.Failures)
		if len(out) != 699 || len(bad) != 1 || !strings.Contains(string(out["c-9"]), `"said":"ROW-9"`) || !strings.Contains(string(bad["c-7"]), `"status_code":400`) {
			t.Errorf("%d results, %d failures: %s %s", len(out), len(bad), out["c-9"], bad["c-7"])
		}
		if s.plane.all() != 700 {
			t.Errorf("asked %d times", s.plane.all())
		}
		v := got.View(tally)
		if v.Status != "completed" || v.Counts.Total != 700 || v.Counts.Completed != 699 || v.Counts.Failed != 1 || v.CompletedAt == nil || v.Errors != nil {
			t.Errorf("%+v", v)
		}
	})
}

func TestWhatIsAnotherKeysIsNotThere(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	b := s.create(s.caller, lines(1), batch.Terms{})
	sibling := s.caller
	g, _ := s.grants.Grant(s.caller.Grant.Chain.Org, id.NewKey(s.house.IDs))
	sibling.Grant = g
	for name, c := range map[string]batch.Caller{"a key of the same organization": sibling, "another organization": s.tenant("Rival")} {
		_, _, one := s.desk.Batch(t.Context(), c, batch.OpenAI, b.ID.String())
		_, _, two := s.desk.Cancel(t.Context(), c, batch.OpenAI, b.ID.String())
		_, three := s.desk.File(t.Context(), c, b.Input.String())
		four := s.desk.DeleteFile(t.Context(), c, b.Input.String())
		_, five := s.desk.Create(t.Context(), c, batch.Order{Input: b.Input.String(), Endpoint: "/v1/chat/completions", Window: "24h"})
		for i, err := range []error{one, two, three, four, five} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, %d: %v", name, i, err)
			}
		}
		if all, _, err := s.desk.Batches(t.Context(), c, batch.Query{Limit: 10}); err != nil || len(all) != 0 {
			t.Errorf("%s sees %d batches, %v", name, len(all), err)
		}
		if all, err := s.desk.Files(t.Context(), c); err != nil || len(all) != 0 {
			t.Errorf("%s sees %d files, %v", name, len(all), err)
		}
	}
	if err := s.desk.DeleteFile(t.Context(), s.caller, b.Input.String()); !fault.Is(err, fault.Conflict) {
		t.Errorf("a file that is read was deleted: %v", err)
	}
}

func TestAFileWithFaultsIsNotAsked(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	ok := `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}}`
	for name, c := range map[string]struct{ text, code string }{
		"no JSON":        {ok + "\n{\n", "invalid_json_line"},
		"no id":          {`{"method":"POST","url":"/v1/chat/completions","body":{}}`, "invalid_custom_id"},
		"an id twice":    {ok + "\n" + ok, "duplicate_custom_id"},
		"another path":   {strings.ReplaceAll(ok, "chat/completions", "embeddings"), "mismatched_url"},
		"another method": {strings.ReplaceAll(ok, "POST", "GET"), "invalid_method"},
		"no body":        {strings.ReplaceAll(ok, `{"model":"m"}`, `"m"`), "invalid_body"},
		"a stream":       {strings.ReplaceAll(ok, `"model":"m"`, `"stream":true`), "stream_not_supported"},
		"nothing":        {"\n \n", "empty_file"},
	} {
		got, _ := s.until(s.caller, s.create(s.caller, c.text, batch.Terms{}), "over", over)
		if got.State != batch.Failed || len(got.Body.Errors) != 1 || got.Body.Errors[0].Code != c.code || got.Body.Errors[0].Message == "" {
			t.Errorf("%s: %s %+v", name, got.State, got.Body.Errors)
		}
	}
	if s.plane.all() != 0 {
		t.Errorf("asked %d times", s.plane.all())
	}
}

// The limit holds: it is passed by at most one line for each that is under way.
func TestABatchStopsAtItsLimitAndAsks(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	cap := 40 * each
	b := s.create(s.caller, lines(200), batch.Terms{Cap: &cap})
	got, tally := s.until(s.caller, b, "paused", func(b batch.Batch, _ batch.Tally) bool { return b.State == batch.Paused })
	if !strings.Contains(got.Why, "limit") || tally.Cost > cap+4*each || tally.Cost < cap {
		t.Errorf("%q, spent %s of %s", got.Why, tally.Cost, cap)
	}
	if got.View(tally).Status != "in_progress" {
		t.Errorf("%+v", got.View(tally))
	}
	if _, _, err := s.desk.Cancel(t.Context(), s.caller, batch.OpenAI, b.ID.String()); err != nil {
		t.Fatal(err)
	}
	got, tally = s.until(s.caller, b, "over", over)
	bad := s.content(s.caller, got.Failures)
	if got.State != batch.Cancelled || len(bad) != 200-tally.Steps[batch.Done] || !strings.Contains(string(bad["c-200"]), "batch_cancelled") {
		t.Errorf("%s, %d bad, %+v", got.State, len(bad), tally)
	}
}

// cancelled are the batches of somebody who cancels them at the moment in which they are to be paused.
type cancelled struct{ batch.Store }

func (c cancelled) Move(ctx context.Context, o id.Org, b id.Batch, from []batch.State, to batch.State, why string, at time.Time) (bool, error) {
	if to == batch.Paused {
		if _, err := c.Store.Move(ctx, o, b, from, batch.Cancelling, "", at); err != nil {
			return false, err
		}
	}
	return c.Store.Move(ctx, o, b, from, to, why, at)
}

func TestABatchThatIsCancelledAtItsLimitIsNotCalledPaused(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	var mu sync.Mutex
	var told []batch.State
	s.parts.Store = cancelled{s.parts.Store}
	w := batch.NewWorker(s.parts, s.plane, s.grants)
	w.Ended = func(_ context.Context, b batch.Batch, _ batch.Tally) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, b.State)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.Run(ctx)
	}()
	cap := 10 * each
	s.until(s.caller, s.create(s.caller, lines(50), batch.Terms{Cap: &cap}), "over", over)
	stop()
	<-done
	if len(told) != 1 || told[0] != batch.Cancelled {
		t.Errorf("told of %v", told)
	}
}

// Rate limits make a batch slower, failures are tried again, a budget that is used up and a key that is off make it wait.
func TestWhatIsRefusedIsAskedAgainWhereThatHelps(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	s.plane.refuse = func(text string, n int) (int, string) {
		switch {
		case text == "row-2" && n <= 2:
			return http.StatusTooManyRequests, "rate_limited"
		case text == "row-3" && n <= 1, text == "row-4":
			return http.StatusBadGateway, "upstream_failed"
		}
		return 0, ""
	}
	got, tally := s.until(s.caller, s.create(s.caller, lines(5), batch.Terms{}), "over", over)
	if tally.Steps[batch.Done] != 4 || s.plane.times("row-2") != 3 || s.plane.times("row-3") != 2 || s.plane.times("row-4") != 3 {
		t.Errorf("%s %+v %v", got.State, tally, s.plane.asked)
	}
	s.plane.mu.Lock()
	s.plane.refuse = func(string, int) (int, string) { return http.StatusPaymentRequired, "budget_exhausted" }
	s.plane.mu.Unlock()
	paused := func(b batch.Batch, _ batch.Tally) bool { return b.State == batch.Paused }
	if got, tally = s.until(s.caller, s.create(s.caller, lines(5), batch.Terms{}), "paused", paused); tally.Steps[batch.Waiting] != 5 || got.Why != "Refused: budget_exhausted." {
		t.Errorf("%q %+v", got.Why, tally)
	}
	s.grants.mu.Lock()
	s.grants.off = true
	s.grants.mu.Unlock()
	if got, _ = s.until(s.caller, s.create(s.caller, lines(5), batch.Terms{}), "paused", paused); !strings.Contains(got.Why, "disabled") {
		t.Errorf("%q", got.Why)
	}
}
