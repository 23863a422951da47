package onboard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Step is one of the wizard's.
type Step string

// The steps, in their order. The organization is there before the first of them.
const (
	Provider Step = "provider"
	Template Step = "template"
	Budget   Step = "budget"
	Invite   Step = "invite"
	Key      Step = "key"
	Request  Step = "request"
)

// Steps are all of them, in order.
var Steps = []Step{Provider, Template, Budget, Invite, Key, Request}

// Mark is what is kept of a step: that it was left out, or for the first request, when it came.
type Mark struct {
	Outcome string
	At      time.Time
}

// The outcomes.
const (
	Skipped = "skipped"
	Arrived = "arrived"
)

// Store keeps marks. *db.OnboardStore implements it.
type Store interface {
	Marks(ctx context.Context, o id.Org) (map[Step]Mark, error)
	// Set keeps a mark unless there is one; fresh says that there was none.
	Set(ctx context.Context, o id.Org, s Step, m Mark) (fresh bool, err error)
	Unset(ctx context.Context, o id.Org, s Step) (found bool, err error)
	// First is when the organization's oldest known request came.
	First(ctx context.Context, o id.Org) (time.Time, bool, error)
}

// WizardParts are what Wizard works with. All but First are required.
type WizardParts struct {
	Store       Store
	Orgs        org.Store
	Connections interface {
		List(ctx context.Context, actor org.Actor) ([]provider.ConnectionRecord, error)
	}
	Budgets interface {
		List(ctx context.Context, actor org.Actor) ([]budget.Entry, error)
	}
	Keys interface {
		Count(ctx context.Context, actor org.Actor) (key.Counts, error)
	}
	// Invited is how many invitations were written.
	Invited func(ctx context.Context, actor org.Actor) (int, error)
	// First is told once per organization how long its first request took, from the sign-up on; nil is told nothing.
	First func(took time.Duration)
	Tx    work.Tx
	Audit audit.Log
	Clock clock.Clock
}

// Wizard says how far an organization has come. It keeps nothing that can be read from what exists, so what is done on other pages, by
// another admin or by a script counts, and an interrupted set-up goes on where it stands.
type Wizard struct{ WizardParts }

// NewWizard makes the wizard.
func NewWizard(p WizardParts) *Wizard { return &Wizard{p} }

// MayWalk is who sets an organization up.
const MayWalk = org.Admin

// Progress is how far an organization has come.
type Progress struct {
	Done    map[Step]bool
	Skipped map[Step]bool
	// Next is the first step that is neither done nor skipped; "" if none is left.
	Next Step
	// First is when the first request came, and Took how long that was after the sign-up; zero if none came.
	First time.Time
	Took  time.Duration
}

// Open reports whether anything is left to do.
func (p Progress) Open() bool { return p.Next != "" }

// Progress reads how far the organization has come.
func (w *Wizard) Progress(ctx context.Context, actor org.Actor) (Progress, error) {
	if err := actor.Require(MayWalk); err != nil {
		return Progress{}, err
	}
	p := Progress{Done: map[Step]bool{}, Skipped: map[Step]bool{}}
	marks, err := w.Store.Marks(ctx, actor.Org)
	if err != nil {
		return p, err
	}
	for s, done := range map[Step]func(context.Context, org.Actor) (bool, error){Provider: w.connected, Template: w.furnished, Budget: w.budgeted, Invite: w.invited, Key: w.keyed} {
		if p.Done[s], err = done(ctx, actor); err != nil {
			return p, fmt.Errorf("onboard: %s: %w", s, err)
		}
		p.Skipped[s] = marks[s].Outcome == Skipped && !p.Done[s]
	}
	if err := w.first(ctx, actor, marks[Request], &p); err != nil {
		return p, err
	}
	if i := slices.IndexFunc(Steps, func(s Step) bool { return !p.Done[s] && !p.Skipped[s] }); i >= 0 {
		p.Next = Steps[i]
	}
	return p, nil
}

// Waiting is the part of Progress that is about the first request; pages that wait for it ask often.
func (w *Wizard) Waiting(ctx context.Context, actor org.Actor) (Progress, error) {
	if err := actor.Require(MayWalk); err != nil {
		return Progress{}, err
	}
	p := Progress{Done: map[Step]bool{}}
	marks, err := w.Store.Marks(ctx, actor.Org)
	if err != nil {
		return p, err
	}
	return p, w.first(ctx, actor, marks[Request], &p)
}

// connected: the sandbox that every organization starts with is no provider of its own, and one that failed its test, or was taken out
// of use, answers nobody. What nobody tested, such as a connection that a script made, counts.
func (w *Wizard) connected(ctx context.Context, actor org.Actor) (bool, error) {
	all, err := w.Connections.List(ctx, actor)
	return slices.ContainsFunc(all, func(r provider.ConnectionRecord) bool {
		return r.Kind != provider.Sandbox && !r.Disabled && (r.Check.OK || r.Check.IsZero())
	}), err
}

func (w *Wizard) furnished(ctx context.Context, actor org.Actor) (bool, error) {
	all, err := w.Orgs.Departments(ctx, actor.Org)
	return len(all) > 0, err
}

func (w *Wizard) budgeted(ctx context.Context, actor org.Actor) (bool, error) {
	all, err := w.Budgets.List(ctx, actor)
	return slices.ContainsFunc(all, func(e budget.Entry) bool { return e.Scope == org.OfOrg(actor.Org) }), err
}

func (w *Wizard) invited(ctx context.Context, actor org.Actor) (bool, error) {
	members, err := w.Orgs.Members(ctx, actor.Org)
	if err != nil || len(members) > 1 {
		return len(members) > 1, err
	}
	n, err := w.Invited(ctx, actor)
	return n > 0, err
}

func (w *Wizard) keyed(ctx context.Context, actor org.Actor) (bool, error) {
	n, err := w.Keys.Count(ctx, actor)
	return n.All > 0, err
}

// first finds the first request, and keeps its time the first time it is seen.
func (w *Wizard) first(ctx context.Context, actor org.Actor, m Mark, p *Progress) error {
	at, ok := m.At, m.Outcome == Arrived
	o, err := w.Orgs.Organization(ctx, actor.Org)
	if err != nil {
		return err
	}
	if !ok {
		if at, ok, err = w.Store.First(ctx, actor.Org); err != nil || !ok {
			return err
		}
		fresh, err := w.Store.Set(ctx, actor.Org, Request, Mark{Arrived, at})
		if err != nil {
			return err
		}
		if fresh && w.First != nil {
			w.First(at.Sub(o.CreatedAt))
		}
	}
	p.Done[Request], p.First, p.Took = true, at, max(at.Sub(o.CreatedAt), 0)
	return nil
}

// Skip leaves a step out, or takes that back with no. The first request cannot be left out: it comes or it does not.
func (w *Wizard) Skip(ctx context.Context, actor org.Actor, s Step, no bool) error {
	if err := actor.Require(MayWalk); err != nil {
		return err
	}
	if !slices.Contains(Steps[:len(Steps)-1], s) {
		return fault.Field("step", "This step cannot be left out. There are provider, template, budget, invite and key.")
	}
	return w.Tx.Do(ctx, func(ctx context.Context) error {
		action := "onboarding.step_skipped"
		changed, err := false, error(nil)
		if no {
			action = "onboarding.step_taken_back"
			changed, err = w.Store.Unset(ctx, actor.Org, s)
		} else {
			changed, err = w.Store.Set(ctx, actor.Org, s, Mark{Skipped, w.Clock.Now().UTC()})
		}
		if err != nil || !changed { // two admins who leave out the same step have left it out once
			return err
		}
		return w.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: string(s), TargetName: string(s)})
	})
}
