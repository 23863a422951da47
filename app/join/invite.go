package join

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// InviteKind is the letter with an invitation. It is about an Invitation.
const InviteKind mail.Kind = "invitation"

// AcceptPath is the page that an invitation leads to.
const AcceptPath = "/invitation"

// inviteTime is how long an invitation is good.
const inviteTime = 7 * 24 * time.Hour

// Invite is what its author enters.
type Invite struct {
	Email string // "" makes a link
	Name  string
	Grant
}

// Invite writes an invitation and mails it, or makes a link if there is no address.
func (s *Service) Invite(ctx context.Context, actor org.Actor, in Invite) (Invitation, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Invitation{}, err
	}
	i, err := s.draft(ctx, actor, in.Grant)
	if err != nil {
		return Invitation{}, err
	}
	var errs [3]error
	if in.Email != "" {
		i.Email, errs[0] = org.Email("email", in.Email)
	}
	if in.Name != "" {
		i.Name, errs[1] = org.Name("name", "their name", in.Name, maxName)
	}
	errs[2] = s.People.Grantable(ctx, actor, in.Grant)
	if err := errors.Join(errs[:]...); err != nil {
		return Invitation{}, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.send(ctx, i); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "invitation.created", Target: i.ID.String(), TargetName: i.Email, After: i.facts()})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite: %w", err)
	}
	return i, nil
}

func (s *Service) draft(ctx context.Context, actor org.Actor, g Grant) (Invitation, error) {
	by, err := s.People.Maker(ctx, actor)
	now := s.Clock.Now()
	return Invitation{ID: id.NewInvitation(s.IDs), Org: actor.Org, Grant: g, Version: 1, By: by, ByLabel: actor.Label, CreatedAt: now, ExpiresAt: now.Add(inviteTime)}, err
}

// send keeps a new invitation and orders its letter, inside a transaction.
func (s *Service) send(ctx context.Context, i Invitation) error {
	if i.Email != "" {
		if err := s.free(ctx, i); err != nil {
			return err
		}
	}
	err := s.Store.AddInvitation(ctx, i)
	if fault.Is(err, fault.Conflict) {
		return fault.Field("email", "This address has an open invitation already. Send that one again, or revoke it.")
	}
	if err != nil {
		return err
	}
	return s.letter(ctx, i)
}

// free refuses the address of a member, and clears away an invitation that has run out.
func (s *Service) free(ctx context.Context, i Invitation) error {
	_, err := s.Orgs.MemberByEmail(ctx, i.Org, i.Email)
	if err == nil {
		return fault.Field("email", "Somebody with this address is a member already.")
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return s.Store.RevokeExpired(ctx, i.Org, i.Email, s.Clock.Now())
}

func (s *Service) letter(ctx context.Context, i Invitation) error {
	if i.Email == "" {
		return nil
	}
	if err := s.Post.Flooded(ctx, InviteKind, i.Email); err != nil {
		return err
	}
	return s.Post.Send(ctx, mail.Order{Org: i.Org, Kind: InviteKind, To: i.Email, About: i.ID.UUID(), Once: fmt.Sprintf("invitation %s %d", i.ID.UUID(), i.Version)})
}

func (i Invitation) facts() map[string]any {
	return map[string]any{"role": string(i.Role), "roles": places(i.Grant, i.Org), "by_mail": i.Email != ""}
}

// places are where a grant gives which role, as the audit log has them.
func places(g Grant, o id.Org) []string {
	out := []string{}
	for _, a := range g.Assignments(o) {
		out = append(out, string(a.Role)+" "+a.At.String())
	}
	return out
}

// Link is an invitation's address for its author to hand over. A mailed one has none: that its holder reads the
// address's mail is what accepting it proves.
func (s *Service) Link(i Invitation) string {
	if i.Email != "" {
		return ""
	}
	return s.link(i)
}

func (s *Service) link(i Invitation) string {
	return s.Links.To(AcceptPath, string(InviteKind), i.Org, i.ID.UUID(), i.Email, strconv.FormatInt(i.Version, 10))
}

// Get is one invitation that the actor may see.
func (s *Service) Get(ctx context.Context, actor org.Actor, which id.Invitation) (Invitation, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Invitation{}, err
	}
	i, err := s.Store.Invitation(ctx, actor.Org, which)
	if err != nil {
		return Invitation{}, err
	}
	if !sees(actor, i) {
		return Invitation{}, Missing()
	}
	return i, nil
}

// Resend makes an open or expired invitation good for another week, under a new link; the old one is dead. The actor
// must be one who could have written it, and answers for it from now on: its author may have left. A domain's stays the domain's, unless
// it lets its holder in no more, because they were removed: then it is the actor who does.
func (s *Service) Resend(ctx context.Context, actor org.Actor, which id.Invitation) (Invitation, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Invitation{}, err
	}
	i, err := s.Get(ctx, actor, which)
	if err != nil {
		return Invitation{}, err
	}
	if err := s.People.Grantable(ctx, actor, i.Grant); err != nil {
		return Invitation{}, err
	}
	by, err := s.People.Maker(ctx, actor)
	if err != nil {
		return Invitation{}, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		i.ExpiresAt = s.Clock.Now().Add(inviteTime)
		lets := false
		if i.By.IsZero() {
			var err error
			if lets, err = s.stillMay(ctx, i); err != nil {
				return err
			}
		}
		if !lets {
			i.By, i.ByLabel = by, actor.Label
		}
		ok, err := s.Store.Renew(ctx, i)
		if err != nil {
			return err
		}
		if !ok {
			return closed()
		}
		i.Version++
		if err := s.letter(ctx, i); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "invitation.resent", Target: i.ID.String(), TargetName: i.Email})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("resend invitation: %w", err)
	}
	return i, nil
}

// Revoke makes an invitation's link worthless.
func (s *Service) Revoke(ctx context.Context, actor org.Actor, which id.Invitation) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	i, err := s.Get(ctx, actor, which)
	if err != nil {
		return err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.Store.Revoke(ctx, actor.Org, which, s.Clock.Now())
		if err != nil {
			return err
		}
		if !ok {
			return closed()
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "invitation.revoked", Target: i.ID.String(), TargetName: i.Email})
	})
	if err != nil {
		return fmt.Errorf("revoke invitation: %w", err)
	}
	return nil
}

func closed() *fault.Error {
	return fault.New(fault.Conflict, "invitation_closed", "This invitation was accepted or revoked already. Write a new one.")
}
