package usageweb_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// scene is an organization whose traffic is booked by hand.
type scene struct {
	house *webtest.House
	site  http.Handler
	acme  webtest.Tenant
	books *db.LedgerStore
	node  id.Node
	mark  budget.Mark
	// booked is what all of it cost.
	booked money.USD
	// prices are the organization's own and nobody else's; connected are its connections.
	prices    *price.Table
	connected connections
	budgets   *budget.Service
	told      insights
}

type connections []provider.ConnectionRecord

func (c *connections) List(context.Context, org.Actor) ([]provider.ConnectionRecord, error) {
	return *c, nil
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{house: h, acme: h.Found(t, "Acme"), books: db.NewLedgerStore(d), node: id.NewNode(h.IDs)}
	shelf := price.NewShelf(catalog.BuiltIn())
	s.prices = price.NewTable(shelf)
	s.budgets = budget.New(budget.Parts{Store: db.NewBudgetStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	handlers := usageweb.New(usageweb.Parts{Usage: usage.NewService(db.NewUsageStore(d), db.NewOrgStore(d), h.Clock),
		Reports: report.NewService(db.NewReportStore(d), db.NewOrgStore(d), h.Clock), Pricing: usageweb.Pricing{Prices: func(context.Context, id.Org) (usageweb.Quotes, error) { return s.prices, nil }, Providers: shelf, Connections: &s.connected}, People: h.Identity, Keys: h.Keys, Budgets: s.budgets,
		Samples: &usage.Samples{Store: db.NewUsageStore(d), Orgs: db.NewOrgStore(d)}, Kept: usage.NewRetention(db.NewUsageStore(d), d, h.Audit), Insights: &s.told})
	s.site = h.Serve(t, append(handlers.Routes(), webtest.Enter()))
	return s
}

// spent books an answered request.
func (s *scene) spent(t *testing.T, team id.Team, member id.Member, model, client string, cost money.USD) {
	t.Helper()
	s.book(t, fact{team: team, member: member, model: model, client: client, cost: cost, used: llm.Usage{Input: 100, Output: 10}})
}

// fact is one request at one attempt, or refused where it has a code and no model.
type fact struct {
	team   id.Team
	member id.Member
	key    id.Key
	at     time.Time // now, if zero
	model  string
	client string
	tags   string
	cost   money.USD
	used   llm.Usage
	code   string
	via    string // the connection: "up", if empty
	took   time.Duration
	failed []string // classes of attempts before the last one, at "shaky"
	down   bool     // the last one fails as well, as "server"
	cache  string
}

func (s *scene) book(t *testing.T, f fact) {
	t.Helper()
	if f.at.IsZero() {
		f.at = s.house.Clock.Now()
	}
	if f.key.IsZero() {
		f.key = id.NewKey(s.house.IDs)
	}
	if f.via == "" {
		f.via = "up"
	}
	chain := org.Chain{Org: s.acme.Actor(org.Admin).Org, Team: f.team, Member: f.member, Key: f.key}
	q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: chain, At: f.at, Endpoint: "chat", Asked: "smart", Route: "alias smart", Model: f.model, Provider: f.via, Client: f.client, Tags: f.tags, Cache: f.cache,
		Attempts: 1 + len(f.failed), Status: 200, Usage: f.used, Cost: f.cost, Stream: true, Duration: f.took, FirstByte: f.took / 4}
	a := ledger.Attempt{Request: q.ID, Number: 1, Chain: chain, At: f.at, Provider: f.via, Kind: "openai", Model: f.model, Asked: "smart", Endpoint: "chat", Client: f.client, Tags: f.tags}
	to := journal.Position{Segment: 1, Offset: s.mark.At.Offset + 1}
	b := budget.Batch{From: s.mark, To: budget.Mark{At: to, Low: to}}
	if f.code != "" {
		q.Status, q.Code, q.Attempts, q.Provider = 402, f.code, 0, ""
	} else {
		for _, class := range f.failed {
			first := a
			first.ID, first.Provider = id.NewAttempt(s.house.IDs), "shaky"
			b.Attempts = append(b.Attempts, budget.Posting{Attempt: first, End: ledger.Settlement{Attempt: first.ID, State: ledger.Voided, Class: class, Status: 503, At: f.at}})
			a.Number++
		}
		a.ID = id.NewAttempt(s.house.IDs)
		end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: f.used, Cost: f.cost, Status: 200, At: f.at}
		if f.down {
			q.Status, q.Code, end.State, end.Class, end.Status = 502, "upstream_failed", ledger.Voided, "server", 500
		}
		b.Attempts = append(b.Attempts, budget.Posting{Attempt: a, End: end})
	}
	b.Requests = []ledger.Request{q}
	if _, err := s.books.Post(t.Context(), s.node, b); err != nil {
		t.Fatal(err)
	}
	s.mark, s.booked = b.To, s.booked+f.cost
}

type answer struct {
	Zone string
	By   []string
	Rows []struct {
		Values []struct{ ID, Name string }
		Others int
		Cost   string `json:"cost_usd"`
		Series []struct {
			Cost string `json:"cost_usd"`
		}
	}
	Total struct {
		Requests int64
		Cost     string `json:"cost_usd"`
	}
	Before *struct {
		Cost string `json:"cost_usd"`
	}
}

func (s *scene) ask(t *testing.T, role org.Role, query string) (out answer) {
	t.Helper()
	got := s.house.Program(t, s.site, s.acme, role).Get("/api/v1/usage/report" + query)
	if got.Status != 200 {
		t.Fatalf("%s: %d %s", query, got.Status, got.Body)
	}
	if err := json.Unmarshal([]byte(got.Body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAQuestionIsAnsweredWithinTheActorsReach(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	elsewhere := id.NewTeam(s.house.IDs)
	s.spent(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m1", "Codex", 1_000_000_001)
	s.spent(t, s.acme.Team, s.acme.Members[org.Lead].ID, "m1", "", 20)
	s.spent(t, elsewhere, id.Member{}, "m2", "=cmd()", 300)
	all := s.ask(t, org.Admin, "?by=client&by=model&grain=day&compare=previous")
	if all.Total.Cost != "1.000000321" || all.Total.Requests != 3 || len(all.Rows) != 3 || all.Rows[0].Values[0].Name != "Codex" || len(all.Rows[0].Series) != 30 || all.Before == nil {
		t.Errorf("%+v", all)
	}
	if one := s.ask(t, org.Admin, "?by=model&top=1&client=&client=Codex"); one.Total.Cost != "1.000000021" || len(one.Rows) != 1 {
		t.Errorf("two clients: %+v", one)
	}
	if two := s.ask(t, org.Admin, "?by=team&top=1"); len(two.Rows) != 2 || two.Rows[1].Others != 1 || two.Rows[1].Cost != "0.0000003" {
		t.Errorf("top and others: %+v", two)
	}
	var own answer
	mine := webtest.As(t, s.site, s.acme.Members[org.Developer]).Get("/usage/export?format=json")
	if err := json.Unmarshal([]byte(mine.Body), &own); err != nil || own.Total.Cost != "1.000000001" {
		t.Errorf("a developer's own: %+v, %v", own, err)
	}
	if lead := s.ask(t, org.Lead, "?team="+elsewhere.String()); lead.Total.Requests != 0 {
		t.Errorf("a lead reads another team: %+v", lead)
	}
	if foreign := s.ask(t, org.Admin, "?team="+id.NewTeam(s.house.IDs).String()); foreign.Total.Requests != 0 {
		t.Errorf("a team of nobody: %+v", foreign)
	}
}

func TestWhatCannotBeAnsweredIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	program := s.house.Program(t, s.site, s.acme, org.Admin)
	for query, says := range map[string]string{
		"?from=2026-13-01":                          "from is a day like",
		"?from=2026-05-02&to=2026-05-01":            "beginning lies before its end",
		"?from=1970-01-01&to=2026-05-01":            "at most 732 days",
		"?from=1026-01-01&to=1026-05-01":            "between the years 2000 and 2200",
		"?by=colour":                                `not by "colour"`,
		"?by=team&by=team":                          "asked for twice",
		"?by=team,model,client":                     "at most 2 dimensions",
		"?colour=red":                               `not to "colour"`,
		"?team=red":                                 `"red" is not the id of a team`,
		"?outcome=good":                             "answered, refused or failed",
		"?grain=minute":                             "hour, day, week or month",
		"?grain=hour&from=2026-01-01&to=2026-05-01": "more than 750 hours",
		"?compare=tomorrow":                         "previous or year",
		"?top=0":                                    "from 1 to 10000",
		"?top=99999999999999999999":                 "from 1 to 10000",
		"?sort=name":                                "cost, requests, tokens or errors",
		"?model=" + strings.Repeat("x", 300):        "at most 256 characters",
		"?" + strings.Repeat("model=m&", 201):       "1 to 200 values",
		"?tag:=x":                                   `not to "tag:"`,
	} {
		got := program.Get("/api/v1/usage/report" + query)
		var problem struct{ Detail string }
		_ = json.Unmarshal([]byte(got.Body), &problem)
		if (got.Status != 400 && got.Status != 422) || !strings.Contains(got.Body, strings.ReplaceAll(says, `"`, `\"`)) {
			t.Errorf("%.60s: %d %s", query, got.Status, got.Body)
		}
	}
	if got := program.Get("/api/v1/usage/export?format=xlsx"); got.Status < 400 || got.Status >= 500 || !strings.Contains(got.Body, "csv, json or focus") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestFilesSayWhatTheAPISaysAndRunNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.spent(t, s.acme.Team, s.acme.Members[org.Lead].ID, "=HYPERLINK(1)", "@cmd", 1_000_000_007)
	s.spent(t, id.Team{}, id.Member{}, "m2", "", 5)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	rows := table(t, browser.Get("/usage/export?by=model&by=client&grain=month").Body)
	if len(rows) < 3 || rows[0][3] != "model" || rows[1][3] != "'=HYPERLINK(1)" {
		t.Fatalf("%v", rows)
	}
	if sum := column(t, rows, "cost"); sum != 1_000_000_012 {
		t.Errorf("the file's lines make %s: %v", sum, rows)
	}
	rows = table(t, browser.Get("/usage/export?format=focus").Body)
	if sum := column(t, rows, "BilledCost"); sum != 1_000_000_012 || len(rows) != 3 {
		t.Errorf("the finance export's lines make %s: %v", sum, rows)
	}
	if got := browser.Get("/usage/export?format=focus&team=" + s.acme.Team.String()); got.Status < 400 {
		t.Errorf("a finance export takes a filter: %d", got.Status)
	}
	if got := browser.Get("/usage/export?format=json&by=model"); got.Status != 200 || !strings.Contains(got.Body, `"cost_usd":"1.000000007"`) {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func table(t *testing.T, body string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	return rows
}

// column adds a column of amounts up.
func column(t *testing.T, rows [][]string, name string) (sum money.USD) {
	t.Helper()
	for i, h := range rows[0] {
		if h != name {
			continue
		}
		for _, r := range rows[1:] {
			v, err := money.Parse(r[i])
			if err != nil {
				t.Fatal(err)
			}
			sum += v
		}
		return sum
	}
	t.Fatalf("no column %s in %v", name, rows[0])
	return 0
}

func TestAnAddressSaysTheSameQuestionAgain(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 20, 22, 0, 0, 0, time.UTC) // the 21st in Kolkata
	q, err := usageweb.Read(url.Values{"by": {"team", "tag:project"}, "grain": {"day"}, "model": {"m1", ""}, "top": {"5"}, "sort": {"requests"}}, now, zone)
	if err != nil || !q.To.Equal(time.Date(2026, 5, 21, 18, 30, 0, 0, time.UTC)) || q.To.Sub(q.From) != 30*24*time.Hour {
		t.Fatalf("%+v, %v", q, err)
	}
	again, err := usageweb.Read(usageweb.Write(q), now, zone)
	if err != nil || again.From != q.From || again.To != q.To || again.Top != 5 || again.Sort != usage.ByRequests || len(again.By) != 2 || len(again.Where) != 1 || len(again.Where[0].Values) != 2 {
		t.Errorf("%+v came back as %+v, %v", q, again, err)
	}
}
