package routeweb_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// compile makes the table of what is stored, as a node does.
func (s *scene) compile(t *testing.T) {
	t.Helper()
	all, err := route.Reader{Connections: db.NewConnectionStore(s.db), Aliases: db.NewAliasStore(s.db)}.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	x, broken := route.Compile(context.Background(), all, catalog.BuiltIn(), s.house.Keyring)
	if len(broken) > 0 {
		t.Fatal(broken)
	}
	s.table.Set(x)
}

// chain makes "smart" a chain of three.
func (s *scene) chain(t *testing.T, browser *webtest.Client) string {
	t.Helper()
	base := strings.TrimSuffix(s.builder(t), "/rules")
	if p := browser.Post(base, url.Values{"name": {"smart"}, "target": {"openai/gpt-4o", "sandbox/sandbox-chat", "openai/gpt-4o-mini"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	s.compile(t)
	return base + "/rules/fallback"
}

func fallbackFields() url.Values {
	return url.Values{"version": {"2"}, "order": {"scored"}, "weight-error": {"10"}, "weight-cost": {"90"}, "weight-priority": {"0"}, "weight-hours": {"5"}, "weight-success": {"0"},
		"mix-latency": {"50"}, "mix-cost": {"150"}, "mix-failures": {"200"}, "window": {"on"}, "short": {"cheaper"}, "answer": {"Later."},
		"only-context": {"64,000"}, "only-input": {"$4.00"}, "only-need-tools": {"on"}, "quality-0": {"2"}, "hours-1": {"22:00-06:00"}, "after-2": {"context_window, quota"}}
}

func TestTheFallbackOfAnAliasIsEditedAndShown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	page := s.chain(t, browser)
	if p := browser.Get(page); !p.Has("Who follows", "1. ", "sandbox-chat", "next of the list", `value="listed" checked`, "Not measured") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(page, fallbackFields()); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	d := s.document(t)
	want := &route.Fallback{Order: route.Scored, Weights: &balance.Weights{Error: 10, Cost: 90, Hours: 5}, ContextWindow: true, DefaultAnswer: "Later.", WhenShort: route.TakeCheaper}
	targets := []route.ToTarget{{To: "openai/gpt-4o", Quality: 2}, {To: "sandbox/sandbox-chat", Hours: "22:00-06:00"}, {To: "openai/gpt-4o-mini", After: []balance.Cause{balance.ContextWindow, balance.Quota}}}
	if !reflect.DeepEqual(d.Fallback, want) || !reflect.DeepEqual(d.Targets, targets) || d.Adaptive == nil || d.Adaptive.Cost != 150 || !reflect.DeepEqual(d.Only, &route.Only{MaxInput: "4.00", MinContext: 64_000, Needs: []string{"tools"}}) {
		t.Errorf("saved %+v %+v %+v", d.Fallback, d.Targets, d.Adaptive)
	}
	s.compile(t)
	if p := browser.Get(page + "?after=quota&priority=high"); !p.Has(`value="scored" checked`, `value="90"`, "Later.</textarea>", "22:00-06:00", "Only after a full context window or an empty account.", "gpt-4o-mini", "1.00") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	// The builder of rules has no fields for this, and keeps it.
	if p := browser.Post(strings.TrimSuffix(page, "/fallback"), url.Values{"version": {"3"}, "rules": {"0"}, "do": {"save"}, "canary-sticky": {"session"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if d := s.document(t); !reflect.DeepEqual(d.Fallback, want) || !reflect.DeepEqual(d.Targets, targets) {
		t.Errorf("the builder made %+v %+v", d.Fallback, d.Targets)
	}
	// Both others are of a lower tier than gpt-4o.
	form := fallbackFields()
	form.Set("version", "4")
	form.Set("tier", "on")
	if p := browser.Post(page, form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	s.compile(t)
	if p := browser.Get(page); !p.Has("Nobody: the client gets the error", `name="tier" value="on" checked`) {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
}

func TestTheOrganizationsFallbackIsEditedShownAndTried(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	alias := s.chain(t, browser)
	const page = "/models/rules/fallback"
	if p := browser.Get("/models/rules"); !p.Has(`href="` + page + `"`) {
		t.Errorf("no tab: %s", p.Body)
	}
	if p := browser.Get(page); !p.Has("For models without an alias", `value="listed" checked`) || p.Has("Targets now") || p.Has("Targets of its own list") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	form := url.Values{"order": {"scored"}, "weight-error": {"10"}, "weight-cost": {"90"}, "weight-priority": {"0"}, "weight-hours": {"5"}, "weight-success": {"0"},
		"mix-latency": {"50"}, "mix-cost": {"150"}, "mix-failures": {"200"}, "content": {"on"}, "short": {"pass_over"}, "only-regions": {"the moon!"}}
	if p := browser.Post(page, form); p.Status != http.StatusUnprocessableEntity || !p.Has("short words", "the moon!", `value="90"`) {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	form.Set("only-regions", "eu")
	if p := browser.Post(page, form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	s.compile(t)
	if p := browser.Get(page); !p.Has(`value="scored" checked`, `value="eu"`, `name="content" value="on" checked`) {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(alias); !p.Has("The organization says, for this alias as well:", "a refusal of the content", "data stays in eu") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/models/rules/try?asked=1&model=gpt-4o"); !p.Has("After a failure, as the organization says: the target with the best score follows (error 10, cost 90", "Only targets that fulfil: data stays in eu", "takes no request") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := api.Get("/api/v1/routing/rules"); p.Status != 200 || !p.Has(`"order":"scored"`, `"regions":["eu"]`, `"adaptive":{`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := browser.Get("/models/rules/yaml"); !p.Has("content_policy: true", "regions: [eu]") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	// An alias can go by its own words alone.
	if p := browser.Post(alias, url.Values{"order": {"listed"}, "short": {"pass_over"}, "own": {"on"}, "mix-latency": {"50"}, "mix-cost": {"50"}, "mix-failures": {"200"}, "version": {"2"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	s.compile(t)
	if p := browser.Get(alias); !p.Has(`name="own" value="on" checked`) || p.Has("so it does after a refusal of the content") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	// The builder of rules keeps what it has no fields for.
	if p := browser.Post("/models/rules", url.Values{"rules": {"0"}, "do": {"save"}, "holidays": {"2026-12-25"}, "canary-sticky": {"session"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(page); !p.Has(`value="scored" checked`, `value="eu"`) {
		t.Errorf("the builder dropped it: %s", p.Body)
	}
}

func TestABadFallbackIsRefusedAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	page := s.chain(t, browser)
	for name, c := range map[string]struct {
		field, value, says string
	}{
		"a weight that is no number":   {"weight-cost", "much", "Each weight is 0 to 100"},
		"a mix beyond bounds":          {"mix-cost", "1001", "0 to 1000 hundredths"},
		"a failure that is none":       {"after-2", "rain", "no such failure"},
		"a failure nobody follows":     {"after-2", "content_policy", "does not fall back after that"},
		"hours that are none":          {"hours-1", "nine to five", "09:00-18:00"},
		"a quality that is none":       {"quality-0", "best", "1 for the best to 9"},
		"all targets kept":             {"after-0", "quota", ""},
		"an answer that is too long":   {"answer", strings.Repeat("x", 2001), "at most 2000 bytes"},
		"an age that is none":          {"cached", "ages", "may be 1m to 720h old"},
		"a region that is none":        {"only-regions", "moon!", "short words"},
		"a price that is none":         {"only-input", "cheap", "dollars per million"},
		"demands that nobody fulfils":  {"only-regions", "moon", "No target here fulfils"},
		"an order that is none":        {"order", "random", "listed or scored"},
		"a version that is no more":    {"version", "1", "Somebody changed this alias"},
		"a shortage that is not known": {"short", "borrow", "pass_over, cheaper, stop"},
	} {
		t.Run(name, func(t *testing.T) {
			form := fallbackFields()
			form.Set(c.field, c.value)
			if name == "all targets kept" {
				form.Set("after-1", "quota")
				form.Del("hours-1")
				c.says = "no request could begin"
			}
			if c.field == "order" {
				form.Del("hours-1")
			}
			p := browser.Post(page, form)
			if p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusConflict || !strings.Contains(p.Body, c.says) || c.field != "version" && c.field != "order" && c.field != "short" && !strings.Contains(p.Body, c.value) {
				t.Errorf("%d, wants %q and %q\n%s", p.Status, c.says, c.value, p.Body)
			}
		})
	}
	if d := s.document(t); d.Fallback != nil {
		t.Errorf("a refusal saved %+v", d.Fallback)
	}
}

func TestHowTargetsDoNowIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.acme.Members[org.Admin]
	page := s.chain(t, webtest.As(t, s.site, admin))
	which := strings.Split(page, "/")[2]
	api := s.house.Program(t, s.site, s.acme, org.Viewer)
	now := s.house.Clock.Now()
	d := s.document(t)
	d.Strategy, d.Fallback = "adaptive", &route.Fallback{Order: route.Scored}
	if _, err := s.aliases.Rewrite(t.Context(), s.acme.Actor(org.Admin), s.smart(t).ID, d); err != nil {
		t.Fatal(err)
	}
	s.compile(t)
	records, _ := db.NewConnectionStore(s.db).List(t.Context(), s.acme.Org.ID)
	for _, r := range records {
		if r.Name == "openai" {
			at := balance.Target{Connection: r.ID, Model: "gpt-4o"}
			s.loads.Watch(at, now)
			g := s.loads.Gauge(at)
			g.Begin(now)
			g.Begin(now)
			g.End(now, balance.Answered, 1500*time.Millisecond)
		}
	}
	var v struct {
		Strategy, Order string
		Targets         []struct {
			Connection, Model string
			Share             *float64
			InFlight          int   `json:"in_flight"`
			LatencyMS         int64 `json:"latency_ms"`
			Measured          bool
			Cost              *string `json:"cost_usd"`
		}
		Next []struct {
			Model string
			Score *float64
			Parts map[string]float64
			Why   string
		}
	}
	p := api.Get("/api/v1/routes/" + which + "/targets?after=rate_limit")
	if err := json.Unmarshal([]byte(p.Body), &v); err != nil {
		t.Fatalf("%v: %s", err, p.Body)
	}
	all := 0.0
	for _, l := range v.Targets {
		all += *l.Share
	}
	if p.Status != 200 || v.Strategy != "adaptive" || v.Order != "scored" || len(v.Targets) != 3 || v.Targets[0].InFlight != 1 || v.Targets[0].LatencyMS != 1500 || !v.Targets[0].Measured || v.Targets[1].Measured || v.Targets[0].Cost == nil ||
		all < 0.999 || all > 1.001 {
		t.Errorf("%d %+v", p.Status, v)
	}
	if len(v.Next) != 2 || v.Next[0].Score == nil || len(v.Next[0].Parts) != 5 || *v.Next[0].Score < *v.Next[1].Score || !strings.HasPrefix(v.Next[0].Why, "score ") {
		t.Errorf("next %+v", v.Next)
	}
	if p := api.Get("/api/v1/routes/" + which + "/targets?after=rain"); p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}
