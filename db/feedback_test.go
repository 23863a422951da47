package db_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
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

// What is asked for is found however much newer there is of others: the limit counts what is left.
func TestJudgedRequestsAreNarrowedBeforeTheyAreCut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s, books := db.NewFeedbackStore(d), db.NewLedgerStore(d)
		at := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
		team, second, member := id.NewTeam(ids), id.NewTeam(ids), id.NewMember(ids)
		value, good := int64(feedback.Full), true
		put := func(o id.Org, team id.Team, m id.Member, tags string) id.Request {
			t.Helper()
			at = at.Add(time.Minute)
			r := ledger.Request{ID: id.NewRequest(ids), At: at, Asked: "smart", Status: 200, Tags: tags, Chain: org.Chain{Org: o, Team: team, Member: m, Key: id.NewKey(ids)}}
			if _, err := books.Post(t.Context(), id.NewNode(ids), budget.Batch{Requests: []ledger.Request{r}}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Put(t.Context(), feedback.Feedback{Org: o, Request: r.ID, Key: r.Chain.Key, Good: &good, Score: &value, Model: "m", At: at}); err != nil {
				t.Fatal(err)
			}
			return r.ID
		}
		tagged := put(mine, team, id.Member{}, "env=prod,project=apollo")
		own := put(mine, second, member, "project=apollo2")
		newest := put(mine, second, id.Member{}, "")
		put(other, team, member, "project=apollo")
		for name, c := range map[string]struct {
			q    feedback.Query
			want []id.Request
			all  int64
		}{
			"all":                  {feedback.Query{Limit: 9}, []id.Request{newest, own, tagged}, 3},
			"the newest":           {feedback.Query{Limit: 1}, []id.Request{newest}, 3},
			"a tag":                {feedback.Query{Limit: 1, Tag: "project=apollo"}, []id.Request{tagged}, 1},
			"a team's":             {feedback.Query{Limit: 1, Whose: &feedback.Whose{Teams: []id.Team{team}}}, []id.Request{tagged}, 1},
			"a member's":           {feedback.Query{Limit: 9, Whose: &feedback.Whose{Member: member}}, []id.Request{own}, 1},
			"both, with a model":   {feedback.Query{Limit: 9, Model: "smart", Whose: &feedback.Whose{Member: member, Teams: []id.Team{team}}}, []id.Request{own, tagged}, 2},
			"nobody's":             {feedback.Query{Limit: 9, Whose: &feedback.Whose{}}, []id.Request{}, 0},
			"nobody's, of a model": {feedback.Query{Limit: 9, Model: "m", Whose: &feedback.Whose{}}, []id.Request{}, 0},
		} {
			c.q.From, c.q.To, c.q.Most = at.Add(-time.Hour), at.Add(time.Hour), feedback.Full
			got, err := s.Judged(t.Context(), mine, c.q)
			found := make([]id.Request, len(got))
			for i := range got {
				found[i] = got[i].Request
			}
			n, wrong := s.CountJudged(t.Context(), mine, c.q)
			if err != nil || wrong != nil || !slices.Equal(found, c.want) || n != c.all {
				t.Errorf("%s: %v of %d, want %v of %d; %v %v", name, found, n, c.want, c.all, err, wrong)
			}
		}
	})
}
