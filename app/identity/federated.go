package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Newcomer is somebody whom an identity provider vouches for, at their first log-in.
type Newcomer struct {
	Org             id.Org
	Email, Name     string
	Roles           []org.Assignment
	Issuer, Subject string
}

// Linked is the member an account of a provider belongs to, for package sso: members who left have none, and those who
// are disabled are refused.
func (s *Service) Linked(ctx context.Context, o id.Org, issuer, subject string) (org.Member, bool, error) {
	account, ok, err := s.Logins.AccountOf(ctx, o, issuer, subject)
	if err != nil || !ok {
		return org.Member{}, false, err
	}
	m, err := s.present(ctx, o, account.Member)
	if fault.Is(err, fault.NotFound) {
		return m, false, nil
	}
	if err == nil {
		_, _, err = s.Person(ctx, o, m.ID)
	}
	return m, err == nil, err
}

// Holds reports whether a member has an account of an issuer, for package sso.
func (s *Service) Holds(ctx context.Context, o id.Org, m id.Member, issuer string) (bool, error) {
	_, ok, err := s.Store.OfMember(ctx, o, m, issuer)
	return ok, err
}

// ByAddress is the member of an e-mail address, for package sso.
func (s *Service) ByAddress(ctx context.Context, o id.Org, email string) (org.Member, bool, error) {
	m, err := s.Orgs.MemberByEmail(ctx, o, strings.ToLower(email))
	if fault.Is(err, fault.NotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

// Link gives a member one more way to log in. by says where the request came from.
func (s *Service) Link(ctx context.Context, by org.Actor, m org.Member, issuer, subject string) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		m, err := s.present(ctx, m.Org, m.ID)
		if err != nil {
			return err
		}
		account := Identity{ID: id.NewIdentity(s.IDs), Org: m.Org, Member: m.ID, Issuer: issuer, Subject: subject, CreatedAt: s.Clock.Now()}
		if err := s.Store.AddIdentity(ctx, account); err != nil {
			return err
		}
		return s.Audit.Append(ctx, m.Acting(by), audit.Entry{Action: "identity.linked", Target: m.ID.String(), TargetName: m.Email, After: map[string]any{"issuer": issuer}})
	})
	if err != nil {
		return fmt.Errorf("link account: %w", err)
	}
	return nil
}

// Left reports whether an address is of somebody who was removed, for package join.
func (s *Service) Left(ctx context.Context, o id.Org, email string) (bool, error) {
	return s.Logins.Left(ctx, o, email)
}

// Join makes a member of a newcomer. Somebody who was removed does not come back by themselves: an admin adds them.
func (s *Service) Join(ctx context.Context, by org.Actor, in Newcomer) (org.Member, error) {
	left, err := s.Logins.Left(ctx, in.Org, in.Email)
	if err != nil {
		return org.Member{}, fmt.Errorf("join: %w", err)
	}
	if left {
		return org.Member{}, fault.New(fault.Unauthenticated, "member_removed", "You are no longer a member of this organization. Ask an organization admin to add you again.")
	}
	roles, err := s.tenable(ctx, in.Org, in.Roles)
	if err != nil {
		return org.Member{}, fmt.Errorf("join: %w", err)
	}
	m := org.Member{ID: id.NewMember(s.IDs), Org: in.Org, Email: in.Email, Role: org.Highest(roles), Assignments: roles, CreatedAt: s.Clock.Now()}
	if m.Name, err = org.Name("name", "a name", in.Name, maxName); err != nil {
		m.Name = nameOf(in.Email) // what the provider says is no name of ours; the person can change it
	}
	account := Identity{ID: id.NewIdentity(s.IDs), Org: m.Org, Member: m.ID, Issuer: in.Issuer, Subject: in.Subject, CreatedAt: m.CreatedAt}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		return inOrder(
			func() error { return s.Orgs.AddMember(ctx, m) },
			func() error { return s.seated(ctx, m.Org) },
			func() error { return s.Store.AddIdentity(ctx, account) },
			func() error {
				return s.Audit.Append(ctx, m.Acting(by), audit.Entry{Action: "member.provisioned", Target: m.ID.String(), TargetName: m.Email,
					After: map[string]any{"roles": printed(m.Assignments), "issuer": in.Issuer}})
			},
		)
	})
	if fault.Is(err, fault.Conflict) { // their other browser was faster
		if again, ok, err := s.Linked(ctx, in.Org, in.Issuer, in.Subject); err == nil && ok {
			return again, nil
		}
	}
	if err != nil {
		return org.Member{}, fmt.Errorf("join: %w", err)
	}
	return s.Orgs.Member(ctx, m.Org, m.ID)
}

func nameOf(email string) string {
	local, _, _ := cutAt(email)
	return local
}

// Grouped gives a member the roles that their provider's groups mean, in the place of what they have at the governed
// nodes; all others are left alone. The last admin stays one, and so does whoever gets in when single sign-on is down: a
// mistake at the provider must not lock an organization out.
func (s *Service) Grouped(ctx context.Context, by org.Actor, m org.Member, roles []org.Assignment, governed []org.Scope) (org.Member, error) {
	m, err := s.present(ctx, m.Org, m.ID)
	if err != nil {
		return m, err
	}
	want := slices.DeleteFunc(slices.Clone(m.Assignments), func(a org.Assignment) bool { return slices.Contains(governed, a.At) })
	roles, err = s.tenable(ctx, m.Org, roles)
	if err != nil {
		return m, fmt.Errorf("place by groups: %w", err)
	}
	want = append(want, roles...)
	if m.Role == org.Admin && org.Highest(want) != org.Admin {
		err := errors.Join(s.otherAdmin(ctx, m), s.keepBreakGlass(ctx, m.Org, m.ID))
		if fault.Is(err, fault.Conflict) {
			s.Log.WarnContext(ctx, "groups would take an admin's role that must stay", "organization", m.Org.String(), "member", m.ID.String())
			want = append(without(want, org.OfOrg(m.Org)), org.Assignment{Role: org.Admin, At: org.OfOrg(m.Org)})
		} else if err != nil {
			return m, fmt.Errorf("place by groups: %w", err)
		}
	}
	system := org.System(m.Org, "single sign-on")
	system.IP, system.UserAgent, system.RequestID = by.IP, by.UserAgent, by.RequestID
	if err := s.Place(ctx, system, m.ID, want, m.Home); err != nil {
		return m, fmt.Errorf("place by groups: %w", err)
	}
	return s.Orgs.Member(ctx, m.Org, m.ID)
}

// tenable leaves out roles at nodes that were archived or removed since somebody chose them.
func (s *Service) tenable(ctx context.Context, o id.Org, all []org.Assignment) (out []org.Assignment, err error) {
	for _, a := range all {
		switch err := s.Assignable(ctx, org.System(o, "single sign-on"), a); {
		case err == nil:
			out = append(out, a)
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
			s.Log.WarnContext(ctx, "a mapped node is gone or archived", "organization", o.String(), "node", a.At.String())
		default:
			return nil, err
		}
	}
	return out, nil
}

// Assignable refuses a role at a node that means nothing, is not the actor's to give, or whose node is gone or archived.
func (s *Service) Assignable(ctx context.Context, actor org.Actor, a org.Assignment) error {
	if err := a.Check(); err != nil {
		return err
	}
	if err := s.usable(ctx, actor, a.At); err != nil {
		return err
	}
	return actor.MayAssign(a)
}

// EndAt ends the sessions that a provider says are over: one by its id there, or all of a person.
func (s *Service) EndAt(ctx context.Context, by org.Actor, p id.Provider, session, subject string) (n int64, err error) {
	if p.IsZero() || session == "" && subject == "" {
		return 0, errors.New("identity: a provider ends sessions by name only")
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		n, err = s.Logins.EndSome(ctx, by.Org, Which{Provider: p, ProviderSession: session, ProviderSubject: subject}, s.Clock.Now())
		if err != nil || n == 0 {
			return err
		}
		return s.Audit.Append(ctx, by, audit.Entry{Action: "session.revoked", Target: p.String(), After: map[string]any{"which": "ended by the provider", "count": n}})
	})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}

// Detach forgets a provider's accounts, ends their sessions, and lets passwords in again. It joins sso's transaction.
func (s *Service) Detach(ctx context.Context, actor org.Actor, p id.Provider, issuer string) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	now := s.Clock.Now()
	policy, err := s.policy(ctx, actor.Org)
	if err != nil {
		return err
	}
	if policy.SSOOnly {
		policy.SSOOnly, policy.BreakGlass = false, id.Member{}
		if err := s.Logins.SetLoginPolicy(ctx, actor.Org, policy, now); err != nil {
			return err
		}
	}
	if err := s.Logins.DropIssuer(ctx, actor.Org, issuer); err != nil {
		return err
	}
	_, err = s.Logins.EndSome(ctx, actor.Org, Which{Provider: p}, now)
	return err
}
