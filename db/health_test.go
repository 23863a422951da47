package db_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	waiting "github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestHealthIsKeptAndSummedByTheHour(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := may.UTC().Truncate(time.Hour).Add(30 * time.Minute)
		acme := newOrg(t, d)
		s, at := db.NewHealthStore(d), health.Target{Org: acme, Connection: id.NewConnection(ids), Model: "m"}
		event := health.Event{ID: id.NewOutage(ids), Node: "n", Change: health.Change{Target: at, To: health.Open, Cause: health.Failures, At: now, Until: now.Add(time.Minute), Level: 2}}
		for range 2 { // a second note of the same changes nothing
			if err := s.Note(t.Context(), []health.Event{event}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Events(t.Context(), acme, now.Add(-time.Hour), 10)
		if err != nil || len(got) != 1 || got[0].Target != at || got[0].To != health.Open || got[0].Cause != health.Failures || !got[0].At.Equal(now) || !got[0].Until.Equal(now.Add(time.Minute)) || got[0].Level != 2 || got[0].Node != "n" {
			t.Errorf("events %+v, %v", got, err)
		}
		if e, ok, err := s.Event(t.Context(), acme, event.ID); err != nil || !ok || e.ID != event.ID {
			t.Errorf("event %+v, %v, %v", e, ok, err)
		}
		for _, reason := range []string{"a", "b"} {
			if err := s.Hold(t.Context(), health.Held{Target: at, At: now, Reason: reason}); err != nil {
				t.Fatal(err)
			}
		}
		if held, err := s.Held(t.Context(), acme); err != nil || len(held) != 1 || held[0].Reason != "b" {
			t.Errorf("held %+v, %v", held, err)
		}
		for _, want := range []bool{true, false} {
			if found, err := s.Unhold(t.Context(), at); err != nil || found != want {
				t.Errorf("unheld: %v, %v", found, err)
			}
		}
		if err := s.Prune(t.Context(), now.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Events(t.Context(), acme, now.Add(-time.Hour), 10); err != nil || len(got) != 0 {
			t.Errorf("after the end of its time: %+v, %v", got, err)
		}

		books := db.NewLedgerStore(d)
		for i, class := range []string{"", "", "overloaded", "refused", "canceled", ""} {
			a := ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), Number: 1, Chain: org.Chain{Org: acme}, At: now.Add(-time.Duration(i/5) * time.Hour), Connection: at.Connection,
				Provider: "p", Kind: "openai", Model: "m"}
			end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Class: class, FirstByte: time.Duration(i+1) * 10 * time.Millisecond, At: a.At}
			if _, err := books.Post(t.Context(), id.NewNode(ids), budget.Batch{Attempts: []budget.Posting{{Attempt: a, End: end}}}); err != nil {
				t.Fatal(err)
			}
		}
		hours, err := s.Hours(t.Context(), acme, now.Add(-24*time.Hour))
		if err != nil || len(hours) != 2 {
			t.Fatalf("hours %+v, %v", hours, err)
		}
		first, last := hours[0], hours[1]
		if first.Attempts != 1 || first.Failed != 0 || first.FirstByte != 60*time.Millisecond || !first.Hour.Equal(now.Truncate(time.Hour).Add(-time.Hour)) {
			t.Errorf("the first hour: %+v", first)
		}
		if last.Attempts != 3 || last.Failed != 1 || last.FirstByte != 15*time.Millisecond || last.Connection != at.Connection || last.Model != "m" {
			t.Errorf("the last hour: %+v", last)
		}

		waits := db.NewPatienceStore(d)
		setting := waiting.Setting{Org: acme, Model: "smart", Operation: llm.Chat, Policy: waiting.Defaults()}
		setting.Policy.RetryUnsure = true
		for _, tries := range []int{2, 5} {
			setting.Policy.Tries = tries
			if err := waits.Set(t.Context(), setting); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := waits.All(t.Context()); err != nil || len(all) == 0 || all[0] != setting {
			t.Errorf("settings %+v, %v, want %+v", all, err, setting)
		}
		if found, err := waits.Remove(t.Context(), acme, "smart", llm.Chat); err != nil || !found {
			t.Errorf("removed: %v, %v", found, err)
		}
	})
}
