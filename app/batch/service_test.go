package batch_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// staffed is a scene with people: a developer with a key of their own.
func staffed(t *testing.T) (*scene, *batch.Service, org.Actor, id.Key) {
	t.Helper()
	return staffedOn(t, dbtest.SQLite(t))
}

func staffedOn(t *testing.T, d *db.DB) (*scene, *batch.Service, org.Actor, id.Key) {
	t.Helper()
	s := newScene(t, d)
	s.house.Passwordless = true
	acme := s.house.Found(t, "Staffed")
	actor := acme.Actor(org.Developer)
	made, err := s.house.Keys.Create(t.Context(), acme.Actor(org.Admin), key.Input{Name: "mine", Team: acme.Team, Member: actor.Member})
	if err != nil {
		t.Fatal(err)
	}
	service := &batch.Service{Desk: *s.desk, Keys: s.house.Keys, Grants: s.grants, Gateway: s.plane, Audit: s.house.Audit,
		Purses: trial.New(trial.Parts{Keys: s.house.Keys, Desk: s.grants, Gateway: s.plane, Tx: d, Audit: s.house.Audit, Clock: s.house.Clock})}
	return s, service, actor, made.Key.ID
}

func wait(t *testing.T, s *batch.Service, actor org.Actor, which id.Batch, what string, is func(batch.Entry) bool) batch.Entry {
	t.Helper()
	for over := time.After(time.Minute); ; {
		e, err := s.Get(t.Context(), actor, which)
		if err != nil {
			t.Fatal(err)
		}
		if is(e) {
			return e
		}
		select {
		case <-over:
			t.Fatalf("not %s: %s %q", what, e.State, e.Why)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestATableFillsInAPrompt(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	d := batch.Draft{Name: "reviews", Key: mine, Format: batch.CSV, Text: "id,review\nr1,\"Late, but fine\"\nr2,Lovely\n", Model: "box/a", System: "Sort.", Prompt: "Positive? {{ review }}", IDColumn: "id", MaxOutput: 5}
	p, err := service.Preview(t.Context(), actor, d)
	if err != nil {
		t.Fatal(err)
	}
	if p.Lines != 2 || p.Most != 20*each || len(p.First) != 2 || p.First[0].CustomID != "r1" ||
		p.First[0].Body != `{"model":"box/a","messages":[{"role":"system","content":"Sort."},{"role":"user","content":"Positive? Late, but fine"}],"max_completion_tokens":5}` {
		t.Errorf("%+v", p)
	}
	if s.plane.all() != 0 {
		t.Error("a preview asked somebody")
	}
	e, err := service.Add(t.Context(), actor, d)
	if err != nil {
		t.Fatal(err)
	}
	s.node()
	e = wait(t, service, actor, e.ID, "over", func(e batch.Entry) bool { return e.State.Over() })
	var out bytes.Buffer
	write, err := service.Download(t.Context(), actor, e.ID)
	if err == nil {
		err = write(&out)
	}
	if err != nil || e.State != batch.Completed || strings.Count(out.String(), "\n") != 2 || !strings.Contains(out.String(), `"custom_id":"r2"`) {
		t.Errorf("%s %v %s", e.State, err, out.String())
	}
	for name, c := range map[string]struct {
		change func(*batch.Draft)
		field  string
	}{
		"no such column":  {func(d *batch.Draft) { d.Prompt = "{{text}}" }, "prompt"},
		"no model":        {func(d *batch.Draft) { d.Model = "" }, "model"},
		"no prompt":       {func(d *batch.Draft) { d.Prompt = " " }, "prompt"},
		"no id column":    {func(d *batch.Draft) { d.IDColumn = "number" }, "id_column"},
		"an id twice":     {func(d *batch.Draft) { d.Text = "id,review\na,1\na,2\n" }, "id_column"},
		"a crooked row":   {func(d *batch.Draft) { d.Text = "id,review\na\n" }, "text"},
		"no rows":         {func(d *batch.Draft) { d.Text = "id,review\n" }, "text"},
		"nothing":         {func(d *batch.Draft) { d.Text = "" }, "text"},
		"another format":  {func(d *batch.Draft) { d.Format = "xlsx" }, "format"},
		"no JSON":         {func(d *batch.Draft) { d.Format = batch.JSONL }, "text"},
		"another's key":   {func(d *batch.Draft) { d.Key = id.NewKey(s.house.IDs) }, "key"},
		"far in the time": {func(d *batch.Draft) { d.StartAt = s.house.Clock.Now().Add(60 * 24 * time.Hour) }, "start_at"},
		"urgent":          {func(d *batch.Draft) { d.Priority = "now" }, "priority"},
	} {
		wrong := d
		c.change(&wrong)
		_, err := service.Add(t.Context(), actor, wrong)
		if !strings.Contains(fmt.Sprint(fields(err)), c.field) {
			t.Errorf("%s: %v, in %v", name, err, fields(err))
		}
	}
}

// fields are those that an error is about.
func fields(err error) (out []string) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if e != nil {
				out = append(out, fields(e)...)
			}
		}
		return out
	}
	if f := fault.From(err); f.Field != "" {
		out = append(out, f.Field)
	}
	return out
}

func TestPeoplePauseResumeAndCancelTheirOwn(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	s.node()
	limit := 20 * each
	e, err := service.Add(t.Context(), actor, batch.Draft{Key: mine, Format: batch.JSONL, Text: lines(100), Cap: limit})
	if err != nil {
		t.Fatal(err)
	}
	paused := func(e batch.Entry) bool { return e.State == batch.Paused }
	e = wait(t, service, actor, e.ID, "paused", paused)
	if _, err := service.Resume(t.Context(), actor, e.ID, 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("it goes on at its limit: %v", err)
	}
	stranger := actor
	stranger.Member, stranger.Role = id.NewMember(s.house.IDs), org.Viewer
	if _, err := service.Resume(t.Context(), stranger, e.ID, 80*each); err == nil {
		t.Error("a viewer resumed it")
	}
	if _, err := service.Resume(t.Context(), actor, e.ID, 60*each); err != nil {
		t.Fatal(err)
	}
	e = wait(t, service, actor, e.ID, "paused again", func(e batch.Entry) bool { return e.State == batch.Paused && e.Tally.Cost >= 60*each })
	if _, err := service.Pause(t.Context(), actor, e.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("it is paused twice: %v", err)
	}
	if _, err := service.End(t.Context(), actor, e.ID); err != nil {
		t.Fatal(err)
	}
	e = wait(t, service, actor, e.ID, "cancelled", func(e batch.Entry) bool { return e.State == batch.Cancelled })
	if e.Tally.Ended() != 100 {
		t.Errorf("%+v", e.Tally)
	}
	bad, err := service.Fails(t.Context(), actor, e.ID, 0, 10)
	if err != nil || len(bad) != 10 || bad[0].Code != "batch_cancelled" {
		t.Errorf("%v %+v", err, bad)
	}
	if all, err := service.List(t.Context(), actor, 10); err != nil || len(all) != 1 {
		t.Errorf("%d listed, %v", len(all), err)
	}
	if err := service.Remove(t.Context(), actor, e.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := service.Get(t.Context(), actor, e.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestAnOldBatchThatIsNotOverIsListed(t *testing.T) {
	t.Parallel()
	_, service, actor, mine := staffed(t) // nobody works on them
	for range 2 {
		if _, err := service.Add(t.Context(), actor, batch.Draft{Key: mine, Format: batch.JSONL, Text: lines(1), Cap: each}); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := service.List(t.Context(), actor, 1); err != nil || len(all) != 2 || all[0].ID.Compare(all[1].ID) < 0 {
		t.Errorf("%d listed, %v", len(all), err)
	}
}

// Results may be as long as answers may be: what is read at once is bounded by their size, and nobody misses any.
func TestLongResultsAreNotReadAllAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, service, actor, mine := staffedOn(t, d)
		e, err := service.Add(t.Context(), actor, batch.Draft{Key: mine, Format: batch.JSONL, Text: lines(6)})
		if err != nil {
			t.Fatal(err)
		}
		store, now := s.parts.Store, s.house.Clock.Now()
		if _, ok, err := store.Claim(t.Context(), "node", nil, now, now.Add(time.Minute)); !ok || err != nil {
			t.Fatal(ok, err)
		}
		const mib = 1 << 20
		var items []batch.Item
		var sealed []batch.SealedItem
		for n, size := range []int64{20 * mib, 12 * mib, mib, 64 * mib, 20 * mib, 13 * mib} {
			i := batch.Item{Number: n + 1, Step: batch.Refused}
			items, sealed = append(items, i), append(sealed, batch.SealedItem{Item: i, Size: size})
		}
		if err := errors.Join(store.Index(t.Context(), actor.Org, e.ID, "node", items), store.Put(t.Context(), actor.Org, e.ID, "node", sealed)); err != nil {
			t.Fatal(err)
		}
		var pages []int
		for after := 0; ; {
			page, err := store.Lines(t.Context(), actor.Org, e.ID, batch.All, after, 100)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			pages, after = append(pages, len(page)), page[len(page)-1].Number
		}
		if !slices.Equal(pages, []int{2, 1, 1, 1, 1}) {
			t.Errorf("pages of %v lines", pages)
		}
		var out bytes.Buffer
		write, err := service.Download(t.Context(), actor, e.ID)
		if err == nil {
			err = write(&out)
		}
		if err != nil || strings.Count(out.String(), "\n") != 6 {
			t.Errorf("downloaded: %q %v", out.String(), err)
		}
		for after, want := range map[int]int{0: 5, 2: 4} {
			if bad, err := service.Fails(t.Context(), actor, e.ID, after, 5); err != nil || len(bad) != want {
				t.Errorf("%d failed lines behind %d: %v", len(bad), after, err)
			}
		}
	})
}
