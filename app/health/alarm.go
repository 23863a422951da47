package health

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Members knows organizations, and finds their admins.
type Members interface {
	Organization(ctx context.Context, o id.Org) (org.Organization, error)
	FindMembers(ctx context.Context, o id.Org, q org.MemberQuery) ([]org.Member, error)
}

// Inbox tells admins that a target is away, or back: in the dashboard, and by letters that Alarm.Letter writes about the outage. once
// names the event.
type Inbox func(ctx context.Context, o id.Org, to []id.Member, target string, back bool, which id.Outage, once string) error

// Alarm tells an organization's admins when a target is away for long, and when it is back after that.
type Alarm struct {
	Store       Store
	Orgs        Members
	Connections Connections
	Inbox       Inbox
	Tx          work.Tx
	PublicURL   string
}

const (
	mostAdmins = 10
	// quiet is how often at most people are told of one target's going, and of its coming back. Several nodes tell once.
	quiet = time.Hour
)

// Tell tells the admins. The event is in the books before the letters are composed.
func (a *Alarm) Tell(ctx context.Context, e Event, back bool) error {
	return a.Tx.Do(ctx, func(ctx context.Context) error {
		if err := a.Store.Note(ctx, []Event{e}); err != nil { // it may have another id there; the letter needs one
			return err
		}
		admins, err := a.Orgs.FindMembers(ctx, e.Target.Org, org.MemberQuery{Role: org.Admin, Status: org.ActiveMember, Limit: mostAdmins})
		if err != nil {
			return err
		}
		word := "away"
		if back {
			word = "back"
		}
		event := fmt.Sprintf("%s %s %s %d", word, e.Target.Connection.UUID(), e.Target.Model, e.At.Unix()/int64(quiet/time.Second))
		to := make([]id.Member, len(admins))
		for i, m := range admins {
			to[i] = m.ID
		}
		return a.note(ctx, e, to, back, event)
	})
}

// note tells them. A connection that is gone has no name, and nobody needs to know of it any more.
func (a *Alarm) note(ctx context.Context, e Event, to []id.Member, back bool, once string) error {
	names, err := a.Connections(ctx, org.System(e.Target.Org, "a notice about health"))
	if err != nil {
		return err
	}
	name := names[e.Target.Connection]
	if name == "" {
		return nil
	}
	if e.Target.Model != "" {
		name += "/" + e.Target.Model
	}
	return a.Inbox(ctx, e.Target.Org, to, name, back, e.ID, once)
}

// causes are the causes in sentences.
var causes = map[Cause]string{
	Failures: "too many of its attempts failed", Credential: "the provider refuses its credential", Quota: "its account has no credit left",
}

// Letter writes about an outage; mail.ErrMoot if nobody needs to know of it any more.
func (a *Alarm) Letter(ctx context.Context, o id.Org, which id.Outage) (mail.Letter, error) {
	e, ok, err := a.Store.Event(ctx, o, which)
	if err != nil {
		return mail.Letter{}, err
	}
	names, err := a.Connections(ctx, org.System(o, "a letter about health"))
	if err != nil {
		return mail.Letter{}, err
	}
	name := names[e.Target.Connection]
	if !ok || name == "" {
		return mail.Letter{}, mail.ErrMoot
	}
	if e.Target.Model != "" {
		name += "/" + e.Target.Model
	}
	home, err := a.Orgs.Organization(ctx, o)
	if err != nil {
		return mail.Letter{}, err
	}
	zone, err := time.LoadLocation(home.Zone)
	if err != nil {
		return mail.Letter{}, fmt.Errorf("health: zone: %w", err)
	}
	facts := []mail.Fact{{Label: "Target", Value: name}, {Label: "When", Value: e.At.In(zone).Format("2006-01-02 15:04:05 MST")}}
	action := mail.Action{Label: "Look at the status page", URL: strings.TrimRight(a.PublicURL, "/") + "/health"}
	foot := []string{"You get this as an admin of the organization, about one target at most once an hour."}
	if e.To == Closed {
		return mail.Letter{Subject: name + " is back", Heading: name + " takes requests again", Text: []string{"A probe was answered, so requests go there again. There is nothing to do."}, Facts: facts, Action: action, Foot: foot}, nil
	}
	why := causes[e.Cause]
	text := "No requests are sent to it for now, because " + why + ". It is probed by itself, less often with every failure."
	switch e.Cause {
	case Credential:
		text = "No requests are sent to it, because " + why + ". Replace its key in the connection; it is used at once."
	case Quota:
		text = "No requests are sent to it, because " + why + ". Pay at the provider, or use another account; it is probed by itself."
	}
	return mail.Letter{Subject: name + " is out of service", Heading: name + " is out of service", Text: []string{text, "Requests with another target go there. Those without one fail."}, Facts: facts, Action: action, Foot: foot}, nil
}
