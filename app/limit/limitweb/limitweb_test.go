package limitweb_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/limit/limitweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	house   *webtest.House
	site    http.Handler
	acme    webtest.Tenant
	store   *db.LimitStore
	limits  *limit.Service
	limiter *limit.Limiter
	key     key.Key
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	s := &scene{house: h, acme: h.Found(t, "Acme"), store: db.NewLimitStore(d), limiter: limit.NewLimiter(limit.Config{Clock: h.Clock, Log: log})}
	s.limits = limit.New(limit.Parts{Store: s.store, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log, Desk: s.limiter})
	s.site = h.Serve(t, append(limitweb.New(s.limits, h.Identity, h.Keys).Routes(), webtest.Enter()))
	made, err := h.Keys.Create(t.Context(), s.acme.Actor(org.Manager), key.Input{Name: "ci", Team: s.acme.Team, Account: "robot"})
	if err != nil {
		t.Fatal(err)
	}
	s.key = made.Key
	return s
}

func (s *scene) set(t *testing.T, in limit.Input) limit.Entry {
	t.Helper()
	out, err := s.limits.Create(t.Context(), s.acme.Actor(org.Admin), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// use takes n requests of 1000 tokens with the tenant's key.
func (s *scene) use(t *testing.T, n int) {
	t.Helper()
	rules, err := s.store.Rules(t.Context(), s.house.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.limiter.Load(rules); err != nil {
		t.Fatal(err)
	}
	for range n {
		_, _ = s.limiter.Take(t.Context(), limit.Ask{Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Key: s.key.ID}, Tokens: 1000, Least: 1000})
	}
}

func form(scope string, change ...string) url.Values {
	v := url.Values{"scope": {scope}, "amount": {"100"}, "unit": {"requests"}, "window": {"1m"}, "enforce": {"hard"}}
	for i := 0; i+1 < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v
}

func TestFormsAreReadOrRefusedInWordsWithoutLosingAnything(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	team := s.acme.Team.String()
	for name, x := range map[string]struct {
		typed []string
		says  string
	}{
		"no amount":          {[]string{"amount", ""}, "Enter a whole number such as 100"},
		"separators":         {[]string{"amount", "1,000"}, "Enter a whole number such as 100"},
		"half a request":     {[]string{"amount", "1.5"}, "Enter a whole number such as 100"},
		"negative":           {[]string{"amount", "-1"}, "Enter a limit of 0 or more"},
		"words for money":    {[]string{"unit", "cost", "amount", "five"}, "Enter an amount in USD such as 5 or 0.25"},
		"too much money":     {[]string{"unit", "cost", "amount", "100001"}, "at most $100,000.00"},
		"an unknown unit":    {[]string{"unit", "bytes"}, "Choose requests, tokens or cost."},
		"a window in words":  {[]string{"window", "a minute"}, "Enter a duration such as 30s"},
		"a window of a week": {[]string{"window", "168h"}, "Enter a window from 1s to 24h"},
		"half a tag":         {[]string{"tag", "apollo"}, "Enter one pair such as project=apollo"},
		"a burst in words":   {[]string{"burst", "double", "burst_duration", "5m"}, "Enter a factor such as 2 or 1.5"},
		"a burst of 11":      {[]string{"burst", "11", "burst_duration", "5m"}, "Enter a burst of 1 to 10 times the limit"},
		"a burst for ever":   {[]string{"burst", "2"}, "Enter how long a burst lasts"},
		"nothing chosen":     {[]string{"enforce", ""}, "Choose hard (refuse) or soft"},
		"no place":           {[]string{"scope", ""}, "Choose where the limit sits."},
	} {
		p := browser.Post("/limits", form(team, x.typed...))
		if p.Status != http.StatusUnprocessableEntity || !p.Has(x.says) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
		if x.typed[0] != "scope" && x.typed[0] != "unit" && x.typed[0] != "enforce" && x.typed[1] != "" && !p.Has(`value="`+x.typed[1]+`"`) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	if p := browser.Post("/limits", form(team, "tag", "project=apollo", "model", "smart", "burst", "1.5", "burst_duration", "15m", "burst_cooldown", "1h")); p.Status != http.StatusSeeOther {
		t.Errorf("a whole one: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/limits", form(team, "tag", "project=apollo", "model", "smart")); p.Status != http.StatusUnprocessableEntity || !p.Has("There is a limit of this kind with this window here already.") {
		t.Errorf("the same again: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/limits", form(team, "unit", "cost", "amount", "$0.25", "window", "1h")); p.Status != http.StatusSeeOther {
		t.Errorf("money: %d\n%s", p.Status, p.Body)
	}
	all, err := s.limits.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 2 || all[1].Amount != 250_000_000 || all[0].Burst != (limit.Burst{Percent: 150, Duration: 15 * time.Minute, Cool: time.Hour}) {
		t.Errorf("kept %+v, %v", all, err)
	}
}

func TestTheListShowsWhatIsUsedNow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	o := s.acme.Org.ID
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/limits"); !p.Has("No rate limits yet", "Set the first rate limit") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	s.set(t, limit.Input{Scope: org.OfKey(o, s.key.ID), Unit: limit.Requests, Amount: 4, Window: time.Minute, Burst: limit.Burst{Percent: 150, Duration: 10 * time.Minute}})
	s.set(t, limit.Input{Scope: org.OfTeam(o, s.acme.Team), Unit: limit.Tokens, Amount: 10_000, Window: time.Hour, Soft: true})
	s.set(t, limit.Input{Scope: org.OfOrg(o), Unit: limit.Cost, Amount: 2_500_000_000, Window: 24 * time.Hour, Name: "Brake"})
	s.use(t, 5)
	p := browser.Get("/limits")
	if !p.Has("5 of 6 requests", "per minute", "5,000 of 10,000 tokens", "per hour", "$0.00 of $2.50", "per day", "Brake", "Bursting", "Blocks", "Warns", "× 1.5 for 10m, once a day") {
		t.Errorf("list:\n%s", p.Body)
	}
	if at := strings.Index(p.Body, "Brake"); at > strings.Index(p.Body, "5,000 of 10,000") || strings.Index(p.Body, "5,000 of 10,000") > strings.Index(p.Body, "5 of 6") {
		t.Error("outer limits do not come first")
	}
	viewer := webtest.As(t, s.site, s.acme.Outsider)
	if p := viewer.Get("/limits"); !p.Has("Brake") || p.Has("5 of 6", "/limits/new") {
		t.Errorf("somebody of another team:\n%s", p.Body)
	}
}

func TestALimitIsChangedRaisedLoweredAndDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := s.set(t, limit.Input{Scope: org.OfKey(s.acme.Org.ID, s.key.ID), Unit: limit.Requests, Amount: 10, Window: time.Minute, Soft: true})
	one := "/limits/" + made.ID.String()
	browser := webtest.As(t, s.site, s.acme.Members[org.Lead])
	if p := browser.Get(one + "/edit"); !p.Has(`value="10"`, `value="1m"`, "Key ci", `value="soft" checked`) {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(one, form("", "amount", "x")); p.Status != http.StatusUnprocessableEntity || !p.Has(`value="x"`) {
		t.Errorf("refused: %d", p.Status)
	}
	if p := browser.Post(one, form("", "amount", "20")); p.Status != http.StatusSeeOther {
		t.Errorf("changed: %d\n%s", p.Status, p.Body)
	}
	s.use(t, 3)
	if p := browser.Get(one); !p.Has("3 of 20 requests", "Key ci: 20 requests per minute", "Raise it for a while", "None in force", "Blocks") {
		t.Errorf("page:\n%s", p.Body)
	}
	until := s.house.Clock.Now().Add(5 * time.Hour).UTC().Format("2006-01-02T15:04")
	for typed, says := range map[string]string{"": "Enter how much to add, or a factor.", "many": "Enter a whole number"} {
		if p := browser.Post(one+"/raise", url.Values{"add": {typed}, "until": {until}, "reason": {"release"}}); p.Status != http.StatusUnprocessableEntity || !p.Has(says, `value="release"`) {
			t.Errorf("raised by %q: %d\n%s", typed, p.Status, p.Body)
		}
	}
	if p := browser.Post(one+"/raise", url.Values{"add": {"5"}, "until": {"tomorrow"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Enter a date and a time") {
		t.Errorf("until tomorrow: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(one+"/raise", url.Values{"factor": {"1.5"}, "add": {"4"}, "until": {until}, "reason": {"release"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("raised: %d\n%s", p.Status, p.Body)
	}
	s.use(t, 0)
	if p := browser.Get(one); !p.Has("3 of 34 requests", "× 1.5, + 4 requests", "release", "lead@acme.test", "Raised") {
		t.Errorf("raised page:\n%s", p.Body)
	}
	e, err := s.limits.Get(t.Context(), s.acme.Actor(org.Lead), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p := browser.Post(one+"/increases/"+e.Increases[0].ID.String()+"/end", nil); p.Status != http.StatusSeeOther {
		t.Errorf("ended: %d", p.Status)
	}
	if p := browser.Get(one); !p.Has("None in force") {
		t.Errorf("after its end:\n%s", p.Body)
	}
	if p := browser.Post(one+"/delete", nil); p.Status != http.StatusSeeOther {
		t.Errorf("deleted: %d", p.Status)
	}
	if p := browser.Get(one); p.Status != http.StatusNotFound {
		t.Errorf("after it: %d", p.Status)
	}
}

// The link in a soft limit's refusal leads here, for everybody whom the limit binds.
func TestWhoeverIsLimitedSeesThePageAndWhomToAsk(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	one := "/limits/" + s.set(t, limit.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Unit: limit.Requests, Amount: 10, Window: time.Minute, Soft: true}).ID.String()
	developer := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := developer.Get(one); p.Status != http.StatusOK || !p.Has("whoever may raise the limit decides", one+"/ask") || p.Has("Raise it for a while") {
		t.Errorf("a developer of the team: %d\n%s", p.Status, p.Body)
	}
	lead := webtest.As(t, s.site, s.acme.Members[org.Lead])
	if p := lead.Get(one); p.Status != http.StatusOK || p.Has("Raise it for a while") {
		t.Errorf("a lead and their own team's limit: %d", p.Status)
	}
	if p := lead.Get(one + "/edit"); p.Status != http.StatusForbidden {
		t.Errorf("a lead edits their own team's limit: %d", p.Status)
	}
	if p := lead.Post(one+"/raise", url.Values{"factor": {"9"}, "until": {"x"}}); p.Status != http.StatusForbidden {
		t.Errorf("a lead raises their own team's limit with a wrong form: %d", p.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Outsider).Get(one); p.Status != http.StatusNotFound {
		t.Errorf("somebody of another team: %d", p.Status)
	}
}

func TestPlacesOnOfferAreTheOnesTheServiceAccepts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	o, team, other, k := s.acme.Org.ID.String(), s.acme.Team.String(), s.acme.Other.String(), s.key.ID.String()
	lead, developer := s.acme.Members[org.Lead].ID.String(), s.acme.Members[org.Developer].ID.String()
	for role, offered := range map[org.Role][]string{
		org.Admin:   {o, team, other, lead, developer, k},
		org.Manager: {team, other, lead, developer, k},
		org.Lead:    {developer, k},
	} {
		browser := webtest.As(t, s.site, s.acme.Members[role])
		p := browser.Get("/limits/new")
		for _, place := range []string{o, team, other, lead, developer, k} {
			refused := http.StatusForbidden
			if place == other && role == org.Lead { // of another team, which they do not even know of
				refused = http.StatusNotFound
			}
			want := false
			for _, x := range offered {
				want = want || x == place
			}
			if p.Has(`value="`+place+`"`) != want {
				t.Errorf("%s is offered %s: %v", role, place, !want)
			}
			status := browser.Post("/limits", form(place, "tag", "project="+string(role))).Status
			if want && status != http.StatusSeeOther || !want && status != refused {
				t.Errorf("%s sets a limit on %s: %d", role, place, status)
			}
		}
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Manager]).Post("/limits", form(o)); p.Status != http.StatusForbidden {
		t.Errorf("a manager limits the whole organization: %d", p.Status)
	}
	for _, role := range []org.Role{org.Developer, org.Viewer} {
		if p := webtest.As(t, s.site, s.acme.Members[role]).Get("/limits/new"); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d", role, p.Status)
		}
	}
}

func TestTheAPISharesTheService(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	p := api.JSON("POST", "/api/v1/limits", `{"unit":"cost","amount":"0.01","window":"1h","soft":true,"burst":{"factor":"1.5","duration":"10m","cooldown":""}}`)
	if p.Status != http.StatusCreated || !p.Has(`"scope":"`+s.acme.Org.ID.String()+`"`, `"amount":"0.01"`, `"in_force":"0.01"`, `"used":"0"`, `"window":"1h0m0s"`, `"burst":{"factor":"1.5","duration":"10m0s"`, `"increases":[]`) {
		t.Fatalf("create: %d %s", p.Status, p.Body)
	}
	all, err := s.limits.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 {
		t.Fatal(len(all), err)
	}
	one := "/api/v1/limits/" + all[0].ID.String()
	if p := api.JSON("PATCH", one, `{"amount":"2"}`); p.Status != 200 || !p.Has(`"amount":"2"`, `"soft":true`, `"name":"Acme: $2 per hour"`, `"factor":"1.5"`) {
		t.Errorf("update: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PATCH", one, `{"burst":null}`); p.Status != 200 || !p.Has(`"burst":null`, `"amount":"2"`) {
		t.Errorf("without a burst, as GET writes it: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PATCH", one, `{"burst":{"percent":"150","duration":"15m"}}`); p.Status != http.StatusBadRequest || !p.Has("percent") {
		t.Errorf("a misspelt member: %d %s", p.Status, p.Body)
	}
	for body, field := range map[string]string{`{"amount":"2e3"}`: "amount", `{"window":"soon"}`: "window", `{"burst":{"factor":"x"}}`: "burst", `{"endpoint":"video"}`: "endpoint"} {
		if p := api.JSON("PATCH", one, body); p.Status != http.StatusBadRequest || !p.Has(`"field":"`+field+`"`) {
			t.Errorf("%s: %d %s", body, p.Status, p.Body)
		}
	}
	until := s.house.Clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	if p := api.JSON("POST", one+"/increases", `{"factor":"2","add":"0.5","until":"`+until+`"}`); p.Status != http.StatusCreated || !p.Has(`"in_force":"4.5"`, `"add":"0.5"`, `"factor":"2"`) {
		t.Errorf("raise: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", one+"/increases", `{"until":"`+until+`"}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"add"`) {
		t.Errorf("raised by nothing: %d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/limits"); !p.Has(`"data":[{`, `"scope_kind":"organization"`) {
		t.Errorf("list: %d %s", p.Status, p.Body)
	}
	e, err := s.limits.Get(t.Context(), s.acme.Actor(org.Admin), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	increase := one + "/increases/" + e.Increases[0].ID.String()
	theirs := s.house.Program(t, s.site, s.house.Found(t, "Other"), org.Admin)
	for _, path := range []string{one, "/api/v1/limits/" + id.NewLimit(s.house.IDs).String(), "/api/v1/limits/nonsense"} {
		for method, body := range map[string]string{"GET": "", "PATCH": `{"amount":"1"}`, "DELETE": ""} {
			if p := theirs.JSON(method, path, body); p.Status != http.StatusNotFound || !p.Has("There is no such limit.") {
				t.Errorf("another tenant: %s %s: %d %s", method, path, p.Status, p.Body)
			}
		}
		if p := theirs.JSON("POST", path+"/increases", `{"add":"1","until":"`+until+`"}`); p.Status != http.StatusNotFound {
			t.Errorf("another tenant raises: %d %s", p.Status, p.Body)
		}
	}
	if p := theirs.JSON("DELETE", increase, ""); p.Status != http.StatusNotFound || !p.Has("There is no such limit.") {
		t.Errorf("another tenant lowers: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("DELETE", increase, ""); p.Status != http.StatusNoContent {
		t.Errorf("lower: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("DELETE", increase, ""); p.Status != http.StatusNotFound || !p.Has("There is no such increase") {
		t.Errorf("lower again: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("DELETE", one, ""); p.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", p.Status, p.Body)
	}
}

func TestOfTwoWhoChangeALimitAtOnceTheSecondIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := s.set(t, limit.Input{Scope: org.OfKey(s.acme.Org.ID, s.key.ID), Unit: limit.Requests, Amount: 10, Window: time.Minute})
	one := "/limits/" + made.ID.String()
	browser := webtest.As(t, s.site, s.acme.Members[org.Lead])
	mine, theirs := version(browser.Get(one+"/edit")), version(browser.Get(one+"/edit"))
	s.house.Clock.Advance(time.Minute)
	if p := browser.Post(one, form("", "version", mine[0], "amount", "5")); p.Status != http.StatusSeeOther {
		t.Fatalf("the first: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(one, form("", "version", theirs[0], "amount", "10", "name", "for ci")); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this limit while you did", `value="for ci"`) || version(p)[0] != theirs[0] {
		t.Errorf("the second: %d\n%s", p.Status, p.Body)
	}
	if e, err := s.limits.Get(t.Context(), s.acme.Actor(org.Lead), made.ID); err != nil || e.Amount != 5 {
		t.Errorf("kept %+v, %v", e.Limit, err)
	}
	if p := browser.Post(one, form("", "version", version(browser.Get(one + "/edit"))[0], "amount", "4")); p.Status != http.StatusSeeOther {
		t.Errorf("having loaded it again: %d\n%s", p.Status, p.Body)
	}
}

// version is what a page's form says it was filled from.
func version(p webtest.Page) []string {
	return append(regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(p.Body), "", "")[1:2]
}

func TestARaiseSentTwiceRaisesOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.acme.Actor(org.Admin)
	made, err := s.limits.Create(t.Context(), admin, limit.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Unit: limit.Requests, Amount: 10, Window: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	browser, one := webtest.As(t, s.site, s.acme.Members[org.Admin]), "/limits/"+made.ID.String()
	until := s.house.Clock.Now().Add(5 * time.Hour).UTC().Format("2006-01-02T15:04")
	field := regexp.MustCompile(`name="increase" value="([^"]*)"`)
	for _, want := range []int{1, 2} { // a page loaded again raises again
		which := append(field.FindStringSubmatch(browser.Get(one).Body), "", "")[1]
		for range 2 {
			if p := browser.Post(one+"/raise", url.Values{"increase": {which}, "add": {"4"}, "until": {until}}); p.Status != http.StatusSeeOther {
				t.Fatalf("raised: %d\n%s", p.Status, p.Body)
			}
		}
		if e, err := s.limits.Get(t.Context(), admin, made.ID); err != nil || len(e.Increases) != want {
			t.Errorf("%d increases, %v, want %d", len(e.Increases), err, want)
		}
	}
}
