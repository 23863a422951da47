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

// AlertKind is the letter about a target that is away, or is back.
const AlertKind mail.Kind = "health_alert"

// Members finds an organization's admins.
type Members interface {
	FindMembers(ctx context.Context, o id.Org, q org.MemberQuery) ([]org.Member, error)
}

// Poster orders letters. *mail.Post implements it.
type Poster interface {
	Send(ctx context.Context, o mail.Order) error
}

// Inbox tells admins in the dashboard that a target is away, or back; once names the event.
type Inbox func(ctx context.Context, o id.Org, to []id.Member, target string, back bool, once string) error

// Alarm writes to an organization's admins when a target is away for long, and when it is back after that.
type Alarm struct {
	Store       Store
	Orgs        Members
	Connections Connections
	Post        Poster
	Inbox       Inbox // nil tells nobody beside the letters
	// Wants reports whether a person wants a letter when a target is away, or back; nil = everybody does.
	Wants     func(ctx context.Context, o id.Org, m id.Member, back bool) (bool, error)
	Tx        work.Tx
	PublicURL string
}

const (
	mostAdmins = 10
	// quiet is how often at most people are told of one target's going, and of its coming back. Several nodes tell once.
	quiet = time.Hour
)

// Tell orders the letters. The event is in the books, or its writing is retried, before the letters are composed.
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
			if a.Wants != nil {
				if wants, err := a.Wants(ctx, e.Target.Org, m.ID, back); err != nil {
					return err
				} else if !wants {
					continue
				}
			}
			once := event + " " + m.ID.UUID()
			if err := a.Post.Send(ctx, mail.Order{Org: e.Target.Org, Kind: AlertKind, To: m.Email, About: e.ID.UUID(), Once: once}); err != nil {
				return err
			}
		}
		return a.note(ctx, e, to, back, event)
	})
}

// note writes into the admins' inboxes. A connection that is gone has no name, and nobody needs to know of it any more.
func (a *Alarm) note(ctx context.Context, e Event, to []id.Member, back bool, once string) error {
	if a.Inbox == nil {
		return nil
	}
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
	return a.Inbox(ctx, e.Target.Org, to, name, back, once)
}

// causes are the causes in sentences.
var causes = map[Cause]string{
	Failures: "too many of its attempts failed", Credential: "the provider refuses its credential", Quota: "its account has no credit left",
}

// Letter is AlertKind's Composer.
func (a *Alarm) Letter(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	which, err := id.ParseOutage(m.About)
	if err != nil {
		return mail.Letter{}, err
	}
	e, ok, err := a.Store.Event(ctx, m.Org, which)
	if err != nil {
		return mail.Letter{}, err
	}
	names, err := a.Connections(ctx, org.System(m.Org, "a letter about health"))
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
	facts := []mail.Fact{{Label: "Target", Value: name}, {Label: "When", Value: e.At.UTC().Format("2006-01-02 15:04:05 MST")}}
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
