package approval

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Parts are what Service works with. All are required.
type Parts struct {
	Store    Store
	Orgs     org.Store
	Policies *policy.Service
	Budgets  *budget.Service
	Limits   *limit.Service
	Herald   *Herald
	// Model is what an organization's clients get for a name; no targets if nobody offers it.
	Model func(o id.Org, name string) policy.Model
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
}

// Service is the room's use cases.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Microsecond) }

// changed tells every node to read the grants again.
func (s *Service) changed(ctx context.Context) { s.tell(ctx, policy.ExtrasTopic) }

func (s *Service) tell(ctx context.Context, topic live.Topic) {
	if err := s.Bus.Publish(ctx, topic); err != nil { // readers poll as well
		s.Log.Warn("approvals changed, but listeners could not be told", "error", err)
	}
}

// subject is a key that the actor may ask for: their own, or a service account's of a team they belong to.
func (s *Service) subject(ctx context.Context, actor org.Actor, k id.Key) (Subject, error) {
	at, err := s.Store.Subject(ctx, actor.Org, k)
	if errors.Is(err, ErrNotFound) || err == nil && !actor.Sees(org.OfKey(actor.Org, k), at.place()) {
		return Subject{}, noKey()
	}
	if err != nil {
		return Subject{}, fmt.Errorf("approval: key: %w", err)
	}
	own := at.Chain.Member == actor.Member && !actor.Member.IsZero()
	if !own && (!at.Chain.Member.IsZero() || !actor.InTeam(at.Chain.Team, org.Developer)) {
		return Subject{}, fault.New(fault.Forbidden, "forbidden", "This is somebody else's key. Whoever uses it asks for an approval.")
	}
	if !at.works(s.now()) {
		return Subject{}, fault.New(fault.Conflict, "key_not_active", "This key is refused for itself at the moment. Ask with one that is in use.")
	}
	return at, nil
}

// Draft is what a form begins with: the key, what policies have against the call, and how much can be asked for.
type Draft struct {
	Subject Subject
	Case    policy.Case
	Model   string
}

// Draft looks at a call without asking for it.
func (s *Service) Draft(ctx context.Context, actor org.Actor, in Input) (Draft, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Draft{}, err
	}
	at, err := s.subject(ctx, actor, in.Key)
	if err != nil {
		return Draft{}, err
	}
	court, err := s.Policies.Court(ctx, actor)
	if err != nil {
		return Draft{}, err
	}
	return s.draft(court, at, in)
}

func (s *Service) draft(court *policy.Court, at Subject, in Input) (Draft, error) {
	d := Draft{Subject: at, Model: in.Model}
	m := s.Model(at.Chain.Org, in.Model)
	m.Name = in.Model
	if len(m.Targets) == 0 {
		return d, fault.Field("model", "Nobody here offers this model. An organization admin can add it under Models & aliases; then ask again.")
	}
	d.Case = court.Judge(at.Chain, m, in.Cost)
	if why := d.Case.Barred(); why != "" {
		return d, fault.Newf(fault.Conflict, "not_approvable", "Nobody can approve this: the policy of %s. Whoever sets that policy can change it.", why)
	}
	if len(d.Case.Findings) == 0 {
		return d, fault.New(fault.Conflict, "nothing_refused", "No policy is against this any more. Send the request again.")
	}
	return d, nil
}

func public(op string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err // joined refusals of fields stay joined
	}
	return fmt.Errorf("approval: %s: %w", op, err)
}

func note(action string, a Approval, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: a.ID.String(), TargetName: a.Model, After: after}
}

// facts are a request in the audit log.
func (a Approval) facts() map[string]any {
	out := map[string]any{"key": a.Key.String(), "model": a.Model, "reason": a.Reason, "until": a.Until.UTC().Format(time.RFC3339), "against": a.Reasons}
	if a.Cost > 0 {
		out["cost_usd"] = a.Cost.String()
	}
	if a.Amount > 0 {
		out["amount_usd"] = a.Amount.String()
	}
	if a.Times > 0 {
		out["times"] = a.Times
	}
	return out
}
