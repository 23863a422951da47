package bulletinweb_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/bulletin/bulletinweb"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/mailweb"
	"github.com/bodhi-gateway/bodhi/app/mail/smtp"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
	"github.com/bodhi-gateway/bodhi/jobs"
)

// sink is a mail server that does not know one address and is busy once for another.
type sink struct {
	mu    sync.Mutex
	got   map[string][]string // Message-IDs, by recipient
	busy  int
	bytes int
}

type session struct {
	s  *sink
	to string
}

func (s *sink) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return &session{s: s}, nil }

func (x *session) Mail(string, *gosmtp.MailOptions) error { return nil }
func (x *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.to = to
	switch {
	case strings.HasPrefix(to, "gone@"):
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "busy@") && x.s.busy == 0:
		x.s.busy++
		return &gosmtp.SMTPError{Code: 451, EnhancedCode: gosmtp.EnhancedCode{4, 3, 0}, Message: "later"}
	}
	return nil
}

func (x *session) Data(r io.Reader) error {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, m.Body)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.bytes = int(n)
	x.s.got[x.to] = append(x.s.got[x.to], m.Header.Get("Message-Id"))
	return nil
}
func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }

// A report with its chart, document and table reaches five hundred people within a minute: each once, whoever else cannot be
// reached, and none of them twice because another had to be tried again.
func TestAReportReachesFiveHundredPeopleOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.house.Clock.Set(time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC))
		s.spend(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m", 12*money.Dollar, time.Date(2027, 2, 3, 12, 0, 0, 0, time.UTC))
		mails := &sink{got: map[string][]string{}}
		q := s.courier(t, d, mails)
		const many = 500
		in := bulletin.Input{Kind: bulletin.Monthly, Hour: 8, CSV: true, PDF: true}
		orgs := db.NewOrgStore(d)
		err := d.Do(t.Context(), func(ctx context.Context) error {
			for i := range many {
				m := org.Member{ID: id.NewMember(s.house.IDs), Org: s.acme.Org.ID, Email: fmt.Sprintf("reader%d@acme.test", i), Name: "Reader", CreatedAt: s.house.Clock.Now(), Assignments: []org.Assignment{{Role: org.Viewer, At: org.OfOrg(s.acme.Org.ID)}}}
				switch i {
				case 7:
					m.Email = "gone@acme.test"
				case 8:
					m.Email = "busy@acme.test"
				}
				in.Members = append(in.Members, m.ID)
				if err := orgs.AddMember(ctx, m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.reports.Post = bulletinweb.Post{Mail: &mail.Post{Store: db.NewMailStore(d), Queue: q, Clock: s.house.Clock, IDs: s.house.IDs}}
		l := s.create(t, in)
		start, tick := clock.System{}.Now(), time.NewTicker(50*time.Millisecond)
		defer tick.Stop()
		e, err := s.reports.SendNow(t.Context(), s.acme.Actor(org.Admin), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		for {
			copies, err := s.reports.Deliveries(t.Context(), s.acme.Actor(org.Admin), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			open := 0
			for _, c := range copies {
				if c.Status != bulletin.Sent && c.Status != bulletin.Dropped {
					open++
				}
			}
			took := clock.Since(start)
			if open == 0 && len(copies) == many {
				t.Logf("%d copies of %d bytes in %s", many, mails.bytes, took.Round(time.Millisecond))
				break
			}
			if took > time.Minute {
				t.Fatalf("after %s %d of %d copies are still to be sent", took, open, len(copies))
			}
			<-tick.C
		}
		ids := map[string]bool{}
		for to, got := range mails.got {
			if len(got) != 1 || ids[got[0]] {
				t.Errorf("%s got %v", to, got)
			}
			ids[got[0]] = true
		}
		if len(mails.got) != many-1 || len(mails.got["busy@acme.test"]) != 1 || mails.busy != 1 {
			t.Errorf("%d people got it, the busy one %v", len(mails.got), mails.got["busy@acme.test"])
		}
	})
}

// courier works a real queue, whose letters go to the sink.
func (s *scene) courier(t *testing.T, d *db.DB, to *sink) *jobs.Queue {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := gosmtp.NewServer(to)
	server.Domain = "sink.test"
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	carrier, err := smtp.New(smtp.Config{URL: secret.New("smtp://" + l.Addr().String() + "?tls=none"), From: "Bodhi <bodhi@acme.test>"})
	if err != nil {
		t.Fatal(err)
	}
	workers := jobs.NewWorkers()
	if err := jobs.Mail(workers, &mail.Courier{Store: db.NewMailStore(d), Composers: map[mail.Kind]mail.Composer{bulletin.MailKind: s.writer.Compose}, Render: mailweb.Render, Carrier: carrier,
		Domain: "bodhi.test", Clock: s.house.Clock, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	q, err := jobs.New(d, jobs.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return q
}
