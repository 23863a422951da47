package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// most is booked for a line that is handed over; its answer costs half of what one asked alone costs.
const most = 3 * each

// twice takes lines along and settles their answers as the gateway would.
type twice struct {
	*plane
	ids *id.Source
	now func() time.Time
	c   *provider.Connection
	// own are lines that may not be handed over.
	own func(text string) bool
	// taken is how many deposits were booked.
	taken   int
	inputs  int64    // of each line
	made    []byte   // of each line, by a stored prompt
	brought []string // what came back with its answer
}

func (p *twice) As(g *key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var q struct{ Text string }
		_ = json.Unmarshal(body, &q)
		switch w := w.(type) {
		case interface{ Answer() *batch.NativeAnswer }:
			p.mu.Lock()
			p.brought = append(p.brought, string(body))
			p.mu.Unlock()
			p.settle(w.(http.ResponseWriter), w.Answer())
		case interface {
			Fits(*provider.Connection, llm.Operation, money.USD) bool
			Take(batch.NativeRequest)
		}:
			if p.own != nil && p.own(q.Text) || !w.Fits(p.c, llm.Chat, most) {
				w.(http.ResponseWriter).WriteHeader(http.StatusMisdirectedRequest)
				return
			}
			p.mu.Lock()
			p.taken++
			p.mu.Unlock()
			w.Take(batch.NativeRequest{Connection: p.c, Model: "a", Path: "/v1/chat/completions", Body: body, Asked: p.made, Inputs: p.inputs, Deposit: ledger.Attempt{ID: id.NewAttempt(p.ids), Request: id.NewRequest(p.ids), Number: 1, Chain: g.Chain,
				At: p.now(), Held: ledger.Amounts{Money: most, Tokens: 100, Requests: 1}, Connection: p.c.ID, Provider: "box", Kind: "openai", Model: "a", Asked: "box/a", Endpoint: "chat", Cache: "bypass"}})
			w.(http.ResponseWriter).WriteHeader(http.StatusAccepted)
		default:
			p.answer(w, r)
		}
	})
}

func (p *twice) settle(w http.ResponseWriter, r *batch.NativeAnswer) {
	cost := each / 2
	if r.Status != http.StatusOK {
		cost = 0
	}
	r.Settled, r.Entry, r.End = true, r.Deposit, ledger.Settlement{Attempt: id.NewAttempt(p.ids), State: ledger.Returned, Cost: cost - r.Deposit.Held.Money, Tokens: -50, At: p.now()}
	r.Entry.ID, r.Entry.Number = r.End.Attempt, 2
	r.Fact = ledger.Request{ID: r.Deposit.Request, Chain: r.Deposit.Chain, At: r.Deposit.At, Endpoint: "chat", Asked: "box/a", Cache: "bypass", Attempts: 2, Status: r.Status, Cost: cost, Model: "a", Provider: "box"}
	w.WriteHeader(r.Status)
	_, _ = w.Write(r.Body)
}

// party is a provider's interface for native batches.
type party struct {
	mu    sync.Mutex
	taken map[string]*provider.NativeBatch
	sent  int
	// answered gives a native batch's results and how far it is; nil is not over.
	answered func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress)
	refuse   func(n int) error // of the n-th attempt to hand over
	keeps    bool              // what it refuses with an unclear error it has taken
	recalled int
	looks    int
	forgot   int
	stray    int         // of so many that were not taken what lies there was deleted
	until    []time.Time // each attempt to hand over had as long
	mute     bool        // its connection has no key
	deleted  bool        // or is not there
	missed   int         // so often
	blind    int         // so often it does not say what it has
}

func (s *party) Takes(*provider.Connection, llm.Operation) bool { return true }

func (s *party) Submit(ctx context.Context, _ *provider.Connection, l *provider.NativeBatch) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	until, _ := ctx.Deadline()
	s.until = append(s.until, until)
	if s.refuse != nil {
		if err := s.refuse(s.sent); err != nil {
			if s.keeps {
				s.taken["t-"+l.ID] = l
			}
			return "", err
		}
	}
	s.taken["t-"+l.ID] = l
	return "t-" + l.ID, nil
}

func (s *party) NotTaken(err error) (certain, again bool) {
	switch err.Error() {
	case "no":
		return true, false
	case "later":
		return true, true
	}
	return false, true
}

func (s *party) Find(_ context.Context, _ *provider.Connection, l *provider.NativeBatch, _ func(string) bool) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blind > 0 {
		s.blind--
		return "", fmt.Errorf("not now")
	}
	if s.taken["t-"+l.ID] != nil {
		return "t-" + l.ID, nil
	}
	return "", nil
}

func (s *party) Progress(_ context.Context, _ *provider.Connection, remote string) (provider.NativeProgress, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks++
	if _, v := s.answered(s.taken[remote]); v != nil {
		return *v, nil
	}
	if s.recalled > 0 {
		return provider.NativeProgress{Over: true}, nil
	}
	return provider.NativeProgress{Total: len(s.taken[remote].Lines), Done: 1}, nil
}

func (s *party) Cancel(context.Context, *provider.Connection, string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recalled++
	return nil
}

func (s *party) Results(_ context.Context, _ *provider.Connection, _, remote string, _ *provider.NativeProgress, each func(provider.NativeResult) error) error {
	s.mu.Lock()
	all, _ := s.answered(s.taken[remote])
	s.mu.Unlock()
	for _, r := range all {
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *party) Delete(context.Context, *provider.Connection, string, *provider.NativeProgress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgot++
}

func (s *party) Forget(_ context.Context, _ *provider.Connection, l *provider.NativeBatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stray++; s.taken["t-"+l.ID] != nil {
		s.stray += 100 // what was taken needs its file
	}
}

func (s *party) Account(id.Org, id.Connection) (*provider.Connection, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mute {
		s.missed++
		return nil, !s.deleted
	}
	return s.c(), true
}

func (s *party) c() *provider.Connection {
	return &provider.Connection{Name: "box", Kind: provider.OpenAI}
}

func good(l *provider.NativeBatch) (out []provider.NativeResult) {
	for i := len(l.Lines) - 1; i >= 0; i-- { // out of order
		var q struct{ Text string }
		_ = json.Unmarshal(l.Lines[i].Body, &q)
		out = append(out, provider.NativeResult{Number: l.Lines[i].Number, Status: http.StatusOK, Body: []byte(`{"said":"` + strings.ToUpper(q.Text) + `"}`)})
	}
	return out
}

type native struct {
	*scene
	twice *twice
	party *party
}

func atNight(t *testing.T, d *db.DB) *native {
	t.Helper()
	s := newScene(t, d)
	n := &native{scene: s, party: &party{taken: map[string]*provider.NativeBatch{}}}
	n.party.answered = func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
		return good(l), &provider.NativeProgress{Over: true, Whole: true, Total: len(l.Lines), Done: len(l.Lines)}
	}
	c := n.party.c()
	c.ID = id.NewConnection(s.house.IDs)
	n.twice = &twice{plane: s.plane, ids: s.house.IDs, now: func() time.Time { return s.house.Clock.Now().UTC().Truncate(time.Microsecond) }, c: c}
	return n
}

func (n *native) node() (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(n.t.Context()))
	done := make(chan struct{})
	w := batch.NewWorker(n.parts, n.twice, n.grants)
	w.Native = &batch.Native{Store: db.NewBatchStore(n.house.DB), Client: n.party, Connections: n.party}
	go func() { defer close(done); _ = w.Run(ctx) }()
	stop = func() { cancel(); <-done }
	n.t.Cleanup(stop)
	return stop
}

// passes lets time pass until a batch is as it should be, so much at a time.
func (n *native) passes(b batch.Batch, step time.Duration, what string, is func(batch.Batch, batch.Tally) bool) (batch.Batch, batch.Tally) {
	n.t.Helper()
	return n.until(n.caller, b, what, func(b batch.Batch, t batch.Tally) bool {
		if is(b, t) {
			return true
		}
		n.house.Clock.Advance(step)
		return false
	})
}

// booked is what the ledger has of the returns of an organization.
func (n *native) booked() (attempts int, sum money.USD) {
	n.t.Helper()
	r, err := db.NewLedgerStore(n.house.DB).Verify(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return int(r.Attempts), r.Cost
}

// Lines are handed over together, come back in any order, and each is settled once, with the ledger, to the nano-dollar.
func TestLinesAreHandedOverTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := atNight(t, d)
		n.twice.own = func(text string) bool { return text == "row-5" }
		var done bool
		n.party.answered = func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
			if !done {
				return nil, nil
			}
			all := good(l)
			return append(all, all[0], all[1]), &provider.NativeProgress{Over: true, Whole: true, Done: len(all)} // two of them twice
		}
		n.node()
		b := n.create(n.caller, lines(100), batch.Terms{Native: true})
		got, tally := n.passes(b, 100*time.Millisecond, "handed over", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 99 && t.Back == 1 })
		if v := got.View(tally); v.Status != "in_progress" || v.Bodhi.Handed == nil || v.Bodhi.Handed.Requests != 99 || v.Bodhi.Handed.Answered != 1 || tally.Cost != 99*most+each {
			t.Errorf("%+v %s", v, tally.Cost)
		}
		listening, end := context.WithTimeout(t.Context(), 20*time.Second)
		defer end()
		heard := n.house.Bus.Subscribe(listening)
		n.party.mu.Lock()
		done = true
		n.party.mu.Unlock()
		got, tally = n.passes(b, time.Second, "over", over)
		for topic := range heard {
			if topic == budget.Topic { // what comes back is free for nodes that saw the budget used up
				break
			}
		}
		if listening.Err() != nil {
			t.Error("no node was told that money came back")
		}
		if got.State != batch.Completed || tally.Steps[batch.Done] != 100 || tally.Cost != 99*each/2+each || tally.Lost != 0 {
			t.Fatalf("%s %q %+v", got.State, got.Why, tally)
		}
		out := n.content(n.caller, got.Output)
		if len(out) != 100 || !strings.Contains(string(out["c-9"]), `"said":"ROW-9"`) {
			t.Errorf("%d results: %s", len(out), out["c-9"])
		}
		if n.plane.all() != 1 || n.party.sent != 1 || n.party.forgot != 1 {
			t.Errorf("%d were asked alone, %d submitted, %d forgotten", n.plane.all(), n.party.sent, n.party.forgot)
		}
		if a, sum := n.booked(); a != 99 || sum != 99*(each/2-most) {
			t.Errorf("the ledger has %d returns of %s", a, sum)
		}
	})
}

// What a stored prompt made of a line is kept sealed while it is out, and is asked for again with its answer.
func TestAnAnswerComesBackToWhatAStoredPromptMade(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := atNight(t, d)
		n.twice.made = []byte(`{"model":"box/a","made":true}`)
		n.node()
		b := n.create(n.caller, lines(3), batch.Terms{Native: true})
		got, tally := n.passes(b, time.Second, "over", over)
		if out := n.content(n.caller, got.Output); got.State != batch.Completed || tally.Steps[batch.Done] != 3 || !strings.Contains(string(out["c-2"]), `"said":"ROW-2"`) {
			t.Errorf("%s %+v %s", got.State, tally, out["c-2"])
		}
		if all := strings.Join(n.twice.brought, "\n"); all != strings.TrimSpace(strings.Repeat(string(n.twice.made)+"\n", 3)) {
			t.Errorf("answers were brought to %s", all)
		}
	})
}

// Without a word of it a batch is asked as ever.
func TestNothingIsHandedOverUnasked(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.node()
	got, tally := n.until(n.caller, n.create(n.caller, lines(10), batch.Terms{}), "over", over)
	if got.State != batch.Completed || n.party.sent != 0 || tally.Cost != 10*each {
		t.Errorf("%s %d %+v", got.State, n.party.sent, tally)
	}
}

// What has no result is asked alone: what the provider says it did not ask gives its deposit back, what is missing keeps it.
func TestWhatComesBackWithoutAResultIsAskedAlone(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.party.answered = func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
		all := good(l) // row-10 first
		all[0] = provider.NativeResult{Number: all[0].Number}
		all[1].Status, all[1].Body = http.StatusInternalServerError, []byte(`{"error":{"message":"Oh."}}`)
		all[2].Status, all[2].Body = http.StatusBadRequest, []byte(`{"error":{"message":"No.","bodhi":{"code":"refused"}}}`)
		return all[:9], &provider.NativeProgress{Over: true, Whole: true} // row-1 is missing
	}
	n.node()
	got, tally := n.passes(n.create(n.caller, lines(10), batch.Terms{Native: true}), time.Second, "over", over)
	if got.State != batch.Completed || tally.Steps[batch.Done] != 9 || tally.Steps[batch.Refused] != 1 || tally.Lost != most || tally.Cost != 6*each/2+3*each {
		t.Fatalf("%s %+v", got.State, tally)
	}
	for row, times := range map[string]int{"row-10": 1, "row-9": 1, "row-8": 0, "row-1": 1, "row-2": 0} {
		if n.plane.times(row) != times {
			t.Errorf("%s was asked alone %d times", row, n.plane.times(row))
		}
	}
	if a, sum := n.booked(); a != 9 || sum != 6*(each/2-most)-3*most {
		t.Errorf("the ledger has %d returns of %s", a, sum)
	}
}

// A provider that is not done in time is asked to stop, and the lines are asked alone before the window is over.
func TestAtTheDeadlineWeAskOurselves(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.party.answered = func(*provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) { return nil, nil }
	n.node()
	b := n.create(n.caller, lines(20), batch.Terms{Native: true})
	n.passes(b, 0, "handed over", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 20 })
	n.house.Clock.Advance(21 * time.Hour)
	n.party.mu.Lock()
	looks := n.party.looks
	n.party.mu.Unlock()
	n.passes(b, time.Second, "looked at", func(batch.Batch, batch.Tally) bool {
		n.party.mu.Lock()
		defer n.party.mu.Unlock()
		return n.party.looks > looks+1
	})
	if n.party.recalled != 0 {
		t.Fatal("it was asked to stop too early")
	}
	n.house.Clock.Advance(time.Hour)
	got, tally := n.passes(b, time.Second, "over", over)
	if got.State != batch.Completed || n.party.recalled != 1 || n.plane.all() != 20 || tally.Cost != 20*each || tally.Lost != 0 {
		t.Errorf("%s, recalled %d times, %d asked alone, %+v", got.State, n.party.recalled, n.plane.all(), tally)
	}
}

func TestACancelledBatchTakesItsLinesBack(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.party.answered = func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
		if n.party.recalled == 0 {
			return nil, nil
		}
		return good(l)[:4], &provider.NativeProgress{Over: true} // what was done by then
	}
	n.node()
	b := n.create(n.caller, lines(10), batch.Terms{Native: true})
	n.passes(b, 0, "handed over", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 10 })
	if _, _, err := n.desk.Cancel(t.Context(), n.caller, batch.OpenAI, b.ID.String()); err != nil {
		t.Fatal(err)
	}
	got, tally := n.passes(b, time.Second, "over", over)
	if got.State != batch.Cancelled || tally.Steps[batch.Done] != 4 || tally.Steps[batch.Dropped] != 6 || tally.Cost != 4*each/2 || n.plane.all() != 0 {
		t.Errorf("%s %+v, %d asked alone", got.State, tally, n.plane.all())
	}
	if a, sum := n.booked(); a != 10 || sum != 4*each/2-10*most {
		t.Errorf("the ledger has %d returns of %s", a, sum)
	}
}

// Who cancels a batch whose connection has no key waits as long as for a provider that does not stop, and not a day.
func TestACancelledBatchDoesNotWaitForAKey(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.party.answered = func(*provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) { return nil, nil }
	n.node()
	b := n.create(n.caller, lines(5), batch.Terms{Native: true})
	n.passes(b, 0, "handed over", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 5 })
	n.party.mu.Lock()
	n.party.mute = true
	n.party.mu.Unlock()
	if _, _, err := n.desk.Cancel(t.Context(), n.caller, batch.OpenAI, b.ID.String()); err != nil {
		t.Fatal(err)
	}
	asked := n.house.Clock.Now()
	got, tally := n.passes(b, 10*time.Second, "over", over)
	if took := got.EndedAt.Sub(asked); got.State != batch.Cancelled || took < 30*time.Minute || took > 2*time.Hour || tally.Steps[batch.Dropped] != 5 || tally.Lost != 5*most || n.plane.all() != 0 {
		t.Errorf("%s after %s: %+v, %d asked alone", got.State, took, tally, n.plane.all())
	}
}

// The batch's limit counts what is booked: no more is handed over than it pays for, and what comes back makes room for more.
func TestTheLimitBoundsWhatIsHandedOver(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	limit := 10*most + 1
	worst := 0
	answered := n.party.answered
	n.party.answered = func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
		worst = max(worst, len(l.Lines))
		return answered(l)
	}
	n.node()
	got, tally := n.passes(n.create(n.caller, lines(30), batch.Terms{Native: true, Cap: &limit}), time.Second, "over", over)
	if got.State != batch.Completed || worst > 10 || n.party.sent < 3 || tally.Cost != 30*each/2 || n.plane.all() != 0 {
		t.Errorf("%s %q, %d at once, %d submitted, %d alone, %+v", got.State, got.Why, worst, n.party.sent, n.plane.all(), tally)
	}
}

// No load has more texts to be made vectors of than a provider takes, or it is refused as a whole.
func TestALoadHasNotTooManyInputs(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.twice.inputs = 2_000
	n.node()
	got, tally := n.passes(n.create(n.caller, lines(30), batch.Terms{Native: true}), time.Second, "over", over)
	if got.State != batch.Completed || tally.Steps[batch.Done] != 30 || n.party.sent != 2 || n.plane.all() != 0 {
		t.Fatalf("%s %+v, %d loads", got.State, tally, n.party.sent)
	}
	for _, l := range n.party.taken {
		if len(l.Lines) != 25 && len(l.Lines) != 5 {
			t.Errorf("a load of %d requests", len(l.Lines))
		}
	}
}

// A load whose connection has no key for a while waits for it: it is paid for. One whose connection is deleted is lost.
func TestALoadOutlivesItsConnectionsKey(t *testing.T) {
	t.Parallel()
	for name, deleted := range map[string]bool{"without a key for a while": false, "deleted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := atNight(t, dbtest.SQLite(t))
			n.party.mute, n.party.deleted = true, deleted
			n.node()
			b := n.create(n.caller, lines(5), batch.Terms{Native: true})
			n.passes(b, time.Second, "missed", func(batch.Batch, batch.Tally) bool {
				n.party.mu.Lock()
				defer n.party.mu.Unlock()
				return n.party.missed > 0 && (deleted || n.party.missed > 2)
			})
			n.party.mu.Lock()
			n.party.mute = false
			n.party.mu.Unlock()
			got, tally := n.passes(b, time.Second, "over", over)
			alone, gone := 0, money.USD(0)
			if deleted {
				alone, gone = 5, 5*most
			}
			if got.State != batch.Completed || n.plane.all() != alone || tally.Lost != gone {
				t.Errorf("%s %+v, %d asked alone", got.State, tally, n.plane.all())
			}
		})
	}
}
