package budget

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Request is somebody's wish for more than a budget allows, and what became of it. Who approves it grants what Kind says.
type Request struct {
	ID        id.Ask
	Budget    id.Budget
	Kind      GrantKind    // Increase or Borrow
	Amount    ledger.Units // in the budget's measure
	Until     time.Time    // zero = the end of the period
	Reason    string
	State     RequestState
	AskedBy   string // label
	Asker     id.Member
	AskedAt   time.Time
	ExpiresAt time.Time // when it is too late to decide
	DecidedBy string
	DecidedAt time.Time // zero while pending
	Note      string    // the decider's
	Grant     id.Allowance

	// Name, Label and Measure are the budget's; CanDecide says that the reader may approve or deny it now.
	Name      string
	Label     string
	Measure   ledger.Measure
	CanDecide bool
}

// RequestState is how far a request has come.
type RequestState string

// The states.
const (
	Pending  RequestState = "pending"
	Approved RequestState = "approved"
	Denied   RequestState = "denied"
	Expired  RequestState = "expired" // nobody decided in time
)

// RequestInput is what somebody asks for.
type RequestInput struct {
	Kind   GrantKind // Increase if "", or Borrow
	Amount ledger.Units
	Until  time.Time // zero = the end of the period
	Reason string
}

// RequestQuery narrows a list of requests.
type RequestQuery struct {
	Budget id.Budget    // zero = all
	State  RequestState // "" = all
	Asker  id.Member    // zero = everybody
}

// askFor is how long a request waits for a decision, if its period or its own end does not come before.
const askFor = 7 * 24 * time.Hour

// NoRequest refuses an id that names no request, another tenant's, or one that is not the reader's business.
func NoRequest() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such request.")
}

// Asking is the budget that somebody wants more of: one that they see, or spend under. Whoever was refused by a tag's
// budget has its address from the refusal.
func (s *Service) Asking(ctx context.Context, actor org.Actor, b id.Budget) (Entry, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Entry{}, err
	}
	l, err := s.asking(ctx, actor, b)
	if err != nil {
		return Entry{}, err
	}
	return s.entry(l), nil
}

func (s *Service) asking(ctx context.Context, actor org.Actor, b id.Budget) (Listed, error) {
	l, err := s.find(ctx, actor.Org, b)
	if err != nil {
		return l, err
	}
	if l.Scope.Kind() != org.TagScope && !sees(actor, l.Scope, l.Place) {
		return l, NotFound()
	}
	return l, nil
}

// Ask requests more of a budget that the actor sees or spends under. One request of a person is pending per budget.
func (s *Service) Ask(ctx context.Context, actor org.Actor, b id.Budget, in RequestInput) (Request, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Request{}, err
	}
	now := s.now()
	var r Request
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		l, err := s.asking(ctx, actor, b)
		if err != nil {
			return err
		}
		if in, err = in.checked(l, now); err != nil {
			return err
		}
		r = Request{ID: id.NewAsk(s.IDs), Budget: b, Kind: in.Kind, Amount: in.Amount, Until: in.Until, Reason: in.Reason, State: Pending, AskedBy: actor.Label,
			Asker: actor.Member, AskedAt: now, ExpiresAt: now.Add(askFor)}
		for _, end := range []time.Time{in.Until, l.ResetsAt} {
			if !end.IsZero() && end.Before(r.ExpiresAt) {
				r.ExpiresAt = end.UTC()
			}
		}
		if err := s.Store.AddRequest(ctx, actor.Org, r); err != nil {
			return err
		}
		r = s.shown(actor, l, r, now)
		if s.Herald != nil {
			if err := s.Herald.Asked(ctx, actor.Org, r, func(m org.Actor) bool { return mayDecide(m, l, r) == nil }); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, note("budget.asked", l.Budget, nil, asked(l.Measure, r)))
	})
	if errors.Is(err, ErrAsked) {
		return Request{}, fault.New(fault.Conflict, "already_asked", "You have asked for more of this budget already, and nobody has decided yet. Wait for that, or talk to whoever sets it.")
	}
	if err != nil {
		return Request{}, public("ask", "", err)
	}
	s.changed(ctx) // the keeper learns when it expires
	return r, nil
}

func (in RequestInput) checked(l Listed, now time.Time) (RequestInput, error) {
	var err error
	if in.Reason, err = reason(in.Reason); err != nil {
		return in, err
	}
	if in.Amount <= 0 {
		return in, fault.Field("amount", "Enter how much more you need: more than "+Amount(l.Measure, 0)+".")
	}
	if err := within(l.Budget, in.Amount, max(0, most(l.Measure)-l.Present), "Ask for at most %s."); err != nil {
		return in, err
	}
	if in.Kind == "" {
		in.Kind = Increase
	}
	switch {
	case in.Kind == Borrow && l.Period == Forever:
		return in, fault.Field("kind", "A total has no next period to borrow from. Ask for an increase.")
	case in.Kind == Borrow:
		in.Until = time.Time{} // a borrowing lasts until the period ends
	case in.Kind != Increase:
		return in, fault.Field("kind", "Choose what you need: increase, or borrow from the next period.")
	}
	if !in.Until.IsZero() {
		in.Until, err = ending(in.Until, l.ResetsAt, now)
	}
	return in, err
}
