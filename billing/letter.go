package billing

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// What the room tells every admin of.
const (
	dueMatter   = "due"
	trialMatter = "trial"
	seatMatter  = "seats"
)

// matterDetail says in an event which of them it is.
const matterDetail = "matter"

// Days after a failed payment, and before the end of the trial, on which admins get a letter. The one at Grace says that nothing
// can be added any more.
var (
	dueDays   = []int{0, 3, 7, 14, 28}
	trialDays = []int{3, 0}
)

const day = 24 * time.Hour

// stale is how long after its day a letter is still worth sending. It is far below notify.Keep, after which nobody knows any more that it
// was sent: it would come again every three months.
const stale = 30 * day

// occasion is what admins are to be told of now, "" for nothing. Of several that were missed it is the last: nobody gets three at once.
func occasion(a Account, now time.Time) (matter, once string) {
	switch a.State(now) {
	case Due, Restricted:
		last := dueDays[0]
		for _, d := range dueDays {
			if !now.Before(a.DueSince.Add(time.Duration(d) * day)) {
				last = d
			}
		}
		if now.Sub(a.DueSince.Add(time.Duration(last)*day)) > stale {
			return "", ""
		}
		return dueMatter, "due " + a.DueSince.UTC().Format(time.RFC3339) + " day " + strconv.Itoa(last)
	case Trial, TrialOver:
		last := -1
		for _, d := range trialDays {
			if !now.Before(a.TrialEndsAt.Add(-time.Duration(d) * day)) {
				last = d
			}
		}
		if last >= 0 && now.Sub(a.TrialEndsAt.Add(-time.Duration(last)*day)) <= stale {
			return trialMatter, "trial " + strconv.Itoa(last)
		}
	}
	return "", ""
}

// remind tells admins what they are to be told, in the transaction that ctx carries, and once.
func (s *Service) remind(ctx context.Context, a Account) error {
	matter, once := occasion(a, s.Clock.Now())
	if matter == "" {
		return nil
	}
	o, err := s.Orgs.Organization(ctx, a.Org)
	if err != nil {
		return err
	}
	title := map[State]string{Due: "A payment for " + o.Name + " failed", Restricted: "The invoice for " + o.Name + " is still open", Trial: "The trial of " + o.Name + " ends soon", TrialOver: "The trial of " + o.Name + " is over"}
	return s.tell(ctx, a.Org, matter, title[a.State(s.Clock.Now())], once)
}

// tell tells every admin. The letter is written when it is sent, and says how things are then.
func (s *Service) tell(ctx context.Context, o id.Org, matter, title, once string) error {
	admins, err := s.admins(ctx, o)
	if err != nil {
		return err
	}
	to := make([]id.Member, len(admins))
	for i, m := range admins {
		to[i] = m.ID
	}
	return s.Inbox.Announce(ctx, notify.Event{Org: o, Members: to, Kind: notify.Billed, Title: title, Href: "/billing", Once: once, Details: map[string]string{matterDetail: matter}})
}

// lastSeat tells admins that nobody can be added any more, in the transaction that took the last seat; once for each number of seats
// and period.
func (s *Service) lastSeat(ctx context.Context, v Overview) error {
	return s.tell(ctx, v.Org, seatMatter, seatWords(v), fmt.Sprint("seats ", v.Limits.People, " ", v.From.UTC().Format(time.DateOnly)))
}

func seatWords(v Overview) string {
	return fmt.Sprintf("All %d seats are taken: nobody can be added", v.Limits.People)
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

// Write writes the room's letters, for notify.Courier.
func (s *Service) Write(ctx context.Context, e notify.Event, _ org.Member) (mail.Letter, error) {
	switch e.Details[matterDetail] {
	case dueMatter:
		return s.writeDue(ctx, e.Org)
	case trialMatter:
		return s.writeTrial(ctx, e.Org)
	case seatMatter:
		return s.writeSeats(ctx, e.Org)
	}
	return mail.Letter{}, mail.ErrMoot
}

func (s *Service) writeSeats(ctx context.Context, in id.Org) (mail.Letter, error) {
	_, o, err := s.about(ctx, in)
	if err != nil {
		return mail.Letter{}, err
	}
	v, err := s.overview(ctx, in)
	if err != nil {
		return mail.Letter{}, err
	}
	if v.Limits.People == 0 || v.Usage.Active < v.Limits.People {
		return mail.Letter{}, mail.ErrMoot
	}
	plan := "the trial"
	if v.Plan.Name != "" {
		plan = "your plan " + v.Plan.Title
	}
	return mail.Letter{
		Subject: "All seats of " + o.Name + " are taken", Heading: seatWords(v),
		Text: []string{fmt.Sprintf("%d people are active, and that is as many as %s has room for. To add somebody, change the plan, or disable or remove somebody first.", v.Usage.Active, plan),
			"What runs goes on: requests are answered as before."},
		Action: mail.Action{Label: "Look at billing", URL: s.PublicURL + "/billing"},
		Foot:   []string{"You get this as an organization admin of " + o.Name + "."},
	}, nil
}

func (s *Service) writeDue(ctx context.Context, in id.Org) (mail.Letter, error) {
	a, o, err := s.about(ctx, in)
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

func (s *Service) writeTrial(ctx context.Context, in id.Org) (mail.Letter, error) {
	a, o, err := s.about(ctx, in)
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

func (s *Service) about(ctx context.Context, in id.Org) (Account, org.Organization, error) {
	if !s.On() {
		return Account{}, org.Organization{}, mail.ErrMoot
	}
	o, err := s.Orgs.Organization(ctx, in)
	if fault.Is(err, fault.NotFound) {
		return Account{}, o, mail.ErrMoot
	}
	if err != nil {
		return Account{}, o, err
	}
	a, err := s.account(ctx, in)
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
