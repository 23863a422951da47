package db_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

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

func TestRulesOfBreakersAndTurnsAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		acme, c, s, now := newOrg(t, d), id.NewConnection(ids), db.NewHealthStore(d), may.UTC()
		own := health.Setting{Org: acme, Connection: c, Rules: health.Rules{Window: time.Minute, Failures: 1, Percent: 2, Row: 3, CoolDown: 4 * time.Second, MaxCoolDown: 5 * time.Second, Successes: 6}, Check: time.Minute, Ask: "small"}
		for _, one := range []health.Setting{{Org: acme, Rules: health.Rules{Row: 9}}, {Org: acme, Connection: c}, own} {
			must(t, s.SetRules(t.Context(), one))
		}
		all, err := s.Settings(t.Context(), acme)
		if err != nil || len(all) != 2 || !slices.Contains(all, own) || !slices.Contains(all, health.Setting{Org: acme, Rules: health.Rules{Row: 9}}) {
			t.Errorf("rules %+v, %v", all, err)
		}
		if all, err := s.AllSettings(t.Context()); err != nil || !slices.Contains(all, own) {
			t.Errorf("everybody's rules %+v, %v", all, err)
		}
		for _, want := range []bool{true, false} {
			if found, err := s.RemoveRules(t.Context(), acme, c); err != nil || found != want {
				t.Errorf("removed: %v, %v", found, err)
			}
		}
		for i, x := range []struct {
			node  string
			after time.Duration
			want  bool
		}{{"a", 0, true}, {"b", time.Second, false}, {"a", 2 * time.Second, true}, {"b", 61 * time.Second, false}, {"b", 63 * time.Second, true}, {"a", 64 * time.Second, false}} {
			at := now.Add(x.after)
			if got, err := s.Claim(t.Context(), acme, c, x.node, at, at.Add(time.Minute)); err != nil || got != x.want {
				t.Errorf("claim %d by %s: %v, %v", i, x.node, got, err)
			}
		}
		if all, err := s.Checks(t.Context(), acme); err != nil || len(all) != 0 {
			t.Errorf("before the first look: %+v, %v", all, err)
		}
		found := health.Check{Connection: c, Node: "b", At: now, Outcome: health.Locked, Note: "no", Took: 7 * time.Millisecond}
		must(t, s.Found(t.Context(), acme, found))
		if all, err := s.Checks(t.Context(), acme); err != nil || len(all) != 1 || all[0] != found {
			t.Errorf("found %+v, %v", all, err)
		}
	})
}

func TestOutagesBeginAndEndWithTheirTargetsBreaker(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		acme, s, now := newOrg(t, d), db.NewHealthStore(d), may.UTC()
		at := health.Target{Org: acme, Connection: id.NewConnection(ids), Model: "m"}
		other := health.Target{Org: acme, Connection: at.Connection}
		event := func(to health.State, cause health.Cause, after time.Duration) health.Event {
			return health.Event{ID: id.NewOutage(ids), Change: health.Change{Target: at, To: to, Cause: cause, At: now.Add(after)}}
		}
		first := event(health.Open, health.Failures, 0)
		byHand := event(health.Open, health.ByHand, 0)
		byHand.Target = other
		must(t, s.Note(t.Context(), []health.Event{first, byHand, event(health.HalfOpen, health.Failures, time.Second), event(health.Open, health.Quota, 2*time.Second)}))
		must(t, s.Note(t.Context(), []health.Event{first})) // told twice, as a letter does
		all, err := s.Outages(t.Context(), acme, now, 10)
		want := health.Outage{ID: first.ID, Target: at, Cause: health.Quota, Openings: 2, Began: now}
		if err != nil || len(all) != 1 || !reflect.DeepEqual(all[0], want) {
			t.Fatalf("going on: %+v, %v", all, err)
		}
		must(t, s.Note(t.Context(), []health.Event{event(health.Closed, health.Quota, time.Minute), event(health.Closed, "", 2*time.Minute), event(health.Open, health.Failures, time.Hour)}))
		all, err = s.Outages(t.Context(), acme, now.Add(time.Second), 10)
		if err != nil || len(all) != 1 || !all[0].Began.Equal(now.Add(time.Hour)) || !all[0].Ended.IsZero() {
			t.Errorf("the next one: %+v, %v", all, err)
		}
		want.Ended, want.Acknowledged, want.AcknowledgedBy, want.Resolved, want.ResolvedBy = now.Add(time.Minute), now.Add(time.Second), "a", now.Add(2*time.Minute), "b"
		must(t, s.Mark(t.Context(), acme, want))
		for _, text := range []string{"x", "y"} {
			r := health.Remark{At: now, By: "a", Text: text}
			want.Notes = append(want.Notes, r)
			must(t, s.Remark(t.Context(), acme, first.ID, r))
		}
		if x, ok, err := s.Outage(t.Context(), acme, first.ID); err != nil || !ok || !reflect.DeepEqual(x, want) {
			t.Errorf("%+v, %v, %v", x, ok, err)
		}
		if _, ok, err := s.Outage(t.Context(), newOrg(t, d), first.ID); err != nil || ok {
			t.Errorf("another tenant finds it: %v, %v", ok, err)
		}
		must(t, s.PruneOutages(t.Context(), now.Add(time.Second)))
		if all, err := s.Outages(t.Context(), acme, now.AddDate(-1, 0, 0), 10); err != nil || len(all) != 1 {
			t.Errorf("after the end of its time: %+v, %v", all, err)
		}
	})
}

// Who names a connection names any model after it, and PostgreSQL takes neither zero bytes nor broken UTF-8: one such name would keep all
// events out of the books.
func TestEventsOfAModelWithAnyNameAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		acme, s, now := newOrg(t, d), db.NewHealthStore(d), may.UTC()
		at := health.Target{Org: acme, Connection: id.NewConnection(ids), Model: "m\x00\xff"}
		event := func(to health.State, after time.Duration) health.Event {
			return health.Event{ID: id.NewOutage(ids), Change: health.Change{Target: at, To: to, Cause: health.Failures, At: now.Add(after)}}
		}
		first, again := event(health.Open, 0), event(health.Open, time.Minute)
		must(t, s.Note(t.Context(), []health.Event{first, event(health.Closed, time.Second), again}))
		must(t, s.EndOutage(t.Context(), at, now.Add(time.Hour)))
		for which, ended := range map[id.Outage]time.Time{first.ID: now.Add(time.Second), again.ID: now.Add(time.Hour)} {
			if x, ok, err := s.Outage(t.Context(), acme, which); err != nil || !ok || x.Target.Model != "m\uFFFD" || !x.Ended.Equal(ended) {
				t.Errorf("%+v, %v, %v", x, ok, err)
			}
		}
	})
}

// A breaker is gone with its process. What it began would go on for good, and nobody could resolve it.
func TestOutagesEndWithTheirNodesNextStartAndByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		acme, beta, s, now := newOrg(t, d), newOrg(t, d), db.NewHealthStore(d), may.UTC()
		began := func(o id.Org, node, model string) health.Event {
			e := health.Event{ID: id.NewOutage(ids), Node: node, Change: health.Change{Target: health.Target{Org: o, Connection: id.NewConnection(ids), Model: model}, To: health.Open, Cause: health.Failures, At: now}}
			must(t, s.Note(t.Context(), []health.Event{e}))
			return e
		}
		mine, foreign, others, hand := began(acme, "n1", "m"), began(beta, "n1", "m"), began(acme, "n2", "m"), began(acme, "n2", "")
		heard, left, silent, anew := began(acme, "n2 node_1", "m"), began(acme, "n3", "m"), began(acme, "n4", "m"), began(acme, "web-1, process 7", "m")
		ended := func(e health.Event) time.Time {
			x, ok, err := s.Outage(t.Context(), e.Target.Org, e.ID)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			return x.Ended
		}
		start, later := now.Add(time.Minute), now.Add(time.Hour)
		for _, n := range []struct {
			label string
			seen  time.Time
			left  *time.Time
		}{{"n1", start, nil}, {"n2", start, nil}, {"n3", start, &now}, {"n4", start.Add(-time.Hour), nil}, {"web-1, process 71", start, nil}} {
			must(t, d.System(t.Context(), func(tx *gorm.DB) error {
				return tx.Exec("INSERT INTO nodes (id, epoch, beats, label, version, started_at, seen_at, left_at) VALUES (?, 1, 1, ?, 'v1', ?, ?, ?)", id.NewNode(ids), n.label, now, n.seen, n.left).Error
			}))
		}
		must(t, s.EndOutages(t.Context(), "n1", start, start))
		must(t, s.EndOutage(t.Context(), hand.Target, later))
		must(t, s.EndOutage(t.Context(), mine.Target, later)) // over already
		for _, c := range []struct {
			name  string
			event health.Event
			want  time.Time
		}{{"its own", mine, start}, {"of another organization", foreign, start}, {"another node's", others, time.Time{}}, {"what was heard from another node", heard, time.Time{}},
			{"of a node that left", left, start}, {"of a node that is silent", silent, start}, {"of the same machine's process before", anew, start}, {"put back by hand", hand, later}} {
			if got := ended(c.event); !got.Equal(c.want) {
				t.Errorf("%s ended at %s, want %s", c.name, got, c.want)
			}
		}
	})
}
