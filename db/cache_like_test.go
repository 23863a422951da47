package db_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestLikeQuestionsAreKeptJudgedCutAndSwept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x, other := h.Found(t, "Acme"), h.Found(t, "Umbrella")
		s, ctx, now := db.NewCacheStore(d), t.Context(), time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		o, m, maker := x.Org.ID, id.NewMember(h.IDs), id.NewMember(h.IDs)
		sighting := func(change func(*cache.Sighting)) cache.Sighting {
			y := cache.Sighting{ID: id.NewRequest(h.IDs), Org: o, At: now, Policy: id.NewCaching(h.IDs), Prefix: cache.Key{5}, Entry: cache.Key{1}, Sharing: cache.Team, Node: x.Team.UUID(), Member: m, Maker: maker, Asked: "smart", Mode: cache.Relaxed,
				Cosine: 93, Served: true, Cost: 10, Took: time.Second, Prompt: cache.Key{7}, Other: cache.Key{8}, Sealed: []byte("both")}
			if change != nil {
				change(&y)
			}
			return y
		}
		one, two, three := sighting(nil), sighting(func(y *cache.Sighting) {
			y.Cosine, y.Served, y.Mode, y.At = 80, false, cache.Shadow, now.Add(time.Minute)
		}),
			sighting(func(y *cache.Sighting) { y.Strict, y.Cosine, y.Member, y.Entry = true, 100, id.Member{}, cache.Key{2} })
		for range 2 { // a batch that failed half way comes again
			if err := s.KeepSightings(ctx, o, []cache.Sighting{one, two, three}); err != nil {
				t.Fatal(err)
			}
		}
		all := cache.Reach{All: true}
		list, err := s.Sightings(ctx, o, all, cache.LikeQuery{Limit: 10})
		if err != nil || len(list) != 3 || list[0].ID != two.ID || list[0].Cosine != 80 || list[0].Took != time.Second || string(list[0].Sealed) != "both" || list[0].Prefix != one.Prefix || list[0].Maker != maker {
			t.Fatalf("%+v %v", list, err)
		}
		served := true
		for what, c := range map[string]struct {
			org   id.Org
			reach cache.Reach
			q     cache.LikeQuery
			want  int
		}{
			"another tenant":      {other.Org.ID, all, cache.LikeQuery{}, 0},
			"a stranger":          {o, cache.Reach{Member: id.NewMember(h.IDs)}, cache.LikeQuery{}, 0},
			"the team":            {o, cache.Reach{Teams: []id.Team{x.Team}, Member: id.NewMember(h.IDs)}, cache.LikeQuery{}, 3},
			"one":                 {o, all, cache.LikeQuery{ID: one.ID}, 1},
			"an entry":            {o, all, cache.LikeQuery{Entry: cache.Key{2}}, 1},
			"what was served":     {o, all, cache.LikeQuery{Served: &served}, 2},
			"beyond the last one": {o, all, cache.LikeQuery{Offset: 3}, 0},
		} {
			c.q.Limit = 10
			if got, err := s.Sightings(ctx, c.org, c.reach, c.q); err != nil || len(got) != c.want {
				t.Errorf("%s: %d, want %d (%v)", what, len(got), c.want, err)
			}
		}
		groups, err := s.Groups(ctx, o, all, now, now.Add(time.Hour), 10)
		if err != nil || len(groups) != 2 || groups[0].Found != 2 || groups[0].Served != 1 || groups[0].Saved != 10 || groups[0].Last.ID != two.ID || groups[1].Found != 1 || len(groups[0].Last.Sealed) == 0 {
			t.Errorf("groups: %+v %v", groups, err)
		}
		if groups, err = s.Groups(ctx, o, cache.Reach{Member: maker}, now, now.Add(time.Hour), 10); err != nil || len(groups) != 0 {
			t.Errorf("groups out of reach: %+v %v", groups, err)
		}
		if groups, err = s.Groups(ctx, other.Org.ID, all, now, now.Add(time.Hour), 10); err != nil || len(groups) != 0 {
			t.Errorf("another tenant's groups: %+v %v", groups, err)
		}
		if err := s.Judge(ctx, o, one.ID, cache.Wrong, "Ann", now); err != nil {
			t.Fatal(err)
		}
		if err := s.Judge(ctx, other.Org.ID, one.ID, cache.Right, "Eve", now); err == nil {
			t.Error("another tenant judges")
		}
		grades, err := s.Grades(ctx, o, all, now, now.Add(time.Hour))
		if err != nil || len(grades) != 3 {
			t.Fatalf("%+v %v", grades, err)
		}
		for _, c := range []struct {
			mode cache.LikeMode
			at   int64
			want cache.Sum
		}{
			{cache.Strict, 0, cache.Sum{Found: 1, Served: 1, Cost: 10, Took: time.Second}},
			{cache.Relaxed, 90, cache.Sum{Found: 2, Served: 2, Wrong: 1, Cost: 20, Took: 2 * time.Second}},
			{cache.Relaxed, 80, cache.Sum{Found: 3, Served: 2, Wrong: 1, Cost: 30, Took: 3 * time.Second}},
		} {
			if got := cache.Simulated(grades, c.mode, c.at); got != c.want {
				t.Errorf("%s from %d: %+v", c.mode, c.at, got)
			}
		}
		for _, demand := range []cache.Demand{cache.StrictOnly, cache.NoneServed, cache.StrictOnly} {
			if err := s.Demand(ctx, cache.Demanded{Org: o, Prefix: cache.Key{5}, Demand: demand}, now); err != nil {
				t.Fatal(err)
			}
		}
		if snap, err := s.Snapshot(ctx); err != nil || len(snap.Demands) != 1 || snap.Demands[0].Demand != cache.NoneServed || snap.Demands[0].Org != o {
			t.Errorf("it is never lowered: %+v %v", snap.Demands, err)
		}
		if _, err := s.Cut(ctx, cache.Cut{Org: o, Kind: cache.CutEntry, Value: cache.Key{1}.String(), At: now}); err != nil {
			t.Fatal(err)
		}
		if list, err = s.Sightings(ctx, o, all, cache.LikeQuery{ID: one.ID, Limit: 1}); err != nil || len(list) != 1 || len(list[0].Sealed) != 0 || list[0].Verdict != cache.Wrong || !list[0].Judged.Equal(now) {
			t.Errorf("of a cleared answer the verdict is left, not what was asked: %+v %v", list, err)
		}
		if err := s.Withdraw(ctx, o, maker, now); err != nil {
			t.Fatal(err)
		}
		if list, err = s.Sightings(ctx, o, all, cache.LikeQuery{Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("who paid for the answers left: %+v %v", list, err)
		}
		if err := s.KeepSightings(ctx, o, []cache.Sighting{sighting(nil)}); err != nil {
			t.Fatal(err)
		}
		if err := s.Sweep(ctx, now.Add(cache.DemandsKept+time.Hour)); err != nil {
			t.Fatal(err)
		}
		list, err = s.Sightings(ctx, o, all, cache.LikeQuery{Limit: 10})
		snap, also := s.Snapshot(ctx)
		if err != nil || also != nil || len(list) != 0 || len(snap.Demands) != 0 {
			t.Errorf("after their time: %d, %+v, %v %v", len(list), snap.Demands, err, also)
		}
	})
}

func TestKeptQuestionsAreReadInPages(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		s, ctx, now := db.NewCacheStore(d), t.Context(), time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		var list []*cache.Entry
		for n := byte(1); n <= 7; n++ {
			e := &cache.Entry{Key: cache.Key{n}, Org: x.Org.ID, Sharing: cache.Org, Node: x.Org.ID.UUID(), Model: "gpt", Made: now.Add(time.Duration(n/3) * time.Second), Fresh: now.Add(time.Hour), Stale: now.Add(time.Hour), Sealed: []byte("sealed"),
				Prefix: cache.Key{9}, Question: []byte{n}}
			switch n {
			case 6:
				e.Prefix, e.Question = cache.Key{}, nil
			case 7:
				e.Stale = now
			}
			list = append(list, e)
		}
		if err := s.Put(ctx, x.Org.ID, list); err != nil {
			t.Fatal(err)
		}
		var got []byte
		var mark cache.Mark
		for {
			page, next, err := s.Questions(ctx, mark, now, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, a := range page {
				if a.Org != x.Org.ID || a.Prefix != (cache.Key{9}) || a.Key != (cache.Key{a.Question[0]}) {
					t.Errorf("%+v", a)
				}
				got = append(got, a.Question[0])
			}
			mark = next
		}
		if string(got) != "\x01\x02\x03\x04\x05" {
			t.Errorf("read %v: what is compared and still given, once each", got)
		}
		if e, err := s.Get(ctx, x.Org.ID, cache.Key{1}); err != nil || e.Prefix != (cache.Key{9}) || string(e.Question) != "\x01" {
			t.Errorf("%+v %v", e, err)
		}
	})
}
