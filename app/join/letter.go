package join

import (
	"context"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Composers write the room's letters, for mail.Courier.
func (s *Service) Composers() map[mail.Kind]mail.Composer {
	return map[mail.Kind]mail.Composer{InviteKind: s.writeInvitation, ConfirmKind: s.writeConfirm, DecideKind: s.writeDecide, RefusedKind: s.writeRefused, KnownKind: s.writeKnown}
}

// moot turns "it is gone" into a letter without a point.
func moot(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unauthenticated) {
		return mail.ErrMoot
	}
	return err
}

func (s *Service) writeInvitation(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	which, err := id.ParseInvitation(m.About)
	if err != nil {
		return mail.Letter{}, err
	}
	i, err := s.Store.Invitation(ctx, m.Org, which)
	if err != nil {
		return mail.Letter{}, moot(err)
	}
	if err := s.stands(ctx, i); err != nil {
		return mail.Letter{}, moot(err)
	}
	o, err := s.offer(ctx, i)
	if err != nil {
		return mail.Letter{}, moot(err)
	}
	facts := []mail.Fact{{Label: "Organization", Value: o.Organization.Name}, {Label: "Your role", Value: i.Role.Title()}}
	if len(o.Places) > 0 {
		facts = append(facts, mail.Fact{Label: "In", Value: strings.Join(o.Places, ", ")})
	}
	facts = append(facts, mail.Fact{Label: "Good until", Value: moment(i.ExpiresAt, o.Organization)})
	return mail.Letter{
		Subject: "Join " + o.Organization.Name + " on Bodhi Gateway",
		Heading: "You are invited to " + o.Organization.Name,
		Text:    []string{author(i.ByLabel) + " invites you to use AI models through " + o.Organization.Name + "’s gateway: one key for every model."},
		Facts:   facts,
		Action:  mail.Action{Label: "Accept the invitation", URL: s.link(i)},
		Foot:    []string{"The link works once, for the owner of " + i.Email + ".", "If you do not know " + o.Organization.Name + ", do nothing: it expires by itself."},
	}, nil
}

// author is who invites, as a stranger may read it.
func author(label string) string {
	if strings.HasPrefix(label, "system: ") || strings.HasPrefix(label, "token: ") || label == "" {
		return "Your organization"
	}
	return label
}

// moment is a time in the organization's zone, spelled out.
func moment(t time.Time, o org.Organization) string {
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format("Mon 2 Jan 2006, 15:04 MST")
}

func (s *Service) applicant(ctx context.Context, m mail.Mail) (Applicant, org.Organization, error) {
	which, err := id.ParseApplicant(m.About)
	if err != nil {
		return Applicant{}, org.Organization{}, err
	}
	a, err := s.Store.Applicant(ctx, m.Org, which)
	if err != nil {
		return Applicant{}, org.Organization{}, moot(err)
	}
	o, err := s.Orgs.Organization(ctx, m.Org)
	return a, o, moot(err)
}

func (s *Service) writeConfirm(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	a, o, err := s.applicant(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	if !a.ConfirmedAt.IsZero() || !a.DecidedAt.IsZero() {
		return mail.Letter{}, mail.ErrMoot
	}
	return mail.Letter{
		Subject: "Ask to join " + o.Name,
		Heading: "Ask to join " + o.Name,
		Text: []string{"Somebody, most likely you, wants to join " + o.Name + " on Bodhi Gateway as " + a.Email + ".",
			"Open the link to send your request. Somebody at " + o.Name + " decides, and you get a letter either way."},
		Action: mail.Action{Label: "Send my request", URL: s.Links.To(ConfirmPath, string(ConfirmKind), a.Org, a.ID.UUID(), a.Email)},
		Foot:   []string{"The link works for 7 days. If it was not you, do nothing: no request is sent."},
	}, nil
}

func (s *Service) writeDecide(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	a, o, err := s.applicant(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	if a.ConfirmedAt.IsZero() || !a.DecidedAt.IsZero() {
		return mail.Letter{}, mail.ErrMoot
	}
	facts := []mail.Fact{{Label: "Name", Value: a.Name}, {Label: "Address", Value: a.Email + " (checked)"}, {Label: "Asked", Value: moment(a.ConfirmedAt, o)}}
	if a.Note != "" {
		facts = append(facts, mail.Fact{Label: "Their words", Value: a.Note})
	}
	return mail.Letter{
		Subject: a.Name + " asks to join " + o.Name,
		Heading: a.Name + " asks to join " + o.Name,
		Text:    []string{"Their address is in a domain that " + o.Name + " has claimed. Choose a role and teams, or refuse."},
		Facts:   facts,
		Action:  mail.Action{Label: "Decide", URL: s.Links.PublicURL + RequestsPath},
		Foot:    []string{"You get this because you manage who is in " + o.Name + "."},
	}, nil
}

func (s *Service) writeRefused(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	a, o, err := s.applicant(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	if a.DecidedAt.IsZero() || a.Approved {
		return mail.Letter{}, mail.ErrMoot
	}
	return mail.Letter{
		Subject: "Your request to join " + o.Name,
		Heading: "Your request was not accepted",
		Text:    []string{"Somebody at " + o.Name + " decided not to let you in on Bodhi Gateway. If you think that is a mistake, ask your manager there."},
		Foot:    []string{"You get this because you asked to join as " + a.Email + "."},
	}, nil
}

func (s *Service) writeKnown(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	which, err := id.ParseMember(m.About)
	if err != nil {
		return mail.Letter{}, err
	}
	o, member, err := s.People.Person(ctx, m.Org, which)
	if err != nil {
		return mail.Letter{}, moot(err)
	}
	return mail.Letter{
		Subject: "You are a member of " + o.Name + " already",
		Heading: "You are in already",
		Text: []string{"Somebody, most likely you, asked to join " + o.Name + " as " + member.Email + ". That address is a member already.",
			"Log in, or set a new password if you forgot yours."},
		Action: mail.Action{Label: "Log in", URL: s.Links.PublicURL + "/log-in"},
		Foot:   []string{"If it was not you, do nothing."},
	}, nil
}
