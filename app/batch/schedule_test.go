package batch_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// planner is what makes a scene's batches, and what it told.
func planner(s *scene, d *db.DB) (*batch.Planner, *[]string) {
	told := &[]string{}
	return &batch.Planner{Desk: *s.desk, Grants: s.grants, People: db.NewOrgStore(d), Audit: s.house.Audit,
		Told: func(_ context.Context, x batch.Schedule, title, why string) { *told = append(*told, title+": "+why) }}, told
}

func nightly(k id.Key) batch.Plan {
	return batch.Plan{Name: "reviews", Cron: "0 2 * * *", Zone: "UTC", Draft: batch.Draft{Key: k, Format: batch.CSV, Text: "id,review\nr1,Late\nr2,Lovely\n", Model: "box/a", Prompt: "Positive? {{review}}", IDColumn: "id", Cap: 50 * each, Priority: "low"}}
}

// noon is where the tests of schedules begin: an ordinary Wednesday.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func due(t *testing.T, p *batch.Planner) {
	t.Helper()
	if err := p.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// outcomes are a schedule's runs, the newest first, in words.
func outcomes(t *testing.T, service *batch.Service, actor org.Actor, which id.Schedule) string {
	t.Helper()
	runs, _, err := service.Runs(t.Context(), actor, which, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range runs {
		out = append(out, r.DueAt.Format("02T15:04")+" "+string(r.Outcome))
	}
	return strings.Join(out, ", ")
}

func TestAScheduleMakesABatchAtItsTimesWhoeverLooks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, service, actor, mine := staffedOn(t, d)
		s.house.Clock.Set(noon)
		x, err := service.Plan(t.Context(), actor, nightly(mine))
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC); !x.NextAt.Equal(want) || x.Terms.Lines != 2 || !x.CanChange {
			t.Fatalf("%+v", x)
		}
		var nodes []*batch.Planner
		for range 4 {
			p, _ := planner(s, d)
			nodes = append(nodes, p)
		}
		look := func() { // all nodes at the same time
			var all sync.WaitGroup
			for _, p := range nodes {
				all.Go(func() {
					if err := p.Due(context.WithoutCancel(t.Context())); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		look()
		if all, _ := service.List(t.Context(), actor, 10); len(all) != 0 {
			t.Fatalf("%d batches before its time", len(all))
		}
		s.house.Clock.Set(x.NextAt)
		look()
		look()
		all, err := service.List(t.Context(), actor, 10)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d batches of one time, %v", len(all), err)
		}
		b := all[0]
		if b.Body.Name != "reviews, 26 November 02:00" || b.Body.Cap != 50*each || b.Priority != -1 || b.Body.Schedule != x.ID.String() || !b.ExpiresAt.IsZero() {
			t.Errorf("%+v", b.Batch)
		}
		if n, err := s.parts.Store.Stored(t.Context(), actor.Org); err != nil || n > 2000 {
			t.Errorf("what the losers drew up is still there: %d bytes, %v", n, err)
		}
		// The batch is still there on the next day: the run is skipped. When it is over, the one after is made.
		s.house.Clock.Advance(24 * time.Hour)
		look()
		stop := s.node()
		e := wait(t, service, actor, b.ID, "over", func(e batch.Entry) bool { return e.State.Over() })
		if e.State != batch.Completed || e.Tally.Steps[batch.Done] != 2 {
			t.Errorf("%s %+v", e.State, e.Tally)
		}
		stop()
		s.house.Clock.Advance(24 * time.Hour)
		look()
		if got := outcomes(t, service, actor, x.ID); got != "28T02:00 made, 27T02:00 skipped, 26T02:00 made" {
			t.Error(got)
		}
		x, err = service.Schedule(t.Context(), actor, x.ID)
		if want := time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC); err != nil || !x.NextAt.Equal(want) || !x.LastAt.Equal(want.Add(-24*time.Hour)) {
			t.Errorf("%+v %v", x, err)
		}
	})
}

// The rule: the newest time that nobody was there for is made up for within 24 hours; all others are listed.
func TestMissedRunsFollowTheStatedRule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cron string
		away time.Duration // behind noon
		want string
	}{
		"a few hours late":         {"0 14 * * *", 5 * time.Hour, "25T14:00 made"},
		"23:59 late":               {"0 14 * * *", 25*time.Hour + 59*time.Minute, "25T14:00 made"},
		"three days":               {"0 14 * * *", 3 * 24 * time.Hour, "27T14:00 made, 26T14:00 missed, 25T14:00 missed"},
		"a week, of a weekly one":  {"0 14 * * 3", 6 * 24 * time.Hour, "25T14:00 missed"},
		"exactly a day":            {"0 14 25 11 *", 26 * time.Hour, "25T14:00 made"},
		"a second more than a day": {"0 14 25 11 *", 26*time.Hour + time.Second, "25T14:00 missed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, service, actor, mine := staffed(t)
			s.house.Clock.Set(noon)
			p, told := planner(s, s.house.DB)
			plan := nightly(mine)
			plan.Cron = c.cron
			x, err := service.Plan(t.Context(), actor, plan)
			if err != nil {
				t.Fatal(err)
			}
			s.house.Clock.Advance(c.away)
			due(t, p)
			due(t, p)
			if got := outcomes(t, service, actor, x.ID); got != c.want {
				t.Errorf("%s, not %s", got, c.want)
			}
			if x, _ = service.Schedule(t.Context(), actor, x.ID); !x.NextAt.After(s.house.Clock.Now()) {
				t.Errorf("the next is due at %s", x.NextAt)
			}
			if lone := !strings.Contains(c.want, "made"); lone != (len(*told) == 1) {
				t.Errorf("told %q", *told)
			}
		})
	}
}

// A line for each minute, and nobody there for a month: what is listed is bounded, and so is the work.
func TestManyMissedRunsAreListedInPart(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	s.house.Clock.Set(noon)
	p, _ := planner(s, s.house.DB)
	plan := nightly(mine)
	plan.Cron = "* * * * *"
	x, err := service.Plan(t.Context(), actor, plan)
	if err != nil {
		t.Fatal(err)
	}
	s.house.Clock.Advance(60 * 24 * time.Hour)
	due(t, p)
	runs, _, err := service.Runs(t.Context(), actor, x.ID, 100)
	if err != nil || len(runs) != 21 || runs[0].Outcome != batch.Made || runs[20].Outcome != batch.Missed {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	if want := fmt.Sprintf("So it went with %d before it.", 35*24*60-21); !strings.Contains(runs[20].Why, want) {
		t.Errorf("%q does not say %q", runs[20].Why, want)
	}
}

func TestAScheduleWhoseOwnerLeftIsPaused(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	s.house.Clock.Set(noon)
	p, told := planner(s, s.house.DB)
	x, err := service.Plan(t.Context(), actor, nightly(mine))
	if err != nil {
		t.Fatal(err)
	}
	admin := s.admin(t, actor.Org)
	if err := s.house.Identity.RemoveMember(t.Context(), admin, actor.Member); err != nil {
		t.Fatal(err)
	}
	s.house.Clock.Set(x.NextAt)
	due(t, p)
	x, err = service.Schedule(t.Context(), admin, x.ID)
	if err != nil || !x.Paused || !strings.Contains(x.Why, "not here any more") || len(*told) != 1 {
		t.Fatalf("%+v %v %q", x, err, *told)
	}
	s.house.Clock.Advance(24 * time.Hour)
	due(t, p)
	if got := outcomes(t, service, admin, x.ID); got != "26T02:00 failed" {
		t.Errorf("paused, it did: %s", got)
	}
}

func TestAScheduleWhoseKeyOpensNothingIsPausedAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	s.house.Clock.Set(noon)
	p, told := planner(s, s.house.DB)
	x, err := service.Plan(t.Context(), actor, nightly(mine))
	if err != nil {
		t.Fatal(err)
	}
	s.grants.mu.Lock()
	s.grants.off = true
	s.grants.mu.Unlock()
	s.house.Clock.Set(x.NextAt)
	due(t, p)
	x, err = service.Schedule(t.Context(), actor, x.ID)
	if err != nil || !x.Paused || !strings.Contains(x.Why, `Its key "mine" opens nothing`) || len(*told) != 1 {
		t.Fatalf("%+v %v %q", x, err, *told)
	}
	if _, err := service.RunNow(t.Context(), actor, x.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("it was run: %v", err)
	}
	s.grants.mu.Lock()
	s.grants.off = false
	s.grants.mu.Unlock()
	s.house.Clock.Advance(50 * time.Hour)
	if x, err = service.Go(t.Context(), actor, x.ID); err != nil || x.Paused || x.Why != "" {
		t.Fatalf("%+v %v", x, err)
	}
	due(t, p)
	if got := outcomes(t, service, actor, x.ID); got != "26T02:00 failed" {
		t.Errorf("what was due while it was paused was made up for: %s", got)
	}
	s.house.Clock.Set(x.NextAt)
	due(t, p)
	if got := outcomes(t, service, actor, x.ID); got != "29T02:00 made, 26T02:00 failed" {
		t.Error(got)
	}
}

// slowly reads what is due, and then something happens before it is done.
type slowly struct {
	batch.Store
	meanwhile func()
}

func (s slowly) Due(ctx context.Context, now time.Time, limit int) ([]batch.Schedule, error) {
	out, err := s.Store.Due(ctx, now, limit)
	s.meanwhile()
	return out, err
}

// Somebody saves a schedule within the second in which its time comes: the form was looked through just before it.
func TestAScheduleThatIsChangedWhenItIsDueKeepsTheChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, service, actor, mine := staffedOn(t, d)
		s.house.Clock.Set(noon)
		p, told := planner(s, d)
		x, err := service.Plan(t.Context(), actor, nightly(mine))
		if err != nil {
			t.Fatal(err)
		}
		store := p.Store
		p.Store = slowly{store, func() {
			s.house.Clock.Set(x.NextAt.Add(-time.Millisecond))
			edit := nightly(mine)
			edit.Name = "mended"
			if _, err := service.Replan(t.Context(), actor, x.ID, edit); err != nil {
				t.Fatal(err)
			}
			s.grants.mu.Lock()
			s.grants.off = true // for what was read before
			s.grants.mu.Unlock()
			s.house.Clock.Set(x.NextAt)
		}}
		s.house.Clock.Set(x.NextAt)
		due(t, p)
		if got, err := service.Schedule(t.Context(), actor, x.ID); err != nil || got.Name != "mended" || got.Paused || len(*told) != 0 {
			t.Fatalf("%+v %v %q", got, err, *told)
		}
		s.grants.mu.Lock()
		s.grants.off = false
		s.grants.mu.Unlock()
		p.Store = store
		due(t, p)
		if got := outcomes(t, service, actor, x.ID); got != "26T02:00 made" {
			t.Error(got)
		}
	})
}

// A budget that is used up refuses the first line: the batch waits and says so, and the schedule lives.
func TestAScheduledBatchSaysThatItsBudgetIsUsedUp(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	s.house.Clock.Set(noon)
	p, _ := planner(s, s.house.DB)
	x, err := service.Plan(t.Context(), actor, nightly(mine))
	if err != nil {
		t.Fatal(err)
	}
	s.plane.refuse = func(string, int) (int, string) { return http.StatusPaymentRequired, "budget_exhausted" }
	s.house.Clock.Set(x.NextAt)
	due(t, p)
	runs, _, err := service.Runs(t.Context(), actor, x.ID, 1)
	if err != nil || len(runs) != 1 || runs[0].Outcome != batch.Made {
		t.Fatalf("%+v %v", runs, err)
	}
	s.node()
	e := wait(t, service, actor, runs[0].Batch, "paused", func(e batch.Entry) bool { return e.State == batch.Paused })
	if !strings.Contains(e.Why, "budget_exhausted") {
		t.Errorf("it says %q", e.Why)
	}
	if x, _ = service.Schedule(t.Context(), actor, x.ID); x.Paused {
		t.Error("the schedule is paused, too")
	}
}

func TestPeopleChangeTheirOwnSchedules(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	s.house.Clock.Set(noon)
	x, err := service.Plan(t.Context(), actor, nightly(mine))
	if err != nil {
		t.Fatal(err)
	}
	asks, err := service.Asks(t.Context(), actor, x.ID)
	if want := nightly(mine); err != nil || asks != want {
		t.Fatalf("it asks %+v, %v", asks, err)
	}
	asks.Cron, asks.Zone, asks.Draft.Text = "30 6 * * 1-5", "Europe/Berlin", "id,review\nr9,Fine\n"
	if x, err = service.Replan(t.Context(), actor, x.ID, asks); err != nil || x.Terms.Lines != 1 || !x.NextAt.Equal(time.Date(2026, 11, 26, 5, 30, 0, 0, time.UTC)) {
		t.Fatalf("%+v %v", x, err)
	}
	e, err := service.RunNow(t.Context(), actor, x.ID)
	if err != nil || !strings.HasPrefix(e.Body.Name, "reviews, 25 November 13:00") {
		t.Fatalf("%+v %v", e.Batch, err)
	}
	if x, err = service.Rest(t.Context(), actor, x.ID); err != nil || !x.Paused {
		t.Fatal(x, err)
	}
	if _, err := service.Rest(t.Context(), actor, x.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("it is paused twice: %v", err)
	}
	stranger := s.house.Found(t, "Strange").Actor(org.Admin)
	viewer := actor
	viewer.Role, viewer.Member = org.Viewer, id.NewMember(s.house.IDs)
	for who, a := range map[string]org.Actor{"another tenant's admin": stranger, "a viewer": viewer} {
		_, run := service.RunNow(t.Context(), a, x.ID)
		_, rest := service.Rest(t.Context(), a, x.ID)
		_, again := service.Go(t.Context(), a, x.ID)
		_, read := service.Asks(t.Context(), a, x.ID)
		_, plan := service.Replan(t.Context(), a, x.ID, asks)
		for act, err := range map[string]error{"run": run, "paused": rest, "resumed": again, "read": read, "changed": plan, "deleted": service.Drop(t.Context(), a, x.ID)} {
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s %s it: %v", who, act, err)
			}
		}
	}
	if err := service.Drop(t.Context(), actor, x.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := service.Schedule(t.Context(), actor, x.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := service.Get(t.Context(), actor, e.ID); err != nil {
		t.Errorf("its batch went with it: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*batch.Plan)
		field  string
	}{
		"no name":         {func(p *batch.Plan) { p.Name = " " }, "name"},
		"no cron":         {func(p *batch.Plan) { p.Cron = "nightly" }, "cron"},
		"no zone":         {func(p *batch.Plan) { p.Zone = "Moon" }, "zone"},
		"no such column":  {func(p *batch.Plan) { p.Draft.Prompt = "{{text}}" }, "prompt"},
		"another's key":   {func(p *batch.Plan) { p.Draft.Key = id.NewKey(s.house.IDs) }, "key"},
		"of no urgency":   {func(p *batch.Plan) { p.Draft.Priority = "now" }, "priority"},
		"nothing to read": {func(p *batch.Plan) { p.Draft.Text = "" }, "text"},
	} {
		wrong := nightly(mine)
		c.change(&wrong)
		if _, err := service.Plan(t.Context(), actor, wrong); !strings.Contains(fmt.Sprint(fields(err)), c.field) {
			t.Errorf("%s: %v, in %v", name, err, fields(err))
		}
	}
}
