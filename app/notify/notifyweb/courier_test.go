package notifyweb_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/mailweb"
	"github.com/bodhi-gateway/bodhi/app/mail/smtp"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/app/work"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// office is the whole way of an event, over a real database, a real SMTP server and a scripted HTTP server.
type office struct {
	*webtest.House
	acme     webtest.Tenant
	post     *notify.Post
	courier  *notify.Courier
	channels *notify.Channels
	settings *notify.Settings
	store    *db.DeliveryStore
	sink     *sink
	far      *far

	mu   sync.Mutex
	jobs []work.Args
}

// Enqueue implements work.Queue.
func (x *office) Enqueue(_ context.Context, job work.Args) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.jobs = append(x.jobs, job)
	return nil
}

// work runs the jobs that wait, and what the schedule does every minute.
func (x *office) work(t *testing.T) {
	t.Helper()
	x.mu.Lock()
	jobs := x.jobs
	x.jobs = nil
	x.mu.Unlock()
	for _, j := range jobs {
		if s, ok := j.(notify.Spread); ok {
			ok := x.courier.Spread(t.Context(), s.Org, s.Event)
			must(t, ok)
		}
	}
	must(t, x.courier.Work(t.Context()))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	x := &office{House: webtest.NewHouse(t, d), sink: &sink{}, far: &far{}, store: db.NewDeliveryStore(d)}
	x.Passwordless = true
	x.acme = x.Found(t, "Acme")
	mac, err := x.Master.MAC(mail.LinkPurpose)
	must(t, err)
	links := mail.Links{MAC: mac, PublicURL: webtest.PublicURL}
	out := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	orgs, events, channels := db.NewOrgStore(d), db.NewEventStore(d), db.NewChannelStore(d)
	x.post = &notify.Post{Store: db.NewNoticeStore(d), IDs: x.IDs, Clock: x.Clock, Outbox: &notify.Outbox{Store: events, Tx: d, Queue: x}}
	x.channels = notify.NewChannels(notify.Parts{Store: channels, Sending: x.store, Events: events, Tx: d, Queue: x, Audit: x.Audit, Team: orgs.Team, Vault: x.Keyring, URLs: out, IDs: x.IDs, Clock: x.Clock})
	x.settings = &notify.Settings{Store: events, People: orgs, Links: links, Tx: d, Audit: x.Audit, Clock: x.Clock}
	carrier, err := smtp.New(smtp.Config{URL: secret.New("smtp://" + x.sink.serve(t)), From: "Bodhi <bodhi@acme.test>"})
	must(t, err)
	x.courier = &notify.Courier{Store: x.store, Channels: channels, People: orgs, Vault: x.Keyring, Wire: &notify.Wire{Out: out.Transport(), Agent: "test", Timeout: 300 * time.Millisecond}, Carry: carrier.Carry,
		Render: mailweb.Render, Links: links, Domain: "bodhi.test", PublicURL: webtest.PublicURL, IDs: x.IDs, Clock: x.Clock, Log: slog.New(slog.DiscardHandler)}
	x.far.serve(t)
	return x
}

// channel adds one that posts to the scripted server.
func (x *office) channel(t *testing.T, kind notify.ChannelKind, in notify.ChannelInput) (notify.Channel, secret.String) {
	t.Helper()
	in.Kind, in.Address = kind, secret.New(x.far.url+"/"+string(kind)+"?token="+canary)
	if in.Name == "" {
		in.Name = string(kind)
	}
	ch, key, err := x.channels.Create(t.Context(), x.acme.Actor(org.Admin), in)
	must(t, err)
	return ch, key
}

// canary stands where a secret is.
const canary = "canary-7f3a9c"

// tell announces a budget's alert to an admin and a lead.
func (x *office) tell(t *testing.T, once string) {
	t.Helper()
	must(t, x.post.Announce(t.Context(), notify.Event{Org: x.acme.Org.ID, Kind: notify.Budget, Title: "Search has used 90 % of its budget: " + once, Href: "/budgets/bud_1", Once: once,
		Members: []id.Member{x.acme.Members[org.Admin].ID, x.acme.Members[org.Lead].ID}, Details: map[string]string{"percent": "90"}}))
}

// sink is a mail server.
type sink struct {
	mu   sync.Mutex
	got  []string
	fail *gosmtp.SMTPError
}

func (s *sink) serve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	srv := gosmtp.NewServer(s)
	srv.Domain = "sink.test"
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return l.Addr().String()
}

func (s *sink) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return sinkSession{s}, nil }
func (s *sink) say(fail *gosmtp.SMTPError)                      { s.mu.Lock(); s.fail = fail; s.mu.Unlock() }
func (s *sink) letters() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.got...)
}

type sinkSession struct{ s *sink }

func (x sinkSession) Mail(string, *gosmtp.MailOptions) error { return nil }
func (x sinkSession) Rcpt(string, *gosmtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.fail != nil {
		return x.s.fail
	}
	return nil
}
func (x sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.got = append(x.s.got, string(raw))
	return err
}
func (sinkSession) Reset()        {}
func (sinkSession) Logout() error { return nil }

// far is what stands at the other end of channels: it answers as its script says, and 200 after that.
type far struct {
	url    string
	mu     sync.Mutex
	script []int // 0 = so slow that nobody waits
	down   bool
	got    []posted
}

type posted struct {
	path, body string
	header     http.Header
	taken      bool
}

func (f *far) serve(t *testing.T) {
	t.Helper()
	s := httptest.NewServer(f)
	f.url = s.URL
	t.Cleanup(s.Close)
}

func (f *far) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	status := http.StatusOK
	if len(f.script) > 0 {
		status, f.script = f.script[0], f.script[1:]
	}
	if f.down {
		status = http.StatusBadGateway
	}
	f.got = append(f.got, posted{r.URL.Path, string(body), r.Header.Clone(), status == http.StatusOK})
	f.mu.Unlock()
	if status == 0 {
		<-r.Context().Done()
		return
	}
	w.WriteHeader(status)
}

// taken are the messages that were answered with 200.
func (f *far) taken() (out []posted) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.got {
		if p.taken {
			out = append(out, p)
		}
	}
	return out
}

func header(raw, name string) string {
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	head = regexp.MustCompile(`\r\n[ \t]+`).ReplaceAllString(head, " ")
	m := regexp.MustCompile(`(?mi)^` + name + `: (.*?)\r?$`).FindStringSubmatch(head)
	if m == nil {
		return ""
	}
	return m[1]
}

func TestAnEventReachesEachPersonAndChannelOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newOffice(t, d)
		_, key := x.channel(t, notify.Webhook, notify.ChannelInput{})
		x.channel(t, notify.Slack, notify.ChannelInput{})
		x.channel(t, notify.Teams, notify.ChannelInput{})
		x.channel(t, notify.Slack, notify.ChannelInput{Name: "one team's", Team: x.acme.Other})
		x.channel(t, notify.Slack, notify.ChannelInput{Name: "outages", Kinds: []notify.Kind{notify.Away}})
		x.tell(t, "a")
		x.tell(t, "a") // the same event
		spread := x.jobs
		x.work(t)
		x.mu.Lock()
		x.jobs = spread // the process died after the work and before the tick
		x.mu.Unlock()
		x.work(t)

		letters := x.sink.letters()
		if len(letters) != 2 {
			t.Fatalf("%d letters", len(letters))
		}
		for _, l := range letters {
			if !strings.HasPrefix(header(l, "Message-ID"), "<dlv_") || !strings.Contains(header(l, "List-Unsubscribe"), "/unsubscribe?t=") || header(l, "List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" ||
				!strings.HasPrefix(header(l, "References"), "<thread.") || header(l, "Subject") != "Search has used 90 % of its budget: a" {
				t.Errorf("letter:\n%s", l)
			}
		}
		if header(letters[0], "References") != header(letters[1], "References") || header(letters[0], "Message-ID") == header(letters[1], "Message-ID") {
			t.Error("the letters are one, or no conversation")
		}
		got := x.far.taken()
		if len(got) != 3 {
			t.Fatalf("%d messages: %+v", len(got), got)
		}
		check, err := webhooks.NewWebhook(key.Reveal())
		must(t, err)
		for _, p := range got {
			switch p.path {
			case "/webhook":
				if err := check.VerifyIgnoringTimestamp([]byte(p.body), p.header); err != nil || !strings.Contains(p.body, `"type":"budget_threshold"`) || !strings.Contains(p.body, `"percent":"90"`) {
					t.Errorf("webhook: %v %s", err, p.body)
				}
				if err := check.VerifyIgnoringTimestamp([]byte(p.body+" "), p.header); err == nil {
					t.Error("the signature does not cover the body")
				}
			case "/slack":
				if !strings.Contains(p.body, `"type":"plain_text"`) {
					t.Error(p.body)
				}
			case "/teams":
				if !strings.Contains(p.body, "application/vnd.microsoft.card.adaptive") {
					t.Error(p.body)
				}
			}
		}
		if n, err := notify.New(db.NewNoticeStore(d), x.Clock).Unread(t.Context(), x.acme.Actor(org.Lead)); n != 1 || err != nil {
			t.Errorf("inbox: %d, %v", n, err)
		}
	})
}

// Whatever the other side does, and however long, each event arrives once, by the id of its first try.
func TestTroubleLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newOffice(t, d)
		x.channel(t, notify.Webhook, notify.ChannelInput{})
		x.far.script = []int{500, 404, 429, 0, 302}
		x.sink.say(&gosmtp.SMTPError{Code: 450, EnhancedCode: gosmtp.EnhancedCode{4, 2, 0}, Message: "busy"})
		const events = 6
		for i := range events {
			x.tell(t, string(rune('a'+i)))
			x.work(t)
			x.Clock.Advance(time.Minute)
		}
		x.far.mu.Lock()
		x.far.down, x.far.script = true, nil
		x.far.mu.Unlock()
		for range 60 { // an hour without anybody at the other side
			x.Clock.Advance(time.Minute)
			x.work(t)
		}
		x.far.mu.Lock()
		x.far.down = false
		x.far.mu.Unlock()
		x.sink.say(nil)
		for range 8 * 60 {
			x.Clock.Advance(time.Minute)
			x.work(t)
		}
		ids := map[string]int{}
		for _, p := range x.far.taken() {
			ids[p.header.Get("Webhook-Id")]++
		}
		tried := map[string]string{}
		for _, p := range x.far.got {
			which := p.header.Get("Webhook-Id")
			if old := tried[which]; old != "" && old != p.body {
				t.Errorf("%s said one thing and then another", which)
			}
			tried[which] = p.body
		}
		if len(ids) != events || len(tried) != events {
			t.Errorf("%d of %d events arrived at the webhook, under %d ids", len(ids), events, len(tried))
		}
		for which, n := range ids {
			if n != 1 {
				t.Errorf("%s arrived %d times", which, n)
			}
		}
		to := map[string]string{}
		for _, l := range x.sink.letters() {
			to[header(l, "To")] += l
		}
		for who, all := range to {
			for i := range events {
				if n := strings.Count(all, "of its budget: "+string(rune('a'+i))); n == 0 {
					t.Errorf("%s never read of event %c", who, 'a'+i)
				}
			}
		}
		if len(to) != 2 {
			t.Errorf("letters to %d people", len(to))
		}
		list, _, err := x.channels.Deliveries(t.Context(), x.acme.Actor(org.Admin), notify.DeliveryQuery{Limit: 100})
		must(t, err)
		if len(list) != 3*events {
			t.Errorf("%d deliveries", len(list))
		}
		for _, one := range list {
			if one.State != notify.Sent || one.Problem != "" {
				t.Errorf("%s to %s: %s, %s", one.ID, one.To, one.State, one.Problem)
			}
		}
	})
}

// dying is a store of a process that dies between sending and writing that down.
type dying struct {
	*db.DeliveryStore
	dead bool
}

func (s *dying) End(ctx context.Context, l notify.Lead, state notify.State, problem string, at time.Time) error {
	if s.dead {
		return errors.New("killed")
	}
	return s.DeliveryStore.End(ctx, l, state, problem, at)
}

func TestAProcessThatDiesAfterSendingSendsTheSameMessageOnceMore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newOffice(t, d)
		x.channel(t, notify.Webhook, notify.ChannelInput{})
		ends := &dying{x.store, true}
		x.courier.Store = ends
		x.tell(t, "a")
		jobs := x.jobs
		x.jobs = nil
		for _, j := range jobs {
			s := j.(notify.Spread)
			if err := x.courier.Spread(t.Context(), s.Org, s.Event); err == nil {
				t.Error("nobody died")
			}
		}
		ends.dead = false
		before := len(x.sink.letters()) + len(x.far.taken())
		if before == 0 {
			t.Fatal("nothing was sent")
		}
		x.work(t) // another process, while the first one's claim stands
		for range 10 {
			x.Clock.Advance(time.Minute)
			x.tell(t, "b") // a second event must not join a letter that may have arrived
			x.work(t)
		}
		seen := map[string][]string{}
		for _, l := range x.sink.letters() {
			if strings.Contains(l, "of its budget: a") {
				seen[header(l, "To")] = append(seen[header(l, "To")], header(l, "Message-ID")+header(l, "Subject"))
			}
		}
		for _, p := range x.far.taken() {
			if strings.Contains(p.body, "of its budget: a") {
				seen["webhook"] = append(seen["webhook"], p.header.Get("Webhook-Id")+p.body)
			}
		}
		if len(seen) != 3 {
			t.Fatalf("arrived at %v", seen)
		}
		for who, all := range seen {
			if len(all) > 2 || len(all) == 2 && all[0] != all[1] {
				t.Errorf("%s got %q", who, all)
			}
		}
	})
}

// A conversation with a mail server is not broken off when the process is told to stop: what arrived meanwhile is not sent again.
func TestWhatArrivesWhileTheProcessStopsIsNotSentAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newOffice(t, d)
		carry := x.courier.Carry
		ctx, stop := context.WithCancel(t.Context())
		x.courier.Carry = func(_ context.Context, m mail.Message) error {
			defer stop()
			return carry(context.WithoutCancel(ctx), m)
		}
		x.tell(t, "a")
		for _, j := range x.jobs {
			s := j.(notify.Spread)
			_ = x.courier.Spread(ctx, s.Org, s.Event) // what it had not begun is another process's
		}
		x.courier.Carry = carry
		x.Clock.Advance(10 * time.Minute)
		x.work(t)
		seen := map[string]int{}
		for _, l := range x.sink.letters() {
			seen[header(l, "To")]++
		}
		if len(seen) != 2 {
			t.Errorf("arrived at %v", seen)
		}
		for who, n := range seen {
			if n != 1 {
				t.Errorf("%s got it %d times", who, n)
			}
		}
	})
}
