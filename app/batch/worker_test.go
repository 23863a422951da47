package batch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// mortal is a store that a node loses when it dies: from then on it writes nothing.
type mortal struct {
	batch.Store
	dead atomic.Bool
}

var errDead = errors.New("this node is dead")

func (m *mortal) Put(ctx context.Context, o id.Org, b id.Batch, token string, items []batch.SealedItem) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Put(ctx, o, b, token, items)
}

func (m *mortal) Hold(ctx context.Context, o id.Org, b id.Batch, token string, until time.Time) (batch.State, error) {
	if m.dead.Load() {
		return "", errDead
	}
	return m.Store.Hold(ctx, o, b, token, until)
}

func (m *mortal) Release(ctx context.Context, o id.Org, b id.Batch, token string, now time.Time) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Release(ctx, o, b, token, now)
}

func (m *mortal) End(ctx context.Context, b batch.Batch, token string, results []batch.File) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.End(ctx, b, token, results)
}

// A node that dies leaves lines behind that were sent: they are sent again, nothing else is, and what was done stays done.
func TestEachLineHasOneResultHoweverManyNodesDie(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		b := s.create(s.caller, lines(600), batch.Terms{})
		const deaths = 6
		done := 0
		for n := range deaths {
			body := &mortal{Store: s.parts.Store}
			parts := s.parts
			parts.Store = body
			ctx, end := context.WithCancel(t.Context())
			over := make(chan struct{})
			go func() {
				defer close(over)
				_ = batch.NewWorker(parts, s.plane, s.grants).Run(ctx)
			}()
			_, tally := s.until(s.caller, b, "further", func(_ batch.Batch, tally batch.Tally) bool {
				if tally.Ended() < done {
					t.Errorf("progress went back from %d to %d", done, tally.Ended())
				}
				done = tally.Ended()
				return done >= (n+1)*60
			})
			body.dead.Store(true)
			end()
			<-over
			s.house.Clock.Advance(time.Minute) // its lease is over
			done = tally.Ended()
		}
		s.node()
		got, tally := s.until(s.caller, b, "over", over)
		out := s.content(s.caller, got.Output)
		if got.State != batch.Completed || len(out) != 600 || tally.Cost != 600*each {
			t.Fatalf("%s, %d results, %+v", got.State, len(out), tally)
		}
		more := s.plane.all() - 600
		if more > deaths*16 || tally.Lost > each*deaths*16 {
			t.Errorf("%d lines were sent again after %d deaths, and %s may be lost", more, deaths, tally.Lost)
		}
		rows, err := s.parts.Store.Lines(t.Context(), got.Org, got.ID, batch.All, 0, 1000)
		if err != nil || len(rows) != 600 {
			t.Fatal(len(rows), err)
		}
		again := 0
		for _, i := range rows {
			if asked := s.plane.times(fmt.Sprintf("row-%d", i.Number)); asked > 1+i.Losses {
				t.Errorf("line %d was asked %d times and lost %d times", i.Number, asked, i.Losses)
			}
			again += i.Losses
		}
		t.Logf("%d deaths, %d answers lost, %d asked again", deaths, again, more)
	})
}

// What a provider was paid for is written down before it is booked: a node that is cut off behind that has the result.
func TestAnAnswerIsKeptBeforeItIsBooked(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	b := s.create(s.caller, lines(3), batch.Terms{})
	s.until(s.caller, b, "over", over)
	for text, n := range s.plane.kept {
		if n != 1 {
			t.Errorf("%s was kept %d times", text, n)
		}
	}
	if len(s.plane.kept) != 3 {
		t.Errorf("kept %v", s.plane.kept)
	}
}

// Two tenants share a node: one that comes later with one batch does not wait for all that the other one has.
func TestTenantsTakeTurns(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	rival := s.tenant("Rival")
	let := make(chan struct{})
	s.plane.hold = func(r *http.Request, text string) { // the first one's lines are slow until somebody else was asked
		if text == "row-1999" {
			close(let)
			return
		}
		select {
		case <-let:
		case <-r.Context().Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
	var first []batch.Batch
	for range 3 {
		first = append(first, s.create(s.caller, lines(1900), batch.Terms{}))
	}
	s.node()
	s.until(s.caller, first[0], "begun", func(_ batch.Batch, tally batch.Tally) bool { return tally.Ended() > 0 })
	one := strings.ReplaceAll(lines(1), "row-1", "row-1999")
	b := s.create(rival, one, batch.Terms{})
	s.house.Clock.Advance(6 * time.Second)
	s.until(rival, b, "over", over)
	left := 0
	for _, f := range first {
		if got, _, err := s.desk.Batch(t.Context(), s.caller, batch.OpenAI, f.ID.String()); err != nil || !got.State.Over() {
			left++
		}
	}
	if left < 2 {
		t.Errorf("it waited until only %d of the other one's batches were left", left)
	}
}

// What a program's window leaves over is listed, and a batch that is put off is not begun.
func TestABatchHasItsTime(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	at := s.house.Clock.Now().Add(time.Hour)
	cap := 2 * each
	b := s.create(s.caller, lines(30), batch.Terms{StartAt: &at, Cap: &cap})
	soon := s.create(s.caller, lines(1), batch.Terms{})
	s.node()
	s.until(s.caller, soon, "over", over)
	if got, _, _ := s.desk.Batch(t.Context(), s.caller, batch.OpenAI, b.ID.String()); got.State != batch.Validating {
		t.Fatalf("it is %s before its time", got.State)
	}
	s.house.Clock.Advance(time.Hour)
	s.until(s.caller, b, "paused", func(b batch.Batch, _ batch.Tally) bool { return b.State == batch.Paused })
	s.house.Clock.Advance(batch.Window)
	got, tally := s.until(s.caller, b, "over", over)
	bad := s.content(s.caller, got.Failures)
	if got.State != batch.Expired || tally.Steps[batch.Lapsed]+tally.Steps[batch.Done] != 30 || !strings.Contains(string(bad["c-30"]), "batch_expired") {
		t.Errorf("%s %+v %s", got.State, tally, bad["c-30"])
	}
	s.house.Clock.Advance(batch.Keep + time.Hour)
	if err := s.parts.Store.Sweep(t.Context(), s.house.Clock.Now(), s.house.Clock.Now(), s.house.Clock.Now().Add(-batch.Keep)); err != nil {
		t.Fatal(err)
	}
	if all, err := s.desk.Files(t.Context(), s.caller); err != nil || len(all) != 0 {
		t.Errorf("%d files are left, %v", len(all), err)
	}
	if all, _, err := s.desk.Batches(t.Context(), s.caller, batch.Query{Limit: 10}); err != nil || len(all) != 0 {
		t.Errorf("%d batches are left, %v", len(all), err)
	}
}

func TestMessageBatches(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	s.plane.refuse = func(text string, _ int) (int, string) {
		if text == "bad" {
			return http.StatusBadRequest, "invalid_request"
		}
		return 0, ""
	}
	s.caller.Beta = "context-1m-2025-08-07, message-batches-2024-09-24"
	s.plane.hold = func(r *http.Request, text string) {
		if got := r.Header.Get("Anthropic-Beta"); got != "context-1m-2025-08-07" {
			t.Errorf("%s is asked with the features %q", text, got)
		}
	}
	b, err := s.desk.CreateMessages(t.Context(), s.caller, strings.NewReader(`{"requests":[{"custom_id":"a","params":{"text":"good"}},{"custom_id":"b","params":{"text":"bad"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, tally := s.until(s.caller, b, "over", over)
	var out strings.Builder
	if err := s.desk.Results(t.Context(), got, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `{"custom_id":"a","result":{"type":"succeeded","message":{"said":"GOOD"}}}`+"\n") || !strings.Contains(out.String(), `{"custom_id":"b","result":{"type":"errored","error":{`) {
		t.Errorf("%s", out.String())
	}
	v := got.MessagesView(tally)
	if v.Status != "ended" || v.Counts.Succeeded != 1 || v.Counts.Errored != 1 || v.Counts.Processing != 0 || v.ResultsURL == nil || !strings.HasPrefix(v.ID, "msgbatch_") {
		t.Errorf("%+v", v)
	}
	if err := s.desk.Delete(t.Context(), s.caller, batch.Anthropic, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.desk.Batch(t.Context(), s.caller, batch.Anthropic, v.ID); err == nil {
		t.Error("it is still there")
	}
	for name, body := range map[string]string{
		"no JSON": "{", "no requests": `{"requests":[]}`, "none at all": `{}`, "a bad id": `{"requests":[{"custom_id":"a b","params":{}}]}`, "an id twice": `{"requests":[{"custom_id":"a","params":{}},{"custom_id":"a","params":{}}]}`,
		"no params": `{"requests":[{"custom_id":"a"}]}`, "a stream": `{"requests":[{"custom_id":"a","params":{"stream":true}}]}`, "broken off": `{"requests":[{"custom_id":"a","params":{}}`,
	} {
		if _, err := s.desk.CreateMessages(t.Context(), s.caller, strings.NewReader(body)); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	if n, err := s.parts.Store.Stored(t.Context(), s.caller.Grant.Chain.Org); err != nil || n != 0 {
		t.Errorf("%d bytes are left of what was refused, %v", n, err)
	}
}

// What whoever makes a batch says of it, as costs are divided by tags and end users, holds for each of its lines, in both families' words.
func TestLinesAreTaggedAsTheirBatch(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	said := make(chan string, 2)
	s.plane.hold = func(r *http.Request, text string) {
		h := r.Header
		said <- text + ": " + h.Get("X-Bodhi-Tags") + ", " + h.Get("X-Bodhi-User") + ", " + h.Get("X-Bodhi-Purpose") + " " + h.Get("X-Bodhi-Transcript")
	}
	tagged := s.caller
	tagged.Tags, tagged.User, tagged.Unkept = "client=acme,project=apollo", "ada", true
	s.until(s.caller, s.create(s.caller, `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"text":"bare"}}`+"\n", batch.Terms{}), "over", over)
	if got, want := <-said, "bare: , , batch "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.until(tagged, s.create(tagged, `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"text":"one"}}`+"\n", batch.Terms{}), "over", over)
	if got, want := <-said, "one: client=acme,project=apollo, ada, batch off"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b, err := s.desk.CreateMessages(t.Context(), tagged, strings.NewReader(`{"requests":[{"custom_id":"a","params":{"text":"two"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s.until(tagged, b, "over", over)
	if got, want := <-said, "two: client=acme,project=apollo, ada, batch off"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What a request may cost at most is, of a request that makes a batch, what the batch may cost, unless its order says another limit.
func TestWhoMakesABatchBoundsWhatItCosts(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	own, bounded := 2*each, s.caller
	bounded.Most = each
	if got := s.create(bounded, lines(1), batch.Terms{}).Body.Cap; got != each {
		t.Errorf("the header's: %s", got)
	}
	if got := s.create(bounded, lines(1), batch.Terms{Cap: &own}).Body.Cap; got != own {
		t.Errorf("the order's: %s", got)
	}
	if got := s.create(s.caller, lines(1), batch.Terms{}).Body.Cap; got != 0 {
		t.Errorf("none: %s", got)
	}
	b, err := s.desk.CreateMessages(t.Context(), bounded, strings.NewReader(`{"requests":[{"custom_id":"a","params":{"text":"x"}}]}`))
	if err != nil || b.Body.Cap != each {
		t.Errorf("a message batch: %s, %v", b.Body.Cap, err)
	}
}
