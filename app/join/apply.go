package join

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// The letters of a request to join. KnownKind is about a member, the others about an Applicant.
const (
	ConfirmKind mail.Kind = "join_confirm"
	DecideKind  mail.Kind = "join_decide"
	RefusedKind mail.Kind = "join_refused"
	KnownKind   mail.Kind = "join_known"
)

// Pages of a request to join.
const (
	ConfirmPath  = "/join/confirm"
	RequestsPath = "/join-requests"
)

// How often strangers may ask before they are slowed down: from one network, and for one address from there.
const askPerNetwork, askPerAddress = 60, 5

// confirmTime is how long the letter's link is good.
const confirmTime = 7 * 24 * time.Hour

// Apply begins a request to join the organization that owns an address's domain. Whatever comes of it is in a letter to
// that address, so the answer is the same for every address and tells nothing; it refuses only what is no address, and
// haste.
func (s *Service) Apply(ctx context.Context, by org.Actor, email string) error {
	email, err := org.Email("email", email)
	if err != nil {
		return err
	}
	if err := s.People.Pace(by, "join", askPerNetwork); err != nil {
		return err
	}
	if err := s.People.Pace(by, "join "+email, askPerAddress); err != nil {
		return err
	}
	if s.Even > 0 {
		floor := time.NewTimer(s.Even)
		defer func() {
			select {
			case <-floor.C:
			case <-ctx.Done():
			}
		}()
	}
	_, domain, _ := strings.Cut(email, "@")
	d, ok, err := s.Store.Owner(ctx, domain)
	if err != nil {
		return fmt.Errorf("ask to join: %w", err)
	}
	if !ok || !d.Auto && !d.Requests {
		return nil
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error { return s.answer(ctx, by, d, email) })
	if fault.Is(err, fault.Limited) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return nil // enough letters, or an open invitation: the inbox has what it takes
	}
	if err != nil {
		return fmt.Errorf("ask to join: %w", err)
	}
	return nil
}

// answer picks the letter: you are in already, here is your invitation, or confirm your request.
func (s *Service) answer(ctx context.Context, by org.Actor, d Domain, email string) error {
	m, err := s.Orgs.MemberByEmail(ctx, d.Org, email)
	if err == nil {
		return s.to(ctx, d.Org, KnownKind, email, m.ID.UUID())
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	left, err := s.People.Left(ctx, d.Org, email)
	if err != nil {
		return err
	}
	if left && !d.Requests {
		return nil
	}
	if d.Auto && !left { // nobody comes back by themselves after they were removed: somebody decides
		by.Org, by.Label = d.Org, "the domain "+d.Domain
		i, err := s.draft(ctx, by, d.Grant)
		if err != nil {
			return err
		}
		i.By, i.Email = id.Member{}, email
		if err := s.send(ctx, i); err != nil {
			return err
		}
		return s.Audit.Append(ctx, by, audit.Entry{Action: "invitation.created", Target: i.ID.String(), TargetName: i.Email, After: i.facts()})
	}
	a, waiting, err := s.Store.Waiting(ctx, d.Org, email)
	if err != nil {
		return err
	}
	if !waiting {
		a = Applicant{ID: id.NewApplicant(s.IDs), Org: d.Org, Email: email, CreatedAt: s.Clock.Now()}
		if err := s.Store.AddApplicant(ctx, a); err != nil {
			return err
		}
	}
	if !a.ConfirmedAt.IsZero() {
		return nil // it is being decided
	}
	return s.to(ctx, d.Org, ConfirmKind, email, a.ID.UUID())
}

// to orders a letter, at most one of a kind about a thing within a minute.
func (s *Service) to(ctx context.Context, o id.Org, k mail.Kind, email, about string) error {
	if err := s.Post.Flooded(ctx, k, email); err != nil {
		return err
	}
	return s.Post.Send(ctx, mail.Order{Org: o, Kind: k, To: email, About: about, Once: fmt.Sprintf("%s %s %s %d", k, about, email, s.Clock.Now().Unix()/60)})
}

// Asking is a request to join as its applicant sees it.
type Asking struct {
	Applicant
	Organization org.Organization
}

// Asking opens the link of a request to join and changes nothing.
func (s *Service) Asking(ctx context.Context, token string) (Asking, error) {
	t, err := s.Links.Read(token)
	if err != nil {
		return Asking{}, err
	}
	which, err := id.ParseApplicant(t.About)
	if err != nil {
		return Asking{}, mail.DeadLink()
	}
	a, err := s.Store.Applicant(ctx, t.Org, which)
	if fault.Is(err, fault.NotFound) {
		return Asking{}, mail.DeadLink()
	}
	if err != nil {
		return Asking{}, fmt.Errorf("open request to join: %w", err)
	}
	if !s.Links.Holds(t, string(ConfirmKind), a.Email) || !a.ConfirmedAt.IsZero() || s.Clock.Now().Sub(a.CreatedAt) >= confirmTime {
		return Asking{}, mail.DeadLink()
	}
	o, err := s.Orgs.Organization(ctx, a.Org)
	if fault.Is(err, fault.NotFound) { // deleted since
		return Asking{}, mail.DeadLink()
	}
	return Asking{a, o}, err
}

const maxNote = 500

// Ask sends a request to join to those who decide, once its applicant has proved their address by the link.
func (s *Service) Ask(ctx context.Context, by org.Actor, token, name, note string) (org.Organization, error) {
	a, err := s.Asking(ctx, token)
	if err != nil {
		return org.Organization{}, err
	}
	name, err = org.Name("name", "your name", name, maxName)
	if note != "" {
		var noteErr error
		if note, noteErr = org.Name("note", "your note", strings.Join(strings.Fields(note), " "), maxNote); noteErr != nil {
			err = errors.Join(err, noteErr)
		}
	}
	if err != nil {
		return org.Organization{}, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.Clock.Now()
		ok, err := s.Store.Confirm(ctx, a.Org, a.ID, name, note, now)
		if err != nil {
			return err
		}
		if !ok {
			return mail.DeadLink()
		}
		if err := s.tell(ctx, a.Applicant); err != nil {
			return err
		}
		by.Org, by.Label = a.Org, a.Email
		return s.Audit.Append(ctx, by, audit.Entry{Action: "applicant.asked", Target: a.ID.String(), TargetName: a.Email})
	})
	if err != nil {
		return org.Organization{}, fmt.Errorf("ask to join: %w", err)
	}
	return a.Organization, nil
}

// tell writes to the organization's admins, as many as a letter makes sense for.
func (s *Service) tell(ctx context.Context, a Applicant) error {
	const most = 10
	admins, err := s.Orgs.FindMembers(ctx, a.Org, org.MemberQuery{Role: org.Admin, Status: org.ActiveMember, Limit: most})
	if err != nil {
		return err
	}
	for _, m := range admins {
		o := mail.Order{Org: a.Org, Kind: DecideKind, To: m.Email, About: a.ID.UUID(), Once: "decide " + a.ID.UUID() + " " + m.ID.UUID()}
		if err := s.Post.Send(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// TakesRequests reports whether somebody can ask to join at all, for pages.
func (s *Service) TakesRequests(ctx context.Context, actor org.Actor) (bool, error) {
	if err := actor.Require(org.Manager); err != nil {
		return false, err
	}
	all, err := s.Store.Domains(ctx, actor.Org)
	for _, d := range all {
		if !d.VerifiedAt.IsZero() && d.Requests {
			return true, err
		}
	}
	return false, err
}
