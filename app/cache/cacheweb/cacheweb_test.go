package cacheweb_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cacheweb"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	site  http.Handler
	acme  webtest.Tenant
	cache *cache.Service
	desk  *cache.Desk
	store *db.CacheStore
	books *db.LedgerStore
	house *webtest.House
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{acme: h.Found(t, "Acme"), books: db.NewLedgerStore(d), store: db.NewCacheStore(d), house: h}
	mac, err := h.Master.MAC(cache.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	s.cache = cache.New(cache.ServiceParts{Rules: s.store, Vault: h.Keyring, MAC: mac, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: quiet})
	s.desk = cache.NewDesk(cache.Parts{Store: s.store, Counter: s.store, Vault: h.Keyring, MAC: mac, Wires: []llm.Wire{openai.Wire{}}, Clock: h.Clock, Log: quiet})
	s.site = h.Serve(t, append(cacheweb.New(s.cache, h.Identity, h.Keys).Routes(), webtest.Enter()))
	return s
}

// reload is what the mirror does.
func (s *scene) reload(t *testing.T) {
	t.Helper()
	snap, err := s.store.Snapshot(t.Context())
	if err == nil {
		err = s.desk.Load(snap)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// asks lets a member ask, and says whether the answer was there.
func (s *scene) asks(t *testing.T, m org.Member, text string) bool {
	t.Helper()
	c, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"smart","messages":[{"role":"user","content":"` + text + `"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	slot, why := s.desk.Seek(&cache.Ask{Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Member: m.ID}, Call: c, Models: []string{"gpt"}})
	if slot == nil {
		t.Fatal("not kept: " + why)
	}
	if hit, ok := s.desk.Get(t.Context(), slot); ok {
		s.desk.Count(hit)
		return true
	}
	body := `{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"canary-answer"},"finish_reason":"stop"}]}`
	if why := s.desk.Keep(t.Context(), slot, &cache.Taken{Body: []byte(body), Model: "gpt", Provider: "up", Cost: 12_000_000, Took: 2 * time.Second}); why != "" {
		t.Fatal(why)
	}
	return false
}

var docs = url.Values{"name": {"Docs"}, "mode": {"exact"}, "sharing": {"team"}, "ttl": {"1d"}, "stale": {"1h"}, "warmest": {"0.5"}, "max_kb": {"64"}, "pace": {"natural"}, "models": {"smart\r\nfast"}, "binding": {"on"}}

func with(v url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = x
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

func TestAPolicyIsSetOrRefusedInWordsWithoutLosingAnything(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	team := s.acme.Team.String()
	if p := browser.Get("/cache"); !p.Has("Nothing is kept yet", "Set the first policy") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Viewer]).Get("/cache"); !p.Has("No policy keeps answers of yours") {
		t.Errorf("empty for a viewer: %d", p.Status)
	}
	if p := browser.Get("/cache-policies/new?preset=documentation"); !p.Has(`value="Documentation questions"`, `value="1d"`) {
		t.Errorf("a preset: %d\n%s", p.Status, p.Body)
	}
	for name, x := range map[string]struct {
		typed url.Values
		says  string
	}{
		"no place":      {docs, "Choose where the policy sits."},
		"no name":       {with(docs, "scope", team, "name", ""), "Enter a policy"},
		"an odd time":   {with(docs, "scope", team, "ttl", "soon"), "Write a time such as 90s, 30m, 24h or 7d."},
		"too long":      {with(docs, "scope", team, "ttl", "31d"), "10 seconds to 30 days"},
		"too long both": {with(docs, "scope", team, "ttl", "30d", "stale", "1h"), "its own time included"},
		"too warm":      {with(docs, "scope", team, "warmest", "3"), "The highest temperature is 0 to 2"},
		"an odd size":   {with(docs, "scope", team, "max_kb", "-3"), "Write the largest answer in KiB"},
		"too large":     {with(docs, "scope", team, "max_kb", "9999"), "The largest answer that is kept is"},
		"an odd sharer": {with(docs, "scope", team, "sharing", "world"), "Answers are shared by"},
		"an odd mode":   {with(docs, "scope", team, "mode", "guess"), "A policy is"},
	} {
		if p := browser.Post("/cache-policies", x.typed); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, x.says) && name != "an odd mode" && name != "an odd sharer" || !p.Has("smart") {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := browser.Post("/cache-policies", with(docs, "scope", team)); p.Status != http.StatusSeeOther {
		t.Fatalf("a whole one: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/cache-policies", with(docs, "scope", team)); p.Status != http.StatusUnprocessableEntity || !p.Has("has a cache policy of that name already") {
		t.Errorf("twice: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/cache-policies"); !p.Has("Docs", "fast, smart", "the team", "1d, then 1h while fetched anew", "binding") {
		t.Errorf("list: %s", p.Body)
	}
	all, _ := s.cache.List(t.Context(), s.acme.Actor(org.Admin))
	edit := "/cache-policies/" + all[0].ID.String()
	if p := browser.Get(edit + "/edit"); !p.Has(`value="0.5"`, `value="64"`, "fast\nsmart") {
		t.Errorf("edit: %s", p.Body)
	}
	if p := browser.Post(edit, with(docs, "mode", "off")); p.Status != http.StatusSeeOther || !browser.Get("/cache-policies").Has("Keeps nothing") {
		t.Errorf("off: %d", p.Status)
	}
	if p := browser.Post(edit+"/delete", nil); p.Status != http.StatusSeeOther || browser.Get("/cache-policies").Has("Docs") {
		t.Errorf("deleted: %d", p.Status)
	}
}

func TestSharingWithEverybodyWaitsForAnAdmin(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	lead, admin := webtest.As(t, s.site, s.acme.Members[org.Lead]), webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := lead.Post("/cache-policies", with(docs, "scope", s.acme.Team.String(), "sharing", "organization")); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	all, _ := s.cache.List(t.Context(), s.acme.Actor(org.Admin))
	path := "/cache-policies/" + all[0].ID.String()
	if snap, _ := s.store.Snapshot(t.Context()); snap.Rules[0].Sharing != cache.Team {
		t.Error("it is in force before an admin agreed")
	}
	if p := lead.Get("/cache-policies"); !p.Has("Waits for an admin") || p.Has(path+"/approve") {
		t.Errorf("the lead sees\n%s", p.Body)
	}
	if p := lead.Post(path+"/approve", nil); p.Status != http.StatusForbidden {
		t.Errorf("a lead approves: %d", p.Status)
	}
	if p := admin.Post(path+"/approve", nil); p.Status != http.StatusSeeOther {
		t.Errorf("approve: %d\n%s", p.Status, p.Body)
	}
	if snap, _ := s.store.Snapshot(t.Context()); snap.Rules[0].Sharing != cache.Org {
		t.Error("it is not in force after an admin agreed")
	}
	// Less needs no new word, more of anything does.
	less := with(docs, "sharing", "organization", "binding", "", "warmest", "0.3")
	shared := func(want cache.Sharing, change url.Values, what string) {
		t.Helper()
		if p := lead.Post(path, change); p.Status != http.StatusSeeOther {
			t.Errorf("%s: %d\n%s", what, p.Status, p.Body)
		}
		if snap, _ := s.store.Snapshot(t.Context()); snap.Rules[0].Sharing != want {
			t.Errorf("%s: shared by %s", what, snap.Rules[0].Sharing)
		}
	}
	shared(cache.Org, less, "less")
	for _, more := range [][2]string{{"binding", "on"}, {"warmest", "0.6"}, {"max_kb", "65"}} {
		shared(cache.Team, with(less, more[0], more[1]), more[0])
		if p := admin.Post(path+"/approve", nil); p.Status != http.StatusSeeOther {
			t.Errorf("%s: %d", more[0], p.Status)
		}
	}
	// A change of what it is about needs a new word.
	if p := lead.Post(path, with(docs, "sharing", "organization", "models", "")); p.Status != http.StatusSeeOther {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if snap, _ := s.store.Snapshot(t.Context()); snap.Rules[0].Sharing != cache.Team {
		t.Error("a lead widened what an admin agreed to")
	}
	if p := admin.Post("/cache-policies/"+id.NewCaching(s.house.IDs).String()+"/approve", nil); p.Status != http.StatusNotFound {
		t.Errorf("an unknown one: %d", p.Status)
	}
}

// Two who change a policy, and one who approves what they saw: none undoes another's change unseen.
func TestAPolicyThatWasChangedMeanwhileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	lead, admin := webtest.As(t, s.site, s.acme.Members[org.Lead]), webtest.As(t, s.site, s.acme.Members[org.Admin])
	wide := with(docs, "scope", s.acme.Team.String(), "sharing", "organization")
	if p := lead.Post("/cache-policies", wide); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	all, _ := s.cache.List(t.Context(), s.acme.Actor(org.Admin))
	path, version := "/cache-policies/"+all[0].ID.String(), web.Version(all[0].UpdatedAt)
	hidden := `name="version" value="` + version + `"`
	if p := admin.Get(path + "/edit"); !p.Has(hidden) {
		t.Errorf("the form does not say what it was filled from:\n%s", p.Body)
	}
	if p := admin.Get("/cache-policies"); !p.Has(hidden) {
		t.Errorf("nor does the button that approves:\n%s", p.Body)
	}
	s.house.Clock.Advance(time.Second)
	if p := lead.Post(path, with(wide, "version", version, "ttl", "2d")); p.Status != http.StatusSeeOther {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(path, with(wide, "version", version, "name", "Other")); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this cache policy", `value="Other"`, hidden) {
		t.Errorf("over a change: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(path+"/approve", url.Values{"version": {version}}); p.Status != http.StatusConflict {
		t.Errorf("approved unseen: %d", p.Status)
	}
	all, _ = s.cache.List(t.Context(), s.acme.Actor(org.Admin))
	if l := all[0]; l.Name != "Docs" || l.TTL != 48*time.Hour || l.Approved {
		t.Errorf("%+v", l)
	}
	if p := admin.Post(path+"/approve", url.Values{"version": {web.Version(all[0].UpdatedAt)}}); p.Status != http.StatusSeeOther {
		t.Errorf("approved: %d", p.Status)
	}
}

func TestKeptAnswersAreReadOnlyByThoseWhoWouldBeGivenThem(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	developer := s.acme.Members[org.Developer]
	for _, sharing := range []cache.Sharing{cache.User, cache.Org} {
		in := cache.Input{Scope: org.OfOrg(s.acme.Org.ID), Name: string(sharing), Settings: cache.Settings{Mode: cache.Exact, Sharing: sharing, TTL: time.Hour, Warmest: 100}}
		if sharing == cache.Org {
			in.Models = []string{"none"}
		}
		if _, err := s.cache.Create(t.Context(), s.acme.Actor(org.Admin), in); err != nil {
			t.Fatal(err)
		}
	}
	s.reload(t)
	if s.asks(t, developer, "what is up") || !s.asks(t, developer, "what is up") || !s.asks(t, developer, "what is up") {
		t.Fatal("the second and third question were to be answered")
	}
	if err := s.desk.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	mine, admin := webtest.As(t, s.site, developer), webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := mine.Get("/cache/entries?sort=hits&model=gpt"); !p.Has("you alone", "$0.024", "1 hour") && !p.Has("you alone", "$0.02") {
		t.Errorf("the list:\n%s", p.Body)
	}
	if p := mine.Get("/cache/entries?prompt=" + url.QueryEscape(" what is up ")); !p.Has("you alone") {
		t.Error("not found by its prompt")
	}
	if p := mine.Get("/cache/entries?prompt=other"); p.Has("you alone") || !p.Has("Nothing matches") {
		t.Error("found by another prompt")
	}
	list, _, _ := s.cache.Entries(t.Context(), s.acme.Actor(org.Admin), cache.Query{}, "")
	if len(list) != 1 || list[0].Hits != 2 {
		t.Fatalf("%+v", list)
	}
	path := "/cache/entries/" + list[0].Key.String()
	if p := mine.Get(path); !p.Has("canary-answer", "what is up") {
		t.Errorf("the member:\n%s", p.Body)
	}
	if p := admin.Get(path); p.Status != http.StatusOK || p.Has("canary-answer") || p.Has("what is up") || !p.Has("Not yours to read") {
		t.Errorf("an admin reads it:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Get(path); p.Status != http.StatusNotFound {
		t.Errorf("somebody else: %d", p.Status)
	}
	for _, odd := range []string{"zz", strings.Repeat("0", 64), cache.Key{9}.String()} {
		if p := admin.Get("/cache/entries/" + odd); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", odd, p.Status)
		}
	}
	// Clearing: not by others, by the member; a cut that a node has not heard of yet is heard with the next snapshot.
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Post("/cache/clear", url.Values{"what": {"entry"}, "value": {list[0].Key.String()}}); p.Status != http.StatusNotFound {
		t.Errorf("somebody else clears: %d", p.Status)
	}
	if p := mine.Post("/cache/clear", url.Values{"what": {"all"}}); p.Status != http.StatusForbidden {
		t.Errorf("a developer clears everything: %d", p.Status)
	}
	if p := mine.Post("/cache/clear", url.Values{"what": {"moon"}, "value": {"kept words"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("kept words") {
		t.Errorf("an odd thing: %d\n%s", p.Status, p.Body)
	}
	if p := mine.Post("/cache/clear", url.Values{"what": {"node"}}); p.Status != http.StatusSeeOther {
		t.Errorf("their own: %d\n%s", p.Status, p.Body)
	}
	s.reload(t)
	if s.asks(t, developer, "what is up") {
		t.Error("a cleared answer was given")
	}
	if p := admin.Get("/cache"); !p.Has("Cleared lately", "What a member, key, team or everybody shares") {
		t.Errorf("what was cleared:\n%s", p.Body)
	}
}

func TestSavingsAreToldToWhomTheyConcern(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	at := s.house.Clock.Now()
	fact := func(m org.Member, kept string, saved int64) ledger.Request {
		return ledger.Request{ID: id.NewRequest(s.house.IDs), At: at, Family: "openai", Endpoint: "chat", Model: "gpt-x", Status: 200, Cache: kept, Saved: ledger.Units(saved), SavedTime: 3 * time.Second,
			Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Member: m.ID}}
	}
	dev, lead := s.acme.Members[org.Developer], s.acme.Members[org.Lead]
	batch := budget.Batch{Requests: []ledger.Request{fact(dev, "hit", 1_500_000_000), fact(dev, "miss", 0), fact(lead, "hit", 500_000_000), fact(lead, "bypass", 0)}}
	if _, err := s.books.Post(t.Context(), id.NewNode(s.house.IDs), batch); err != nil {
		t.Fatal(err)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/cache?days=7"); !p.Has("$2.00", "67 %", "of 3 requests", "gpt-x", dev.Name, "6.0 s") {
		t.Errorf("the admin:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, dev).Get("/cache?days=7"); !p.Has("$1.50", dev.Name) || p.Has("$2.00") || p.Has(lead.Name) {
		t.Errorf("a developer is told of others:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, lead).Get("/cache?days=7"); !p.Has("$2.00", dev.Name) {
		t.Errorf("the lead:\n%s", p.Body)
	}
	api := s.house.Program(t, s.site, s.acme, org.Manager)
	if p := api.Get("/api/v1/cache/savings?by=model&days=2"); p.Status != http.StatusOK || !p.Has(`"saved_usd":"2"`, `"of":"gpt-x"`, `"hits":2`, `"misses":1`, `"saved_ms":6000`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/cache/savings?days=0"); p.Status != http.StatusBadRequest {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}
