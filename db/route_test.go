package db_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func newAlias(o id.Org, name string, targets ...route.TargetRef) route.Alias {
	return route.Alias{ID: id.NewAlias(ids), Org: o, Name: name, Targets: targets, Version: 1, CreatedAt: may.UTC(), UpdatedAt: may.UTC()}
}

func insertAlias(t *testing.T, s *db.AliasStore, a route.Alias) route.Alias {
	t.Helper()
	if err := s.Insert(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAliasesKeepTheirTargetsInOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here := db.NewAliasStore(d), newOrg(t, d)
		up := insertConnection(t, db.NewConnectionStore(d), fullConnection(here, "up")).ID
		spare := insertConnection(t, db.NewConnectionStore(d), fullConnection(here, "spare")).ID
		smart := insertAlias(t, s, newAlias(here, "smart", route.TargetRef{Connection: up, Model: "z"}, route.TargetRef{Connection: spare, Model: "a"}, route.TargetRef{Connection: up, Model: "m"}))
		fast := insertAlias(t, s, newAlias(here, "fast", route.TargetRef{Connection: spare, Model: "a"}))
		if got, err := s.Get(t.Context(), here, smart.ID); err != nil || !reflect.DeepEqual(got, smart) {
			t.Errorf("got  %+v, %v\nwant %+v", got, err, smart)
		}
		if list, err := s.List(t.Context(), here); err != nil || !reflect.DeepEqual(list, []route.Alias{fast, smart}) {
			t.Errorf("list = %+v, %v", list, err)
		}
		smart.Name, smart.Targets = "clever", []route.TargetRef{{Connection: spare, Model: "b"}}
		if err := s.Update(t.Context(), smart); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), smart); !errors.Is(err, route.ErrChanged) {
			t.Errorf("an update of the old version: %v", err)
		}
		smart.Version = 2
		if all, err := s.All(t.Context()); err != nil || !reflect.DeepEqual(all, []route.Alias{smart, fast}) {
			t.Errorf("all = %+v, %v", all, err)
		}
		if err := s.Delete(t.Context(), here, smart.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), here, smart.ID); !errors.Is(err, route.ErrNotFound) {
			t.Errorf("a second deletion: %v", err)
		}
	})
}

func TestAConnectionWithTargetsCannotBeDeletedUnderThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		aliases, connections, here := db.NewAliasStore(d), db.NewConnectionStore(d), newOrg(t, d)
		up := insertConnection(t, connections, fullConnection(here, "up")).ID
		a := insertAlias(t, aliases, newAlias(here, "smart", route.TargetRef{Connection: up, Model: "m"}))
		if err := connections.Delete(t.Context(), here, up); !errors.Is(err, provider.ErrChanged) {
			t.Errorf("deleted under an alias: %v", err)
		}
		if err := aliases.Delete(t.Context(), here, a.ID); err != nil {
			t.Fatal(err)
		}
		if err := connections.Delete(t.Context(), here, up); err != nil {
			t.Errorf("after the alias: %v", err)
		}
		if err := aliases.Insert(t.Context(), newAlias(here, "late", route.TargetRef{Connection: up, Model: "m"})); !errors.Is(err, route.ErrChanged) {
			t.Errorf("an alias onto a deleted connection: %v", err)
		}
	})
}

func TestAliasesOfAnotherOrganizationCannotBeReached(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here, there := db.NewAliasStore(d), newOrg(t, d), newOrg(t, d)
		up := insertConnection(t, db.NewConnectionStore(d), fullConnection(here, "up")).ID
		theirs := insertConnection(t, db.NewConnectionStore(d), fullConnection(there, "up")).ID
		a := insertAlias(t, s, newAlias(here, "smart", route.TargetRef{Connection: up, Model: "m"}))
		if _, err := s.Get(t.Context(), there, a.ID); !errors.Is(err, route.ErrNotFound) {
			t.Errorf("get: %v", err)
		}
		if list, err := s.List(t.Context(), there); err != nil || len(list) != 0 {
			t.Errorf("list: %v, %v", list, err)
		}
		if err := s.Delete(t.Context(), there, a.ID); !errors.Is(err, route.ErrNotFound) {
			t.Errorf("delete: %v", err)
		}
		stolen := a
		stolen.Org = there
		if err := s.Update(t.Context(), stolen); !errors.Is(err, route.ErrChanged) {
			t.Errorf("update: %v", err)
		}
		if err := s.Insert(t.Context(), newAlias(there, "onto", route.TargetRef{Connection: up, Model: "m"})); !errors.Is(err, route.ErrChanged) {
			t.Errorf("an alias onto another organization's connection: %v", err)
		}
		insertAlias(t, s, newAlias(there, "smart", route.TargetRef{Connection: theirs, Model: "m"}))
		if err := s.Insert(t.Context(), newAlias(there, "smart", route.TargetRef{Connection: theirs, Model: "m"})); !errors.Is(err, route.ErrTaken) {
			t.Errorf("a name twice: %v", err)
		}
	})
}

func TestAPolicyIsOneRowOfItsOrganization(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here, there := db.NewAliasStore(d), newOrg(t, d), newOrg(t, d)
		if p, err := s.Policy(t.Context(), here); err != nil || !reflect.DeepEqual(p, route.Policy{Org: here}) {
			t.Errorf("before anything was said: %+v, %v", p, err)
		}
		rules := []route.Rule{{Name: "nights", When: "hour < 6", Targets: []route.TargetRef{{Connection: id.NewConnection(ids), Model: "m", Weight: 2}}}}
		for i, u := range []llm.Unsupported{llm.Drop, llm.Reject} {
			want := route.Policy{Org: here, Unsupported: u, Rules: rules[:i], Version: int64(i + 1), UpdatedAt: may.UTC()}
			if i == 0 {
				want.Rules = nil
			} else {
				want.Holidays, want.Fallback = []string{"2026-12-25"}, &route.Fallback{Order: route.Scored, Weights: &balance.Weights{Cost: 7}, ContentPolicy: true}
				want.Only, want.Adaptive = &route.Only{Regions: []string{"eu"}}, &balance.Mix{Latency: 1, Cost: 2, Failures: 3}
			}
			if err := s.SetPolicy(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			if p, err := s.Policy(t.Context(), here); err != nil || !reflect.DeepEqual(p, want) {
				t.Errorf("got %+v, %v, want %+v", p, err, want)
			}
			if err := s.SetPolicy(t.Context(), want); !errors.Is(err, route.ErrChanged) {
				t.Errorf("the same version twice: %v", err)
			}
			if all, err := s.Policies(t.Context()); err != nil || !reflect.DeepEqual(all, []route.Policy{want}) {
				t.Errorf("all = %+v, %v", all, err)
			}
		}
		if p, err := s.Policy(t.Context(), there); err != nil || p.Unsupported != llm.Warn {
			t.Errorf("another organization has %+v, %v", p, err)
		}
	})
}

func TestRulesVersionsAndDirectoriesAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here, there := db.NewAliasStore(d), newOrg(t, d), newOrg(t, d)
		up := insertConnection(t, db.NewConnectionStore(d), fullConnection(here, "up")).ID
		spare := insertConnection(t, db.NewConnectionStore(d), fullConnection(here, "spare")).ID
		if all, err := s.Directories(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("without rules nobody is looked up: %+v, %v", all, err)
		}
		plain := insertAlias(t, s, newAlias(here, "plain", route.TargetRef{Connection: up, Model: "m"}))
		ruled := newAlias(here, "ruled", route.TargetRef{Alias: plain.ID})
		ruled.Routing = route.Routing{Unsupported: "reject", Canary: &route.Canary{Percent: 5, Sticky: route.ByKey, Targets: []route.TargetRef{{Connection: spare, Model: "new"}}},
			Rules: []route.Rule{{Name: "long", When: "input_tokens > 100000", Targets: []route.TargetRef{{Connection: spare, Model: "long"}, {Alias: plain.ID}}}}}
		insertAlias(t, s, ruled)
		only := insertAlias(t, s, newAlias(here, "zeta", route.TargetRef{Alias: plain.ID})) // no connection at all
		if list, err := s.List(t.Context(), here); err != nil || !reflect.DeepEqual(list, []route.Alias{plain, ruled, only}) {
			t.Errorf("list = %+v, %v", list, err)
		}
		if err := db.NewConnectionStore(d).Delete(t.Context(), here, spare); !errors.Is(err, provider.ErrChanged) {
			t.Errorf("deleted under a rule and a canary: %v", err)
		}
		for n := range int64(route.KeptVersions + 3) {
			v := route.Version{Org: here, Alias: ruled.ID, Number: n + 1, Action: "alias.updated", By: "ann@acme.test", At: may.UTC(), Body: route.Document{Alias: "ruled", Targets: []route.ToTarget{{To: "plain"}}}}
			if err := s.Keep(t.Context(), v); err != nil {
				t.Fatal(err)
			}
			v.Action = "twice"
			if err := s.Keep(t.Context(), v); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := s.Versions(t.Context(), here, ruled.ID)
		if err != nil || len(kept) != route.KeptVersions || kept[0].Number != route.KeptVersions+3 || kept[0].Action != "alias.updated" || kept[0].Body.Targets[0].To != "plain" {
			t.Errorf("%d versions, the newest %+v, %v", len(kept), kept[0], err)
		}
		if other, err := s.Versions(t.Context(), there, ruled.ID); err != nil || len(other) != 0 {
			t.Errorf("another organization sees %d versions, %v", len(other), err)
		}
		if all, err := s.Directories(t.Context()); err != nil || len(all) != 1 || all[0].Org != here || all[0].Zone == "" {
			t.Errorf("directories = %+v, %v", all, err)
		}
		if err := s.Delete(t.Context(), here, ruled.ID); err != nil {
			t.Fatal(err)
		}
		if kept, err := s.Versions(t.Context(), here, ruled.ID); err != nil || len(kept) != 0 {
			t.Errorf("%d versions of a deleted alias, %v", len(kept), err)
		}
	})
}

func TestPastRequestsAndRehearsalsAreRead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, books, here, there := db.NewAliasStore(d), db.NewLedgerStore(d), newOrg(t, d), newOrg(t, d)
		now := may.UTC().Truncate(time.Second)
		add := func(o id.Org, at time.Time, code string, u llm.Usage) id.Request {
			t.Helper()
			r := ledger.Request{ID: id.NewRequest(ids), At: at, Family: "openai", Endpoint: "chat", Asked: "smart", Model: "m", Provider: "up", Route: "alias smart", Status: 200, Code: code,
				Attempts: 2, Chain: org.Chain{Org: o, Key: id.NewKey(ids)}, Usage: u, Cost: 9, Duration: 1500 * time.Microsecond, Session: "s"}
			var posts []budget.Posting
			for n, state := range []ledger.State{ledger.Voided, ledger.Complete} {
				a := ledger.Attempt{ID: id.NewAttempt(ids), Request: r.ID, Number: n + 1, Chain: r.Chain, At: at, Connection: id.NewConnection(ids), Provider: "up", Kind: "openai", Model: "m"}
				posts = append(posts, budget.Posting{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: state, Usage: u, At: at}})
			}
			if _, err := books.Post(t.Context(), id.NewNode(ids), budget.Batch{Attempts: posts, Requests: []ledger.Request{r}}); err != nil {
				t.Fatal(err)
			}
			return r.ID
		}
		odd := llm.Usage{Input: 100, CacheRead: 40, Output: 10, CacheWrite5m: 7}
		first := add(here, now.Add(-time.Minute), "", odd)
		second := add(here, now, "", llm.Usage{Input: 5})
		add(here, now, "upstream_failed", llm.Usage{})
		add(here, now.Add(-48*time.Hour), "", llm.Usage{})
		add(there, now, "", llm.Usage{})
		since := now.Add(-time.Hour)
		page, err := s.Past(t.Context(), here, since, route.Mark{}, 1)
		if err != nil || len(page) != 1 || page[0].ID != second || page[0].Usage.Input != 5 {
			t.Fatalf("the newest: %+v, %v", page, err)
		}
		rest, err := s.Past(t.Context(), here, since, page[0].Mark, 10)
		if err != nil || len(rest) != 1 || rest[0].ID != first || rest[0].Usage != odd || rest[0].Cost != 9 || rest[0].Duration != 1500*time.Microsecond || rest[0].Session != "s" || rest[0].Connection != "up" {
			t.Errorf("the rest: %+v, %v", rest, err)
		}
		if _, err := s.Rehearsal(t.Context(), here, id.Rehearsal{}); !errors.Is(err, route.ErrNotFound) {
			t.Errorf("before any: %v", err)
		}
		var all []id.Rehearsal
		for i := range route.KeptRehearsals + 2 {
			r := route.Rehearsal{ID: id.NewRehearsal(ids), Org: here, Draft: route.Document{Alias: "smart"}, Days: 7, State: route.Running, By: "ann@acme.test", At: now.Add(time.Duration(i) * time.Second), UpdatedAt: now}
			all = append(all, r.ID)
			if err := s.StartRehearsal(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			r.State, r.Outcome.Requests, r.Outcome.After = route.Done, 12, 34
			if err := s.SaveRehearsal(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		last, err := s.Rehearsal(t.Context(), here, id.Rehearsal{})
		if err != nil || last.ID != all[len(all)-1] || last.State != route.Done || last.Outcome.Requests != 12 || last.Outcome.After != 34 || last.Draft.Alias != "smart" || last.By != "ann@acme.test" {
			t.Errorf("the newest: %+v, %v", last, err)
		}
		if _, err := s.Rehearsal(t.Context(), here, all[1]); !errors.Is(err, route.ErrNotFound) {
			t.Errorf("one too many is kept: %v", err)
		}
		if _, err := s.Rehearsal(t.Context(), there, last.ID); !errors.Is(err, route.ErrNotFound) {
			t.Errorf("another organization's: %v", err)
		}
		if p, err := s.Directory(t.Context(), here); err != nil || p.Org != here || p.Zone == "" {
			t.Errorf("directory %+v, %v", p, err)
		}
	})
}
