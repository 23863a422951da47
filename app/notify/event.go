package notify

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Event is something that happened, on its way to people and channels.
type Event struct {
	ID    id.Event
	Org   id.Org
	Kind  Kind
	Title string // one sentence in plain text, to those whom it concerns
	// Abroad is the sentence for channels, where "your" would be nobody's; "" is Title.
	Abroad string
	Body   string // more, in letters and webhooks; may be empty
	Href   string // a page of the dashboard
	// Details are for programs: ids, amounts. Never secrets, prompts, or another team's figures.
	Details map[string]string
	// Team is whose event it is, for channels that hear only one team's; zero = the whole organization's.
	Team    id.Team
	Members []id.Member
	// Once names the occasion: of several events with the same there is the first.
	Once string
	At   time.Time
	// EscalateAt is when somebody higher is told unless one of Members has read it; zero = never.
	EscalateAt time.Time
}

// Spread is the job that says who gets an event, and by which way.
type Spread struct {
	Org   id.Org   `json:"org"`
	Event id.Event `json:"event"`
}

// Kind implements work.Args.
func (Spread) Kind() string { return "notify_spread" }

// Deliver is the job that sends what is due.
type Deliver struct {
	Org id.Org `json:"org"` // that caused it
}

// Kind implements work.Args.
func (Deliver) Kind() string { return "notify_deliver" }

// Outbox is what makes events leave the dashboard. A Post without one writes inboxes only.
type Outbox struct {
	Store EventStore
	Tx    work.Tx
	Queue work.Queue
}

// EventStore keeps events. *db.EventStore implements it.
type EventStore interface {
	// AddEvent writes an event unless there is one of the same Once: then that one's members become the union of both. It
	// gives the id of the one that is there.
	AddEvent(ctx context.Context, e Event) (id.Event, error)
	// Unanswered are events of all organizations that somebody higher is to be told of at now, the oldest first: those of whose
	// notices none was read. Those of which one was are settled.
	Unanswered(ctx context.Context, now time.Time, limit int) ([]Event, error)
	// Settle says that nobody higher is to be told of an event any more.
	Settle(ctx context.Context, o id.Org, e id.Event) error
	// Preferences are those of some members; who never chose is left out.
	Preferences(ctx context.Context, o id.Org, of []id.Member) (map[id.Member]Preferences, error)
}

// Tell writes one notice for each person, and lets the event go to where they and the organization want it, in the caller's
// transaction if ctx carries one.
func (p *Post) Tell(ctx context.Context, o id.Org, to []id.Member, kind Kind, title, href, once string) error {
	return p.Announce(ctx, Event{Org: o, Members: to, Kind: kind, Title: title, Href: href, Once: once})
}

// Announce is Tell for events with more to say. Its ID and At are made here.
func (p *Post) Announce(ctx context.Context, e Event) error {
	if p == nil || len(e.Members) == 0 && (p.Outbox == nil || traits[e.Kind].personal) {
		return nil
	}
	e.ID, e.At = id.NewEvent(p.IDs), p.Clock.Now().UTC()
	e.Title, e.Abroad, e.Body = clip(line(e.Title)), clip(line(e.Abroad)), line(e.Body)
	e.Once = string(e.Kind) + " " + e.Once
	if p.Outbox == nil {
		return p.write(ctx, e, nil)
	}
	return p.Outbox.Tx.Do(ctx, func(ctx context.Context) error {
		prefer, err := p.Outbox.Store.Preferences(ctx, e.Org, e.Members)
		if err != nil {
			return fmt.Errorf("notify: preferences: %w", err)
		}
		if err := p.write(ctx, e, prefer); err != nil {
			return err
		}
		which, err := p.Outbox.Store.AddEvent(ctx, e)
		if err != nil {
			return fmt.Errorf("notify: event: %w", err)
		}
		return p.Outbox.Queue.Enqueue(ctx, Spread{e.Org, which})
	})
}

// write fills the inboxes of those who want it there.
func (p *Post) write(ctx context.Context, e Event, prefer map[id.Member]Preferences) error {
	var all []Notice
	for _, m := range e.Members {
		if prefer[m].InInbox(e.Kind) {
			all = append(all, Notice{ID: id.NewNotice(p.IDs), Org: e.Org, Member: m, Kind: e.Kind, Title: e.Title, Href: e.Href, Once: e.Once, At: e.At})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return p.Store.Add(ctx, e.Org, all)
}

// line makes one line of a text: names in it are people's own, and titles become subjects of letters, which are headers.
func line(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
	}), " ")
}
