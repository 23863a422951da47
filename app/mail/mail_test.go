package mail_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// office is a post office with one organization and letters of kind "news".
func office(t *testing.T, d *db.DB) (*webtest.House, *mailtest.Office, mail.Order) {
	t.Helper()
	h := webtest.NewHouse(t, d)
	x := h.Found(t, "Acme")
	o := mailtest.New(t, d, h.Clock, h.IDs, h.Master)
	o.Courier.Composers["news"] = func(_ context.Context, m mail.Mail) (mail.Letter, error) {
		return mail.Letter{Subject: "News", Heading: "News", Text: []string{"About " + m.About}}, nil
	}
	return h, o, mail.Order{Org: x.Org.ID, Kind: "news", To: "ada@acme.test", About: x.Team.UUID(), Once: "news 1"}
}

func TestALetterIsSentOnceHoweverOftenItIsOrderedOrDelivered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, o, order := office(t, d)
		for range 3 {
			if err := d.Do(t.Context(), func(ctx context.Context) error { return o.Post.Send(ctx, order) }); err != nil {
				t.Fatal(err)
			}
		}
		m := o.One(t, "ada@acme.test")
		if m.Subject != "News" || !strings.HasSuffix(m.ID, "@bodhi.test") || !m.At.Equal(h.Clock.Now()) {
			t.Errorf("got %+v", m)
		}
		local, _, _ := strings.Cut(m.ID, "@")
		which, err := id.ParseMail(local)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Courier.Deliver(t.Context(), order.Org, which, false); err != nil { // the job runs again
			t.Fatal(err)
		}
		if again := o.Deliver(t); len(again) != 0 {
			t.Errorf("sent again: %+v", again)
		}
		latest, err := o.Post.Latest(t.Context(), order.Org, "news", []string{order.About, id.NewTeam(h.IDs).UUID()})
		if err != nil || len(latest) != 1 || latest[order.About].SentAt.IsZero() || latest[order.About].Tries != 1 {
			t.Errorf("latest: %+v, %v", latest, err)
		}
	})
}

func TestAFailureIsTriedAgainUntilTheServerRefuses(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	_, o, order := office(t, d)
	store := db.NewMailStore(d)
	send := func(once string) id.Mail {
		order.Once = once
		if err := d.Do(t.Context(), func(ctx context.Context) error { return o.Post.Send(ctx, order) }); err != nil {
			t.Fatal(err)
		}
		latest, err := o.Post.Latest(t.Context(), order.Org, "news", []string{order.About})
		if err != nil {
			t.Fatal(err)
		}
		return latest[order.About].ID
	}
	state := func(m id.Mail) mail.Mail {
		got, ok, err := store.Mail(t.Context(), order.Org, m)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return got
	}
	m := send("a")
	o.Fails = errors.New("the server is away")
	if err := o.Courier.Deliver(t.Context(), order.Org, m, false); err == nil {
		t.Fatal("a failure must ask for another try")
	}
	if got := state(m); got.Tries != 1 || !got.DroppedAt.IsZero() || !strings.Contains(got.Problem, "away") {
		t.Fatalf("after a failure: %+v", got)
	}
	o.Fails = fmt.Errorf("%w: 550 no such user %s", mail.ErrRefused, strings.Repeat("ü", 400))
	if err := o.Courier.Deliver(t.Context(), order.Org, m, false); err != nil {
		t.Fatalf("a refusal must not be tried again: %v", err)
	}
	if got := state(m); got.DroppedAt.IsZero() || !got.SentAt.IsZero() || len(got.Problem) > 310 {
		t.Fatalf("after a refusal: %+v", got)
	}
	o.Fails = nil
	if err := o.Courier.Deliver(t.Context(), order.Org, m, false); err != nil || !state(m).SentAt.IsZero() {
		t.Fatalf("a refused letter is sent after all: %v", err)
	}
	m = send("c")
	o.Fails = errors.New("the server is away")
	for range 2 { // the second is asked for on the console
		if err := o.Courier.Deliver(t.Context(), order.Org, m, true); err == nil || state(m).DroppedAt.IsZero() || !strings.Contains(state(m).Problem, "away") {
			t.Fatalf("the last try failed: %+v, %v", state(m), err)
		}
	}
	o.Fails = nil
	if err := o.Courier.Deliver(t.Context(), order.Org, m, true); err != nil || state(m).SentAt.IsZero() || !state(m).DroppedAt.IsZero() {
		t.Fatalf("an operator had it tried again: %+v, %v", state(m), err)
	}
	compose := o.Courier.Composers["news"]
	o.Courier.Composers["news"] = func(context.Context, mail.Mail) (mail.Letter, error) {
		return mail.Letter{}, errors.New("a secret place")
	}
	m = send("d")
	if err := o.Courier.Deliver(t.Context(), order.Org, m, true); err == nil || state(m).DroppedAt.IsZero() || state(m).Problem != "it could not be written" {
		t.Fatalf("it could not be written to the last: %+v, %v", state(m), err)
	}
	o.Courier.Composers["news"] = compose
	o.Courier.Composers["news"] = func(context.Context, mail.Mail) (mail.Letter, error) { return mail.Letter{}, mail.ErrMoot }
	m = send("b")
	if err := o.Courier.Deliver(t.Context(), order.Org, m, false); err != nil || state(m).DroppedAt.IsZero() || state(m).Tries != 0 {
		t.Fatalf("a letter without a point: %+v, %v", state(m), err)
	}
}

// slow is a server that takes a letter after the process was told to stop: a conversation with it cannot be broken off.
type slow struct {
	stop  context.CancelFunc
	taken int
}

func (s *slow) Carry(context.Context, mail.Message) error {
	s.stop()
	s.taken++
	return nil
}

func TestALetterThatIsTakenWhileTheProcessStopsIsNotSentAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, o, order := office(t, d)
		if err := d.Do(t.Context(), func(ctx context.Context) error { return o.Post.Send(ctx, order) }); err != nil {
			t.Fatal(err)
		}
		latest, err := o.Post.Latest(t.Context(), order.Org, "news", []string{order.About})
		if err != nil {
			t.Fatal(err)
		}
		server := &slow{}
		o.Courier.Carrier = server
		for range 2 { // the second is another process's
			var ctx context.Context
			ctx, server.stop = context.WithCancel(t.Context())
			if err := o.Courier.Deliver(ctx, order.Org, latest[order.About].ID, false); err != nil {
				t.Errorf("asks for another try: %v", err)
			}
		}
		if server.taken != 1 {
			t.Errorf("sent %d times", server.taken)
		}
	})
}

func TestAnAddressIsNotFlooded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, o, order := office(t, d)
		for n := range 5 {
			if err := o.Post.Flooded(t.Context(), "news", order.To); err != nil {
				t.Fatalf("after %d letters: %v", n, err)
			}
			order.Once = fmt.Sprint("news ", n)
			if err := d.Do(t.Context(), func(ctx context.Context) error { return o.Post.Send(ctx, order) }); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.Post.Flooded(t.Context(), "news", order.To); !fault.Is(err, fault.Limited) {
			t.Errorf("after 5 letters: %v", err)
		}
		if err := o.Post.Flooded(t.Context(), "other", order.To); err != nil {
			t.Errorf("another kind: %v", err)
		}
		h.Clock.Advance(time.Hour + time.Second)
		if err := o.Post.Flooded(t.Context(), "news", order.To); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

func TestALinkIsBoundToItsOrganizationRowAndPurpose(t *testing.T) {
	t.Parallel()
	h, o, order := office(t, dbtest.SQLite(t))
	other := h.Found(t, "Beta").Org.ID
	token := o.Links.Token("invite", order.Org, order.About, "ada@acme.test", "1")
	got, err := o.Links.Read(token)
	if err != nil || got.Org != order.Org || got.About != order.About || !o.Links.Holds(got, "invite", "ada@acme.test", "1") {
		t.Fatalf("a good link: %+v, %v", got, err)
	}
	if o.Links.Holds(got, "reset", "ada@acme.test", "1") || o.Links.Holds(got, "invite", "ada@acme.test", "2") || o.Links.Holds(got, "invite") {
		t.Error("a link is good for more than it was made for")
	}
	moved, err := o.Links.Read(strings.Replace(token, order.Org.UUID(), other.UUID(), 1))
	if err != nil || o.Links.Holds(moved, "invite", "ada@acme.test", "1") {
		t.Errorf("a link was moved to another organization: %v", err)
	}
	for _, bad := range []string{"", "x", "..", token + ".x", "0." + order.About + ".x", strings.Repeat("a", 300)} {
		if _, err := o.Links.Read(bad); !fault.Is(err, fault.NotFound) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

func TestTheBoxKeepsLettersForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/mail"
	b := mail.Box{Dir: dir}
	if all, err := b.List(); err != nil || len(all) != 0 {
		t.Fatalf("an empty box: %v, %v", all, err)
	}
	at := time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
	for n := range 205 {
		if err := b.Carry(t.Context(), mail.Message{ID: fmt.Sprintf("mail_%03d@x", n), To: "a@x.test", Subject: fmt.Sprint(n), At: at.Add(time.Duration(n) * time.Second)}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := b.List()
	if err != nil || len(all) != 200 || all[0].Subject != "204" {
		t.Fatalf("%d letters, %v", len(all), err)
	}
	info, err := os.Stat(dir + "/mail_204.json")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, name := range []string{"../mail/mail_204", "nothing", "", ".", "mail_204.json/.."} {
		if _, ok, err := b.Open(name); ok || err != nil {
			t.Errorf("%q: %v, %v", name, ok, err)
		}
	}
	if err := b.Carry(t.Context(), mail.Message{ID: "../../evil@x"}); err == nil {
		t.Error("a letter was written outside the box")
	}
	if err := b.Empty(); err != nil {
		t.Fatal(err)
	}
	if all, _ := b.List(); len(all) != 0 {
		t.Errorf("%d letters after emptying", len(all))
	}
}
