package piiweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/pii/piiweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	site  http.Handler
	acme  webtest.Tenant
	rules *pii.Service
	books *db.LedgerStore
	house *webtest.House
}

// purse is what looking for names may cost a day: all of it is spent.
type purse struct{ most money.USD }

func (p *purse) Cap(context.Context, org.Actor) (pii.Cap, error) {
	return pii.Cap{Most: p.most, Spent: p.most}, nil
}

func (p *purse) SetCap(_ context.Context, _ org.Actor, most money.USD) error {
	p.most = most
	return nil
}

func TestWhatLookingForNamesCostsIsBounded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin, lead := webtest.As(t, s.site, s.acme.Members[org.Admin]), webtest.As(t, s.site, s.acme.Members[org.Lead])
	program := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := admin.Get("/data-rules"); !p.Has("At most a day, in USD", "Empty is as much as budgets allow") || p.Has("used up") {
		t.Errorf("nothing set: %d %s", p.Status, p.Body)
	}
	if p := lead.Get("/data-rules"); p.Has("At most a day, in USD") {
		t.Error("a lead is shown what only admins set")
	}
	for _, typed := range []string{"-1", "0", "a lot"} {
		if p := admin.Post("/data-rules/recognition", url.Values{"max_cost_usd_per_day": {typed}}); p.Status != 422 || !p.Has("amount in USD above 0", `value="`+typed+`"`) {
			t.Errorf("%q: %d %s", typed, p.Status, p.Body)
		}
		if p := program.JSON("PUT", "/api/v1/data-rules/recognition", `{"max_cost_usd_per_day":"`+typed+`"}`); p.Status != 400 {
			t.Errorf("%q by program: %d %s", typed, p.Status, p.Body)
		}
	}
	if p := admin.Post("/data-rules/recognition", url.Values{"max_cost_usd_per_day": {"$2.50"}}); p.Status != 303 {
		t.Errorf("set: %d %s", p.Status, p.Body)
	}
	if p := admin.Get("/data-rules"); !p.Has("used up", "$2.5 of $2.5") && !p.Has("used up", "$2.50 of $2.50") {
		t.Errorf("used up: %d %s", p.Status, p.Body)
	}
	if p := program.JSON("GET", "/api/v1/data-rules/recognition", ""); p.Status != 200 || !p.Has(`"max_cost_usd_per_day":"2.5`) {
		t.Errorf("by program: %d %s", p.Status, p.Body)
	}
	if p := program.JSON("PUT", "/api/v1/data-rules/recognition", `{"max_cost_usd_per_day":""}`); p.Status != 200 || !p.Has(`"max_cost_usd_per_day":""`) {
		t.Errorf("taken away: %d %s", p.Status, p.Body)
	}
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{acme: h.Found(t, "Acme"), books: db.NewLedgerStore(d), house: h}
	s.rules = pii.New(pii.Parts{Store: db.NewPIIStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Caps: &purse{}})
	s.site = h.Serve(t, append(piiweb.New(s.rules, h.Identity, h.Keys).Routes(), webtest.Enter()))
	return s
}

func TestFormsAreReadOrRefusedInWordsWithoutLosingAnything(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	team := s.acme.Team.String()
	if p := browser.Get("/data-rules"); !p.Has("No data rules yet", "Set the first rule") || p.Has("Personal data") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Developer]).Get("/data-rules"); !p.Has("No data rules to see") || p.Has("Set the first rule") {
		t.Errorf("empty for a developer: %d\n%s", p.Status, p.Body)
	}
	off := func(more url.Values) url.Values {
		v := url.Values{"scope": {team}}
		for k, x := range more {
			v[k] = x
		}
		return v
	}
	for name, x := range map[string]struct {
		typed      url.Values
		says, kept string
	}{
		"nothing":           {off(nil), "A rule of nothing binds nobody.", ""},
		"an odd action":     {off(url.Values{"action_email": {"shred"}}), "An action is off, log, warn, mask or block.", ""},
		"a broken pattern":  {off(url.Values{"pattern_name": {"Odd", ""}, "pattern_expr": {"(x", ""}, "pattern_action": {"mask", "log"}}), "is no regular expression", `value="(x"`},
		"a dear pattern":    {off(url.Values{"pattern_name": {"Dear"}, "pattern_expr": {"(?:a{1,99}){1,9}b"}, "pattern_action": {"log"}}), "takes too long", "Dear"},
		"a nameless one":    {off(url.Values{"pattern_name": {""}, "pattern_expr": {"abc"}, "pattern_action": {"log"}}), "Enter a pattern", `value="abc"`},
		"a wildcard passed": {off(url.Values{"action_card": {"block"}, "allow": {"*@acme.test"}}), "There are no wildcards.", "*@acme.test"},
		"an odd answer":     {off(url.Values{"answer_email": {"shred"}, "one_way": {"on"}}), "An action is off, log, warn, mask or block.", `name="one_way" value="on"`},
		"names by nobody":   {off(url.Values{"action_name": {"mask"}, "recognizer_max_cost": {"0.02"}}), "Say which model looks for names and addresses", `value="0.02"`},
		"an odd cost":       {off(url.Values{"action_name": {"mask"}, "recognizer_model": {"tiny"}, "recognizer_max_cost": {"much"}}), "an amount in USD above 0", `value="much"`},
		"names in answers":  {off(url.Values{"answer_address": {"log"}}), "looked for in requests only", ""},
		"no place":          {url.Values{"action_card": {"block"}}, "Choose where the rule sits.", ""},
	} {
		if p := browser.Post("/data-rules", x.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says, x.kept) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	looked := url.Values{"look": {"1"}, "find": {"zzz"}, "pattern_name": {"Kept"}, "pattern_expr": {"abc"}, "pattern_action": {"mask"}}
	if p := browser.Post("/data-rules", looked); p.Status != http.StatusOK || !p.Has("Nothing that you may choose", `value="Kept"`) {
		t.Errorf("the search for a place: %d\n%s", p.Status, p.Body)
	}
	whole := off(url.Values{"action_email": {"mask"}, "answer_ip": {"block"}, "one_way": {"on"}, "guess": {"on"}, "block_unreadable": {"on"}, "scan_files": {"on"}, "action_name": {"mask"}, "recognizer_model": {"small"}, "recognizer_failure": {"allow"}, "recognizer_max_cost": {"$0.01"}, "pattern_answer": {"mask", "off"}, "pattern_near": {"Ticket, case", ""}, "action_secret": {"block"}, "pattern_name": {"Project, internal", ""}, "pattern_expr": {`PRJ-\d+`, ""}, "pattern_action": {"log", "log"}, "allow": {"@acme.test\r\n"}})
	if p := browser.Post("/data-rules", whole); p.Status != http.StatusSeeOther {
		t.Fatalf("a whole one: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/data-rules", whole); p.Status != http.StatusUnprocessableEntity || !p.Has("This node has a data rule already.") {
		t.Errorf("the same again: %d\n%s", p.Status, p.Body)
	}
	all, err := s.rules.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 || all[0].Actions[pii.Email] != pii.Mask || len(all[0].Patterns) != 1 || len(all[0].Allow) != 1 ||
		all[0].Answers[pii.IP] != pii.Block || !all[0].OneWay || !all[0].Guess || !all[0].Unread || !all[0].Files || all[0].Recognizer != (pii.Recognizer{Model: "small", Failing: "allow", Most: money.Cent}) || all[0].Patterns[0].Answer != pii.Mask || len(all[0].Patterns[0].Near) != 2 {
		t.Errorf("kept %+v, %v", all, err)
	}
	if p := browser.Get("/data-rules"); !p.Has("keys or secrets", "e-mail addresses", "Project, internal") {
		t.Errorf("list:\n%s", p.Body)
	}
}

func TestARuleIsShownChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made, err := s.rules.Create(t.Context(), s.acme.Actor(org.Admin), pii.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Terms: pii.Terms{Actions: map[pii.Kind]pii.Action{pii.Email: pii.Block}}})
	if err != nil {
		t.Fatal(err)
	}
	one := "/data-rules/" + made.ID.String()
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Get(one); !p.Has("E-mail addresses", "Block", one+"/edit") {
		t.Errorf("page:\n%s", p.Body)
	}
	developer := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := developer.Get(one); !p.Has("E-mail addresses") || p.Has(one+"/edit") {
		t.Errorf("a developer's page: %d\n%s", p.Status, p.Body)
	}
	if p := developer.Post(one, url.Values{"action_email": {"off"}}); p.Status != http.StatusForbidden {
		t.Errorf("a developer changed it: %d", p.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Outsider).Get(one); p.Status != http.StatusNotFound {
		t.Errorf("somebody of another team sees it: %d", p.Status)
	}
	if p := admin.Get(one + "/edit"); !p.Has(`name="action_email"`, `name="pattern_expr"`) {
		t.Errorf("form:\n%s", p.Body)
	}
	if p := admin.Post(one, url.Values{"action_email": {"off"}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("refused: %d", p.Status)
	}
	if p := admin.Post(one, url.Values{"action_card": {"log"}}); p.Status != http.StatusSeeOther {
		t.Errorf("changed: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(one+"/delete", nil); p.Status != http.StatusSeeOther {
		t.Errorf("deleted: %d", p.Status)
	}
}

func TestATextIsTriedAndNotKept(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, err := s.rules.Create(t.Context(), s.acme.Actor(org.Admin), pii.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Terms: pii.Terms{Actions: map[pii.Kind]pii.Action{pii.Email: pii.Mask, pii.Card: pii.Block}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range org.Roles {
		browser := webtest.As(t, s.site, s.acme.Members[r])
		team := s.acme.Team.String()
		if p := browser.Get("/data-rules/try"); !p.Has("Nothing that you paste here is kept", `name="text"`) {
			t.Errorf("%s: %d\n%s", r, p.Status, p.Body)
		}
		if p := browser.Post("/data-rules/try", url.Values{"scope": {team}, "text": {"ask ada@acme.test"}}); p.Status != http.StatusOK || !p.Has("It would leave with placeholders.", "ask [EMAIL_1]", "1 e-mail address", "Masked") {
			t.Errorf("%s, masked: %d\n%s", r, p.Status, p.Body)
		}
		if p := browser.Post("/data-rules/try", url.Values{"scope": {team}, "text": {"card 4111111111111111"}}); !p.Has("It would be refused.", "the data rule of Team", "Blocked") {
			t.Errorf("%s, blocked: %d\n%s", r, p.Status, p.Body)
		}
		if p := browser.Post("/data-rules/try", url.Values{"scope": {team}, "way": {"answer"}, "text": {"ask ada@acme.test"}}); !p.Has("It would leave as it is.", `value="answer" selected`) {
			t.Errorf("%s, as an answer: %d\n%s", r, p.Status, p.Body)
		}
		if p := browser.Post("/data-rules/try", url.Values{"text": {"card 4111111111111111"}}); !p.Has("It would leave as it is.", "1 payment card number", "Let pass") {
			t.Errorf("%s, below the organization: %d\n%s", r, p.Status, p.Body)
		}
		if p := browser.Post("/data-rules/try", url.Values{"scope": {team}, "text": {""}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Paste a text to try.") {
			t.Errorf("%s, nothing: %d\n%s", r, p.Status, p.Body)
		}
	}
	if p := webtest.As(t, s.site, s.acme.Outsider).Post("/data-rules/try", url.Values{"scope": {s.acme.Team.String()}, "text": {"x"}}); p.Status != http.StatusNotFound {
		t.Errorf("below a foreign team: %d", p.Status)
	}
}

func TestIncidentsAreListedAndFiltered(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Get("/incidents"); !p.Has("No incidents") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	i := id.NewFinding(s.house.IDs)
	var b budget.Batch
	b.To.At.Offset = 1
	b.Requests = []ledger.Request{{ID: id.NewRequest(s.house.IDs), At: s.house.Clock.Now(), Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Key: id.NewKey(s.house.IDs)}, Family: "openai", Endpoint: "chat", Status: 400,
		Screened: ledger.Screened{Incident: i, Action: "block", Found: `[{"detector":"card","action":"block","count":2},{"detector":"Odd","own":true,"action":"log","count":0}]`}}}
	if _, err := s.books.Post(t.Context(), id.NewNode(s.house.IDs), b); err != nil {
		t.Fatal(err)
	}
	for path, sees := range map[string]bool{
		"": true, "?action=block": true, "?action=mask": false, "?detector=card": true, "?detector=email": false, "?detector=unreadable": false, "?id=" + i.String(): true, "?id=pii_x": false,
		"?id=" + id.NewFinding(s.house.IDs).String(): false, "?range=day": true, "?team=" + s.acme.Team.String(): true, "?team=x": false, "?after=x": false, "?after=" + i.String(): false,
	} {
		p := admin.Get("/incidents" + path)
		if p.Status != http.StatusOK || p.Has("2 payment card numbers, &#34;Odd&#34; not checked") != sees || p.Has("Nothing matches") && sees {
			t.Errorf("%s: %d\n%s", path, p.Status, p.Body)
		}
	}
	if p := webtest.As(t, s.site, s.acme.Outsider).Get("/incidents"); strings.Contains(p.Body, i.String()) {
		t.Error("somebody of another team sees it")
	}
}

func TestOfTwoWhoChangeARuleAtOnceTheSecondIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made, err := s.rules.Create(t.Context(), s.acme.Actor(org.Admin), pii.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Terms: pii.Terms{Actions: map[pii.Kind]pii.Action{pii.Email: pii.Log}}})
	if err != nil {
		t.Fatal(err)
	}
	one := "/data-rules/" + made.ID.String()
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	mine, theirs := version(admin.Get(one+"/edit")), version(admin.Get(one+"/edit"))
	s.house.Clock.Advance(time.Minute)
	if p := admin.Post(one, url.Values{"version": mine, "action_email": {"block"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("the first: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(one, url.Values{"version": theirs, "action_email": {"log"}, "allow": {"@acme.test"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this data rule while you did", "@acme.test") || version(p)[0] != theirs[0] {
		t.Errorf("the second: %d\n%s", p.Status, p.Body)
	}
	if l, err := s.rules.Get(t.Context(), s.acme.Actor(org.Admin), made.ID); err != nil || l.Actions[pii.Email] != pii.Block || len(l.Allow) != 0 {
		t.Errorf("kept %+v, %v", l.Terms, err)
	}
	if p := admin.Post(one, url.Values{"version": version(admin.Get(one + "/edit")), "action_email": {"mask"}}); p.Status != http.StatusSeeOther {
		t.Errorf("having loaded it again: %d\n%s", p.Status, p.Body)
	}
}

// version is what a page's form says it was filled from.
func version(p webtest.Page) []string {
	return append(regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(p.Body), "", "")[1:2]
}
