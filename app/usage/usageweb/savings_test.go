package usageweb_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// perMillion are dollars per million tokens: new input, input from a cache, output.
func perMillion(t *testing.T, input, cached, output string) map[catalog.Class]money.Price {
	t.Helper()
	out := map[catalog.Class]money.Price{}
	for class, text := range map[catalog.Class]string{catalog.Input: input, catalog.CacheRead: cached, catalog.Output: output} {
		p, err := money.ParsePrice(text)
		if err != nil {
			t.Fatal(err)
		}
		out[class] = p
	}
	return out
}

// withFee adds dollars per request.
func withFee(t *testing.T, to map[catalog.Class]money.Price, dollars string) map[catalog.Class]money.Price {
	t.Helper()
	fee, err := catalog.PerRequest.Price(dollars)
	if err != nil {
		t.Fatal(err)
	}
	to[catalog.PerRequest] = fee
	return to
}

// priced sets what models cost at connections from a moment on: "connection/model" → price.
func (s *scene) connect(names ...string) {
	for _, name := range names {
		s.connected = append(s.connected, provider.ConnectionRecord{ID: id.NewConnection(s.house.IDs), Org: s.acme.Org.ID, Name: name, Kind: provider.OpenAI, BaseURL: "https://" + name + ".example/v1"})
	}
}

func (s *scene) override(n int, model string, from, until time.Time, prices map[catalog.Class]money.Price) price.Override {
	return price.Override{ID: id.NewOverride(s.house.IDs), Org: s.acme.Org.ID, Connection: s.connected[n].ID, Model: model, From: from, Until: until, Prices: prices, Version: 1}
}

type savingsAnswer struct {
	Saved string `json:"saved_usd"`
	Cost  string `json:"cost_usd"`
	Data  []struct {
		Connection, Model string
		Cached            int64  `json:"cached_tokens"`
		Unpriced          int64  `json:"unpriced_tokens"`
		Full              string `json:"full_usd"`
		Saved             string `json:"saved_usd"`
	}
}

// Cached input is worth the difference to new input, at the price of its own day; without a price it is worth nothing known.
func TestSavingsAreExactAndOfTheirDay(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.connect("up", "down")
	now := s.house.Clock.Now()
	raised := now.AddDate(0, 0, -10).Truncate(24 * time.Hour)
	if err := s.prices.Load([]price.Override{
		s.override(0, "m1", time.Time{}, raised, perMillion(t, "1.25", "0.125", "10")),
		s.override(0, "m1", raised, time.Time{}, perMillion(t, "2.50", "0.250", "20")),
	}); err != nil {
		t.Fatal(err)
	}
	member := s.acme.Members[org.Developer].ID
	s.book(t, fact{team: s.acme.Team, member: member, model: "m1", cost: 5, at: now.AddDate(0, 0, -20), used: llm.Usage{Input: 1_000_001, CacheRead: 800_001}})
	s.book(t, fact{team: s.acme.Team, member: member, model: "m1", cost: 7, at: now.AddDate(0, 0, -2), used: llm.Usage{Input: 300, CacheRead: 4}})
	s.book(t, fact{team: s.acme.AwayTeam, model: "nobody-prices-this", cost: 11, used: llm.Usage{Input: 1000, CacheRead: 1000}})
	s.book(t, fact{team: s.acme.AwayTeam, model: "m1", used: llm.Usage{Input: 50}, cache: "miss"})
	// 800,001 × (1,250 − 125) nano-dollars, and 4 × (2,500 − 250).
	const want = "0.900010125"
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	var out savingsAnswer
	p := api.Get("/api/v1/usage/savings")
	if err := json.Unmarshal([]byte(p.Body), &out); err != nil || p.Status != 200 {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	if out.Saved != want || out.Cost != "0.000000023" || len(out.Data) != 2 {
		t.Errorf("%+v", out)
	}
	for _, row := range out.Data {
		if row.Model == "m1" && (row.Saved != want || row.Full != "1.00001125" || row.Cached != 800_005 || row.Unpriced != 0) || row.Model != "m1" && (row.Unpriced != 1000 || row.Saved != "0") {
			t.Errorf("%+v", row)
		}
	}
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	page := browser.Get("/savings")
	if page.Status != 200 || !page.Has(`value="$`+want+`"`, "nobody-prices-this", "unknown", "Saved per day", "/savings/export?format=csv", "Nothing is cheaper elsewhere", "no request in these days") {
		t.Errorf("page: %d\n%s", page.Status, page.Body)
	}
	if file := browser.Get("/savings/export?format=csv"); !strings.Contains(file.Body, want) {
		t.Errorf("file: %s", file.Body)
	}
	if few := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/savings?range=7d"); !few.Has(`value="$0.000009"`) && !few.Has("$0.000009") {
		t.Error("the last week saved 4 × 2,250 nano-dollars")
	}
	if p := browser.Get("/savings?colour=red"); !p.Has("Usage can be narrowed to") {
		t.Error("an unknown filter")
	}
	if p := api.Get("/api/v1/usage/savings?colour=red"); p.Status != 400 {
		t.Errorf("an unknown filter: %d", p.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Developer]).Get("/savings"); p.Has("nobody-prices-this") || !p.Has("your own keys") {
		t.Error("a developer sees another team's savings")
	}
}

// A week of which an hour of today has passed is compared with as much before it, and not with seven whole days.
func TestSavingsAreComparedWithAsMuchTimeBefore(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.connect("up")
	if err := s.prices.Load([]price.Override{s.override(0, "m1", time.Time{}, time.Time{}, perMillion(t, "1.25", "0.25", "10"))}); err != nil {
		t.Fatal(err)
	}
	today := s.house.Clock.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	s.house.Clock.Set(today.Add(time.Hour))
	first := today.AddDate(0, 0, -6)
	for _, at := range []time.Time{
		today.Add(30 * time.Minute), first, // this week's
		first.Add(-time.Minute), first.AddDate(0, 0, -6).Add(-time.Minute), // as much before
		first.AddDate(0, 0, -7).Add(30 * time.Minute), // and that is more
	} {
		s.book(t, fact{team: s.acme.Team, member: s.acme.Members[org.Developer].ID, model: "m1", at: at, used: llm.Usage{Input: 1_000_000, CacheRead: 1_000_000}})
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/savings?range=7d"); !p.Has("$2.00", "vs $2.00") {
		_, said, _ := strings.Cut(p.Body, "Saved by providers")
		t.Errorf("%d %.600s", p.Status, said)
	}
}

// The same model at a lower price is worth a word from a dollar and from five percent on; what it costs is of the same tokens.
func TestTheSameModelElsewhereIsToldIfItSavesEnough(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there  map[catalog.Class]money.Price
		tokens int64
		want   string
	}{
		"a third less":              {perMillion(t, "1", "0.1", "10"), 1_000_000, "What went to up costs $31.50 at today&#39;s prices, $11.00 at down: $20.50 less in these days."},
		"less than a dollar":        {perMillion(t, "1", "0.1", "10"), 10_000, ""},
		"four percent":              {perMillion(t, "1.44", "0.144", "28.8"), 1_000_000, ""},
		"dearer":                    {perMillion(t, "2", "0.2", "40"), 1_000_000, ""},
		"free is a price that lies": {perMillion(t, "0", "0", "0"), 1_000_000, ""},
		"unknown":                   {nil, 1_000_000, ""},
		"a fee for each request":    {withFee(t, perMillion(t, "1", "0.1", "10"), "0.05"), 1_000_000, "What went to up costs $31.50 at today&#39;s prices, $11.05 at down: $20.45 less in these days."},
	} {
		s := newScene(t)
		s.connect("up", "down")
		list := []price.Override{s.override(0, "m1", time.Time{}, time.Time{}, perMillion(t, "1.50", "0.150", "30"))}
		if tt.there != nil {
			list = append(list, s.override(1, "m1", time.Time{}, time.Time{}, tt.there))
		}
		if err := s.prices.Load(list); err != nil {
			t.Fatal(err)
		}
		s.book(t, fact{team: s.acme.Team, model: "m1", cost: 3 * money.Dollar, used: llm.Usage{Input: tt.tokens, Output: tt.tokens}})
		p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/savings")
		if p.Status != 200 || p.Has("m1 costs less at down") != (tt.want != "") || tt.want != "" && !p.Has(tt.want) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
}

// What is advised is by what costs less now, whatever days are looked at.
func TestElsewhereIsComparedAtTodaysPrices(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.connect("up", "down")
	now := s.house.Clock.Now()
	raised := now.Add(-24 * time.Hour)
	if err := s.prices.Load([]price.Override{
		s.override(0, "m1", time.Time{}, time.Time{}, perMillion(t, "1.50", "0.150", "30")),
		s.override(1, "m1", time.Time{}, raised, perMillion(t, "1", "0.1", "10")),
		s.override(1, "m1", raised, time.Time{}, perMillion(t, "3", "0.3", "60")),
	}); err != nil {
		t.Fatal(err)
	}
	s.book(t, fact{team: s.acme.Team, model: "m1", at: now.AddDate(0, -1, 0), cost: 3 * money.Dollar, used: llm.Usage{Input: 1_000_000, Output: 1_000_000}})
	p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/savings?range=last-month")
	if p.Status != 200 || !p.Has("m1") || p.Has("m1 costs less at down") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
}
