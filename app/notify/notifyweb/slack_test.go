package notifyweb_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

const botToken = "xoxb-0123456789-canary"

// workspace is Slack's side of chat.postMessage: it answers as its script says, and takes the message after that.
type workspace struct {
	mu     sync.Mutex
	script []string // an error's word; "429" with Retry-After, "half" an answer that breaks off
	wait   string   // Retry-After
	taken  []map[string]any
	gone   string // a thread that somebody deleted
}

// ServeHTTP implements http.Handler.
func (s *workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	var in map[string]any
	_ = json.Unmarshal(raw, &in)
	word := ""
	if len(s.script) > 0 {
		word, s.script = s.script[0], s.script[1:]
	}
	switch {
	case r.URL.Path != "/api/chat.postMessage":
		word = "unknown_method"
	case r.Header.Get("Authorization") != "Bearer "+botToken:
		word = "invalid_auth"
	case word == "" && s.gone != "" && in["thread_ts"] == s.gone:
		word = "thread_not_found"
	}
	if s.wait != "" {
		w.Header().Set("Retry-After", s.wait)
	}
	switch word {
	case "":
		s.taken = append(s.taken, in)
		_, _ = fmt.Fprintf(w, `{"ok":true,"channel":"C0123456789","ts":"1700000000.%06d"}`, len(s.taken))
	case "429":
		w.WriteHeader(http.StatusTooManyRequests)
	case "half":
		_, _ = io.WriteString(w, `{"ok":tr`)
	default:
		_, _ = fmt.Fprintf(w, `{"ok":false,"error":%q}`, word)
	}
}

// slackApp is an office with a channel of that kind.
func slackApp(t *testing.T, d *db.DB) (*office, *workspace, notify.Channel) {
	t.Helper()
	x, s := newOffice(t, d), &workspace{}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	x.courier.SlackAPI = srv.URL + "/api"
	ch, _, err := x.channels.Create(t.Context(), x.acme.Actor(org.Admin), notify.ChannelInput{Kind: notify.SlackApp, Name: "costs", Address: secret.New(botToken), Room: "#llm-costs"})
	must(t, err)
	return x, s, ch
}

// about announces something about a page.
func (x *office) about(t *testing.T, href, once string) {
	t.Helper()
	must(t, x.post.Announce(t.Context(), notify.Event{Org: x.acme.Org.ID, Kind: notify.Budget, Title: "<!channel> " + once, Href: href, Once: once}))
	x.work(t)
}

func (x *office) sent(t *testing.T) []notify.Listed {
	t.Helper()
	list, _, err := x.channels.Deliveries(t.Context(), x.acme.Actor(org.Admin), notify.DeliveryQuery{Limit: 100})
	must(t, err)
	return list
}

func TestASlackAppPostsWhatIsAboutOneThingInOneThread(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x, s, _ := slackApp(t, d)
		for i, href := range []string{"/budgets/bud_1", "/budgets/bud_1", "/budgets/bud_2", "/budgets/bud_1"} {
			x.about(t, href, fmt.Sprint("event ", i))
		}
		x.Clock.Advance(8 * 24 * time.Hour)
		x.about(t, "/budgets/bud_1", "a week later")
		s.gone = "1700000000.000003"
		x.about(t, "/budgets/bud_2", "a thread that is old")
		x.about(t, "/budgets/bud_1", "again")
		s.gone = "1700000000.000005"
		x.about(t, "/budgets/bud_1", "a thread that somebody deleted")
		x.about(t, "/budgets/bud_1", "the one after that")
		want := []any{nil, "1700000000.000001", nil, "1700000000.000001", nil, nil, "1700000000.000005", nil, "1700000000.000008"}
		if len(s.taken) != len(want) {
			t.Fatalf("%d messages: %+v", len(s.taken), s.taken)
		}
		seen := map[any]bool{}
		for i, m := range s.taken {
			if m["thread_ts"] != want[i] || (m["reply_broadcast"] == true) != (want[i] != nil) || m["channel"] != "#llm-costs" {
				t.Errorf("message %d: in thread %v, want %v: %+v", i, m["thread_ts"], want[i], m)
			}
			if text := m["text"].(string); strings.Contains(text, "<!channel>") {
				t.Errorf("it calls everybody: %s", text)
			}
			seen[m["metadata"].(map[string]any)["event_payload"].(map[string]any)["delivery"]] = true
		}
		if len(seen) != len(want) {
			t.Errorf("%d ids of deliveries in %d messages", len(seen), len(want))
		}
	})
}

func TestWhatSlackRefusesIsSaidAndWhatItPutsOffComes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x, s, ch := slackApp(t, d)
		for word, says := range map[string]string{"channel_not_found": "Slack does not know the channel", "not_in_channel": "invite it there", "token_revoked": "was revoked", "is_archived": "is archived"} {
			s.script = []string{word}
			x.about(t, "/budgets/bud_1", word)
			got := x.sent(t)[0]
			now, err := x.channels.Get(t.Context(), x.acme.Actor(org.Admin), ch.ID)
			must(t, err)
			if got.State != notify.Dead || !strings.Contains(got.Problem, says) || got.Tries != 1 || now.Problem != got.Problem || now.Disabled {
				t.Errorf("%s: %s %q after %d tries; the channel: %q", word, got.State, got.Problem, got.Tries, now.Problem)
			}
			if _, err := x.channels.Again(t.Context(), x.acme.Actor(org.Admin), got.ID); err != nil {
				t.Fatal(err)
			}
			x.work(t)
			if got := x.sent(t)[0]; got.State != notify.Sent {
				t.Errorf("%s, once it was mended: %s %q", word, got.State, got.Problem)
			}
		}
		s.taken = nil
		for i, word := range []string{"ratelimited", "429", "internal_error", "half"} {
			s.script, s.wait = []string{word, word}, map[bool]string{true: "1800"}[i < 2]
			x.about(t, "/budgets/bud_2", word)
			if got := x.sent(t)[0]; got.State != notify.Waiting || got.Problem == "" || strings.Contains(got.Problem, "canary") {
				t.Errorf("%s: %s %q", word, got.State, got.Problem)
			}
			x.Clock.Advance(29 * time.Minute)
			x.work(t)
			if n := len(s.script); i < 2 && n != 1 {
				t.Errorf("%s: asked again before the half hour that it wants was over", word)
			}
			s.script, s.wait = nil, ""
			x.Clock.Advance(31 * time.Minute)
			x.work(t)
			if got := x.sent(t)[0]; got.State != notify.Sent || len(s.taken) != i+1 {
				t.Errorf("%s, later: %s %q, %d messages", word, got.State, got.Problem, len(s.taken))
			}
		}
		for _, one := range x.sent(t) {
			if one.State != notify.Sent {
				t.Errorf("%q is lost: %s", one.Title, one.State)
			}
		}
	})
}

func TestASlackAppsTokenIsShownToNobody(t *testing.T) {
	t.Parallel()
	x, s, ch := slackApp(t, dbtest.SQLite(t))
	admin := webtest.As(t, x.site(t), x.acme.Members[org.Admin])
	page := "/channels/" + ch.ID.String()
	for _, path := range []string{"/channels", page, "/deliveries", "/channels/new"} {
		if p := admin.Get(path); p.Status != http.StatusOK || strings.Contains(p.Body, "canary") {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := admin.Get(page); !p.Has("Bot token", "#llm-costs", "Empty: the token stays.") {
		t.Errorf("the form:\n%s", p.Body)
	}
	if p := admin.Post(page, url.Values{"name": {"costs"}, "room": {"a b"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("a b") {
		t.Errorf("a bad channel: %d", p.Status)
	}
	if p := admin.Post(page, url.Values{"name": {"costs"}, "room": {"C0123456789"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("another channel: %d\n%s", p.Status, p.Body)
	}
	x.about(t, "/budgets/bud_1", id.NewEvent(x.IDs).String())
	if len(s.taken) != 1 || s.taken[0]["channel"] != "C0123456789" {
		t.Errorf("posted: %+v", s.taken)
	}
}

// Slack refuses a message in which a section's text has more than 3000 characters; nobody would be told.
func TestALongTextIsCutToWhatSlackTakes(t *testing.T) {
	t.Parallel()
	x, s, _ := slackApp(t, dbtest.SQLite(t))
	for i, text := range []string{strings.Repeat("a", 3000), strings.Repeat("a", 3001), strings.Repeat("ž", 4000), "a" + strings.Repeat("💸", 2000)} {
		once := fmt.Sprint("long ", i)
		must(t, x.post.Announce(t.Context(), notify.Event{Org: x.acme.Org.ID, Kind: notify.Budget, Title: once, Body: text, Href: "/budgets/bud_1", Once: once}))
		x.work(t)
		got := s.taken[i]["blocks"].([]any)[1].(map[string]any)["text"].(map[string]any)["text"].(string)
		kept, was := strings.CutSuffix(got, "…")
		if was != (i > 0) || len(utf16.Encode([]rune(got))) > 3000 || len(utf16.Encode([]rune(got))) < 2999 || !strings.HasPrefix(text, kept) {
			t.Errorf("%.10s… of %d bytes came as %d, ending %q", text, len(text), len(got), got[len(got)-9:])
		}
	}
}
