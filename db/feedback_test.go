package db_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestFeedbackIsKeptOncePerRequest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s := db.NewFeedbackStore(d)
		now := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
		good, bad, score := true, false, int64(750)
		con := id.NewConnection(ids)
		f := feedback.Feedback{Org: mine, Request: id.NewRequest(ids), Key: id.NewKey(ids), Good: &good, Comment: "Thanks.", Connection: con, Model: "m", At: now.Add(-time.Hour)}
		put := func(f feedback.Feedback, want bool) {
			t.Helper()
			if again, err := s.Put(t.Context(), f); err != nil || again != want {
				t.Errorf("again %v, want %v; %v", again, want, err)
			}
		}
		put(f, false)
		f.Good, f.Score, f.Comment, f.At = &bad, &score, "", now
		put(f, true)
		if got, ok, err := s.Of(t.Context(), mine, f.Request); err != nil || !ok || !reflect.DeepEqual(got, f) {
			t.Errorf("%+v %v %v, want %+v", got, ok, err, f)
		}
		if _, ok, err := s.Of(t.Context(), other, f.Request); err != nil || ok {
			t.Errorf("another organization reads it: %v", err)
		}
		theirs := feedback.Feedback{Org: other, Request: f.Request, Key: f.Key, Good: &good, Connection: id.NewConnection(ids), Model: "m", At: now}
		put(theirs, false)
		second := f
		second.Request, second.Good, second.Score = id.NewRequest(ids), &good, nil
		put(second, false)
		mere := f
		mere.Request, mere.Good, mere.Score, mere.Comment = id.NewRequest(ids), nil, nil, "only words"
		put(mere, false)
		nobody := f
		nobody.Request, nobody.Connection = id.NewRequest(ids), id.Connection{}
		put(nobody, false)
		if sum, err := s.Rated(t.Context(), mine, "m", now, now.Add(time.Second)); err != nil || sum.Count != 3 || sum.Value != 2500 {
			t.Errorf("rated %+v, %v", sum, err)
		}
		if sum, err := s.Rated(t.Context(), mine, "m", now.Add(-time.Hour), now); err != nil || sum != (feedback.Sum{Model: "m"}) {
			t.Errorf("rated before: %+v, %v", sum, err)
		}
		sums := func(since time.Time) map[id.Connection]feedback.Sum {
			all, err := s.Sums(t.Context(), since)
			if err != nil {
				t.Fatal(err)
			}
			out := map[id.Connection]feedback.Sum{}
			for _, x := range all {
				out[x.Connection] = x
			}
			return out
		}
		want := map[id.Connection]feedback.Sum{con: {Connection: con, Model: "m", Count: 2, Value: 1750}, theirs.Connection: {Connection: theirs.Connection, Model: "m", Count: 1, Value: 1000}}
		if got := sums(now); !reflect.DeepEqual(got, want) {
			t.Errorf("sums %+v, want %+v", got, want)
		}
		if got := sums(now.Add(time.Second)); len(got) != 0 {
			t.Errorf("old feedback counts: %+v", got)
		}
		if err := s.Sweep(t.Context(), now.Add(time.Second)); err != nil {
			t.Error(err)
		}
		if _, ok, _ := s.Of(t.Context(), mine, f.Request); ok {
			t.Error("it was not swept")
		}
	})
}
