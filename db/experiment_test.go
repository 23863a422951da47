package db_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestExperimentsAreKeptAndOneIsLiveForAnAlias(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s := db.NewExperimentStore(d)
		e := experiment.Experiment{ID: id.NewExperiment(ids), Org: mine, Alias: id.NewAlias(ids), Name: "a", State: experiment.Running, Unit: experiment.ByUser, Goal: experiment.Cost, LookFor: 20, Sample: 5000, ErrorLimit: 2,
			Variants: []experiment.Variant{{Name: "control", Percent: 95}, {Name: "new", Percent: 5, Target: "up/m", MaxOutput: 9}}, Guards: []experiment.Guard{{Metric: experiment.Quality, Percent: 5}},
			Team: id.NewTeam(ids), Tag: "a=b", Version: 1, CreatedAt: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)}
		if err := s.Insert(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		second := e
		second.ID, second.Name = id.NewExperiment(ids), "b"
		if err := s.Insert(t.Context(), second); !errors.Is(err, experiment.ErrTaken) {
			t.Errorf("a second one on the alias: %v", err)
		}
		second.Alias, second.Name = id.NewAlias(ids), "a"
		if err := s.Insert(t.Context(), second); !errors.Is(err, experiment.ErrTaken) {
			t.Errorf("a second one of the name: %v", err)
		}
		got, err := s.Get(t.Context(), mine, e.ID)
		if err != nil || got.Variants[1] != e.Variants[1] || got.Guards[0] != e.Guards[0] || got.Team != e.Team || got.Tag != "a=b" || !got.CreatedAt.Equal(e.CreatedAt) || got.Model != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := s.Get(t.Context(), other, e.ID); !errors.Is(err, experiment.ErrNotFound) {
			t.Errorf("another organization reads it: %v", err)
		}
		got.State, got.Verdict = experiment.Finished, experiment.Win
		if err := s.Update(t.Context(), got); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), got); !errors.Is(err, experiment.ErrChanged) {
			t.Errorf("an old version: %v", err)
		}
		if live, err := s.Live(t.Context()); err != nil || len(live) != 0 {
			t.Errorf("%d are live, %v", len(live), err)
		}
		second.Alias, second.Name = e.Alias, "b"
		if err := s.Insert(t.Context(), second); err != nil {
			t.Errorf("the alias is free again: %v", err)
		}
		if all, err := s.List(t.Context(), mine); err != nil || len(all) != 2 || all[0].ID.IsZero() {
			t.Errorf("%d, %v", len(all), err)
		}
		if err := s.Delete(t.Context(), mine, e.ID); err != nil {
			t.Error(err)
		}
		if all, _ := s.List(t.Context(), mine); len(all) != 1 {
			t.Errorf("%d are left", len(all))
		}
	})
}

func TestLateFeedbackCountsOnceForItsVariant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine := newOrg(t, d)
		words, store := db.NewFeedbackStore(d), db.NewExperimentStore(d)
		e := id.NewExperiment(ids)
		f := feedback.Feedback{Org: mine, Request: id.NewRequest(ids), Key: id.NewKey(ids), Trial: feedback.Trial{Experiment: e, Variant: 1, Bucket: 5}, At: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)}
		good, bad, part := true, false, int64(400)
		for i, step := range []struct {
			good         *bool
			score        *int64
			rated, total int64
		}{{&good, nil, 1, 1000}, {&good, nil, 1, 1000}, {&bad, nil, 1, 0}, {&bad, &part, 1, 400}, {nil, nil, 0, 0}, {&good, nil, 1, 1000}} {
			f.Good, f.Score, f.Comment = step.good, step.score, "said"
			if _, err := words.Put(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			all, err := store.Tallies(t.Context(), mine, e)
			if err != nil || len(all) != 1 || all[0].Rated != step.rated || all[0].Score != step.total || all[0].Variant != 1 || all[0].Bucket != 5 || all[0].Requests != 0 {
				t.Errorf("word %d: %+v, %v", i, all, err)
			}
		}
	})
}

func TestTrialsAreCountedWherePostedAndOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine := newOrg(t, d)
		books, store, words := db.NewLedgerStore(d), db.NewExperimentStore(d), db.NewFeedbackStore(d)
		e, key, at := id.NewExperiment(ids), id.NewKey(ids), time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
		fact := func(variant, bucket int, failed, unanswered bool) ledger.Request {
			return ledger.Request{ID: id.NewRequest(ids), At: at, Status: 200, Cost: 10, Duration: time.Second, Chain: org.Chain{Org: mine, Key: key},
				Trial: ledger.Trial{Experiment: e, Variant: variant, Bucket: bucket, Failed: failed, Unanswered: unanswered}}
		}
		last := fact(1, 7, true, false)
		last.At = last.ID.Time() // feedback looks for a request by the time in its id
		b := budget.Batch{Requests: []ledger.Request{fact(0, 3, false, false), fact(1, 7, false, false), fact(1, 7, true, true), last, {ID: id.NewRequest(ids), At: at, Status: 200, Cost: 99, Chain: org.Chain{Org: mine, Key: key}}}}
		for range 2 { // from another node, whose journal is a copy
			if _, err := books.Post(t.Context(), id.NewNode(ids), b); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := books.Post(t.Context(), id.NewNode(ids), budget.Batch{Requests: []ledger.Request{fact(1, 7, false, false)}}); err != nil {
			t.Fatal(err)
		}
		all, err := store.Tallies(t.Context(), mine, e)
		slices.SortFunc(all, func(a, b experiment.Tally) int { return a.Variant - b.Variant })
		second := int64(time.Second / time.Microsecond)
		want := []experiment.Tally{{Variant: 0, Bucket: 3, Requests: 1, Answered: 1, Cost: 10, Latency: second}, {Variant: 1, Bucket: 7, Requests: 4, Answered: 3, Errors: 2, Cost: 40, Latency: 3 * second}}
		if err != nil || !slices.Equal(all, want) {
			t.Errorf("%+v, %v, want %+v", all, err, want)
		}
		a, ok, err := words.Answer(t.Context(), mine, key, last.ID)
		if err != nil || !ok || a.Trial != (feedback.Trial{Experiment: e, Variant: 1, Bucket: 7}) {
			t.Errorf("what feedback finds: %+v %v %v", a, ok, err)
		}
	})
}

func TestAJudgesMoneyIsHeldOnceForAllNodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s, e, day := db.NewExperimentStore(d), id.NewExperiment(ids), time.Date(2026, 8, 21, 0, 0, 0, 0, time.UTC)
		held := make(chan bool, 30)
		for range 30 { // of a dollar in twentieths
			go func() {
				ok, err := s.HoldJudge(t.Context(), mine, e, day, 5*money.Cent, money.Dollar)
				if err != nil {
					t.Error(err)
				}
				held <- ok
			}()
		}
		got := 0
		for range 30 {
			if <-held {
				got++
			}
		}
		if got != 20 {
			t.Errorf("%d were held", got)
		}
		if err := s.SettleJudge(t.Context(), mine, e, day, 4*money.Cent, true); err != nil {
			t.Fatal(err)
		}
		if j, err := s.Judged(t.Context(), mine, e, day); err != nil || j != (experiment.Judged{Spent: 96 * money.Cent, Answers: 1}) {
			t.Errorf("%+v, %v", j, err)
		}
		if ok, err := s.HoldJudge(t.Context(), mine, e, day, 5*money.Cent, money.Dollar); err != nil || ok {
			t.Errorf("more than there is was held: %v", err)
		}
		if ok, err := s.HoldJudge(t.Context(), mine, e, day.AddDate(0, 0, 1), 5*money.Cent, money.Dollar); err != nil || !ok {
			t.Errorf("the next day has nothing: %v", err)
		}
		if j, err := s.Judged(t.Context(), other, e, day); err != nil || j != (experiment.Judged{}) {
			t.Errorf("another organization reads %+v, %v", j, err)
		}
	})
}

func TestAJudgesWordGivesWayToAPersons(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine := newOrg(t, d)
		s, tests, e := db.NewFeedbackStore(d), db.NewExperimentStore(d), id.NewExperiment(ids)
		eight, good := int64(800), false
		f := feedback.Feedback{Org: mine, Request: id.NewRequest(ids), Key: id.NewKey(ids), Score: &eight, Model: "m", Trial: feedback.Trial{Experiment: e, Variant: 1, Bucket: 3}, At: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)}
		sums := func(rated, score int64) {
			t.Helper()
			all, err := tests.Tallies(t.Context(), mine, e)
			if err != nil || len(all) != 1 || all[0].Rated != rated || all[0].Score != score {
				t.Errorf("%+v, %v, want %d rated, %d", all, err, rated, score)
			}
		}
		for n, want := range []bool{true, false} {
			if added, err := s.Add(t.Context(), f); err != nil || added != want {
				t.Errorf("word %d: added %v, %v", n, added, err)
			}
		}
		sums(1, 800)
		f.Score, f.Good = nil, &good
		if again, err := s.Put(t.Context(), f); err != nil || !again {
			t.Errorf("a person's: %v, %v", again, err)
		}
		sums(1, 0)
		f.Score = &eight
		if added, err := s.Add(t.Context(), f); err != nil || added {
			t.Errorf("a judge after a person: %v, %v", added, err)
		}
		sums(1, 0)
	})
}
