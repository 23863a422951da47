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
