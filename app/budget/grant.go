package budget

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Grant adds to one period of a budget, or takes from it. What may be spent in a period is the budget's limit, less its
// reserve, with what was rolled over, and with its grants: nothing else changes a limit inside its period (decision D11).
// Where the calendar changes in the middle of a period, what is in force moves into the period that begins then.
type Grant struct {
	ID     id.Allowance
	Budget id.Budget
	Start  time.Time // of the period it changes
	Kind   GrantKind
	Amount ledger.Units // in the budget's measure; negative for a repayment
	State  GrantState
	Until  time.Time // when it ends; zero for never, on a budget without periods
	Reason string
	// AskedBy and DecidedBy are labels, as the audit log has them. They differ where somebody asked and another approved.
	AskedBy   string
	DecidedBy string
	Request   id.Ask // the request that it answers; zero if there was none
	CreatedAt time.Time
}

// GrantKind is why a period has more or less than its limit.
type GrantKind string

// The kinds. All but repayments are given by people; a repayment is made by a borrowing.
const (
	Increase GrantKind = "increase" // for a while
	Borrow   GrantKind = "borrow"   // from the next period
	Repay    GrantKind = "repay"    // what an earlier period borrowed: a negative amount
	Opened   GrantKind = "reserve"  // a part of the reserve, for this period
)

// GrantState says whether a grant counts.
type GrantState string

// The states.
const (
	Due    GrantState = "due"    // a repayment whose period has not begun
	Active GrantState = "active" // counts, in the present period
	Ended  GrantState = "ended"  // counts no longer: it ended inside its period
	Closed GrantState = "closed" // counted until its period ended
)

// Room is how much can be granted to a budget in its present period, for forms.
type Room struct {
	Ends     time.Time    // of the period, in the organization's zone; zero for Forever
	Reserve  ledger.Units // what of the reserve is still closed
	Borrow   ledger.Units // the most that can be borrowed; 0 while a borrowing is open, and for Forever
	Increase ledger.Units // the most that can be added
}

// BorrowShare is how much of the next period's limit may be borrowed, in percent.
const BorrowShare = 50

// Grant adds to the present period of a budget: an increase or a borrowing by whoever may change the budget, an opened
// part of the reserve by admins. It is in force on every node within seconds.
func (s *Service) Grant(ctx context.Context, actor org.Actor, b id.Budget, in GrantInput) (Grant, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Grant{}, err
	}
	now := s.now()
	var made Grant
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		l, err := s.changing(ctx, actor, b)
		if err != nil {
			return err
		}
		if made, err = s.grant(ctx, actor, l.Budget, in, now, nil); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("budget.granted", l.Budget, nil, granted(l.Measure, made)))
	})
	if errors.Is(err, errGranted) {
		return made, nil
	}
	if err != nil {
		return Grant{}, public("grant", "", err)
	}
	s.changed(ctx)
	return made, nil
}

// errGranted says that the grant is made: there is nothing left to do, and nothing to write down.
var errGranted = errors.New("granted already")

// changing finds a budget that the actor may change.
func (s *Service) changing(ctx context.Context, actor org.Actor, b id.Budget) (Listed, error) {
	l, err := s.find(ctx, actor.Org, b)
	if err != nil {
		return l, err
	}
	if !sees(actor, l.Scope, l.Place) {
		return l, NotFound()
	}
	return l, may(actor, l.Scope, l.Place)
}

// grant checks and stores a grant, and what it brings along. answers is the request that it answers, if one is.
func (s *Service) grant(ctx context.Context, actor org.Actor, b Budget, in GrantInput, now time.Time, answers *Request) (Grant, error) {
	if in.Kind == Opened {
		if err := actor.Require(org.Admin); err != nil {
			return Grant{}, err
		}
	}
	p, err := s.Store.Present(ctx, b, now)
	if err != nil {
		return Grant{}, err
	}
	if g, err := s.granted(ctx, b, in.ID); err != nil { // asked after Present, which lets nobody else in
		return g, err
	}
	if in, err = in.checked(b, p, now); err != nil {
		return Grant{}, err
	}
	if in.ID.IsZero() {
		in.ID = id.NewAllowance(s.IDs)
	}
	g := Grant{ID: in.ID, Budget: b.ID, Start: p.From, Kind: in.Kind, Amount: in.Amount, State: Active, Until: in.Until, Reason: in.Reason,
		AskedBy: actor.Label, DecidedBy: actor.Label, CreatedAt: now}
	if answers != nil {
		g.AskedBy, g.Request = answers.AskedBy, answers.ID
	}
	all := []Grant{g}
	if in.Kind == Borrow {
		back := g
		back.ID, back.Start, back.Kind, back.Amount, back.State, back.Until = id.NewAllowance(s.IDs), p.To.UTC(), Repay, -g.Amount, Due, time.Time{}
		all = append(all, back)
	}
	return g, s.Store.AddGrants(ctx, b, now, all...)
}

// granted finds a grant that a form made when it was sent before: it comes with errGranted.
func (s *Service) granted(ctx context.Context, b Budget, which id.Allowance) (Grant, error) {
	if which.IsZero() {
		return Grant{}, nil
	}
	all, err := s.Store.Grants(ctx, b.Org, b.ID)
	if at := slices.IndexFunc(all, func(g Grant) bool { return g.ID == which }); err == nil && at >= 0 {
		return all[at], errGranted
	}
	return Grant{}, err
}

// room is what can be granted in a period.
func (p Present) room(b Budget) Room {
	r := Room{Ends: p.To, Reserve: max(0, b.Reserve-p.Opened), Increase: max(0, most(b.Measure)-p.Limit)}
	if b.Period != Forever && !p.Owes {
		r.Borrow = portion(b.Limit-b.Reserve, BorrowShare, 100)
	}
	return r
}

// Grants are a budget's grants, newest first, at most the last 500, for who may see it.
func (s *Service) Grants(ctx context.Context, actor org.Actor, b id.Budget) ([]Grant, error) {
	if _, err := s.Get(ctx, actor, b); err != nil {
		return nil, err
	}
	out, err := s.Store.Grants(ctx, actor.Org, b)
	if err != nil {
		return nil, fmt.Errorf("budget: grants: %w", err)
	}
	return out, nil
}

// Room is how much could be granted to a budget now.
func (s *Service) Room(ctx context.Context, actor org.Actor, b id.Budget) (Room, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Room{}, err
	}
	var r Room
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		l, err := s.changing(ctx, actor, b)
		if err != nil {
			return err
		}
		p, err := s.Store.Present(ctx, l.Budget, s.now())
		r = p.room(l.Budget)
		return err
	})
	if err != nil {
		return Room{}, public("room", "", err)
	}
	return r, nil
}

// granted is a grant in the audit log.
func granted(m ledger.Measure, g Grant) map[string]any {
	out := map[string]any{"grant": g.ID.String(), "kind": string(g.Kind), "amount": m.Plain(g.Amount), "reason": g.Reason}
	if !g.Until.IsZero() {
		out["until"] = g.Until.UTC().Format(time.RFC3339)
	}
	return out
}

// now is the time as the database keeps it.
func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Microsecond) }
