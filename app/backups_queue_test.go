package app

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/db"
)

// A mail server that was away when the backup was made is back by now: what waited for it, and what nobody was told yet, goes out.
func TestWhatWaitedInTheQueueGoesOutAfterARestore(t *testing.T) {
	t.Parallel()
	quiet, here := slog.New(slog.DiscardHandler), func() Config {
		cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir(), MasterKey: secret.New(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))}
		cfg.DatabaseURL = secret.New("sqlite://" + cfg.DataDir + "/bodhi.db")
		return cfg
	}
	cfg, dest := here(), here()
	made, err := Bootstrap(t.Context(), cfg, quiet, onboard.Bootstrap{Org: "Acme", Admin: "a@acme.test", Password: secret.New("correct zebra staple 9")})
	must(t, err)
	c, err := openCore(t.Context(), cfg, quiet)
	must(t, err)
	o, err := c.orgs.BySlug(t.Context(), made.OrgSlug)
	must(t, err)
	now := c.clock.Now()
	order := func(once string, ago time.Duration) mail.Deliver {
		m := mail.Mail{ID: id.NewMail(c.ids), Order: mail.Order{Org: o.ID, Kind: "news", To: "b@acme.test", About: o.ID.UUID(), Once: once}, CreatedAt: now.Add(-ago)}
		_, err := c.letters.store.Add(t.Context(), m)
		must(t, err)
		return mail.Deliver{Org: o.ID, Mail: m.ID}
	}
	waits := order("waits", time.Hour)
	must(t, c.letters.store.Sent(t.Context(), o.ID, order("sent", time.Hour).Mail, now))
	must(t, c.letters.store.Failed(t.Context(), o.ID, order("refused", time.Hour).Mail, "no such user", now))
	order("given up long ago", 48*time.Hour)
	events, deliveries := db.NewEventStore(c.db), db.NewDeliveryStore(c.db)
	event := func(once string) id.Event {
		e, err := events.AddEvent(t.Context(), notify.Event{ID: id.NewEvent(c.ids), Org: o.ID, Kind: notify.Budget, Title: once, Href: "/budgets", Once: once, At: now})
		must(t, err)
		return e
	}
	untold, told := event("untold"), event("told")
	d := id.NewDelivery(c.ids)
	must(t, deliveries.AddDeliveries(t.Context(), o.ID, []notify.Delivery{{ID: d, Org: o.ID, Event: told, Channel: id.NewChannel(c.ids), Kind: notify.Budget, Bundle: d, State: notify.Waiting, DueAt: now, CreatedAt: now}}))
	must(t, c.db.Close())

	var file bytes.Buffer
	_, _, err = Backup(t.Context(), cfg, quiet, "test", &file, func() error { return nil })
	must(t, err)
	_, _, err = Restore(t.Context(), dest, quiet, bytes.NewReader(file.Bytes()), false)
	must(t, err)
	back, err := openCore(t.Context(), dest, quiet)
	must(t, err)
	defer func() { _ = back.db.Close() }()
	rows, err := back.db.Engine().SQLite.QueryContext(t.Context(), "SELECT kind, CAST(args AS TEXT) FROM river_job ORDER BY kind")
	must(t, err)
	defer func() { _ = rows.Close() }()
	var got []string
	for rows.Next() {
		var kind, args string
		must(t, rows.Scan(&kind, &args))
		got = append(got, kind+" "+args)
	}
	must(t, rows.Err())
	if len(got) != 2 || !strings.HasPrefix(got[0], "mail_deliver ") || !strings.Contains(got[0], waits.Mail.UUID()) && !strings.Contains(got[0], waits.Mail.String()) ||
		!strings.HasPrefix(got[1], "notify_spread ") || !strings.Contains(got[1], untold.UUID()) && !strings.Contains(got[1], untold.String()) {
		t.Errorf("in the queue: %q", got)
	}
}
