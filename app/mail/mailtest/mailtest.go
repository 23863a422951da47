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
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
	"github.com/bodhi-gateway/bodhi/db"
)

// Office is Post, Courier and the inbox of the whole world.
type Office struct {
	Post    *mail.Post
	Courier *mail.Courier
	Links   mail.Links
	// Fails, if set, is what the carrier answers instead of taking a letter.
	Fails error

	mu    sync.Mutex
	jobs  []mail.Deliver
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
	return o
}

// Enqueue implements work.Queue.
func (o *Office) Enqueue(_ context.Context, job work.Args) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if j, ok := job.(mail.Deliver); ok {
		o.jobs = append(o.jobs, j)
	}
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
		if err := o.Courier.Deliver(t.Context(), j.Org, j.Mail); err != nil {
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
