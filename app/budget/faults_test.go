package budget_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// scene is an office with a strict budget of the organization, one of a tag, one of the key, and requests for more.
type scene struct {
	*tree
	shaky      *shaky
	service    *budget.Service // on the shaky store
	whole, tag budget.Entry
	asked      budget.Request
	cap        budget.Cap
}

func newScene(t *testing.T) *scene {
	t.Helper()
	o := newTree(t, dbtest.SQLite(t))
	s := &scene{tree: o, cap: budget.Cap{Tag: "purpose=pii", Name: "Screening", Action: "pii.capped"}}
	s.shaky = &shaky{Store: o.store, held: o.books, diary: o.diary}
	parts := o.office.service.Parts
	parts.Store, parts.Held, parts.Audit, parts.Herald = s.shaky, s.shaky, s.shaky, s.shaky
	s.service = budget.New(parts)
	admin, c := o.actor(org.Admin), o.chain.Org
	var err error
	in := strict(input(org.OfOrg(c), 100*money.Dollar, budget.Monthly))
	in.Reserve = 10 * money.Dollar
	s.whole, err = o.create(admin, in)
	o.must(err)
	tag, err := org.OfTag(c, "project=apollo")
	o.must(err)
	s.tag, err = o.create(admin, input(tag, 9*money.Dollar, budget.Monthly))
	o.must(err)
	s.asked = o.ask(o.ada(org.Developer), s.whole.ID, money.Dollar)
	return s
}

// state is all that a change could have left behind.
func (s *scene) state() string {
	s.t.Helper()
	admin := s.actor(org.Admin)
	all, err := s.tree.service.List(s.t.Context(), admin)
	s.must(err)
	out := fmt.Sprintf("%+v", all)
	for _, e := range all {
		grants, err := s.tree.service.Grants(s.t.Context(), admin, e.ID)
		s.must(err)
		out += fmt.Sprintf("%+v", grants)
	}
	asked, err := s.tree.service.Requests(s.t.Context(), admin, budget.RequestQuery{})
	s.must(err)
	left, err := s.books.Suspended(s.t.Context(), s.chain.Org, s.whole.ID)
	s.must(err)
	return out + fmt.Sprintf("%+v %+v %d", asked, left, len(s.diary.entries))
}

// use is one thing that people do with budgets, by a role.
type use struct {
	name string
	as   org.Role
	do   func(s *scene, who org.Actor) error
}

func why(amount money.USD) budget.GrantInput {
	return budget.GrantInput{Kind: budget.Increase, Amount: amount, Reason: "a launch"}
}

var uses = []use{
	{"list", org.Viewer, func(s *scene, who org.Actor) error { _, err := s.service.List(s.t.Context(), who); return err }},
	{"get", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Get(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"create a strict one of a team", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Create(s.t.Context(), who, strict(input(org.OfTeam(s.chain.Org, s.one), money.Dollar, budget.Monthly)))
		return err
	}},
	{"create one of a new key", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.CreateOnNewKey(s.t.Context(), who, s.onKey(money.Dollar))
		return err
	}},
	{"change", org.Admin, func(s *scene, who org.Actor) error {
		in := strict(input(s.whole.Scope, 90*money.Dollar, budget.Monthly))
		in.Reserve = 5 * money.Dollar
		_, err := s.service.Update(s.t.Context(), who, s.whole.ID, in)
		return err
	}},
	{"delete", org.Admin, func(s *scene, who org.Actor) error { return s.service.Delete(s.t.Context(), who, s.tag.ID) }},
	{"grant", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Grant(s.t.Context(), who, s.whole.ID, why(money.Dollar))
		return err
	}},
	{"look at grants", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Grants(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"look for room", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Room(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"look at what to ask for", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Asking(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"ask", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Ask(s.t.Context(), who, s.tag.ID, budget.RequestInput{Amount: money.Dollar, Reason: "a launch"})
		return err
	}},
	{"look at requests", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Requests(s.t.Context(), who, budget.RequestQuery{})
		return err
	}},
	{"look at one request", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Request(s.t.Context(), who, s.asked.ID)
		return err
	}},
	{"approve", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Approve(s.t.Context(), who, s.asked.ID, budget.Verdict{})
		return err
	}},
	{"deny", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Deny(s.t.Context(), who, s.asked.ID, "no")
		return err
	}},
	{"look at suspense", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Suspense(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"look at all suspense", org.Admin, func(s *scene, who org.Actor) error { _, err := s.service.AllSuspense(s.t.Context(), who); return err }},
	{"look at periods", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Statements(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"look at alerts", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Alerts(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"foresee", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Forecast(s.t.Context(), who, s.whole.ID)
		return err
	}},
	{"foresee a tag", org.Admin, func(s *scene, who org.Actor) error {
		_, err := s.service.Forecast(s.t.Context(), who, s.tag.ID)
		return err
	}},
	{"foresee many", org.Viewer, func(s *scene, who org.Actor) error {
		_, err := s.service.Forecasts(s.t.Context(), who, []budget.Entry{s.whole, s.tag})
		return err
	}},
	{"look at a cap", org.Admin, func(s *scene, who org.Actor) error {
		_, _, err := s.service.Capped(s.t.Context(), who, s.cap)
		return err
	}},
	{"set a cap", org.Admin, func(s *scene, who org.Actor) error { return s.service.SetCap(s.t.Context(), who, s.cap, money.Dollar) }},
}

// Whatever call of the store, the audit log or the herald fails: the error is handed on, and nothing has changed.
func TestWhateverFailsNothingIsHalfDone(t *testing.T) {
	t.Parallel()
	for _, u := range uses {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			breakEach(t, s, func() error { return u.do(s, s.actor(u.as)) })
		})
	}
}

// breakEach does something again and again, each time with one more call before the one that fails, until it is through.
func breakEach(t *testing.T, s *scene, do func() error) {
	t.Helper()
	before := s.state()
	for n := 1; ; n++ {
		s.shaky.fails, s.shaky.last = n, ""
		err := do()
		s.shaky.fails = 0
		after := s.state()
		switch {
		case s.shaky.last == "" && err == nil && n > 1:
			return
		case s.shaky.last == "":
			t.Fatalf("after %d calls: %v", n-1, err)
		case !errors.Is(err, errDown):
			t.Fatalf("call %d, %s, failed and nothing was said: %v", n, s.shaky.last, err)
		case after != before && s.shaky.last == "Get": // what was changed is read once more when it is done
			return
		case after != before:
			t.Fatalf("call %d, %s, failed and this was left behind:\n%s\nbefore:\n%s", n, s.shaky.last, after, before)
		}
	}
}

// A cap is set, changed and taken away, each of them whole or not at all; of a pair that is none it is refused.
func TestACapIsAHardDailyBudgetOfItsPair(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.actor(org.Admin)
	for _, most := range []money.USD{2 * money.Dollar, 5 * money.Dollar, 0, 0} {
		if most > 0 {
			s.must(s.service.SetCap(t.Context(), admin, s.cap, most))
		} else if _, there, err := s.service.Capped(t.Context(), admin, s.cap); there {
			s.must(err)
			breakEach(t, s, func() error { return s.service.SetCap(t.Context(), admin, s.cap, 0) })
		} else {
			s.must(s.service.SetCap(t.Context(), admin, s.cap, 0)) // there is none: nothing to do
		}
		e, there, err := s.service.Capped(t.Context(), admin, s.cap)
		s.must(err)
		if there != (most > 0) || e.Limit != ledger.Units(most) || there && (e.Enforce != budget.Hard || e.Period != budget.Daily || e.Name != "Screening") {
			t.Errorf("a cap of %s is %v, %+v", most, there, e)
		}
	}
	if err := s.service.SetCap(t.Context(), admin, budget.Cap{Tag: "pii", Name: "x"}, money.Dollar); err == nil {
		t.Error("a cap on no pair was set")
	}
	if err := s.service.SetCap(t.Context(), admin, s.cap, -1); code(err) != "invalid_request" {
		t.Errorf("a cap below zero: %v", err)
	}
}

func TestAReleaseThatFailsReleasesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	n := s.lose(4 * money.Dollar)
	admin := s.actor(org.Admin)
	breakEach(t, s, func() error {
		_, err := s.service.Release(t.Context(), admin, s.whole.ID, budget.ReleaseInput{Node: n.id, Note: "the disk is shredded"})
		return err
	})
}

// Who has not logged in does nothing of it, and whoever has too low a role does not change anything.
func TestNobodyUsesBudgetsWithoutARole(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	before := s.state()
	for _, u := range uses {
		if err := u.do(s, org.Actor{}); code(err) != "unauthenticated" {
			t.Errorf("%s: %v", u.name, err)
		}
		if err := u.do(s, s.actor(org.Viewer)); u.as == org.Admin && err == nil && u.name != "look at requests" {
			t.Errorf("a viewer may %s", u.name)
		}
	}
	if _, err := s.service.Release(t.Context(), s.actor(org.Manager), s.whole.ID, budget.ReleaseInput{Note: "the disk is shredded"}); code(err) != "forbidden" {
		t.Errorf("a manager releases: %v", err)
	}
	if n, err := s.service.Waiting(t.Context(), s.actor(org.Developer)); n != 0 || err != nil {
		t.Errorf("a developer decides %d requests, %v", n, err)
	}
	if n, err := s.service.Waiting(t.Context(), s.actor(org.Admin)); n != 2 || err != nil { // the one of the scene, and the viewer's
		t.Errorf("an admin decides %d requests, %v", n, err)
	}
	s.must(s.service.Delete(t.Context(), s.actor(org.Admin), s.tag.ID))
	if before == s.state() {
		t.Error("the state does not show what is changed")
	}
}
