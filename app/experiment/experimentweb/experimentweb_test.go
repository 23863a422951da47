package experimentweb_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/experiment/experimentweb"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type nobody struct{}

func (nobody) Probe(context.Context, *provider.Connection) ([]string, error) {
	return nil, errors.New("no network here")
}

func (nobody) Catalog() *catalog.Catalog { return catalog.BuiltIn() }

func (nobody) Quote(id.Org, string, string, time.Time) (catalog.Quote, bool) { return nil, false }

type scene struct {
	house       *webtest.House
	site        http.Handler
	acme        webtest.Tenant
	tests       *experiment.Service
	route       *route.Service
	connections *provider.Service
	openai      id.Connection
	told        []experiment.Experiment
	books       *db.LedgerStore

	library *prompt.Service
}

// known is experiment's Prompts: one prompt with two versions.
func (s *scene) known(_ context.Context, _ org.Actor, name string, versions []string) error {
	if name != "reply" {
		return fault.Field("prompt", "There is no such prompt.")
	}
	for _, v := range versions {
		if v != "staging" && v != "v1" {
			return fault.Field("variants", "The prompt has no such version.")
		}
	}
	return nil
}

func newScene(t *testing.T) *scene {
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log, store := slog.New(slog.DiscardHandler), db.NewConnectionStore(d)
	s := &scene{house: h, acme: h.Found(t, "Acme"), books: db.NewLedgerStore(d)}
	s.route = route.New(route.Parts{Prices: nobody{}, Store: db.NewAliasStore(d), Connections: store, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	connections := provider.New(provider.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}), Prober: nobody{}, Aliases: s.route, IDs: h.IDs, Clock: h.Clock, Log: log,
		Tested: func(ctx context.Context, o id.Org, name string) ([]string, error) {
			return s.tests.Needs(ctx, o, func(e *experiment.Experiment) bool { return e.OnConnection(name) })
		}})
	needs := func(ctx context.Context, o id.Org, a route.Alias) ([]string, error) {
		return s.tests.Needs(ctx, o, func(e *experiment.Experiment) bool { return e.OnAlias(a.ID, a.Name) })
	}
	s.route.Tested = needs
	s.library = prompt.New(prompt.Parts{Store: db.NewPromptStore(d, h.Keyring), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	s.tests = experiment.New(experiment.Parts{Store: db.NewExperimentStore(d), Prompts: s.known, Routes: s.route, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log,
		Places: func(context.Context, org.Actor, id.Team, id.Key) error { return nil },
		Tell:   func(_ context.Context, e experiment.Experiment) error { s.told = append(s.told, e); return nil }})
	s.site = h.Serve(t, append(experimentweb.New(s.tests, s.route, catalog.BuiltIn(), s.library, h.Identity, h.Keys).Routes(), webtest.Enter()))
	admin := s.acme.Actor(org.Admin)
	made, err := connections.Create(t.Context(), admin, provider.Input{Name: "openai", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")})
	if err != nil {
		t.Fatal(err)
	}
	s.connections, s.openai = connections, made.ID
	if _, err := s.route.Create(t.Context(), admin, route.Input{Name: "smart", Targets: []string{"openai/gpt-5.5"}}); err != nil {
		t.Fatal(err)
	}
	return s
}

func form(change map[string]string) url.Values {
	v := url.Values{"name": {"cheaper"}, "alias": {"smart"}, "goal": {"cost"}, "unit": {"user"}, "name_0": {"control"}, "percent_0": {"50"}, "name_1": {"new"}, "percent_1": {"50"}, "target_1": {"openai/gpt-5.5-mini"}}
	for k, x := range change {
		v.Set(k, x)
	}
	return v
}

// post counts requests as the gateway would, a user each, and returns when they are in the books.
func (s *scene) post(t *testing.T, e experiment.Experiment, n int, cost func(variant, n int) int64, failed func(variant, n int) bool) {
	t.Helper()
	var b budget.Batch
	for i := range n {
		r := id.NewRequest(s.house.IDs)
		v, bucket := experiment.Draw(e.ID, r.String(), e.Variants)
		f := failed(v, i)
		b.Requests = append(b.Requests, ledger.Request{ID: r, At: s.house.Clock.Now(), Status: 200, Chain: org.Chain{Org: e.Org}, Cost: ledger.Units(cost(v, i)), Duration: time.Second,
			Trial: ledger.Trial{Experiment: e.ID, Variant: v, Bucket: bucket, Failed: f, Unanswered: f}})
	}
	if _, err := s.books.Post(t.Context(), id.NewNode(s.house.IDs), b); err != nil {
		t.Fatal(err)
	}
}

func TestAnExperimentIsRefusedStartedWonAndMigrated(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin, developer := webtest.As(t, s.site, s.acme.Members[org.Admin]), webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := admin.Get("/experiments"); !p.Has("No experiments yet", "/experiments/new") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Get("/experiments/new"); !p.Has(`value="95"`, `value="5"`, `<option value="smart">`) {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	for name, c := range map[string]struct {
		change     map[string]string
		says, kept string
	}{
		"no name":              {map[string]string{"name": "Big Name"}, "A name is 1 to 60", `value="Big Name"`},
		"no such alias":        {map[string]string{"alias": "fast"}, "Choose one of your organization", ""},
		"a target that is not": {map[string]string{"target_1": "nowhere/x"}, "There is no connection", `value="nowhere/x"`},
		"itself":               {map[string]string{"target_1": "smart"}, "Variant 2", ""},
		"shares":               {map[string]string{"percent_1": "30"}, "add up to 100", `value="30"`},
		"no number":            {map[string]string{"percent_1": "half"}, "Enter a whole number", `value="half"`},
		"two that are alike":   {map[string]string{"target_1": ""}, "are the same", ""},
		"an unknown goal":      {map[string]string{"goal": "beauty"}, "The goal is one of", ""},
		"a tiny sample":        {map[string]string{"sample": "10"}, "A sample is 1000 to", `value="10"`},
		"a tag without value":  {map[string]string{"tag": "apollo"}, "A tag is a name and a value", `value="apollo"`},
		"a place that is none": {map[string]string{"scope": "x"}, "There is no such team or key", ""},
		"a place of no use":    {map[string]string{"scope": "member_x"}, "There is no such team or key", ""},
		"a version of nothing": {map[string]string{"version_1": "staging"}, "say of which one", `value="staging"`},
		"an unknown prompt":    {map[string]string{"prompt": "nothing", "version_1": "v2"}, "There is no such prompt", `value="nothing" selected`},
		"an unknown version":   {map[string]string{"prompt": "reply", "version_1": "v7"}, "The prompt has no such version", `value="v7"`},
		"no version at all":    {map[string]string{"prompt": "reply", "version_1": "Seven!"}, "is a label such as staging", `value="Seven!"`},
		"a wild temperature":   {map[string]string{"temperature_1": "2.5"}, "a number from 0 to 2", `value="2.5"`},
		"a wild guard":         {map[string]string{"guard_latency": "900"}, "A guard allows", `value="900"`},
	} {
		if p := admin.Post("/experiments", form(c.change)); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, c.kept) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := developer.Post("/experiments", form(nil)); p.Status != http.StatusForbidden {
		t.Errorf("a developer: %d", p.Status)
	}
	if p := admin.Post("/experiments", form(map[string]string{"guard_latency": "20"})); p.Status != http.StatusSeeOther {
		t.Fatalf("start: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post("/experiments", form(map[string]string{"name": "second"})); p.Status != http.StatusUnprocessableEntity || !p.Has("divides the requests for this alias already") {
		t.Errorf("a second one: %d\n%s", p.Status, p.Body)
	}
	all, err := s.tests.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	e := all[0]
	at := "/experiments/" + e.ID.String()
	if p := developer.Get(at); !p.Has("Not decided yet", "There is too little to say anything") || p.Has("/stop") {
		t.Errorf("a developer reads: %d\n%s", p.Status, p.Body)
	}
	s.post(t, e, 1000, func(v, n int) int64 { return int64(10_000_000 - 3_000_000*v + n%7*100_000) }, func(_, n int) bool { return n%200 == 0 })
	if p := admin.Post(at+"/pause", nil); p.Status != http.StatusSeeOther {
		t.Errorf("pause: %d\n%s", p.Status, p.Body)
	}
	if err := s.tests.JudgeAll(t.Context()); err != nil || len(s.told) != 0 {
		t.Errorf("a paused one was judged: %v %v", s.told, err)
	}
	if p := admin.Post(at+"/resume", nil); p.Status != http.StatusSeeOther {
		t.Errorf("resume: %d\n%s", p.Status, p.Body)
	}
	for range 2 { // the second look finds nothing to do
		if err := s.tests.JudgeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.told) != 1 || s.told[0].Verdict != experiment.Win || s.told[0].State != experiment.Finished {
		t.Fatalf("told %+v", s.told)
	}
	s.house.Clock.Advance(48 * time.Hour)
	admin = webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := admin.Get(at)
	if !p.Has("new wins: its cost per request is", "lower", "Migrate to new", "Won") {
		t.Errorf("report: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(at+"/migrate", url.Values{"variant": {"control"}}); p.Status == http.StatusSeeOther {
		t.Errorf("migrated to the control")
	}
	if p := admin.Post(at+"/migrate", url.Values{"variant": {"new"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("migrate: %d\n%s", p.Status, p.Body)
	}
	names, err := s.route.Names(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || strings.Join(route.Spell(names.Aliases[0].Targets, names), " ") != "openai/gpt-5.5-mini openai/gpt-5.5" {
		t.Errorf("the route is %v, %v", route.Spell(names.Aliases[0].Targets, names), err)
	}
	if p := admin.Post(at+"/stop", nil); p.Status != http.StatusConflict {
		t.Errorf("stopped what is over: %d", p.Status)
	}
	if p := admin.Post(at+"/delete", nil); p.Status != http.StatusSeeOther {
		t.Errorf("delete: %d", p.Status)
	}
	if p := admin.Get(at); p.Status != http.StatusNotFound {
		t.Errorf("it is still there: %d", p.Status)
	}
}

func TestHarmIsRolledBackByItself(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.acme.Actor(org.Admin)
	e, err := s.tests.Start(t.Context(), admin, experiment.Input{Name: "risky", Alias: "smart", Variants: experiment.Careful("openai/gpt-5.5-mini")})
	if err != nil || e.Sample != experiment.TemplateSample || e.ErrorLimit != 2 {
		t.Fatal(e, err)
	}
	same := func(int, int) int64 { return 1000 }
	s.post(t, e, 4000, same, func(_, n int) bool { return n%10 == 0 }) // an outage of both
	if err := s.tests.JudgeAll(t.Context()); err != nil || len(s.told) != 0 {
		t.Fatalf("an outage of both: %+v, %v", s.told, err)
	}
	s.post(t, e, 4000, same, func(v, n int) bool { return v == 1 && n%2 == 0 })
	if err := s.tests.JudgeAll(t.Context()); err != nil || len(s.told) != 1 || s.told[0].State != experiment.RolledBack || !strings.Contains(s.told[0].Why, "more than the limit of 2 %") {
		t.Fatalf("harm: %+v, %v", s.told, err)
	}
	if live, err := s.tests.Store.Live(t.Context()); err != nil || len(live) != 0 {
		t.Errorf("%d still divide requests, %v", len(live), err)
	}
}

func TestAnAliasIsKeptWhileAnExperimentNeedsIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.acme.Actor(org.Admin)
	cheap, err := s.route.Create(t.Context(), admin, route.Input{Name: "cheap", Targets: []string{"openai/gpt-5.5-mini"}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.tests.Start(t.Context(), admin, experiment.Input{Name: "move", Alias: "smart", Variants: []experiment.Variant{
		{Name: "control", Percent: 50}, {Name: "new", Percent: 30, Target: "cheap"}, {Name: "small", Percent: 20, Target: "openai/gpt-5.5-nano"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, which := range []id.Alias{e.Alias, cheap.ID} {
		if err := s.route.Delete(t.Context(), admin, which); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.From(err).Public, "The experiment move is about requests for") {
			t.Errorf("deleted: %v", err)
		}
		a, err := s.route.Get(t.Context(), admin, which)
		if err != nil {
			t.Fatal(err)
		}
		same := route.Input{Name: a.Name, Targets: []string{"openai/gpt-5.5"}}
		if _, err := s.route.Update(t.Context(), admin, which, same); err != nil {
			t.Errorf("another target: %v", err)
		}
		_, err = s.route.Update(t.Context(), admin, which, route.Input{Name: a.Name + "-2", Targets: same.Targets})
		if refused := fault.Is(err, fault.Conflict); refused != (which == cheap.ID) {
			t.Errorf("%s renamed: %v", a.Name, err)
		}
	}
	if _, err := s.connections.Update(t.Context(), admin, s.openai, provider.Input{Name: "other"}); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.From(err).Public, "The experiment") {
		t.Errorf("its connection was renamed: %v", err)
	}
	if _, err := s.tests.Stop(t.Context(), admin, e.ID); err != nil {
		t.Fatal(err)
	}
	if len(s.told) != 1 || s.told[0].Verdict != experiment.Stopped {
		t.Errorf("told %+v", s.told)
	}
	if err := s.route.Delete(t.Context(), admin, cheap.ID); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

func TestAVersionOfAPromptIsStartedFromTheFormAndReported(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Post("/experiments", form(map[string]string{"target_1": "", "prompt": "reply", "version_1": "staging", "scope": s.acme.Team.String()})); p.Status != http.StatusSeeOther {
		t.Fatalf("start: %d\n%s", p.Status, p.Body)
	}
	all, err := s.tests.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 || all[0].Prompt != "reply" || all[0].Variants[1].Version != "staging" || all[0].Team != s.acme.Team {
		t.Fatalf("%+v, %v", all, err)
	}
	s.post(t, all[0], 300, func(_, n int) int64 { return int64(1000 + n) }, func(int, int) bool { return false })
	if p := admin.Get("/experiments/" + all[0].ID.String()); !p.Has("Requests for smart by the prompt reply, divided by user", "the route as it is, prompt staging", "of 128") {
		t.Errorf("report: %d\n%s", p.Status, p.Body)
	}
	e, j, err := s.tests.Report(t.Context(), s.acme.Actor(org.Admin), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	l := experimentweb.Letter(&e, &j, s.house.Clock.Now(), "https://ai.acme.test", true)
	if l.Action.URL != "https://ai.acme.test/experiments/"+e.ID.String() || len(l.Sections) != 2 || len(l.Sections[0].Table.Rows) != 2 || len(l.Sections[1].Table.Rows) != len(experiment.Metrics) || l.Heading != "Not decided yet" {
		t.Errorf("%+v", l)
	}
}

func TestTheReportSaysWhichVariantHasTooFewUsers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	e, err := s.tests.Start(t.Context(), s.acme.Actor(org.Admin), experiment.Input{Name: "few", Alias: "smart", Variants: experiment.Even("openai/gpt-5.5-mini")})
	if err != nil {
		t.Fatal(err)
	}
	var b budget.Batch
	for n := range 1200 { // three users
		v, bucket := experiment.Draw(e.ID, string(rune('a'+n%3)), e.Variants)
		b.Requests = append(b.Requests, ledger.Request{ID: id.NewRequest(s.house.IDs), At: s.house.Clock.Now(), Status: 200, Chain: org.Chain{Org: e.Org}, Duration: time.Second, Trial: ledger.Trial{Experiment: e.ID, Variant: v, Bucket: bucket}})
	}
	if _, err := s.books.Post(t.Context(), id.NewNode(s.house.IDs), b); err != nil {
		t.Fatal(err)
	}
	p := webtest.As(t, s.site, s.acme.Members[org.Viewer]).Get("/experiments/" + e.ID.String())
	if !p.Has("in at least 20 of the 128 groups that users are put into", "requests in ", "more users must take part") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
}
