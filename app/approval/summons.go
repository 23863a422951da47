package approval

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

// Call is what a mailed link shows: who is called, to decide what. One of Policy, Budget and Limit is set.
type Call struct {
	Summons
	Organization org.Organization
	Member       org.Member
	Policy       *View
	Budget       *budget.Request
	Limit        *limit.Request
}

// Summoned opens a mailed link and changes nothing. by says where the reader comes from. A link is dead once it was used, the
// request is decided or too old, or its manager is out or may not decide any more. Only a link that we made learns why.
func (s *Service) Summoned(ctx context.Context, by org.Actor, token string) (Call, error) {
	t, err := s.Herald.Links.Read(token)
	if err != nil {
		return Call{}, err
	}
	which, err := id.ParseSummons(t.About)
	if err != nil {
		return Call{}, mail.DeadLink()
	}
	x, err := s.Store.Summons(ctx, t.Org, which)
	if errors.Is(err, ErrNotFound) {
		return Call{}, mail.DeadLink()
	}
	if err != nil {
		return Call{}, fmt.Errorf("approval: open link: %w", err)
	}
	if !s.Herald.Links.Holds(t, linkPurpose, x.Member.UUID(), x.About) {
		return Call{}, mail.DeadLink()
	}
	if !x.UsedAt.IsZero() {
		return Call{}, fault.New(fault.NotFound, "link_used", "You have decided this already, through this link. It works once.")
	}
	return s.open(ctx, by, x)
}

func (s *Service) open(ctx context.Context, by org.Actor, x Summons) (Call, error) {
	c := Call{Summons: x}
	var err error
	c.Member, err = s.Orgs.Member(ctx, x.Org, x.Member)
	if err == nil {
		c.Organization, err = s.Orgs.Organization(ctx, x.Org)
	}
	if fault.Is(err, fault.NotFound) || err == nil && c.Member.Status() != org.ActiveMember {
		return c, mail.DeadLink()
	}
	if err != nil {
		return c, fmt.Errorf("approval: open link: %w", err)
	}
	actor := c.Acting(by)
	can, state := false, State("")
	switch x.Matter {
	case OfBudget:
		can, state, err = s.openBudget(ctx, actor, &c)
	case OfLimit:
		can, state, err = s.openLimit(ctx, actor, &c)
	default:
		can, state, err = s.openPolicy(ctx, actor, &c)
	}
	switch {
	case fault.Is(err, fault.NotFound), err == nil && state == Pending && !can:
		return c, fault.New(fault.NotFound, "link_dead", "You may not decide this any more, so this link leads nowhere. Ask an organization admin if that is a mistake.")
	case err != nil:
		return c, err
	case state != Pending || !s.now().Before(x.ExpiresAt):
		return c, fault.Newf(fault.NotFound, "link_dead", "There is nothing to decide any more: this request is %s.", nowIs(state))
	}
	return c, nil
}

func nowIs(s State) State {
	if s == Pending || s == Over {
		return map[State]State{Pending: Expired, Over: Approved}[s]
	}
	return s
}

func (s *Service) openPolicy(ctx context.Context, actor org.Actor, c *Call) (bool, State, error) {
	which, err := id.ParseApproval(c.About)
	if err != nil {
		return false, "", mail.DeadLink()
	}
	v, err := s.Get(ctx, actor, which)
	c.Policy = &v
	return v.CanDecide, v.State, err
}

func (s *Service) openBudget(ctx context.Context, actor org.Actor, c *Call) (bool, State, error) {
	which, err := id.ParseAsk(c.About)
	if err != nil {
		return false, "", mail.DeadLink()
	}
	r, err := s.Budgets.Request(ctx, actor, which)
	c.Budget = &r
	return r.CanDecide, State(r.State), err
}

func (s *Service) openLimit(ctx context.Context, actor org.Actor, c *Call) (bool, State, error) {
	which, err := id.ParseWish(c.About)
	if err != nil {
		return false, "", mail.DeadLink()
	}
	r, err := s.Limits.Request(ctx, actor, which)
	c.Limit = &r
	return r.CanDecide, State(r.State), err
}

// Acting is the manager, through the door of a mailed link, from where by comes.
func (c Call) Acting(by org.Actor) org.Actor {
	by.Via = org.ViaMail
	return c.Member.Acting(by)
}

// DecideByLink decides what a mailed link is about, as its manager, once: as it was asked for, without more or less. Asking
// for other bounds needs a log-in.
func (s *Service) DecideByLink(ctx context.Context, by org.Actor, token string, approve bool, note string) (Call, error) {
	c, err := s.Summoned(ctx, by, token)
	if err != nil {
		return c, err
	}
	actor := c.Acting(by)
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		first, err := s.Store.UseSummons(ctx, c.Org, c.ID, s.now())
		if err != nil {
			return err
		}
		if !first {
			return fault.New(fault.NotFound, "link_used", "You have decided this already, through this link. It works once.")
		}
		return s.decideCalled(ctx, actor, c, approve, note)
	})
	if err != nil {
		return c, public("decide by link", err)
	}
	s.tell(ctx, c.topic()) // again: inside the transaction nobody could see it yet
	return c, nil
}

// topic is what is published when what the link is about was decided.
func (c Call) topic() live.Topic {
	switch {
	case c.Budget != nil:
		return budget.Topic
	case c.Limit != nil:
		return limit.Topic
	}
	return policy.ExtrasTopic
}

func (s *Service) decideCalled(ctx context.Context, actor org.Actor, c Call, approve bool, note string) (err error) {
	switch {
	case c.Budget != nil && approve:
		_, err = s.Budgets.Approve(ctx, actor, c.Budget.ID, budget.Verdict{Note: note})
	case c.Budget != nil:
		_, err = s.Budgets.Deny(ctx, actor, c.Budget.ID, note)
	case c.Limit != nil && approve:
		_, err = s.Limits.Approve(ctx, actor, c.Limit.ID, limit.Verdict{Note: note})
	case c.Limit != nil:
		_, err = s.Limits.Deny(ctx, actor, c.Limit.ID, note)
	case approve:
		_, err = s.Approve(ctx, actor, c.Policy.ID, Verdict{Note: note})
	default:
		_, err = s.Deny(ctx, actor, c.Policy.ID, note)
	}
	return err
}
