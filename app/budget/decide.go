package budget

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Verdict is what the decider adds to an approval. The zero value grants what was asked for.
type Verdict struct {
	Amount ledger.Units // 0 = as asked for
	Until  time.Time    // zero = as asked for
	Note   string
}

// Approve grants what was asked for, or what the verdict says: the grant and the decision are one transaction, and in
// force on every node within seconds. Approving again does nothing and answers the same; approving what was denied or has
// expired is a conflict.
func (s *Service) Approve(ctx context.Context, actor org.Actor, which id.Ask, v Verdict) (Request, error) {
	return s.decide(ctx, actor, which, Approved, v)
}

// Deny refuses a request. Denying again does nothing and answers the same; denying what was approved is a conflict: end
// the matter by lowering the budget.
func (s *Service) Deny(ctx context.Context, actor org.Actor, which id.Ask, why string) (Request, error) {
	return s.decide(ctx, actor, which, Denied, Verdict{Note: why})
}

// mayDecide refuses who may not: only those who may change the budget decide, never the asker, nobody on their own limit.
func mayDecide(actor org.Actor, l Listed, r Request) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	if err := may(actor, l.Scope, l.Place); err != nil {
		return err
	}
	if isAsker(actor, r) {
		return fault.New(fault.Forbidden, "forbidden", "You cannot decide your own request. Ask somebody else who may change this budget.")
	}
	if !actor.Member.IsZero() && l.Place.Owner == actor.Member {
		return fault.New(fault.Forbidden, "forbidden", "You cannot decide about your own limit. Ask somebody else who may change this budget.")
	}
	return nil
}

func (s *Service) decide(ctx context.Context, actor org.Actor, which id.Ask, to RequestState, v Verdict) (Request, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Request{}, err
	}
	if len([]rune(v.Note)) > maxReason {
		return Request{}, fault.Field("note", fmt.Sprintf("Write at most %d characters.", maxReason))
	}
	if v.Amount < 0 {
		return Request{}, fault.Field("amount", "Enter how much to grant, or leave it empty for what was asked for.")
	}
	now := s.now()
	var r Request
	done := false // by somebody before
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var l Listed
		var err error
		if r, l, err = s.request(ctx, actor, which); err != nil {
			return err
		}
		if err := mayDecide(actor, l, r); err != nil {
			return err
		}
		if r.State == Pending && r.ExpiresAt.After(now) {
			err = s.settleRequest(ctx, actor, l, &r, to, v, now)
		} else {
			done, err = true, settled(s.shown(actor, l, r, now), to)
		}
		r = s.shown(actor, l, r, now)
		return err
	})
	if err != nil {
		return Request{}, public("decide", "", err)
	}
	if !done {
		s.changed(ctx)
	}
	return r, nil
}

// settleRequest writes the decision into r, and grants. Where two decide at once, what the second one granted is rolled
// back with its transaction.
func (s *Service) settleRequest(ctx context.Context, actor org.Actor, l Listed, r *Request, to RequestState, v Verdict, now time.Time) error {
	decision := *r
	decision.State, decision.DecidedBy, decision.DecidedAt, decision.Note = to, actor.Label, now, v.Note
	var g Grant
	if to == Approved {
		in := GrantInput{Kind: r.Kind, Amount: r.Amount, Until: r.Until, Reason: r.Reason}
		if v.Amount > 0 {
			in.Amount = v.Amount
		}
		if !v.Until.IsZero() && r.Kind == Increase {
			in.Until = v.Until
		}
		var err error
		if g, err = s.grant(ctx, actor, l.Budget, in, now, r); err != nil {
			return err
		}
		decision.Grant = g.ID
	}
	first, err := s.Store.Decide(ctx, actor.Org, decision)
	if err != nil {
		return err
	}
	if !first {
		return decided(to)
	}
	*r = decision
	if s.Herald != nil {
		if err := s.Herald.Decided(ctx, actor.Org, s.shown(actor, l, decision, now)); err != nil {
			return err
		}
	}
	after := asked(l.Measure, decision)
	action := "budget.denied"
	if to == Approved {
		action, after = "budget.approved", granted(l.Measure, g)
		after["request"] = r.ID.String()
	}
	delete(after, "reason") // the asker's own words, which stand in their entry and go with them
	if v.Note != "" {
		after["note"] = v.Note
	}
	return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: l.ID.String(), TargetName: l.Name, After: after})
}

// settled is nil when a request was decided the same way before, and says how else.
func settled(r Request, to RequestState) error {
	switch r.State {
	case to:
		return nil
	case Expired:
		return fault.New(fault.Conflict, "request_expired", "Nobody decided this request in time, so it has expired. Nothing was changed. Grant an increase, or let them ask again.")
	}
	return fault.Newf(fault.Conflict, "already_decided", "This request was %s by %s already. Nothing was changed.", r.State, r.DecidedBy)
}

func decided(to RequestState) error {
	return fault.Newf(fault.Conflict, "already_decided", "Somebody else decided this request at this moment. Nothing was changed by you; look at it again before it is %s.", to)
}
