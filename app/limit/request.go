package limit

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Request is somebody's wish that a limit be raised for a while, and what became of it. Who approves it makes an Increase.
type Request struct {
	ID        id.Wish
	Limit     id.Limit
	Add       int64 // of the limit's unit
	Until     time.Time
	Reason    string
	State     RequestState
	AskedBy   string // label
	Asker     id.Member
	AskedAt   time.Time
	ExpiresAt time.Time // when it is too late to decide
	DecidedBy string
	DecidedAt time.Time // zero while pending
	Note      string    // the decider's
	Increase  id.Increase

	// Name, Label and Unit are the limit's; CanDecide says that the reader may approve or deny it now.
	Name      string
	Label     string
	Unit      Unit
	CanDecide bool
}

// RequestState is how far a request has come.
type RequestState string

// The states.
const (
	Pending   RequestState = "pending"
	Approved  RequestState = "approved"
	Denied    RequestState = "denied"
	Expired   RequestState = "expired"   // nobody decided in time
	Withdrawn RequestState = "withdrawn" // the asker is not let in any more
)

// More is what somebody asks for.
type More struct {
	Add    int64 // of the limit's unit
	Until  time.Time
	Reason string
}

// Herald tells people about requests, inside the transactions that cause it.
type Herald interface {
	// Asked calls those who may decide a new request and says how many they are; may says it of each.
	Asked(ctx context.Context, o id.Org, r Request, may func(org.Actor) bool) (int, error)
	// Decided tells the asker.
	Decided(ctx context.Context, o id.Org, r Request) error
}

// askFor is how long a request waits for a decision, if its own end does not come before: as long as other approvals.
const askFor = 7 * 24 * time.Hour

// NoRequest refuses an id that names no request, another tenant's, or one that is not the reader's business.
func NoRequest() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such request for a higher limit.")
}

// AskMore requests a temporary increase of a limit that the actor sees: everybody whom it binds does. One request of a
// person is pending per limit.
func (s *Service) AskMore(ctx context.Context, actor org.Actor, l id.Limit, in More) (Request, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Request{}, err
	}
	now := s.Clock.Now().UTC().Truncate(time.Microsecond)
	var r Request
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		at, err := s.find(ctx, actor, l)
		if err != nil {
			return err
		}
		if in, err = in.checked(at.Limit, now); err != nil {
			return err
		}
		r = Request{ID: id.NewWish(s.IDs), Limit: l, Add: in.Add, Until: in.Until, Reason: in.Reason, State: Pending, AskedBy: actor.Label, Asker: actor.Member,
			AskedAt: now, ExpiresAt: now.Add(askFor)}
		if in.Until.Before(r.ExpiresAt) {
			r.ExpiresAt = in.Until
		}
		if err := s.Store.AddRequest(ctx, actor.Org, r, now); err != nil {
			return err
		}
		r = shown(actor, at, r, now)
		if err := s.call(ctx, actor.Org, at, r); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("limit.asked", at.Limit, nil, asked(at.Limit, r)))
	})
	if errors.Is(err, ErrAsked) {
		return Request{}, fault.New(fault.Conflict, "already_asked", "You have asked for more of this limit already, and nobody has decided yet. Wait for that, or talk to whoever sets it.")
	}
	if err != nil {
		return Request{}, public("ask", err)
	}
	return r, nil
}

// call writes to those who may decide. What nobody could ever approve is refused at once.
func (s *Service) call(ctx context.Context, o id.Org, at Listed, r Request) error {
	if s.Herald == nil {
		return nil
	}
	n, err := s.Herald.Asked(ctx, o, r, func(m org.Actor) bool { return mayDecide(m, at, r) == nil })
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "no_decider", "Nobody else may raise this limit, so nobody could ever approve it. Whoever may set it can raise it on its page.")
	}
	return err
}

// checked is the wish in its stored form, or everything that is wrong with it, joined: what an increase takes, and a reason.
func (in More) checked(l Limit, now time.Time) (More, error) {
	x, err := Rise{Add: in.Add, Until: in.Until, Reason: in.Reason}.checked(l, now)
	if x.Reason == "" {
		err = errors.Join(err, fault.Field("reason", "Say what it is for: whoever decides reads this."))
	}
	return More{Add: x.Add, Until: x.Until, Reason: x.Reason}, err
}

// shown is a request with its limit's words and what the reader may do. Time ends it without anybody writing that down.
func shown(actor org.Actor, at Listed, r Request, now time.Time) Request {
	r.Name, r.Label, r.Unit = at.Name, at.Place.Label, at.Unit
	if r.State == Pending && !r.ExpiresAt.After(now) {
		r.State = Expired
	}
	r.CanDecide = r.State == Pending && mayDecide(actor, at, r) == nil
	return r
}
