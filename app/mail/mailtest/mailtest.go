// Package mailtest is a post office for tests: letters are ordered for real, written for real, and delivered into a
// list when the test says so.
package mailtest

import (
	"context"
	"log/slog"
	"net/url"
	"regexp"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/mailweb"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
	"github.com/bodhi-gateway/bodhi/db"
)

// Office is Post, Courier and the inbox of the whole world.
type Office struct {
	Post    *mail.Post
	Courier *mail.Courier
	Links   mail.Links
	// Inbox tells people of events, and Events brings them letters. Its Own begins empty.
	Inbox  *notify.Post
	Events *notify.Courier
	// Fails, if set, is what the carrier answers instead of taking a letter.
	Fails error

	mu    sync.Mutex
	jobs  []work.Args
	inbox []mail.Message
}

// New opens an office on a database.
func New(t testing.TB, d *db.DB, c clock.Clock, ids *id.Source, master *secret.Master) *Office {
	t.Helper()
	mac, err := master.MAC(mail.LinkPurpose)
	if err != nil {
		t.Fatal(err)
	}
	o := &Office{Links: mail.Links{MAC: mac, PublicURL: "http://127.0.0.1:8080"}}
	store := db.NewMailStore(d)
	o.Post = &mail.Post{Store: store, Queue: o, Clock: c, IDs: ids}
	o.Courier = &mail.Courier{Store: store, Render: mailweb.Render, Carrier: o, Domain: "bodhi.test", Clock: c, Log: slog.New(slog.DiscardHandler),
		Composers: map[mail.Kind]mail.Composer{}}
	events := db.NewEventStore(d)
	o.Inbox = &notify.Post{Store: db.NewNoticeStore(d), IDs: ids, Clock: c, Outbox: &notify.Outbox{Store: events, Tx: d, Queue: o}}
	o.Events = &notify.Courier{Store: db.NewDeliveryStore(d), Channels: db.NewChannelStore(d), People: db.NewOrgStore(d), Carry: o.Carry, Own: map[notify.Kind]notify.Writer{}, Render: mailweb.Render,
		Links: o.Links, Domain: "bodhi.test", PublicURL: o.Links.PublicURL, IDs: ids, Clock: c, Log: slog.New(slog.DiscardHandler)}
	return o
}

// Enqueue implements work.Queue.
func (o *Office) Enqueue(_ context.Context, job work.Args) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.jobs = append(o.jobs, job)
	return nil
}

// Carry implements mail.Carrier.
func (o *Office) Carry(_ context.Context, m mail.Message) error {
	if o.Fails != nil {
		return o.Fails
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inbox = append(o.inbox, m)
	return nil
}

// Deliver does all waiting jobs and gives the letters that came of them.
func (o *Office) Deliver(t testing.TB) []mail.Message {
	t.Helper()
	o.mu.Lock()
	jobs := o.jobs
	o.jobs, o.inbox = nil, nil
	o.mu.Unlock()
	for _, j := range jobs {
		var err error
		switch j := j.(type) {
		case mail.Deliver:
			err = o.Courier.Deliver(t.Context(), j.Org, j.Mail, false)
		case notify.Spread:
			err = o.Events.Spread(t.Context(), j.Org, j.Event)
		}
		if err != nil {
			t.Errorf("deliver: %v", err)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.inbox
}

// One delivers and wants exactly one letter, to this address.
func (o *Office) One(t testing.TB, to string) mail.Message {
	t.Helper()
	all := o.Deliver(t)
	if len(all) != 1 || all[0].To != to {
		t.Fatalf("got %d letters %+v, want one to %s", len(all), all, to)
	}
	return all[0]
}

var link = regexp.MustCompile(`https?://\S+`)

// Token is the parameter of the letter's link; its text and its HTML must have the same one.
func Token(t testing.TB, m mail.Message) string {
	t.Helper()
	u, err := url.Parse(link.FindString(m.Text))
	if err != nil || u.Query().Get("t") == "" {
		t.Fatalf("no link in\n%s", m.Text)
	}
	return u.Query().Get("t")
}
