package approval

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

// bench is the policies of an organization, read once for all that is looked at.
type bench struct {
	s     *Service
	court *policy.Court
}

func (s *Service) bench(ctx context.Context, actor org.Actor) (*bench, error) {
	court, err := s.Policies.Court(ctx, actor)
	return &bench{s, court}, err
}

// judge is what policies have against a request's call now.
func (b *bench) judge(x View) policy.Case {
	return b.court.Judge(x.Subject.Chain, b.s.model(x.Approval), x.Cost)
}

// show is a request as the actor sees it; false if it is none of their business: neither their own, nor of their part.
func (b *bench) show(ctx context.Context, actor org.Actor, a Approval) (View, bool, error) {
	at, err := b.s.Store.Subject(ctx, a.Org, a.Key)
	if errors.Is(err, ErrNotFound) {
		return View{}, false, nil
	}
	if err != nil {
		return View{}, false, err
	}
	x := View{Approval: a, Subject: at}
	covers := actor.Require(org.Lead) == nil && actor.InTeam(at.Chain.Team, org.Lead)
	if !a.isAsker(actor) && !covers && !(!actor.Member.IsZero() && at.Chain.Member == actor.Member) {
		return View{}, false, nil
	}
	now := b.s.now()
	x.State = a.at(now)
	switch x.State {
	case Pending:
		x.CanRevoke = a.isAsker(actor)
		x.CanDecide = covers && mayDecide(actor, b.court, at, a, b.judge(x), b.s.model(a)) == nil
	case Approved:
		x.CanRevoke = a.isAsker(actor) || covers && b.revocable(actor, x)
	}
	return x, true, nil
}

// revocable reports whether the actor could have approved: who may open, may close. Policies that are gone lift nothing.
func (b *bench) revocable(actor org.Actor, x View) bool {
	return mayDecide(actor, b.court, x.Subject, x.Approval, b.judge(x), b.s.model(x.Approval)) == nil || actor.Role == org.Admin || x.Decider == actor.Member && !actor.Member.IsZero()
}

func (b *bench) find(ctx context.Context, actor org.Actor, which id.Approval) (View, error) {
	a, err := b.s.Store.Get(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) {
		return View{}, NotFound()
	}
	if err != nil {
		return View{}, fmt.Errorf("approval: get: %w", err)
	}
	x, mine, err := b.show(ctx, actor, a)
	if err == nil && !mine {
		err = NotFound()
	}
	return x, err
}

// Get is one request that is the actor's, or of their part of the tree.
func (s *Service) Get(ctx context.Context, actor org.Actor, which id.Approval) (View, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return View{}, err
	}
	b, err := s.bench(ctx, actor)
	if err != nil {
		return View{}, err
	}
	return b.find(ctx, actor, which)
}

// List gives the actor's own requests and those of their part of the tree, newest first, of the last 500.
func (s *Service) List(ctx context.Context, actor org.Actor, q Query) ([]View, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	f := Filter{Stored: q.State}
	if actor.Require(org.Lead) != nil {
		f.Asker = actor.Member
	}
	switch q.State {
	case Approved:
		f.Ends = s.now()
	case Over:
		f.Stored = Approved
	case Expired:
		f.Stored = Pending // most of them; those that a later request cleared away are kept as expired
	}
	all, err := s.Store.List(ctx, actor.Org, f)
	if err == nil && q.State == Expired {
		var old []Approval
		f.Stored = Expired
		old, err = s.Store.List(ctx, actor.Org, f)
		all = append(all, old...)
	}
	if err != nil {
		return nil, fmt.Errorf("approval: list: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	b, err := s.bench(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := make([]View, 0, len(all))
	for _, a := range all {
		if q.State != "" && a.at(s.now()) != q.State {
			continue
		}
		x, mine, err := b.show(ctx, actor, a)
		if err != nil {
			return nil, fmt.Errorf("approval: list: %w", err)
		}
		if mine {
			out = append(out, x)
		}
	}
	return out, nil
}

// Waiting is how many requests the actor could decide now, budget's and limit's among them: the number beside the inbox.
func (s *Service) Waiting(ctx context.Context, actor org.Actor) (int, error) {
	if actor.Require(org.Lead) != nil {
		return 0, nil
	}
	n := 0
	mine, err := s.List(ctx, actor, Query{State: Pending})
	if err != nil {
		return 0, err
	}
	for _, x := range mine {
		if x.CanDecide {
			n++
		}
	}
	money, err := s.Budgets.Waiting(ctx, actor)
	if err != nil {
		return 0, err
	}
	pace, err := s.Limits.Waiting(ctx, actor)
	return n + money + pace, err
}
