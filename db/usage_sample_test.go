package db_test

import (
	"flag"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What is sampled is the newest, of the reach, counted once, on both databases.
func TestSamplesAreOfTheNewestWithinReach(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		at := time.Date(2026, 3, 4, 10, 40, 0, 0, time.UTC)
		team := id.NewTeam(ids)
		book := func(o id.Org, of id.Team, minutes int, took time.Duration, classes ...string) {
			c := org.Chain{Org: o, Team: of, Key: id.NewKey(ids)}
			when := at.Add(time.Duration(minutes) * time.Minute)
			q := ledger.Request{ID: id.NewRequest(ids), Chain: c, At: when, Model: "m", Provider: "b", Attempts: len(classes), Status: 200, Stream: true, Duration: took, FirstByte: took / 2}
			q.Usage.Output = 10
			var batch budget.Batch
			for i, class := range classes {
				a := ledger.Attempt{ID: id.NewAttempt(ids), Request: q.ID, Number: i + 1, Chain: c, At: when, Provider: []string{"a", "b"}[min(i, 1)], Model: "m"}
				end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, At: when}
				if class != "" {
					end.State, end.Class = ledger.Voided, class
				}
				batch.Attempts = append(batch.Attempts, budget.Posting{Attempt: a, End: end})
			}
			batch.Requests = []ledger.Request{q}
			batch.To = budget.Mark{At: journal.Position{Segment: 1, Offset: 1}, Low: journal.Position{Segment: 1, Offset: 1}}
			if _, err := db.NewLedgerStore(d).Post(t.Context(), id.NewNode(ids), batch); err != nil {
				t.Fatal(err)
			}
		}
		book(mine, team, 0, 90*time.Millisecond, "server", "")
		book(mine, team, 30, 90*time.Millisecond, "server", "")
		book(mine, id.Team{}, 31, time.Hour, "")
		book(other, team, 32, time.Second, "quota", "")
		s, ctx := db.NewUsageStore(d), t.Context()
		ask := usage.SampleAsk{From: at.Add(-time.Hour), To: at.Add(time.Hour), Slot: time.Hour, Limit: 2}
		all := report.Reach{Org: mine, All: true}
		oldest, cut, err := s.Oldest(ctx, all, ask)
		if err != nil || !cut || !oldest.After(at) || oldest.After(at.Add(time.Minute)) {
			t.Fatalf("%s, %v, %v", oldest, cut, err)
		}
		if _, cut, err := s.Oldest(ctx, report.Reach{Org: mine, Teams: []id.Team{team}}, ask); err != nil || cut {
			t.Errorf("a team has two: cut %v, %v", cut, err)
		}
		ask.From = oldest
		got, err := s.Sampled(ctx, all, ask)
		var n, retried int64
		for _, one := range got {
			n += one.Count
			if one.Retried {
				retried += one.Count
				if !one.At.Equal(time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)) || one.Outcome != usage.Answered || usage.Edge(one.Bin) >= 90*time.Millisecond || usage.Edge(one.Bin+1) < 90*time.Millisecond {
					t.Errorf("%+v", one)
				}
			} else if one.Bin != usage.Bins-1 {
				t.Errorf("an hour is in class %d", one.Bin)
			}
		}
		if err != nil || n != 2 || retried != 1 {
			t.Errorf("%d sampled, %d of them retried, %v", n, retried, err)
		}
		failures, err := s.Failures(ctx, all, ask)
		if err != nil || len(failures) != 1 || failures[0] != (usage.Failure{Connection: "a", Class: "server", Count: 1}) {
			t.Errorf("%+v, %v", failures, err)
		}
		rescues, err := s.Rescues(ctx, all, ask)
		if err != nil || len(rescues) != 1 || rescues[0] != (usage.Rescue{From: "a", To: "b", Count: 1}) {
			t.Errorf("%+v, %v", rescues, err)
		}
		ask.Where = []usage.Filter{{Dim: usage.Team, Values: []string{team.String()}}}
		paces, err := s.Paces(ctx, all, ask)
		if err != nil || len(paces) != 1 || paces[0].Took.Count() != 1 || paces[0].Output != 10 || paces[0].Streaming != 45*time.Millisecond {
			t.Errorf("%+v, %v", paces, err)
		}
		if none, err := s.Sampled(ctx, report.Reach{Org: mine}, ask); err != nil || len(none) != 0 {
			t.Errorf("without a reach: %+v, %v", none, err)
		}
	})
}

var sampledRows = flag.Int("sampled-rows", 3000, "requests of the size test of samples; with -v it prints how long questions take")

// However many requests there are, no more than the limit is looked at. -sampled-rows 1000000 shows how long that takes.
func TestASampleIsBounded(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	o := newOrg(t, d)
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	fill := `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
		INSERT INTO requests (org_id, id, at, family, endpoint, stream, asked, model, provider, route, client, tags, end_user, session, cache, attempts, status, code, message, input_tokens, cached_tokens, output_tokens,
			reasoning_tokens, cost_nanos, decisions, first_byte_us, duration_us, overhead_us)
		SELECT ?, printf('01900000-0000-7000-8000-%012d', i), strftime('%Y-%m-%d %H:%M:%S.000+00:00', '2026-03-01', '+' || (i % 600000) || ' seconds'), 'openai', 'chat', true, 'smart', 'm' || (i % 8), 'up' || (i % 3), 'alias smart',
			'c', '', '', '', '', 1, CASE WHEN i % 50 = 0 THEN 502 ELSE 200 END, CASE WHEN i % 50 = 0 THEN 'upstream_failed' ELSE '' END, '', 700, 100, 90, 0, i, '', 200000 + i % 900000, 900000 + i % 9000000, 300 FROM n`
	if err := d.System(t.Context(), func(tx *gorm.DB) error { return tx.Exec(fill, *sampledRows, o).Error }); err != nil {
		t.Fatal(err)
	}
	s := db.NewUsageStore(d)
	all, limit := report.Reach{Org: o, All: true}, min(usage.MostSampled, *sampledRows/2)
	ask := usage.SampleAsk{From: from, To: from.AddDate(0, 0, 30), Slot: time.Hour, Limit: limit}
	begun := clock.System{}.Now()
	oldest, cut, err := s.Oldest(t.Context(), all, ask)
	if err != nil || !cut {
		t.Fatalf("cut %v, %v", cut, err)
	}
	t.Logf("where it begins: %s", clock.Since(begun).Round(time.Millisecond))
	ask.From, begun = oldest, clock.System{}.Now()
	got, err := s.Sampled(t.Context(), all, ask)
	t.Logf("%d cells in %s", len(got), clock.Since(begun).Round(time.Millisecond))
	var n, failed int64
	for _, one := range got {
		if n += one.Count; one.Outcome == usage.Failed {
			failed += one.Count
		}
	}
	// Several requests came in the same second; those of the last one looked at are counted all or not at all.
	if slack := int64(1 + *sampledRows/600_000); err != nil || n > int64(limit)+slack || n < int64(limit)-slack || failed < n/60 || failed > n/40 {
		t.Errorf("%d of %d sampled, %d failed, %v", n, limit, failed, err)
	}
	begun = clock.System{}.Now()
	paces, err := s.Paces(t.Context(), all, ask)
	t.Logf("%d paces in %s", len(paces), clock.Since(begun).Round(time.Millisecond))
	if err != nil || len(paces) != 24 {
		t.Errorf("%d paces, %v", len(paces), err)
	}
}
