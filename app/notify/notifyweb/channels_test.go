package notifyweb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/notify/notifyweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func (x *office) site(t *testing.T) http.Handler {
	t.Helper()
	routes := append(notifyweb.NewAlerts(x.channels, x.Identity).Routes(), notifyweb.NewWishes(x.settings).Routes()...)
	return x.Serve(t, append(routes, webtest.Enter()))
}

func TestAdminsSetChannelsUpAndNobodySeesTheirSecrets(t *testing.T) {
	t.Parallel()
	x := newOffice(t, dbtest.SQLite(t))
	site := x.site(t)
	admin := webtest.As(t, site, x.acme.Members[org.Admin])
	if p := admin.Get("/channels"); !p.Has("No channels yet") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	good := x.far.url + "/hook?token=" + canary
	for name, c := range map[string]struct {
		typed url.Values
		says  string
	}{
		"no name":              {url.Values{"kind": {"slack"}, "address": {good}}, "Give the channel a name"},
		"two lines":            {url.Values{"name": {"a\r\nBcc: eve@evil.test"}, "kind": {"slack"}, "address": {good}}, "in one line"},
		"no address":           {url.Values{"name": {"x"}, "kind": {"slack"}}, "Enter the address"},
		"words":                {url.Values{"name": {"x"}, "kind": {"slack"}, "address": {"my slack"}}, "holds no spaces"},
		"a private network":    {url.Values{"name": {"x"}, "kind": {"slack"}, "address": {"https://10.1.2.3/hook"}}, "address"},
		"the cloud's metadata": {url.Values{"name": {"x"}, "kind": {"webhook"}, "address": {"http://169.254.169.254/latest"}}, "address"},
		"a user name":          {url.Values{"name": {"x"}, "kind": {"webhook"}, "address": {"https://ada:pw@hooks.test/x"}}, "without a user name"},
		"another kind":         {url.Values{"name": {"x"}, "kind": {"pigeon"}, "address": {good}}, "A channel is a webhook, slack, slack_app or teams"},
		"no token":             {url.Values{"name": {"x"}, "kind": {"slack_app"}, "address": {good}, "room": {"#costs"}}, "which begins with xoxb-"},
		"no Slack channel":     {url.Values{"name": {"x"}, "kind": {"slack_app"}, "address": {botToken}, "room": {"llm costs"}}, "Slack channel&#39;s id"},
		"an unknown event":     {url.Values{"name": {"x"}, "kind": {"slack"}, "address": {good}, "kinds": {"signed_in"}}, "No channel can hear of"},
		"nobody's team":        {url.Values{"name": {"x"}, "kind": {"slack"}, "address": {good}, "team": {id.NewTeam(x.IDs).String()}}, "Choose a team of the organization"},
	} {
		if p := admin.Post("/channels", c.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	made := admin.Post("/channels", url.Values{"name": {"ops"}, "kind": {"webhook"}, "address": {good}, "kinds": {"budget_threshold", "target_away"}})
	key := regexp.MustCompile(`whsec_[A-Za-z0-9+/]+=*`).FindString(made.Body)
	if made.Status != http.StatusOK || key == "" {
		t.Fatalf("made: %d\n%s", made.Status, made.Body)
	}
	page := regexp.MustCompile(`/channels/chn_[a-z0-9]+`).FindString(admin.Get("/channels").Body)
	if p := admin.Post(page, url.Values{"name": {"ops"}, "kinds": {"budget_threshold"}, "disabled": {"on"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("update: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(page+"/test", nil); p.Status != http.StatusConflict || len(x.far.got) != 0 {
		t.Errorf("a test of one that is off: %d", p.Status)
	}
	if p := admin.Post(page, url.Values{"name": {"ops"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("on again: %d\n%s", p.Status, p.Body)
	}
	x.far.script = []int{500}
	if p := admin.Post(page+"/test", nil); p.Status != http.StatusSeeOther {
		t.Fatalf("test: %d", p.Status)
	}
	x.work(t)
	if p := admin.Get("/deliveries"); !p.Has("This is a test of the channel ops", "Waiting", "it answered 500") {
		t.Errorf("deliveries:\n%s", p.Body)
	}
	x.Clock.Advance(time.Minute)
	x.work(t)
	sent := admin.Get("/deliveries?state=sent")
	again := regexp.MustCompile(`/deliveries/dlv_[a-z0-9]+/retry`).FindString(sent.Body)
	if !sent.Has("Send again") || again == "" || len(x.far.taken()) != 1 {
		t.Fatalf("sent:\n%s", sent.Body)
	}
	rotated := admin.Post(page+"/rotate", nil)
	second := regexp.MustCompile(`whsec_[A-Za-z0-9+/]+=*`).FindString(rotated.Body)
	if p := admin.Post(again, nil); p.Status != http.StatusSeeOther {
		t.Fatalf("again: %d", p.Status)
	}
	x.work(t)
	got := x.far.taken()
	if len(got) != 2 || got[0].header.Get("Webhook-Id") != got[1].header.Get("Webhook-Id") || got[0].body != got[1].body {
		t.Fatalf("sent again: %+v", got)
	}
	for _, k := range []string{key, second} {
		check, err := webhooks.NewWebhook(k)
		must(t, err)
		if err := check.VerifyIgnoringTimestamp([]byte(got[1].body), got[1].header); err != nil {
			t.Errorf("during the overlap: %v", err)
		}
	}
	x.Clock.Advance(notify.Overlap)
	admin = webtest.As(t, site, x.acme.Members[org.Admin]) // the session is over
	must(t, x.channels.Test(t.Context(), x.acme.Actor(org.Admin), channelAt(t, page)))
	x.work(t)
	last := x.far.taken()[2]
	old, err := webhooks.NewWebhook(key)
	must(t, err)
	if err := old.VerifyIgnoringTimestamp([]byte(last.body), last.header); err == nil {
		t.Error("the former secret signs for ever")
	}

	x.far.script = []int{410}
	must(t, x.channels.Test(t.Context(), x.acme.Actor(org.Admin), channelAt(t, page)))
	x.work(t)
	if p := admin.Get("/channels"); !p.Has(">Off<") {
		t.Errorf("410 leaves it on:\n%s", p.Body)
	}

	for _, where := range []string{"/channels", page, "/deliveries"} {
		if p := admin.Get(where); p.Status != http.StatusOK || p.Has(canary) || p.Has("whsec_") {
			t.Errorf("%s: %d shows a secret", where, p.Status)
		}
	}
	entries, err := x.Audit.List(t.Context(), x.acme.Actor(org.Admin), 0, 100)
	must(t, err)
	for _, e := range entries {
		if text := fmt.Sprintf("%+v", e); strings.Contains(text, canary) || strings.Contains(text, "whsec_") {
			t.Errorf("the audit log holds a secret: %s", text)
		}
	}
	for role, m := range x.acme.Members {
		if role == org.Admin {
			continue
		}
		who := webtest.As(t, site, m)
		for _, where := range []string{"/channels", page, "/deliveries"} {
			if p := who.Get(where); p.Status != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", role, where, p.Status)
			}
		}
	}
	if p := admin.Post(page+"/delete", nil); p.Status != http.StatusSeeOther || admin.Get(page).Status != http.StatusNotFound {
		t.Errorf("delete: %d", p.Status)
	}
}

func channelAt(t *testing.T, page string) id.Channel {
	t.Helper()
	c, err := id.ParseChannel(strings.TrimPrefix(page, "/channels/"))
	must(t, err)
	return c
}

// nobody is somebody without cookies: a letter's reader, or their mail program.
type nobody struct {
	t    *testing.T
	site http.Handler
}

func (n nobody) Get(path string) webtest.Page {
	return n.ask(httptest.NewRequest(http.MethodGet, path, nil))
}

func (n nobody) Post(path string, form url.Values) webtest.Page {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return n.ask(r)
}

func (n nobody) ask(r *http.Request) webtest.Page {
	w := httptest.NewRecorder()
	n.site.ServeHTTP(w, r)
	return webtest.Page{Status: w.Code, Body: w.Body.String()}
}

func TestPeopleChooseWhatComesAndWhen(t *testing.T) {
	t.Parallel()
	x := newOffice(t, dbtest.SQLite(t))
	x.Clock.Set(time.Date(2026, 11, 26, 21, 30, 0, 0, time.UTC))
	site := x.site(t)
	admin, lead := webtest.As(t, site, x.acme.Members[org.Admin]), webtest.As(t, site, x.acme.Members[org.Lead])
	if p := lead.Get("/inbox/settings"); !p.Has("A budget crossed a threshold", "What you are told") {
		t.Fatalf("settings: %d\n%s", p.Status, p.Body)
	}
	for name, c := range map[string]struct {
		typed url.Values
		says  string
	}{
		"a place without a zone": {url.Values{"zone": {"Atlantis/Poseidonis"}}, "Enter a time zone like"},
		"one end of the night":   {url.Values{"quiet_from": {"22:00"}}, "Enter both times"},
		"no time":                {url.Values{"quiet_from": {"late"}, "quiet_to": {"early"}}, "Enter a time of the day"},
		"a rest for ever":        {url.Values{"cool_down": {"99999"}}, "Enter 0 to 1440"},
		"another digest":         {url.Values{"digest": {"yearly"}}, "A digest is hourly or daily"},
	} {
		if p := lead.Post("/inbox/settings", c.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	all := url.Values{"quiet_from": {"22:00"}, "quiet_to": {"07:00"}, "zone": {"Europe/Berlin"}}
	for _, k := range notify.Kinds {
		all["mail"], all["inbox"] = append(all["mail"], string(k)), append(all["inbox"], string(k))
	}
	if p := lead.Post("/inbox/settings", all); p.Status != http.StatusSeeOther {
		t.Fatalf("save: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post("/inbox/settings", url.Values{"mail": {"target_away"}, "inbox": {"target_away"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("save: %d\n%s", p.Status, p.Body)
	}
	x.tell(t, "a") // 22:30 in Berlin
	x.Clock.Advance(time.Hour)
	x.tell(t, "b")
	x.work(t)
	if n := len(x.sink.letters()); n != 0 {
		t.Errorf("%d letters at night", n)
	}
	x.Clock.Set(time.Date(2026, 11, 27, 5, 59, 0, 0, time.UTC))
	x.work(t)
	if n := len(x.sink.letters()); n != 0 {
		t.Errorf("%d letters at 6:59", n)
	}
	x.Clock.Advance(time.Minute)
	x.work(t)
	letters := x.sink.letters()
	if len(letters) != 1 || header(letters[0], "To") != "<lead@acme.test>" || header(letters[0], "Subject") != "2 things happened that concern you" || !strings.Contains(letters[0], "budget: a") || !strings.Contains(letters[0], "budget: b") {
		t.Fatalf("in the morning %d: %v", len(letters), letters)
	}
}

func TestALettersLinkStopsItsKindAndNothingElse(t *testing.T) {
	t.Parallel()
	x := newOffice(t, dbtest.SQLite(t))
	site := x.site(t)
	x.tell(t, "a")
	x.work(t)
	var stop string
	for _, l := range x.sink.letters() {
		if header(l, "To") == "<lead@acme.test>" {
			stop = strings.TrimPrefix(strings.Trim(header(l, "List-Unsubscribe"), "<>"), webtest.PublicURL)
		}
	}
	if stop == "" {
		t.Fatal("no link")
	}
	stranger := nobody{t, site}
	if p := stranger.Get(stop); p.Status != http.StatusOK || !p.Has("A budget crossed a threshold", "lead@acme.test") {
		t.Fatalf("page: %d\n%s", p.Status, p.Body)
	}
	for name, forged := range map[string]string{
		"another kind":  strings.Replace(stop, "k=budget_threshold", "k=signed_in", 1),
		"a longer life": regexp.MustCompile(`e=\d+`).ReplaceAllString(stop, "e=9999999999"),
		"another code":  strings.Replace(stop, "&k=", "x&k=", 1),
	} {
		if p := stranger.Post(forged, url.Values{"List-Unsubscribe": {"One-Click"}}); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	x.tell(t, "b")
	x.work(t)
	if n := len(x.sink.letters()); n != 4 {
		t.Errorf("looking at the page stopped letters: %d", n)
	}
	for range 2 { // mail programs send it twice, too
		if p := stranger.Post(stop, url.Values{"List-Unsubscribe": {"One-Click"}}); p.Status != http.StatusOK {
			t.Fatalf("stop: %d\n%s", p.Status, p.Body)
		}
	}
	x.tell(t, "c")
	x.work(t)
	if n := len(x.sink.letters()); n != 5 {
		t.Errorf("%d letters, want one more: the admin's", n)
	}
	p, err := x.settings.Get(t.Context(), x.acme.Actor(org.Lead))
	if err != nil || len(p.NoMail) != 1 || p.NoMail[0] != notify.Budget || len(p.NoInbox) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	x.Clock.Advance(notify.StopFor + time.Minute)
	if p := stranger.Get(stop); p.Status != http.StatusNotFound {
		t.Errorf("an old link: %d", p.Status)
	}
}

func TestNamesSmuggleNothingIntoHeaders(t *testing.T) {
	t.Parallel()
	x := newOffice(t, dbtest.SQLite(t))
	x.channel(t, notify.Slack, notify.ChannelInput{})
	must(t, x.post.Announce(t.Context(), notify.Event{Org: x.acme.Org.ID, Kind: notify.Budget, Title: "Search\r\nBcc: eve@evil.test\r\n\r\n<!channel> has\x00used", Href: "/budgets/1", Once: "a",
		Members: []id.Member{x.acme.Members[org.Admin].ID}}))
	x.work(t)
	letters := x.sink.letters()
	if len(letters) != 1 || header(letters[0], "Bcc") != "" || header(letters[0], "Subject") != "Search Bcc: eve@evil.test <!channel> has used" {
		t.Errorf("%v", letters)
	}
	if got := x.far.taken(); len(got) != 1 || strings.Contains(got[0].body, `"text":"Search Bcc: eve@evil.test <!channel>`) && !strings.Contains(got[0].body, `\u0026lt;!channel\u0026gt;`) {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsRefusedForGoodWaitsForSomebody(t *testing.T) {
	t.Parallel()
	x := newOffice(t, dbtest.SQLite(t))
	site := x.site(t)
	admin := webtest.As(t, site, x.acme.Members[org.Admin])
	x.sink.say(&gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no such person"})
	x.tell(t, "a")
	x.work(t)
	dead := admin.Get("/deliveries?state=dead")
	again := regexp.MustCompile(`/deliveries/dlv_[a-z0-9]+/retry`).FindAllString(dead.Body, -1)
	if !dead.Has("Given up", "Try again") || len(again) != 2 {
		t.Fatalf("%d dead letters\n%s", len(again), dead.Body)
	}
	x.sink.say(nil)
	if p := admin.Post(again[0], nil); p.Status != http.StatusSeeOther {
		t.Errorf("again: %d\n%s", p.Status, p.Body)
	}
	x.work(t)
	if n := len(x.sink.letters()); n != 1 {
		t.Errorf("%d letters", n)
	}
	if p := admin.Post(again[0], nil); p.Status != http.StatusSeeOther {
		t.Errorf("and again: %d", p.Status)
	}
	if p := admin.Post("/deliveries/"+id.NewDelivery(x.IDs).String()+"/retry", nil); p.Status != http.StatusNotFound {
		t.Errorf("one that is not there: %d", p.Status)
	}
}

func TestOfTwoWhoChangeAChannelAtOnceTheSecondIsTold(t *testing.T) {
	t.Parallel()
	x := newOffice(t, dbtest.SQLite(t))
	admin := webtest.As(t, x.site(t), x.acme.Members[org.Admin])
	if p := admin.Post("/channels", url.Values{"name": {"ops"}, "kind": {"webhook"}, "address": {x.far.url + "/hook"}}); p.Status != http.StatusOK {
		t.Fatalf("made: %d\n%s", p.Status, p.Body)
	}
	one := regexp.MustCompile(`/channels/chn_[a-z0-9]+`).FindString(admin.Get("/channels").Body)
	version := func(p webtest.Page) []string {
		return append(regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(p.Body), "", "")[1:2]
	}
	mine, theirs := version(admin.Get(one)), version(admin.Get(one))
	x.Clock.Advance(time.Minute)
	if p := admin.Post(one, url.Values{"version": mine, "name": {"ops"}, "disabled": {"on"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("the first: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(one, url.Values{"version": theirs, "name": {"operations"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this channel while you did", `value="operations"`) || version(p)[0] != theirs[0] {
		t.Errorf("the second: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Get(one); !regexp.MustCompile(`disabled[^>]*>(?s:.{0,600})Send a test`).MatchString(p.Body) {
		t.Errorf("a channel that is off takes tests:\n%s", p.Body)
	}
	if p := admin.Get(one); !p.Has(`value="ops"`, `name="disabled" value="on" checked`) && !p.Has(`value="ops"`, "checked") {
		t.Errorf("afterwards:\n%s", p.Body)
	}
	if p := admin.Post(one, url.Values{"version": version(admin.Get(one)), "name": {"operations"}}); p.Status != http.StatusSeeOther {
		t.Errorf("having loaded it again: %d\n%s", p.Status, p.Body)
	}
}

// A form without the archived team among its choices would send none, and the channel would hear of everybody's events.
func TestAChannelOfAnArchivedTeamKeepsItWhenItIsSaved(t *testing.T) {
	t.Parallel()
	x := newOffice(t, dbtest.SQLite(t))
	admin := webtest.As(t, x.site(t), x.acme.Members[org.Admin])
	team := x.acme.Team.String()
	if p := admin.Post("/channels", url.Values{"name": {"ops"}, "kind": {"webhook"}, "address": {x.far.url + "/hook"}, "team": {team}}); p.Status != http.StatusOK {
		t.Fatalf("made: %d\n%s", p.Status, p.Body)
	}
	one := regexp.MustCompile(`/channels/chn_[a-z0-9]+`).FindString(admin.Get("/channels").Body)
	must(t, x.Identity.ArchiveTeam(t.Context(), x.acme.Actor(org.Admin), x.acme.Team))
	if p := admin.Get(one); !p.Has(`<option value="`+team+`" selected>`, "archived") {
		t.Errorf("the form:\n%s", p.Body)
	}
}
