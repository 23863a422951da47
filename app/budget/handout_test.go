package budget

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
)

// shelf is a store that has what a test puts on it, and notes which budgets were locked.
type shelf struct {
	Store
	above, below []Listed
	present      Present
	err          error // of Present
	locked       []id.Budget
}

func (s *shelf) Above(context.Context, org.Scope, ledger.Measure, time.Time) ([]Listed, error) {
	return s.above, nil
}

func (s *shelf) Below(context.Context, org.Scope, ledger.Measure, time.Time) ([]Listed, error) {
	return s.below, nil
}

func (s *shelf) Present(context.Context, Budget, time.Time) (Present, error) { return s.present, s.err }

func (s *shelf) Lock(_ context.Context, _ id.Org, b id.Budget) error {
	s.locked = append(s.locked, b)
	return nil
}

// A strict budget that changes is locked before what is below it is added up, so that two changes cannot both fit; a new one is
// not there yet.
func TestAStrictBudgetIsLockedWhileItIsAddedUp(t *testing.T) {
	t.Parallel()
	o := id.NewOrg(testIDs)
	b := Budget{ID: id.NewBudget(testIDs), Org: o, Scope: org.OfOrg(o), Limit: 10, Period: Monthly, Strict: true}
	for name, c := range map[string]struct {
		old    *Budget
		locked []id.Budget
	}{"a change": {&b, []id.Budget{b.ID}}, "a new one": {nil, nil}} {
		s := &shelf{}
		if err := (&Service{Parts: Parts{Store: s}}).fits(t.Context(), org.Actor{}, c.old, b, Place{}, noon); err != nil || !slices.Equal(s.locked, c.locked) {
			t.Errorf("%s: locked %v, %v", name, s.locked, err)
		}
	}
}

// What is free of a strict budget is said in its own period, and in a shorter one's too where that is what was asked for.
func TestWhatIsFreeIsSaidInThePeriodThatWasAskedFor(t *testing.T) {
	t.Parallel()
	o := id.NewOrg(testIDs)
	whole := Listed{Budget: Budget{ID: id.NewBudget(testIDs), Org: o, Scope: org.OfOrg(o), Limit: 31 * money.Dollar, Period: Monthly, Enforce: Hard, Strict: true}, Place: Place{Label: "Acme"}}
	for p, want := range map[Period]string{Daily: "$31.00 a month is free, which is $1.00 a day.", Monthly: "$31.00 a month is free. ", Quarterly: "$31.00 a month is free. ",
		Forever: "$31.00 a month is free. "} {
		b := Budget{ID: id.NewBudget(testIDs), Org: o, Scope: org.OfTeam(o, id.NewTeam(testIDs)), Limit: 32 * money.Dollar, Period: p, Enforce: Hard}
		err := (&Service{Parts: Parts{Store: &shelf{above: []Listed{whole}}}}).fits(t.Context(), org.Actor{}, nil, b, Place{}, noon)
		if f := fault.From(err); f == nil || f.Field != "limit" || !strings.Contains(f.Public, want) {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// A reserve may become as small as what of it is open, and one that stays or grows needs no look at the period.
func TestAReserveKeepsWhatIsOpen(t *testing.T) {
	t.Parallel()
	old := Budget{Reserve: 50}
	for asked, ok := range map[ledger.Units]bool{19: false, 20: true, 21: true} {
		s := &Service{Parts: Parts{Store: &shelf{present: Present{Opened: 20}}}}
		if err := s.keepsOpened(t.Context(), old, asked, noon); (err == nil) != ok {
			t.Errorf("of 50, 20 are open; to %d: %v", asked, err)
		}
	}
	away := &Service{Parts: Parts{Store: &shelf{err: errAway}}}
	for asked, want := range map[ledger.Units]error{49: errAway, 50: nil, 51: nil} {
		if err := away.keepsOpened(t.Context(), old, asked, noon); !errors.Is(err, want) {
			t.Errorf("the period cannot be read; from 50 to %d: %v", asked, err)
		}
	}
}

// What is left in suspense after a release is what was there less what was released, and the audit log says both.
func TestTheAuditLogSaysWhatIsLeftInSuspense(t *testing.T) {
	t.Parallel()
	e := released(Listed{Budget: Budget{Measure: ledger.Tokens}}, Suspended{Amount: 70, Host: "n1"}, Release{Amount: 30, Start: noon})
	for key, want := range map[string]any{"suspense": ledger.Tokens.Plain(40), "released": ledger.Tokens.Plain(30), "host": "n1"} {
		if e.After[key] != want {
			t.Errorf("%s is %v, want %v", key, e.After[key], want)
		}
	}
	if e.Before["suspense"] != ledger.Tokens.Plain(70) {
		t.Errorf("before: %v", e.Before)
	}
}

// A note of three characters is one, and so is one of as many as may be; they are counted as people count them.
func TestTheNoteOfAReleaseHasALength(t *testing.T) {
	t.Parallel()
	actor := orgtest.Actor(id.NewOrg(testIDs), id.NewMember(testIDs), org.Admin)
	s := &Service{}
	for note, field := range map[string]string{"äö": "note", "  äö  ": "note", "äöü": "", strings.Repeat("ä", maxNote): "", strings.Repeat("ä", maxNote+1): "note"} {
		_, err := s.Release(t.Context(), actor, id.Budget{}, ReleaseInput{Note: note, Amount: -1}) // which is looked at next
		if f := fault.From(err); f == nil || f.Field != cmp.Or(field, "amount") {
			t.Errorf("%d characters: %v", len([]rune(note)), err)
		}
	}
}

// What may be added to a budget, or asked for, is what is missing to the largest limit there is.
func TestWhatMayBeAddedEndsAtTheLargestLimit(t *testing.T) {
	t.Parallel()
	if r := (Present{Limit: maxLimit - 7}).room(Budget{}); r.Increase != 7 {
		t.Errorf("room for %d", r.Increase)
	}
	if r := (Present{Limit: maxLimit + 7}).room(Budget{}); r.Increase != 0 {
		t.Errorf("above the largest: room for %d", r.Increase)
	}
	for n, ok := range map[ledger.Units]bool{7: true, 8: false} {
		if _, err := (RequestInput{Amount: n, Reason: "x"}).checked(Listed{Budget: Budget{Period: Monthly}, Present: maxLimit - 7}, noon); (err == nil) != ok {
			t.Errorf("asked for %d of 7: %v", n, err)
		}
	}
}
