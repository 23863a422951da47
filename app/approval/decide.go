package approval

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

// mayDecide refuses who may not. at is the key, c what policies have against the call now, m what its model leads to.
func mayDecide(actor org.Actor, court *policy.Court, at Subject, a Approval, c policy.Case, m policy.Model) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	if a.isAsker(actor) || !actor.Member.IsZero() && actor.Member == at.Chain.Member {
		return fault.New(fault.Forbidden, "forbidden", "You cannot decide your own request, or about your own key. Ask somebody else who may.")
	}
	if !actor.InTeam(at.Chain.Team, org.Lead) {
		return fault.New(fault.Forbidden, "forbidden", "You can decide for your own part of the organization only.")
	}
	for _, f := range c.Findings {
		if !mayLift(actor, f.Policy, at) {
			return fault.Newf(fault.Forbidden, "forbidden", "You cannot approve this: the policy of %s. Its approvals are for a %s.", f.Why, f.Policy.Approver.Title())
		}
	}
	if actor.Member.IsZero() {
		return nil
	}
	for _, f := range court.Judge(org.Chain{Org: actor.Org, Member: actor.Member}, m, a.Cost).Findings {
		if f.Policy.Scope.Kind() == org.MemberScope { // what one lacks oneself, one does not grant
			return fault.Newf(fault.Forbidden, "forbidden", "You cannot approve what you may not use yourself: the policy of %s.", f.Why)
		}
	}
	return nil
}

// mayLift reports whether the actor may set a policy, or has the role that approves for its part of the tree.
func mayLift(actor org.Actor, l policy.Listed, at Subject) bool {
	return policy.Changeable(actor, l) || l.Approver.Valid() && l.Approver.AtLeast(org.Lead) && actor.InTeam(at.Chain.Team, l.Approver)
}

// isAsker tells people by their membership, and management tokens, which have none, by their name.
func (a Approval) isAsker(actor org.Actor) bool {
	if !a.Asker.IsZero() {
		return a.Asker == actor.Member
	}
	return actor.Member.IsZero() && a.AskedBy == actor.Label
}

// Approve grants what was asked for, or what the verdict says, and binds on every node within seconds. Approving again does
// nothing and answers the same; approving what was denied or has expired is a conflict.
func (s *Service) Approve(ctx context.Context, actor org.Actor, which id.Approval, v Verdict) (View, error) {
	return s.decide(ctx, actor, which, Approved, v)
}

// Deny refuses a request. Denying again does nothing and answers the same; an approval is ended by Revoke.
func (s *Service) Deny(ctx context.Context, actor org.Actor, which id.Approval, why string) (View, error) {
	return s.decide(ctx, actor, which, Denied, Verdict{Note: why})
}

func (s *Service) decide(ctx context.Context, actor org.Actor, which id.Approval, to State, v Verdict) (View, error) {
	if err := actor.Require(org.Lead); err != nil {
		return View{}, err
	}
	if utf8.RuneCountInString(v.Note) > maxReason {
		return View{}, fault.Field("note", fmt.Sprintf("Write at most %d characters.", maxReason))
	}
	var out View
	done := false // by somebody before
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		b, err := s.bench(ctx, actor)
		if err != nil {
			return err
		}
		if out, err = b.find(ctx, actor, which); err != nil {
			return err
		}
		done, err = s.judge(ctx, b, actor, &out, to, v)
		return err
	})
	if err != nil {
		return View{}, public("decide", err)
	}
	if !done {
		s.changed(ctx)
	}
	return out, nil
}

// judge decides, inside a transaction. done says that it was decided the same way before.
func (s *Service) judge(ctx context.Context, b *bench, actor org.Actor, x *View, to State, v Verdict) (done bool, err error) {
	now := s.now()
	c := b.judge(*x)
	if err := mayDecide(actor, b.court, x.Subject, x.Approval, c, b.s.model(x.Approval)); err != nil {
		return false, err
	}
	if x.at(now) != Pending {
		return true, settled(*x, x.at(now), to)
	}
	if err := b.askerIn(ctx, x.Approval); err != nil {
		return false, err
	}
	next := x.Approval
	next.State, next.Decider, next.DecidedBy, next.DecidedAt, next.Note = to, actor.Member, actor.Label, now, v.Note
	if to == Approved {
		if err := s.grant(&next, x.Subject, c, v); err != nil {
			return false, err
		}
	}
	first, err := s.Store.Decide(ctx, next)
	if err != nil {
		return false, err
	}
	if !first {
		return false, fault.Newf(fault.Conflict, "already_decided", "Somebody else decided this request at this moment. Nothing was changed by you; look at it again before it is %s.", to)
	}
	x.Approval, x.CanDecide = next, false
	facts := next.facts()
	delete(facts, "reason") // the asker's own words, which stand in their entry and go with them
	facts["asked_by"] = next.AskedBy
	if v.Note != "" {
		facts["note"] = v.Note
	}
	if err := s.Audit.Append(ctx, actor, note("approval."+string(to), next, facts)); err != nil {
		return false, err
	}
	return false, s.Herald.Answer(ctx, next.Org, OfPolicy, next.ID.UUID(), next.Asker, noticeOf(Call{Policy: &View{Approval: next}}, next.ID.String(), string(to), next.DecidedBy))
}

// grant fills in what is opened: by the policies as they are now, within the verdict's bounds.
func (s *Service) grant(a *Approval, at Subject, c policy.Case, v Verdict) error {
	if !at.works(s.now()) {
		return fault.New(fault.Conflict, "key_not_active", "The key is refused for itself at the moment, so there is nothing to approve.")
	}
	if why := c.Barred(); why != "" {
		return fault.Newf(fault.Conflict, "not_approvable", "Nobody can approve this any more: the policy of %s.", why)
	}
	if len(c.Findings) == 0 {
		return fault.New(fault.Conflict, "nothing_refused", "No policy is against this any more, so there is nothing to approve. It works already.")
	}
	if !v.Until.IsZero() {
		a.Until = v.Until
	}
	if v.Amount > 0 {
		a.Amount = v.Amount
	}
	if v.Times > 0 {
		a.Times = v.Times
	}
	a.Reasons, a.Lifts, a.Targets = c.Reasons(), c.Lifts(), c.Targets
	return a.Bounds.check(s.now())
}

// settled is nil when a request was decided the same way before, and says how else.
func settled(x View, is, to State) error {
	switch {
	case is == to, to == Approved && is == Over:
		return nil
	case is == Expired:
		return fault.New(fault.Conflict, "request_expired", "Nobody decided this request in time, so it has expired. Nothing was changed. Let them ask again.")
	case is == Withdrawn:
		return fault.New(fault.Conflict, "already_decided", "This request was withdrawn. Nothing was changed.")
	}
	return fault.Newf(fault.Conflict, "already_decided", "This request was %s by %s already. Nothing was changed.", is, x.DecidedBy)
}

// Revoke ends an approval at once; a pending request is withdrawn by its asker. Requests under way run on.
func (s *Service) Revoke(ctx context.Context, actor org.Actor, which id.Approval) (View, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return View{}, err
	}
	var out View
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		b, err := s.bench(ctx, actor)
		if err != nil {
			return err
		}
		if out, err = b.find(ctx, actor, which); err != nil {
			return err
		}
		if !out.CanRevoke {
			return fault.New(fault.Conflict, "not_revocable", "There is nothing in force here that you could end: it is over, or others decide about it.")
		}
		from, to, action := Approved, Revoked, "approval.revoked"
		if out.State == Pending {
			from, to = Pending, Withdrawn
		}
		ok, err := s.Store.End(ctx, actor.Org, which, from, to, actor.Label, s.now())
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "already_decided", "Somebody was faster. Look at it again.")
		}
		out.State, out.CanRevoke, out.CanDecide = to, false, false
		return s.Audit.Append(ctx, actor, note(action, out.Approval, map[string]any{"used": out.Used, "spent_usd": out.Spent.String(), "was": string(from)}))
	})
	if err != nil {
		return View{}, public("revoke", err)
	}
	s.changed(ctx)
	return out, nil
}

// askerIn refuses the request of somebody who is out.
func (b *bench) askerIn(ctx context.Context, a Approval) error {
	if a.Asker.IsZero() {
		return nil
	}
	m, err := b.s.Orgs.Member(ctx, a.Org, a.Asker)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || m.Status() != org.ActiveMember {
		return fault.New(fault.Conflict, "already_decided", "Whoever asked is not let in any more, so the request is withdrawn. Nothing was changed.")
	}
	return nil
}
