package budget

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
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

// GrantInput is what a form or an API call says about a grant.
type GrantInput struct {
	Kind   GrantKind // Increase, Borrow or Opened
	Amount ledger.Units
	Until  time.Time // for Increase; zero = the end of the period. The others always last until then.
	Reason string
}

// Room is how much can be granted to a budget in its present period, for forms.
type Room struct {
	Ends     time.Time    // of the period, in the organization's zone; zero for Forever
	Reserve  ledger.Units // what of the reserve is still closed
	Borrow   ledger.Units // the most that can be borrowed; 0 while a borrowing is open, and for Forever
	Increase ledger.Units // the most that can be added
}

// BorrowShare is how much of the next period's limit may be borrowed, in percent.
const BorrowShare = 50

// maxReason is the longest reason, in characters.
const maxReason = 500

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
	if err != nil {
		return Grant{}, public("grant", "", err)
	}
	s.changed(ctx)
	return made, nil
}

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
	if in, err = in.checked(b, p, now); err != nil {
		return Grant{}, err
	}
	g := Grant{ID: id.NewAllowance(s.IDs), Budget: b.ID, Start: p.From, Kind: in.Kind, Amount: in.Amount, State: Active, Until: in.Until, Reason: in.Reason,
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

// checked is the input with its end filled in, or what is wrong with it.
func (in GrantInput) checked(b Budget, p Present, now time.Time) (GrantInput, error) {
	var err error
	if in.Reason, err = reason(in.Reason); err != nil {
		return in, err
	}
	if in.Amount <= 0 {
		return in, fault.Field("amount", "Enter how much to add: more than "+Amount(b.Measure, 0)+".")
	}
	room := p.room(b)
	switch in.Kind {
	case Increase:
		if in.Until, err = ending(in.Until, p.To, now); err != nil {
			return in, err
		}
		return in, within(b, in.Amount, room.Increase, "At most %s can be added: more would be above what a budget may have.")
	case Borrow:
		if b.Period == Forever {
			return in, fault.Field("kind", "A total has no next period to borrow from. Ask for an increase instead.")
		}
		if p.Owes {
			return in, fault.New(fault.Conflict, "borrowing_open", "Something was borrowed from the next period already. The next borrowing is possible when that is repaid, in the next period.")
		}
		if err := lasts(in.Until, p.To); err != nil {
			return in, err
		}
		in.Until = p.To.UTC()
		return in, within(b, in.Amount, room.Borrow, fmt.Sprintf("At most %%s can be borrowed: %d percent of the next period's limit.", BorrowShare))
	case Opened:
		if err := lasts(in.Until, p.To); err != nil {
			return in, err
		}
		if in.Until = p.To; !p.To.IsZero() {
			in.Until = p.To.UTC()
		}
		return in, within(b, in.Amount, room.Reserve, "At most %s can be opened: that is what is left of the reserve in this period.")
	}
	return in, fault.Field("kind", "Choose increase (for a while), borrow (from the next period) or reserve (open a part of it).")
}

func within(b Budget, amount, most ledger.Units, says string) error {
	if amount > most {
		return fault.Field("amount", fmt.Sprintf(says, Amount(b.Measure, most)))
	}
	return nil
}

// ending is when an increase ends: within the period, and not in the past.
func ending(until, to, now time.Time) (time.Time, error) {
	switch {
	case until.IsZero() && to.IsZero():
		return until, nil
	case until.IsZero():
		return to.UTC(), nil
	case !until.After(now):
		return until, fault.Field("until", "That is in the past. Choose a time between now and the end of the period, or leave it empty for the end.")
	case !to.IsZero() && until.After(to):
		return until, fault.Field("until", "The period ends on "+to.Format("2 January 2006 15:04")+" "+to.Location().String()+". Choose an earlier time, or leave it empty for the end.")
	}
	return until.UTC().Truncate(time.Microsecond), nil
}

// lasts refuses an end that is not the period's, where there is no choice.
func lasts(until, to time.Time) error {
	if until.IsZero() || until.Equal(to) {
		return nil
	}
	return fault.Field("until", "This lasts until the period ends; leave it empty.")
}

func reason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxReason || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return text, fault.Field("reason", fmt.Sprintf("Say why, in up to %d characters: whoever looks at it later reads this.", maxReason))
	}
	return text, nil
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
