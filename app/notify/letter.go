package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// StopPath is where the links lead by which a letter's reader gets no more of its kind. StopPurpose is what they are made for,
// and StopFor how long they work: mail clients show old letters too, but not for ever.
const (
	StopPath     = "/unsubscribe"
	StopPurpose  = "stop letters v1"
	StopFor      = 60 * 24 * time.Hour
	SettingsPath = "/inbox/settings"
	mostInOne    = 50 // events that one letter names
)

// letter writes to a person about one event, or about several that had to wait.
func (c *Courier) letter(ctx context.Context, p Parcel) error {
	lead := p.Deliveries[0]
	m, err := c.People.Member(ctx, lead.Org, lead.Member)
	if fault.Is(err, fault.NotFound) {
		return &ending{Moot, "the person has left"}
	}
	if err != nil {
		return err
	}
	if m.Status() != org.ActiveMember {
		return &ending{Moot, "the person has left, or is locked out"}
	}
	home, err := c.home(ctx, lead.Org)
	if err != nil {
		return err
	}
	l := c.words(p, home)
	if lead.Kind.Alone() {
		if l, err = c.own(ctx, p.Events[0], m); err != nil {
			return err
		}
	}
	stop := c.stopLink(lead.Org, lead.Member, p, c.Clock.Now().Add(StopFor))
	l.Foot = append(l.Foot, "You get this because it concerns you.")
	l.Links = append(l.Links, mail.Action{Label: "Choose what you get, and when", URL: c.PublicURL + SettingsPath}, mail.Action{Label: "No more letters like this", URL: stop})
	text, html, err := c.Render(l)
	if err != nil {
		return err
	}
	out := mail.Message{To: m.Email, Subject: l.Subject, Text: text, HTML: html, ID: lead.Bundle.String() + "@" + c.Domain, At: c.Clock.Now(), Stop: stop}
	if len(p.Events) == 1 {
		out.Thread = thread(p.Events[0]) + "@" + c.Domain
	}
	return c.Carry(ctx, out)
}

// own is the letter of a room that writes its own.
func (c *Courier) own(ctx context.Context, e Event, to org.Member) (mail.Letter, error) {
	write := c.Own[e.Kind]
	if write == nil {
		return mail.Letter{}, fmt.Errorf("nobody writes letters of kind %q", e.Kind)
	}
	l, err := write(ctx, e, to)
	if errors.Is(err, mail.ErrMoot) {
		err = &ending{Moot, "nobody needs it any more"}
	}
	return l, err
}

// words are what a letter says.
func (c *Courier) words(p Parcel, zone *time.Location) mail.Letter {
	e := p.Events[0]
	if len(p.Events) == 1 {
		l := mail.Letter{Subject: e.Title, Heading: e.Title, Action: mail.Action{Label: "Open in Bodhi Gateway", URL: c.PublicURL + e.Href},
			Facts: []mail.Fact{{Label: "When", Value: e.At.In(zone).Format("2 Jan 2006, 15:04 MST")}}}
		if e.Body != "" {
			l.Text = []string{e.Body}
		}
		return l
	}
	title := fmt.Sprintf("%d things happened that concern you", len(p.Events))
	l := mail.Letter{Subject: title, Heading: title, Action: mail.Action{Label: "Open your inbox", URL: c.PublicURL + "/inbox"}}
	for i, e := range p.Events {
		if i == mostInOne {
			l.Text = append(l.Text, fmt.Sprintf("%d more stand in your inbox.", len(p.Events)-i))
			break
		}
		l.Facts = append(l.Facts, mail.Fact{Label: e.At.In(zone).Format("2 Jan, 15:04 MST"), Value: e.Title})
	}
	return l
}

// thread is the same for all letters about one thing, so that mail programs show them as one conversation. Nothing can be read
// from it.
func thread(e Event) string {
	sum := sha256.Sum256([]byte(e.Org.UUID() + "\n" + e.Href))
	return "thread." + hex.EncodeToString(sum[:12])
}

// stopLink is the one link of a letter that changes something: it stops letters of this kind to this person, and nothing else.
func (c *Courier) stopLink(o id.Org, m id.Member, p Parcel, until time.Time) string {
	kinds := kindsOf(p)
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	what, end := strings.Join(words, ","), strconv.FormatInt(until.Unix(), 10)
	return c.Links.To(StopPath, StopPurpose, o, m.UUID(), what, end) + "&k=" + url.QueryEscape(what) + "&e=" + end
}
