package db_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestCachedAnswersAreKeptCountedCutAndSwept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x, other := h.Found(t, "Acme"), h.Found(t, "Umbrella")
		s, ctx, now := db.NewCacheStore(d), t.Context(), time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		o, m := x.Org.ID, id.NewMember(h.IDs)
		entry := func(n byte, change func(*cache.Entry)) *cache.Entry {
			e := &cache.Entry{Key: cache.Key{n}, Org: o, Sharing: cache.User, Node: m.UUID(), Member: m, Prompt: cache.Key{9}, Asked: "smart", Model: "gpt", Provider: "up", Cost: 12, Took: time.Second,
				Made: now, Fresh: now.Add(time.Hour), Stale: now.Add(2 * time.Hour), Epoch: 3, Sealed: []byte("sealed")}
			if change != nil {
				change(e)
			}
			return e
		}
		list := []*cache.Entry{entry(1, nil), entry(2, func(e *cache.Entry) { e.Model = "other" }),
			entry(3, func(e *cache.Entry) { e.Sharing, e.Node, e.Member = cache.Org, o.UUID(), id.Member{} })}
		if err := s.Put(ctx, o, list); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(ctx, o, cache.Key{1})
		if err != nil || string(got.Sealed) != "sealed" || got.Cost != 12 || !got.Stale.Equal(now.Add(2*time.Hour)) || got.Epoch != 3 || got.Member != m || got.Node != m.UUID() {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := s.Get(ctx, other.Org.ID, cache.Key{1}); !errors.Is(err, cache.ErrNotFound) {
			t.Errorf("another tenant: %v", err)
		}
		if err := s.Count(ctx, o, map[cache.Key]cache.Hits{{1}: {Times: 4, Last: now}, {77}: {Times: 1, Last: now}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Put(ctx, o, []*cache.Entry{entry(1, func(e *cache.Entry) { e.Cost = 13 })}); err != nil {
			t.Fatal(err)
		}
		shelf, err := s.Entries(ctx, o, cache.Reach{All: true}, cache.Query{Limit: 10, ByHits: true, Now: now})
		if err != nil || len(shelf) != 3 || shelf[0].Hits != 4 || shelf[0].Cost != 13 || shelf[0].Saved() != 52 || shelf[0].Size != 6 || !shelf[0].LastHit.Equal(now) {
			t.Fatalf("%+v %v", shelf, err)
		}
		for what, c := range map[string]struct {
			reach cache.Reach
			query cache.Query
			want  int
		}{
			"a stranger sees what all share": {cache.Reach{Member: id.NewMember(h.IDs)}, cache.Query{}, 1},
			"the member":                     {cache.Reach{Member: m}, cache.Query{}, 3},
			"a model":                        {cache.Reach{All: true}, cache.Query{Model: "other"}, 1},
			"a prompt":                       {cache.Reach{All: true}, cache.Query{Prompt: cache.Key{8}}, 0},
			"a scope":                        {cache.Reach{All: true}, cache.Query{Sharing: cache.Org}, 1},
			"what is over":                   {cache.Reach{All: true}, cache.Query{Now: now.Add(3 * time.Hour)}, 0},
		} {
			c.query.Limit = 10
			if c.query.Now.IsZero() {
				c.query.Now = now
			}
			if shelf, err := s.Entries(ctx, o, c.reach, c.query); err != nil || len(shelf) != c.want {
				t.Errorf("%s: %d entries, want %d (%v)", what, len(shelf), c.want, err)
			}
		}
		if keys, err := s.Cut(ctx, cache.Cut{Org: o, Kind: cache.CutModel, Value: "other", At: now}); err != nil || len(keys) != 1 || keys[0] != (cache.Key{2}) {
			t.Errorf("cut %v %v", keys, err)
		}
		if err := s.Withdraw(ctx, o, m, now); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(ctx, o, cache.Key{1}); !errors.Is(err, cache.ErrNotFound) {
			t.Errorf("a member who left: %v", err)
		}
		snap, err := s.Snapshot(ctx)
		if err != nil || len(snap.Cuts) != 2 || snap.Cuts[1].Number != now.UnixMilli()+1 || snap.Cuts[0].Number != now.UnixMilli() || snap.Cuts[1].Kind != cache.CutMember || snap.Cuts[1].Value != m.UUID() {
			t.Fatalf("%+v %v", snap, err)
		}
		if err := s.Sweep(ctx, now.Add(40*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if cuts, err := s.Cuts(ctx, o); err != nil || len(cuts) != 1 || cuts[0].Number != now.UnixMilli()+1 {
			t.Errorf("the newest cut stays, because numbers count on from it: %+v %v", cuts, err)
		}
		if _, err := s.Get(ctx, o, cache.Key{3}); !errors.Is(err, cache.ErrNotFound) {
			t.Errorf("after its time: %v", err)
		}
	})
}

// What one organization has in the store is bounded by number and by bytes, what was not given for the longest goes first, and another
// organization loses nothing.
func TestTheStoreGivesEachOrganizationItsRoom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x, other := h.Found(t, "Acme"), h.Found(t, "Umbrella")
		s, ctx, now := db.NewCacheStore(d), t.Context(), time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		s.Most = cache.Room{Entries: 20, Bytes: 1000}
		put := func(o id.Org, from, to byte, size int) {
			t.Helper()
			var list []*cache.Entry
			for n := from; n < to; n++ {
				made := now.Add(time.Duration(n) * time.Minute)
				list = append(list, &cache.Entry{Key: cache.Key{n}, Org: o, Sharing: cache.Org, Node: o.UUID(), Asked: "smart", Model: "gpt", Provider: "up", Made: made, Fresh: made.Add(time.Hour), Stale: made.Add(time.Hour),
					Kept: made.Add(9 * time.Hour), Sealed: make([]byte, size)})
			}
			if err := s.Put(ctx, o, list); err != nil {
				t.Fatal(err)
			}
		}
		has := func(o id.Org, n byte) bool { _, err := s.Get(ctx, o, cache.Key{n}); return err == nil }
		put(x.Org.ID, 1, 31, 5)
		put(other.Org.ID, 1, 11, 5)
		if err := s.Count(ctx, x.Org.ID, map[cache.Key]cache.Hits{{1}: {Times: 1, Last: now.Add(time.Hour)}}); err != nil {
			t.Fatal(err)
		}
		gone, err := s.Trim(ctx, x.Org.ID)
		if err != nil || len(gone) != 12 || gone[0] != (cache.Key{2}) || !has(x.Org.ID, 1) || has(x.Org.ID, 13) || !has(x.Org.ID, 14) {
			t.Errorf("%d went of 30, where 18 should stay: %v %v", len(gone), gone, err)
		}
		put(x.Org.ID, 31, 33, 500)
		if gone, err := s.Trim(ctx, x.Org.ID); err != nil || len(gone) != 18 || has(x.Org.ID, 31) || !has(x.Org.ID, 32) {
			t.Errorf("1,090 bytes, of which 900 may stay: %d went, %v", len(gone), err)
		}
		if gone, err := s.Trim(ctx, other.Org.ID); err != nil || len(gone) != 0 || !has(other.Org.ID, 1) {
			t.Errorf("another organization: %v %v", gone, err)
		}
		// What is kept for outages is listed and swept by that time.
		if e, err := s.Get(ctx, other.Org.ID, cache.Key{1}); err != nil || !e.Until().Equal(now.Add(9*time.Hour+time.Minute)) {
			t.Errorf("%+v %v", e, err)
		}
		later := now.Add(5 * time.Hour)
		if err := s.Sweep(ctx, later); err != nil || !has(other.Org.ID, 1) {
			t.Errorf("it went before its time: %v", err)
		}
		if list, err := s.Entries(ctx, other.Org.ID, cache.Reach{All: true}, cache.Query{Limit: 50, Now: later}); err != nil || len(list) != 10 {
			t.Errorf("%d are listed, %v", len(list), err)
		}
		if err := s.Sweep(ctx, now.Add(9*time.Hour+2*time.Minute)); err != nil || has(other.Org.ID, 1) || !has(other.Org.ID, 3) {
			t.Errorf("swept: %v", err)
		}
	})
}

func TestCachePoliciesAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x, other := h.Found(t, "Acme"), h.Found(t, "Umbrella")
		s, ctx, now := db.NewCacheStore(d), t.Context(), time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		r := cache.Rule{ID: id.NewCaching(h.IDs), Org: x.Org.ID, Scope: org.OfOrg(x.Org.ID), Name: "FAQ", Models: []string{"smart"}, Purposes: []string{},
			Settings: cache.Settings{Mode: cache.Exact, Sharing: cache.Org, TTL: time.Hour, Stale: time.Minute, Warmest: 30, MaxBytes: 5000, Pace: cache.Natural, Tools: true}, Binding: true, CreatedAt: now, UpdatedAt: now}
		if err := s.Insert(ctx, r); err != nil {
			t.Fatal(err)
		}
		twin := r
		twin.ID = id.NewCaching(h.IDs)
		if err := s.Insert(ctx, twin); !errors.Is(err, cache.ErrTaken) {
			t.Errorf("a twin: %v", err)
		}
		got, err := s.Rule(ctx, x.Org.ID, r.ID)
		if err != nil || got.Settings != r.Settings || !got.Binding || got.Models[0] != "smart" || got.Place.Label == "" {
			t.Fatalf("%+v %v", got, err)
		}
		if snap, err := s.Snapshot(ctx); err != nil || len(snap.Rules) != 1 || snap.Rules[0].Sharing != cache.Team {
			t.Errorf("until an admin agrees the team shares: %+v %v", snap, err)
		}
		r.Approved, r.Name = true, "Company FAQ"
		if err := s.Update(ctx, r); err != nil {
			t.Fatal(err)
		}
		if snap, err := s.Snapshot(ctx); err != nil || snap.Rules[0].Sharing != cache.Org || snap.Rules[0].Name != "Company FAQ" {
			t.Errorf("%+v %v", snap, err)
		}
		if err := s.Delete(ctx, other.Org.ID, r.ID); !errors.Is(err, cache.ErrNotFound) {
			t.Errorf("another tenant deletes: %v", err)
		}
		if err := s.Delete(ctx, x.Org.ID, r.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestSavingsAreSummedWithTheFacts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		at, other := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC), id.NewTeam(h.IDs)
		m := x.Members[org.Developer].ID
		fact := func(team id.Team, who id.Member, kept string, saved int64) ledger.Request {
			return ledger.Request{ID: id.NewRequest(h.IDs), At: at, Model: "gpt", Status: 200, Cache: kept, Saved: ledger.Units(saved), SavedTime: 2 * time.Second, Chain: org.Chain{Org: x.Org.ID, Team: team, Member: who}}
		}
		books, s := db.NewLedgerStore(d), db.NewCacheStore(d)
		node := id.NewNode(h.IDs)
		for i := range 2 {
			b := budget.Batch{Requests: []ledger.Request{fact(x.Team, m, "hit", 7), fact(x.Team, m, "miss", 0), fact(other, id.Member{}, "semantic", 5), fact(x.Team, m, "bypass", 0)}}
			if i > 0 {
				node = id.NewNode(h.IDs)
			}
			if _, err := books.Post(t.Context(), node, b); err != nil {
				t.Fatal(err)
			}
		}
		all, mine := cache.Reach{All: true}, cache.Reach{Member: m}
		for what, c := range map[string]struct {
			reach      cache.Reach
			by         cache.Division
			rows       int
			hits, cost int64
			value      string
		}{
			"everything by hour":   {all, cache.ByHour, 1, 4, 24, ""},
			"everything by model":  {all, cache.ByModel, 1, 4, 24, "gpt"},
			"everything by team":   {all, cache.ByTeam, 2, 2, 14, x.Team.UUID()},
			"everything by member": {all, cache.ByMember, 2, 2, 14, m.UUID()},
			"a member's":           {mine, cache.ByModel, 1, 2, 14, "gpt"},
			"a team's":             {cache.Reach{Teams: []id.Team{other}, Member: id.NewMember(h.IDs)}, cache.ByTeam, 1, 2, 10, other.UUID()},
			"nobody's":             {cache.Reach{Member: id.NewMember(h.IDs)}, cache.ByHour, 0, 0, 0, ""},
		} {
			got, err := s.Savings(t.Context(), x.Org.ID, c.reach, c.by, at.Truncate(time.Hour), at)
			if err != nil || len(got) != c.rows {
				t.Errorf("%s: %+v %v", what, got, err)
				continue
			}
			if c.rows > 0 && (got[0].Hits != c.hits || int64(got[0].Cost) != c.cost || got[0].Value != c.value || got[0].Time != time.Duration(2*c.hits)*time.Second) {
				t.Errorf("%s: %+v", what, got[0])
			}
			if c.by == cache.ByHour && c.rows > 0 && !got[0].Hour.Equal(at.Truncate(time.Hour)) {
				t.Errorf("%s: at %s", what, got[0].Hour)
			}
		}
	})
}
