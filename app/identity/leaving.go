package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Budgets are what the budget room must do when the tree changes. *db.BudgetStore implements it.
type Budgets interface {
	// Rezone begins the periods that now lies in by the organization's new time zone.
	Rezone(ctx context.Context, o id.Org, now time.Time) error
	// Withdraw takes back what a member has asked for and nobody has decided.
	Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error
}

// DisableMember locks a person out until EnableMember: sessions and management tokens they made die with their next use,
// keys within a second on every node, what they asked for is withdrawn. Roles and teams stay. The one call for everything
// that suspends people: the page, the management API, deprovisioning. Repeating it changes nothing.
func (s *Service) DisableMember(ctx context.Context, actor org.Actor, member id.Member) error {
	return s.out(ctx, actor, member, "member.disabled", func(ctx context.Context, m org.Member, now time.Time) (bool, error) {
		if !m.DisabledAt.IsZero() {
			return false, nil
		}
		return true, inOrder(
			func() error { return s.Orgs.DisableMember(ctx, m.Org, m.ID, now) },
			func() error { return s.Store.EndSessions(ctx, m.Org, m.ID, now) },
			func() error { return s.Budgets.Withdraw(ctx, m.Org, m.ID, now) },
		)
	})
}

// EnableMember lets a disabled person in again. Keys and tokens work again, sessions do not.
func (s *Service) EnableMember(ctx context.Context, actor org.Actor, member id.Member) error {
	return s.out(ctx, actor, member, "member.enabled", func(ctx context.Context, m org.Member, _ time.Time) (bool, error) {
		if m.DisabledAt.IsZero() {
			return false, nil
		}
		return true, inOrder(
			func() error { return s.Orgs.DisableMember(ctx, m.Org, m.ID, time.Time{}) },
			func() error { return s.seated(ctx, m.Org) },
		)
	})
}

// RemoveMember ends a membership for good: sessions, log-ins and management tokens they made die with their next use, keys
// within a second on every node. The row stays for history.
func (s *Service) RemoveMember(ctx context.Context, actor org.Actor, member id.Member) error {
	return s.out(ctx, actor, member, "member.removed", func(ctx context.Context, m org.Member, now time.Time) (bool, error) {
		return true, inOrder(
			func() error { return s.Orgs.RemoveMember(ctx, m.Org, m.ID, now) },
			func() error { return s.Store.DropIdentities(ctx, m.Org, m.ID) },
			func() error { return s.Store.EndSessions(ctx, m.Org, m.ID, now) },
			func() error { return s.Store.RevokeTokensOf(ctx, m.Org, m.ID, now) },
			func() error { return s.Budgets.Withdraw(ctx, m.Org, m.ID, now) },
		)
	})
}

// out is a change of whether somebody can come in. apply reports whether anything is different now. Nobody does it to
// themselves, and the last admin who can log in stays.
func (s *Service) out(ctx context.Context, actor org.Actor, member id.Member, action string, apply func(context.Context, org.Member, time.Time) (bool, error)) error {
	if err := actor.Require(org.Manager); err != nil {
		return err
	}
	if member == actor.Member {
		return fault.New(fault.Conflict, "own_membership", "You cannot do this to yourself. Ask another organization admin.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		m, err := s.present(ctx, actor.Org, member)
		if err != nil {
			return err
		}
		if err := MayEnd(actor, m); err != nil {
			return err
		}
		if m.Role == org.Admin && action != "member.enabled" {
			if err := errors.Join(s.otherAdmin(ctx, m), s.keepBreakGlass(ctx, m.Org, m.ID)); err != nil {
				return err
			}
		}
		f, err := s.Orgs.Footprint(ctx, m.Org, m.ID, s.Clock.Now())
		if err != nil {
			return err
		}
		different, err := apply(ctx, m, s.Clock.Now())
		if err != nil || !different {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: m.ID.String(), TargetName: m.Email,
			Before: map[string]any{"status": string(m.Status()), "role": string(m.Role), "roles": printed(m.Assignments)},
			After:  map[string]any{"keys": f.Keys, "sessions": f.Sessions, "tokens": f.Tokens}})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	s.changed(ctx)
	return nil
}

// MayEnd refuses to let the actor disable, enable or remove a member: admins may everybody, managers those below them
// whose every role is in their departments. Somebody they do not know is missing.
func MayEnd(actor org.Actor, m org.Member) error {
	if !actor.Knows(m) {
		return org.MissingMember()
	}
	if actor.Role == org.Admin {
		return nil
	}
	ok := len(m.Teams) > 0 && actor.InAll(m.Teams, org.Manager)
	for _, a := range m.Assignments {
		if a.At.Kind() == org.TeamScope {
			continue
		}
		d, err := id.ParseDepartment(a.At.Node())
		ok = ok && err == nil && a.At.Kind() == org.DepartmentScope && a.Role == org.Viewer && actor.InDepartment(d, org.Manager)
	}
	if !ok {
		return fault.New(fault.Forbidden, "forbidden", "You can do this to people below you only, who have no role outside your departments. Ask an organization admin.")
	}
	return nil
}

// Footprint says what stops when a member is out, for whoever may put them out.
func (s *Service) Footprint(ctx context.Context, actor org.Actor, member id.Member) (org.Footprint, error) {
	m, err := s.Member(ctx, actor, member)
	if err != nil {
		return org.Footprint{}, err
	}
	if err := MayEnd(actor, m); err != nil {
		return org.Footprint{}, err
	}
	return s.Orgs.Footprint(ctx, m.Org, m.ID, s.Clock.Now())
}

// otherAdmin refuses if m is the only admin who can log in.
func (s *Service) otherAdmin(ctx context.Context, m org.Member) error {
	other, err := s.Orgs.OtherAdmin(ctx, m.Org, m.ID)
	if err != nil || other {
		return err
	}
	return fault.New(fault.Conflict, "last_admin", "This is the last organization admin. Make somebody else an admin first.")
}
