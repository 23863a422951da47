package sso

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// resolve finds whose log-in this is. The account is issuer and subject. An address helps at the first log-in only: it
// must be proven, and to become an existing member it must be in a domain that the organization has proven to own.
func (s *Service) resolve(ctx context.Context, by org.Actor, p Provider, f Flow, who person) (org.Member, error) {
	by.Org = p.Org
	m, known, err := s.People.Linked(ctx, p.Org, p.Issuer, who.Subject)
	if err != nil {
		return m, fmt.Errorf("single sign-on: %w", err)
	}
	switch {
	case !f.Link.IsZero() && known && m.ID != f.Link:
		return m, fault.New(fault.Unauthenticated, "sso_linked", "This account at the identity provider belongs to another member. Log out there, and begin again with yours.")
	case !f.Link.IsZero() && !known:
		m = org.Member{ID: f.Link, Org: p.Org}
		if err := s.People.Link(ctx, by, m, p.Issuer, who.Subject); err != nil {
			return m, err
		}
	case !known:
		if m, err = s.first(ctx, by, p, who); err != nil {
			return m, err
		}
	}
	return s.place(ctx, by, p, who, m)
}

// first is a first log-in: of a member who logged in otherwise so far, or of somebody new.
func (s *Service) first(ctx context.Context, by org.Actor, p Provider, who person) (org.Member, error) {
	email, err := s.proven(p, who)
	if err != nil {
		return org.Member{}, err
	}
	_, domain, _ := strings.Cut(email, "@")
	owned := false
	if s.Domains != nil {
		if owned, err = s.Domains.Owns(ctx, p.Org, domain); err != nil {
			return org.Member{}, fmt.Errorf("single sign-on: %w", err)
		}
	}
	m, exists, err := s.People.ByAddress(ctx, p.Org, email)
	if err != nil {
		return m, fmt.Errorf("single sign-on: %w", err)
	}
	if exists {
		if owned { // in vain where a stranger, with a password of theirs, has taken the address before there was single sign-on
			unproven, err := s.unproven(ctx, m)
			if err != nil {
				return m, fmt.Errorf("single sign-on: %w", err)
			}
			owned = !unproven
		}
		if !owned {
			return m, fault.New(fault.Unauthenticated, "sso_not_linked", "Somebody with your address is a member already. Log in as before, and connect single sign-on on the page “Account security”.")
		}
		return m, s.People.Link(ctx, by, m, p.Issuer, who.Subject)
	}
	if !p.Provision {
		return m, fault.New(fault.Unauthenticated, "sso_not_member", "You are not a member of this organization yet. Ask an organization admin to add you.")
	}
	if !owned && !slices.Contains(p.Domains, domain) {
		return m, fault.New(fault.Unauthenticated, "sso_domain", "People with addresses like yours are not let in by single sign-on. Ask an organization admin.").Because(fmt.Errorf("domain %q", domain))
	}
	in := identity.Newcomer{Org: p.Org, Email: email, Name: who.Name, Issuer: p.Issuer, Subject: who.Subject}
	if !p.Team.IsZero() {
		in.Roles = []org.Assignment{{Role: p.Role, At: org.OfTeam(p.Org, p.Team)}}
	}
	return s.People.Join(ctx, by, in)
}

// unproven reports whether somebody may get in as a member without ever having shown that the address is theirs.
func (s *Service) unproven(ctx context.Context, m org.Member) (bool, error) {
	unproven, err := s.Domains.Unproven(ctx, m.Org, m.ID)
	if err != nil || !unproven {
		return false, err
	}
	return s.People.Holds(ctx, m.Org, m.ID, identity.PasswordIssuer)
}

// proven is the address, if the provider says that it is the person's.
func (s *Service) proven(p Provider, who person) (string, error) {
	if who.Email == "" {
		return "", fault.New(fault.Unauthenticated, "sso_no_email", "The identity provider does not say your e-mail address. Ask your administrator to release the claim “email”.")
	}
	email, err := org.Email("email", who.Email)
	if err != nil {
		return "", refused(fmt.Errorf("the address: %w", err))
	}
	if who.Verified != nil && !*who.Verified || who.Verified == nil && !p.TrustEmail {
		return "", fault.New(fault.Unauthenticated, "sso_email_unverified", "The identity provider has not verified your e-mail address. Verify it there, then log in again.")
	}
	return email, nil
}

// place gives a member what their groups mean here, at every log-in: at each node that a mapping names, the highest role
// that one of their groups has there, or none. Nodes that no mapping names are left alone. A log-in that names no groups is one of
// somebody in none: most providers leave an empty claim out.
func (s *Service) place(ctx context.Context, by org.Actor, p Provider, who person, m org.Member) (org.Member, error) {
	if p.GroupClaim == "" {
		return m, nil
	}
	if !who.grouped && who.elsewhere {
		s.Log.Warn("a log-in does not list its groups, as there are too many; the member's roles stay", "member", m.ID.String())
		return m, nil
	}
	all, err := s.Store.Groups(ctx, p.Org)
	if err != nil || len(all) == 0 {
		return m, err
	}
	roles, governed := meant(all, who.Groups)
	return s.People.Grouped(ctx, by, m, roles, governed)
}

func meant(all []Group, in []string) (roles []org.Assignment, governed []org.Scope) {
	for _, g := range all {
		if !slices.Contains(governed, g.At) {
			governed = append(governed, g.At)
		}
		if !slices.Contains(in, g.Name) {
			continue
		}
		at := slices.IndexFunc(roles, func(a org.Assignment) bool { return a.At == g.At })
		switch {
		case at < 0:
			roles = append(roles, org.Assignment{Role: g.Role, At: g.At})
		case g.Role.AtLeast(roles[at].Role):
			roles[at].Role = g.Role
		}
	}
	return roles, governed
}
