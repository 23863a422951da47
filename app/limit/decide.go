package limit

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Verdict is what the decider adds to an approval. The zero value grants what was asked for.
type Verdict struct {
	Add   int64     // 0 = as asked for
	Until time.Time // zero = as asked for
	Note  string
}

// maxNote is the longest note, in characters: as in other approvals.
const maxNote = 500

// Approve raises the limit as it was asked for, or as the verdict says: the increase and the decision are one transaction,
// and bind on every node within a second. Approving again does nothing and answers the same; approving what was denied or
// has expired is a conflict.
func (s *Service) Approve(ctx context.Context, actor org.Actor, which id.Wish, v Verdict) (Request, error) {
	return s.decide(ctx, actor, which, Approved, v)
}

// Deny refuses a request. Denying again does nothing and answers the same; what was approved is ended by Lower.
func (s *Service) Deny(ctx context.Context, actor org.Actor, which id.Wish, why string) (Request, error) {
	return s.decide(ctx, actor, which, Denied, Verdict{Note: why})
}

// mayDecide refuses who may not: only those who may raise the limit decide, never the asker.
func mayDecide(actor org.Actor, at Listed, r Request) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	if err := may(actor, at.Scope, at.Place); err != nil {
		return err
	}
	if isAsker(actor, r) {
		return fault.New(fault.Forbidden, "forbidden", "You cannot decide your own request. Ask somebody else who may raise this limit.")
	}
	if !actor.Member.IsZero() && at.Place.Owner == actor.Member {
		return fault.New(fault.Forbidden, "forbidden", "You cannot decide about your own limit. Ask somebody else who may raise it.")
	}
	return nil
}

func (s *Service) decide(ctx context.Context, actor org.Actor, which id.Wish, to RequestState, v Verdict) (Request, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Request{}, err
	}
	if len([]rune(v.Note)) > maxNote {
		return Request{}, fault.Field("note", fmt.Sprintf("Write at most %d characters.", maxNote))
	}
	if v.Add < 0 {
		return Request{}, fault.Field("add", "Enter how much to add, or leave it empty for what was asked for.")
	}
	now := s.Clock.Now().UTC().Truncate(time.Microsecond)
	var r Request
	done := false // by somebody before
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var at Listed
		var err error
		if r, at, err = s.request(ctx, actor, which); err != nil {
			return err
		}
		if err := mayDecide(actor, at, r); err != nil {
			return err
		}
		if r = shown(actor, at, r, now); r.State != Pending {
			done = true
			return decidedBefore(r, to)
		}
		return s.settle(ctx, actor, at, &r, to, v, now)
	})
	if err != nil {
		return Request{}, public("decide", err)
	}
	if !done && to == Approved {
		s.changed(ctx)
	}
	return r, nil
}

// settle writes the decision into r, and raises. Where two decide at once, what the second one added is rolled back with its
// transaction.
func (s *Service) settle(ctx context.Context, actor org.Actor, at Listed, r *Request, to RequestState, v Verdict, now time.Time) error {
	d := *r
	d.State, d.DecidedBy, d.DecidedAt, d.Note, d.CanDecide = to, actor.Label, now, v.Note, false
	after := asked(at.Limit, d)
	if to == Approved {
		in := Rise{Add: d.Add, Until: d.Until, Reason: d.Reason}
		if v.Add > 0 {
			in.Add = v.Add
		}
		if !v.Until.IsZero() {
			in.Until = v.Until
		}
		x, err := s.increase(ctx, actor.Org, at, in, actor.Label, now)
		if err != nil {
			return err
		}
		d.Increase, after = x.ID, granted(at.Limit, x)
		after["request"] = d.ID.String()
	}
	first, err := s.Store.Decide(ctx, actor.Org, d)
	if err != nil {
		return err
	}
	if !first {
		return fault.Newf(fault.Conflict, "already_decided", "Somebody else decided this request at this moment. Nothing was changed by you; look at it again before it is %s.", to)
	}
	*r = d
	if s.Herald != nil {
		if err := s.Herald.Decided(ctx, actor.Org, shown(actor, at, d, now)); err != nil {
			return err
		}
	}
	delete(after, "reason") // the asker's own words, which stand in their entry and go with them
	after["asked_by"] = d.AskedBy
	if v.Note != "" {
		after["note"] = v.Note
	}
	return s.Audit.Append(ctx, actor, audit.Entry{Action: "limit." + string(to), Target: at.ID.String(), TargetName: at.Name, After: after})
}

// decidedBefore is nil when a request was decided the same way before, and says how else.
func decidedBefore(r Request, to RequestState) error {
	switch r.State {
	case to:
		return nil
	case Expired:
		return fault.New(fault.Conflict, "request_expired", "Nobody decided this request in time, so it has expired. Nothing was changed. Raise the limit on its page, or let them ask again.")
	case Withdrawn:
		return fault.New(fault.Conflict, "already_decided", "Whoever asked is not let in any more, so the request is withdrawn. Nothing was changed.")
	}
	return fault.Newf(fault.Conflict, "already_decided", "This request was %s by %s already. Nothing was changed.", r.State, r.DecidedBy)
}
