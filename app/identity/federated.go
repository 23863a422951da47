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
	Role            org.Role
	Teams           []id.Team
	Issuer, Subject string
}

// Placement is what a provider's groups say of a member: a role, or "" for leaving it, teams to be in, and teams to be
// out of.
type Placement struct {
	Role    org.Role
	In, Out []id.Team
}

// Linked is the member an account of a provider belongs to, for package sso: members who left have none.
func (s *Service) Linked(ctx context.Context, o id.Org, issuer, subject string) (org.Member, bool, error) {
	account, ok, err := s.Logins.AccountOf(ctx, o, issuer, subject)
	if err != nil || !ok {
		return org.Member{}, false, err
	}
	m, err := s.present(ctx, o, account.Member)
	if fault.Is(err, fault.NotFound) {
		return m, false, nil
	}
	return m, err == nil, err
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
		return s.Audit.Append(ctx, actorOf(by, m), audit.Entry{Action: "identity.linked", Target: m.ID.String(), TargetName: m.Email, After: map[string]any{"issuer": issuer}})
	})
	if err != nil {
		return fmt.Errorf("link account: %w", err)
	}
	return nil
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
	m := org.Member{ID: id.NewMember(s.IDs), Org: in.Org, Email: in.Email, Role: in.Role, Teams: in.Teams, CreatedAt: s.Clock.Now()}
	if m.Name, err = org.Name("name", "a name", in.Name, maxName); err != nil {
		m.Name = nameOf(in.Email) // what the provider says is no name of ours; the person can change it
	}
	account := Identity{ID: id.NewIdentity(s.IDs), Org: m.Org, Member: m.ID, Issuer: in.Issuer, Subject: in.Subject, CreatedAt: m.CreatedAt}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		return inOrder(
			func() error { return s.Orgs.AddMember(ctx, m) },
			func() error { return s.Store.AddIdentity(ctx, account) },
			func() error {
				return s.Audit.Append(ctx, actorOf(by, m), audit.Entry{Action: "member.provisioned", Target: m.ID.String(), TargetName: m.Email,
					After: map[string]any{"role": string(m.Role), "issuer": in.Issuer}})
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
	return m, nil
}

func nameOf(email string) string {
	local, _, _ := cutAt(email)
	return local
}

// Place gives a member what their provider's groups say. The last admin stays one, and so does whoever gets in when
// single sign-on is down: a mistake at the provider must not lock an organization out.
func (s *Service) Place(ctx context.Context, by org.Actor, m org.Member, p Placement) (org.Member, error) {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if m, err = s.present(ctx, m.Org, m.ID); err != nil {
			return err
		}
		role, err := s.kept(ctx, m, p.Role)
		if err != nil {
			return err
		}
		var in, out []string
		for _, t := range p.In {
			if !slices.Contains(m.Teams, t) {
				in = append(in, t.String())
				if err := s.Logins.PutInTeam(ctx, m.Org, m.ID, t); err != nil {
					return err
				}
			}
		}
		for _, t := range p.Out {
			if slices.Contains(m.Teams, t) {
				out = append(out, t.String())
				if err := s.Logins.TakeFromTeam(ctx, m.Org, m.ID, t); err != nil {
					return err
				}
			}
		}
		if role == m.Role && len(in)+len(out) == 0 {
			return nil
		}
		if role != m.Role {
			if err := s.Orgs.SetRole(ctx, m.Org, m.ID, role); err != nil {
				return err
			}
		}
		system := org.System(m.Org, "single sign-on")
		system.IP, system.UserAgent, system.RequestID = by.IP, by.UserAgent, by.RequestID
		return s.Audit.Append(ctx, system, audit.Entry{Action: "member.placed", Target: m.ID.String(), TargetName: m.Email,
			Before: map[string]any{"role": string(m.Role)}, After: map[string]any{"role": string(role), "joined": in, "left": out}})
	})
	if err != nil {
		return m, fmt.Errorf("place member: %w", err)
	}
	return s.Orgs.Member(ctx, m.Org, m.ID)
}

// kept is the role that a member gets, which is their own where it must not be taken.
func (s *Service) kept(ctx context.Context, m org.Member, role org.Role) (org.Role, error) {
	if role == "" || role == m.Role || m.Role != org.Admin {
		if role == "" {
			return m.Role, nil
		}
		return role, nil
	}
	err := errors.Join(s.otherAdmin(ctx, m), s.keepBreakGlass(ctx, m.Org, m.ID))
	if fault.Is(err, fault.Conflict) {
		s.Log.WarnContext(ctx, "groups would take an admin's role that must stay", "organization", m.Org.String(), "member", m.ID.String())
		return m.Role, nil
	}
	return role, err
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
