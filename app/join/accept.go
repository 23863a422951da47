package join

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Offer is an invitation as its holder sees it.
type Offer struct {
	Invitation
	Organization org.Organization
	Places       []string // names of departments and teams
	// SSO says that the organization takes no passwords: accepting sets none.
	SSO bool
}

// Offer opens an invitation's link and changes nothing. Only a link that we made learns why it is dead.
func (s *Service) Offer(ctx context.Context, token string) (Offer, error) {
	t, err := s.Links.Read(token)
	if err != nil {
		return Offer{}, err
	}
	which, err := id.ParseInvitation(t.About)
	if err != nil {
		return Offer{}, mail.DeadLink()
	}
	i, err := s.Store.Invitation(ctx, t.Org, which)
	if fault.Is(err, fault.NotFound) {
		return Offer{}, mail.DeadLink()
	}
	if err != nil {
		return Offer{}, fmt.Errorf("open invitation: %w", err)
	}
	if !s.Links.Holds(t, string(InviteKind), i.Email, strconv.FormatInt(i.Version, 10)) {
		return Offer{}, mail.DeadLink()
	}
	if err := s.stands(ctx, i); err != nil {
		return Offer{}, err
	}
	return s.offer(ctx, i)
}

// stands says in words why an invitation is no good any more.
func (s *Service) stands(ctx context.Context, i Invitation) error {
	switch i.State(s.Clock.Now()) {
	case Accepted:
		return fault.New(fault.NotFound, "invitation_used", "This invitation was accepted already. If it was you, log in.")
	case Revoked:
		return withdrawn()
	case Expired:
		return fault.New(fault.NotFound, "invitation_expired", "This invitation has expired. Ask whoever invited you to send it again.")
	}
	ok, err := s.stillMay(ctx, i)
	if err != nil {
		return fmt.Errorf("invitation's author: %w", err)
	}
	if !ok {
		return withdrawn()
	}
	return nil
}

func withdrawn() *fault.Error {
	return fault.New(fault.NotFound, "invitation_revoked", "This invitation was withdrawn. Ask whoever invited you, or an admin of the organization.")
}

func (s *Service) offer(ctx context.Context, i Invitation) (Offer, error) {
	o, err := s.Orgs.Organization(ctx, i.Org)
	if fault.Is(err, fault.NotFound) { // deleted since
		return Offer{}, withdrawn()
	}
	if err != nil {
		return Offer{}, fmt.Errorf("open invitation: %w", err)
	}
	out := Offer{Invitation: i, Organization: o}
	out.Grant.Teams, out.Grant.Departments = nil, nil // those that are still there
	for _, t := range i.Grant.Teams {
		team, err := s.Orgs.Team(ctx, i.Org, t)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Offer{}, fmt.Errorf("open invitation: %w", err)
		}
		if err == nil && team.ArchivedAt.IsZero() {
			out.Places, out.Grant.Teams = append(out.Places, team.Name), append(out.Grant.Teams, t)
		}
	}
	for _, d := range i.Grant.Departments {
		department, err := s.Orgs.Department(ctx, i.Org, d)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Offer{}, fmt.Errorf("open invitation: %w", err)
		}
		if err == nil && department.ArchivedAt.IsZero() {
			out.Places, out.Grant.Departments = append(out.Places, department.Name), append(out.Grant.Departments, d)
		}
	}
	out.SSO, err = s.sso(ctx, i.Org)
	return out, err
}

// Acceptance is what the invited person enters. Email counts only where the invitation names none.
type Acceptance struct {
	Name, Email string
	Password    secret.String
}

// Accept makes the holder of a link a member, once. by says where they come from.
func (s *Service) Accept(ctx context.Context, by org.Actor, token string, in Acceptance) (org.Organization, org.Member, error) {
	offer, err := s.Offer(ctx, token)
	if err != nil {
		return org.Organization{}, org.Member{}, err
	}
	i := offer.Invitation
	person := identity.NewMember{Name: in.Name, Email: i.Email, Role: i.Role, Departments: i.Departments, Teams: i.Teams, Password: in.Password}
	if i.Email == "" {
		person.Email = in.Email
		if err := s.vouched(ctx, offer, in.Email); err != nil {
			return org.Organization{}, org.Member{}, err
		}
	}
	if offer.SSO {
		person.Password = secret.String{}
	} else if in.Password.IsEmpty() {
		return org.Organization{}, org.Member{}, fault.Field("password", "Choose a password of at least 12 characters.")
	}
	actor := admitting(by, i)
	var m org.Member
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if m, err = s.People.AddMember(ctx, actor, person); err != nil {
			return err
		}
		ok, err := s.Store.Use(ctx, i.Org, i.ID, i.Version, m.ID, s.Clock.Now())
		if err != nil {
			return err
		}
		if !ok { // accepted in another window, or revoked a moment ago
			return fault.New(fault.NotFound, "invitation_used", "This invitation was accepted already. If it was you, log in.")
		}
		return nil
	})
	if err != nil {
		return org.Organization{}, org.Member{}, fmt.Errorf("accept invitation: %w", err)
	}
	return offer.Organization, m, nil
}

// vouched refuses that who holds a bare link takes an address with a password of theirs, which the identity provider vouches for:
// whose it is would be linked to that very member at their first log-in there, and share it with a stranger.
func (s *Service) vouched(ctx context.Context, offer Offer, address string) error {
	if offer.SSO || s.Connected == nil { // without a password nobody but they get in
		return nil
	}
	_, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	owned, err := s.Owns(ctx, offer.Org, domain)
	if err == nil && owned {
		owned, err = s.Connected(ctx, offer.Org)
	}
	if err != nil {
		return fmt.Errorf("accept invitation: %w", err)
	}
	if owned {
		return fault.Field("email", "People at "+domain+" log in through their organization's single sign-on, which knows them. Log in there, or ask for an invitation to this address.")
	}
	return nil
}

// Unproven reports whether a member came by a bare link, and so under an address that nobody has checked, where passwords let people in. For
// package sso.
func (s *Service) Unproven(ctx context.Context, o id.Org, m id.Member) (bool, error) {
	if only, err := s.sso(ctx, o); err != nil || only {
		return false, err
	}
	return s.Store.CameByLink(ctx, o, m)
}

// admitting is the invitation acting: it may let its person in, and the audit log names who wrote it.
func admitting(by org.Actor, i Invitation) org.Actor {
	by.Org, by.Member, by.Role, by.Part = i.Org, id.Member{}, org.Admin, org.Part{}
	by.Label = "invitation by " + i.ByLabel
	return by
}
