package billing

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// The kinds of letters. Each goes to every admin.
const (
	DueKind   mail.Kind = "billing_due"
	TrialKind mail.Kind = "billing_trial"
)

// Days after a failed payment, and before the end of the trial, on which admins get a letter. The one at Grace says that nothing
// can be added any more.
var (
	dueDays   = []int{0, 3, 7, 14, 28}
	trialDays = []int{3, 0}
)

const day = 24 * time.Hour

// occasion is the letter that is due now, "" for none. Of several that were missed it is the last: nobody gets three at once.
func occasion(a Account, now time.Time) (mail.Kind, string) {
	switch a.State(now) {
	case Due, Restricted:
		last := dueDays[0]
		for _, d := range dueDays {
			if !now.Before(a.DueSince.Add(time.Duration(d) * day)) {
				last = d
			}
		}
		return DueKind, "billing due " + a.DueSince.UTC().Format(time.RFC3339) + " day " + strconv.Itoa(last)
	case Trial, TrialOver:
		last := -1
		for _, d := range trialDays {
			if !now.Before(a.TrialEndsAt.Add(-time.Duration(d) * day)) {
				last = d
			}
		}
		if last >= 0 {
			return TrialKind, "billing trial " + strconv.Itoa(last)
		}
	}
	return "", ""
}

// remind orders the letters that are due, in the transaction that ctx carries. Each is ordered once.
func (s *Service) remind(ctx context.Context, a Account) error {
	kind, once := occasion(a, s.Clock.Now())
	if kind == "" || s.Post == nil {
		return nil
	}
	to, err := s.admins(ctx, a.Org)
	if err != nil {
		return err
	}
	for _, m := range to {
		if err := s.Post.Send(ctx, mail.Order{Org: a.Org, Kind: kind, To: m.Email, About: a.Org.UUID(), Once: once + " " + m.ID.UUID()}); err != nil {
			return err
		}
	}
	return nil
}

// admins are those who can act, the first that came first.
func (s *Service) admins(ctx context.Context, o id.Org) (out []org.Member, err error) {
	all, err := s.Orgs.Members(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("billing: admins: %w", err)
	}
	for _, m := range all {
		if m.Role != org.Admin || !m.DisabledAt.IsZero() {
			continue
		}
		out = append(out, m)
		for i := len(out) - 1; i > 0 && out[i].CreatedAt.Before(out[i-1].CreatedAt); i-- {
			out[i], out[i-1] = out[i-1], out[i]
		}
	}
	return out, nil
}

// Composers write the room's letters, for mail.Courier.
func (s *Service) Composers() map[mail.Kind]mail.Composer {
	return map[mail.Kind]mail.Composer{DueKind: s.writeDue, TrialKind: s.writeTrial}
}

func (s *Service) writeDue(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	a, o, err := s.about(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	state := a.State(s.Clock.Now())
	if state != Due && state != Restricted {
		return mail.Letter{}, mail.ErrMoot
	}
	until := local(a.DueSince.Add(Grace), o)
	l := mail.Letter{
		Subject: "A payment for " + o.Name + " failed",
		Heading: "A payment failed",
		Text: []string{"The last invoice for " + o.Name + " on Bodhi Gateway could not be paid. Stripe tries again by itself; a new card settles it at once.",
			"Requests go on as before: an open invoice never stops the gateway. From " + until + " on, people and connections can no longer be added."},
		Facts:  []mail.Fact{{Label: "Open since", Value: local(a.DueSince, o)}, {Label: "Adding stops", Value: until}},
		Action: mail.Action{Label: "Look at billing", URL: s.PublicURL + "/billing"},
		Foot:   []string{"You get this as an organization admin of " + o.Name + "."},
	}
	if state == Restricted {
		l.Subject, l.Heading = "The invoice for "+o.Name+" is still open", "Nothing can be added any more"
		l.Text = []string{"The invoice for " + o.Name + " has been open since " + local(a.DueSince, o) + ". People and connections can no longer be added.",
			"Requests go on as before: an open invoice never stops the gateway. All opens again as soon as it is paid."}
	}
	return l, nil
}

func (s *Service) writeTrial(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	a, o, err := s.about(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	state := a.State(s.Clock.Now())
	if state != Trial && state != TrialOver {
		return mail.Letter{}, mail.ErrMoot
	}
	l := mail.Letter{
		Subject: "The trial of " + o.Name + " ends soon",
		Heading: "Your trial ends on " + local(a.TrialEndsAt, o),
		Text: []string{"Choose a plan to go on adding people and connections after that day. Without one everything that is there goes on working, and requests are answered as before.",
			"Nothing is charged without your choice: there is no card."},
		Action: mail.Action{Label: "Compare plans", URL: s.PublicURL + "/billing"},
		Foot:   []string{"You get this as an organization admin of " + o.Name + "."},
	}
	if state == TrialOver {
		l.Subject, l.Heading = "The trial of "+o.Name+" is over", "Your trial is over"
		l.Text[0] = "People and connections can no longer be added until you choose a plan. Everything that is there goes on working, and requests are answered as before."
	}
	return l, nil
}

func (s *Service) about(ctx context.Context, m mail.Mail) (Account, org.Organization, error) {
	if !s.On() {
		return Account{}, org.Organization{}, mail.ErrMoot
	}
	o, err := s.Orgs.Organization(ctx, m.Org)
	if fault.Is(err, fault.NotFound) {
		return Account{}, o, mail.ErrMoot
	}
	if err != nil {
		return Account{}, o, err
	}
	a, err := s.account(ctx, m.Org)
	return a, o, err
}

// local is a day in the organization's zone.
func local(t time.Time, o org.Organization) string {
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format("Mon 2 Jan 2006")
}
