package reportweb_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/report/reportweb"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// nobodys are the list's prices and nobody's own.
func nobodys(shelf *price.Shelf) usageweb.Prices {
	return func(context.Context, id.Org) (usageweb.Quotes, error) { return price.NewTable(shelf), nil }
}

// sandboxed is an organization that has the sandbox connected and nothing else.
type sandboxed struct{}

func (sandboxed) Discover(context.Context, org.Actor) (provider.Found, bool, error) {
	return provider.Found{}, false, nil
}

func (sandboxed) List(context.Context, org.Actor) ([]provider.ConnectionRecord, error) {
	return []provider.ConnectionRecord{{Name: "sandbox", Kind: provider.Sandbox}}, nil
}

// nobodyAsked has no requests for models.
type nobodyAsked struct{}

func (nobodyAsked) List(context.Context, org.Actor, approval.Query) ([]approval.View, error) {
	return nil, nil
}

type scene struct {
	house   *webtest.House
	site    http.Handler
	acme    webtest.Tenant
	budgets *budget.Service
	limits  *limit.Service
	books   *db.LedgerStore
	node    id.Node
	mark    budget.Mark
	tail    *report.Tail

	feedback *feedback.Service
	db       *db.DB
	handlers *reportweb.Handlers
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{house: h, acme: h.Found(t, "Acme"), books: db.NewLedgerStore(d), node: id.NewNode(h.IDs)}
	s.budgets = budget.New(budget.Parts{Store: db.NewBudgetStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	reports := report.NewService(db.NewReportStore(d), db.NewOrgStore(d), h.Clock)
	s.tail = report.NewTail(db.NewReportStore(d), h.Clock, h.Bus, slog.New(slog.DiscardHandler))
	t.Cleanup(s.tail.Close)
	shelf := price.NewShelf(nil)
	s.limits = limit.New(limit.Parts{Store: db.NewLimitStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	s.feedback = feedback.New(db.NewFeedbackStore(d), h.Clock)
	handlers := reportweb.New(reportweb.Parts{Feedback: s.feedback, Sharing: &report.Sharing{Store: db.NewReportStore(d), Tx: d, Audit: h.Audit, Clock: h.Clock}, Reports: reports, Usage: usage.NewService(db.NewUsageStore(d), db.NewOrgStore(d), h.Clock), Budgets: s.budgets, Keys: h.Keys,
		Limits: s.limits, Approvals: nobodyAsked{}, Connections: sandboxed{}, Pricing: usageweb.Pricing{Prices: nobodys(shelf), Providers: shelf, Connections: sandboxed{}}, Tail: s.tail})
	s.db, s.handlers = d, handlers
	s.site = h.Serve(t, append(handlers.Routes(), webtest.Enter()))
	return s
}

// key makes a key that acts as the member of a role.
func (s *scene) key(t *testing.T, name string, role org.Role) key.Key {
	t.Helper()
	made, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: name, Team: s.acme.Team, Member: s.acme.Members[role].ID})
	if err != nil {
		t.Fatal(err)
	}
	return made.Key
}

// answered books a request that took two attempts: one failed, one answered.
func (s *scene) answered(t *testing.T, k key.Key, cost money.USD) id.Request {
	t.Helper()
	at := s.house.Clock.Now()
	chain := org.Chain{Org: k.Org, Team: k.Team, Member: k.Member, Key: k.ID}
	used := llm.Usage{Input: 1100, CacheRead: 900, Output: 104, Reasoning: 80}
	q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: chain, At: at, Family: "openai", Endpoint: "chat", Stream: true, Asked: "smart",
		Model: "gpt-5.5", Provider: "backup", Route: "alias smart", Client: "openai-python", Tags: "project=apollo,client=acme", Cache: "bypass",
		Attempts: 2, Status: 200, Usage: used, Cost: cost, Decisions: "alias smart: 2 targets\nfailed: up answered 503",
		FirstByte: 212 * time.Millisecond, Duration: 1240 * time.Millisecond, Overhead: 310 * time.Microsecond}
	first := ledger.Attempt{ID: id.NewAttempt(s.house.IDs), Request: q.ID, Number: 1, Chain: chain, At: at, Held: ledger.Amounts{Money: 2 * cost}, Connection: id.NewConnection(s.house.IDs),
		Provider: "up", Kind: "openai", Model: "gpt-5.5", PriceVersion: "2026-11-01", Client: q.Client}
	second := first
	second.ID, second.Number, second.Provider = id.NewAttempt(s.house.IDs), 2, "backup"
	s.post(t, budget.Batch{Requests: []ledger.Request{q}, Attempts: []budget.Posting{
		{Attempt: first, End: ledger.Settlement{Attempt: first.ID, State: ledger.Voided, Status: 503, Class: "overloaded", Note: "nothing was generated", At: at}},
		{Attempt: second, End: ledger.Settlement{Attempt: second.ID, State: ledger.Complete, Usage: used, Cost: cost, Status: 200, Duration: time.Second, At: at}},
	}})
	return q.ID
}

// refused books a request that no provider saw.
func (s *scene) refused(t *testing.T, k key.Key, message string) id.Request {
	t.Helper()
	q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: org.Chain{Org: k.Org, Team: k.Team, Member: k.Member, Key: k.ID}, At: s.house.Clock.Now(),
		Family: "openai", Endpoint: "chat", Asked: "smart", Status: 402, Code: "budget_exhausted", Message: message}
	s.post(t, budget.Batch{Requests: []ledger.Request{q}})
	return q.ID
}

func (s *scene) post(t *testing.T, b budget.Batch) {
	t.Helper()
	to := journal.Position{Segment: 1, Offset: s.mark.At.Offset + 1}
	b.From, b.To = s.mark, budget.Mark{At: to, Low: to}
	if _, err := s.books.Post(t.Context(), s.node, b); err != nil {
		t.Fatal(err)
	}
	s.mark = b.To
}

func TestHomeTeachesUntilTheFirstRequestCame(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Get("/")
	if p.Status != 200 || !p.Has("Three steps to the first answer", "/t/acme/v1", "The built-in sandbox is connected", "/keys/new", "Waiting for your first request") {
		t.Fatalf("home: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Viewer]).Get("/"); !p.Has("Your role only reads") || p.Has("/keys/new", "/connections/new") {
		t.Errorf("a viewer is told to do what they may not:\n%s", p.Body)
	}
	waiting := browser.HTMX("home-waiting").Get("/?waiting=1")
	if !waiting.Has(`id="home-waiting"`, "Waiting") || waiting.Has("<html", "Three steps") {
		t.Errorf("the part that waits:\n%s", waiting.Body)
	}
	s.answered(t, s.key(t, "ci", org.Admin), 122_000)
	arrived := browser.HTMX("home-waiting").Get("/?waiting=1")
	if !arrived.Has("Your first request arrived.", "$0.000122") || arrived.Has("hx-get") {
		t.Errorf("after it arrived, the part must say so and stop asking:\n%s", arrived.Body)
	}
	if p := browser.Get("/"); !p.Has("Success rate", "Last requests") || p.Has("Three steps") {
		t.Errorf("home goes on teaching:\n%s", p.Body)
	}
}

func TestHomeSumsWhatTheLedgerBooked(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	s.answered(t, k, 12*money.Dollar+410_023_441)
	s.refused(t, k, "The budget is used up.")
	if _, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfOrg(s.acme.Org.ID), Limit: 20 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard}); err != nil {
		t.Fatal(err)
	}
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Get("/")
	if !p.Has(`title="$12.410023441"`, "$12.41", "0 failed, 1 refused by rules", "$12.41 of $20.00", "gpt-5.5", "2 attempts", "402 budget exhausted", "not sent to a provider") {
		t.Errorf("home:\n%s", p.Body)
	}
	for part, has := range map[string]string{"home-figures": "Active people", "home-last": "402 budget exhausted"} {
		got := browser.HTMX(part).Get("/")
		if got.Status != 200 || !got.Has(`id="`+part+`"`, has) || got.Has("<html") {
			t.Errorf("part %s: %d\n%s", part, got.Status, got.Body)
		}
	}
}

func TestOneRequestIsToldToTheLastNanoDollar(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	browser := webtest.As(t, s.site, s.acme.Members[org.Manager])
	p := browser.Get("/requests/" + s.answered(t, k, 12_312_305).String())
	if p.Status != 200 || !p.Has("$0.012312305", "$0.02462461", "Failed, not billed", "overloaded: nothing was generated", "Complete", "prices 2026-11-01",
		"read from the provider&#39;s cache", "900", "reasoning", "alias smart: 2 targets", "<strong>Failed</strong> up answered 503", "project=apollo, client=acme", "1.24 s", "0.31 ms") {
		t.Errorf("answered: %d\n%s", p.Status, p.Body)
	}
	p = browser.Get("/requests/" + s.refused(t, k, `Used up: <b>"$50"</b>.`).String())
	if !p.Has("Refused before any provider was asked", "Used up: &lt;b&gt;", "budget_exhausted", "No provider was asked, so nothing was spent.") || p.Has("<b>") {
		t.Errorf("refused:\n%s", p.Body)
	}
	unknown := browser.Get("/requests/" + id.NewRequest(s.house.IDs).String())
	if malformed := browser.Get("/requests/nonsense"); unknown.Status != 404 || malformed.Status != 404 {
		t.Errorf("unknown %d, malformed %d", unknown.Status, malformed.Status)
	}
}

func TestEverybodySeesTheirOwnPart(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	outsiders, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "elsewhere", Team: s.acme.Other, Member: s.acme.Outsider.ID})
	if err != nil {
		t.Fatal(err)
	}
	requests := map[string]id.Request{
		"developer's": s.answered(t, s.key(t, "dev", org.Developer), 1),
		"lead's":      s.answered(t, s.key(t, "lead", org.Lead), 1),
		"outsider's":  s.answered(t, outsiders.Key, 1),
	}
	for role, sees := range map[org.Role][]string{
		org.Admin:     {"developer's", "lead's", "outsider's"},
		org.Manager:   {"developer's", "lead's", "outsider's"},
		org.Lead:      {"developer's", "lead's"},
		org.Viewer:    {"developer's", "lead's"},
		org.Developer: {"developer's"},
	} {
		browser := webtest.As(t, s.site, s.acme.Members[role])
		list := browser.Get("/requests")
		for whose, r := range requests {
			want := strings.Contains(strings.Join(sees, " "), whose)
			if list.Has(r.String()) != want {
				t.Errorf("%s lists %s request: %v", role, whose, !want)
			}
			if status := browser.Get("/requests/" + r.String()).Status; (status == 200) != want || !want && status != 404 {
				t.Errorf("%s opens %s request: %d", role, whose, status)
			}
		}
	}
	stranger := webtest.As(t, s.site, s.house.Found(t, "Globex").Members[org.Admin])
	if p := stranger.Get("/requests?range=all"); p.Status != 200 || p.Has("req_0") {
		t.Errorf("another organization lists: %d\n%s", p.Status, p.Body)
	}
}

func TestFiltersLiveInTheURL(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k, other := s.key(t, "ci", org.Developer), s.key(t, "laptop", org.Lead)
	good, bad := s.answered(t, k, 1).String(), s.refused(t, other, "no").String()
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	for query, want := range map[string][2]bool{
		"":                           {true, true},
		"?status=refused":            {false, true},
		"?status=answered":           {true, false},
		"?status=failed":             {false, false},
		"?key=" + k.ID.String():      {true, false},
		"?connection=backup":         {true, false},
		"?model=gpt-5.5":             {true, false},
		"?model=smart&range=hour":    {true, true},
		"?id=" + bad:                 {false, true},
		"?id=" + bad + "&range=hour": {false, true},
		"?range=day&http=200":        {true, false},
		"?http=4xx":                  {false, true},
		"?tag=project=apollo":        {true, false},
		"?tag:client=acme":           {true, false},
		"?asked=smart&order=oldest":  {true, true},
		"?endpoint=chat&endpoint=x":  {true, true},
		"?cache=bypass":              {true, false},
		"?cache=-":                   {false, true},
		"?team=" + s.acme.Team.String() + "&key=" + k.ID.String() + "&key=" + other.ID.String(): {true, true},
		"?department=-":                   {true, true},
		"?max_cost=0":                     {false, true},
		"?min_cost=0.000000001":           {true, false},
		"?min_seconds=1.24&max_seconds=2": {true, false},
		"?max_seconds=1.24":               {false, true},
	} {
		p := browser.Get("/requests" + query)
		if p.Status != 200 || p.Has("/requests/"+good) != want[0] || p.Has("/requests/"+bad) != want[1] {
			t.Errorf("%q: %d, answered %v, refused %v", query, p.Status, p.Has("/requests/"+good), p.Has("/requests/"+bad))
		}
	}
	for query, says := range map[string]string{
		"?id=req_short":          "That is not a request id",
		"?key=nonsense":          "There is no such key",
		"?range=nonsense":        "range is hour, today",
		"?colour=red":            "not by &#34;colour&#34;",
		"?status=good":           "status is answered",
		"?http=99":               "http is a status like 402",
		"?http=xxxx":             "http is a status like 402",
		"?min_cost=NaN":          "min_cost is an amount",
		"?min_cost=2&max_cost=1": "lies below the smallest",
		"?max_seconds=1e99":      "from 0 to 86400",
		"?tag=apollo":            "A tag is a pair",
		"?team=team_x":           "is not the id of one",
		"?order=cost":            "order is newest or oldest",
		"?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z": "before the beginning",
		"?model=a&model=b":                     "Give one model",
		"?client=" + strings.Repeat("x", 300):  "at most 256 characters",
		"?" + strings.Repeat("client=a&", 101): "at most 100 values",
		"?after=nonsense":                      "Begin at the top again",
		"?model=%3Cscript%3E":                  "Nothing matches",
		"?status=failed&model=":                "Clear filters",
	} {
		if p := browser.Get("/requests" + query); p.Status != 200 || !p.Has(says) || p.Has("<script>") {
			t.Errorf("%q: %d, does not say %q", query, p.Status, says)
		}
	}
	_, form, _ := strings.Cut(browser.Get("/requests").Body, `class="b-filter"`)
	if form, _, _ = strings.Cut(form, "</form>"); strings.Contains(form, " required") {
		t.Error("a filter is required, so browsers refuse to send the form without it")
	}
	if p := browser.HTMX("requests").Get("/requests?status=refused"); !p.Has(`id="requests"`, bad) || p.Has("<html", "b-filter") {
		t.Errorf("the part with the list:\n%s", p.Body)
	}
}

func TestDaysThatWereChosenBeforeDoNotComeBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	for range report.DefaultLimit + 1 {
		s.refused(t, k, "no")
	}
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Get("/requests?range=week&from=2020-10-01&to=2020-10-31&status=refused") // the form sends its days with any range
	if !p.Has(`href="/requests?after=`, `href="/requests/export?format=csv&amp;status=refused"`) || p.Has("from=2020-10-01") {
		t.Error("the list shows the last 7 days, and its files and its next page other ones")
	}
	if p := browser.Get("/requests?range=days&from=2020-10-01&to=2020-10-31"); !p.Has("/requests/export?format=csv&amp;from=2020-10-01&amp;range=days&amp;to=2020-10-31") {
		t.Error("the file is not of the days that were chosen")
	}
}

func TestTheListGoesOnWhereThePageEnded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	for range report.DefaultLimit + 1 {
		s.refused(t, k, "no")
	}
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Get("/requests?status=refused")
	_, rest, found := strings.Cut(p.Body, `href="/requests?after=`)
	if !found {
		t.Fatalf("there is no way to older ones:\n%s", p.Body)
	}
	next, _, _ := strings.Cut(rest, `"`)
	p = browser.Get("/requests?after=" + strings.ReplaceAll(next, "&amp;", "&"))
	if n := strings.Count(p.Body, `class="b-row-link"`); n != 1 || !p.Has("Newest") || p.Has(`rel="next"`) {
		t.Errorf("the second page has %d requests", n)
	}
}

// Sums are of no use where some are left out without a word.
func TestTheAPIGivesEveryKeyInPages(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var many []ledger.Request
	for range 201 {
		many = append(many, ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Key: id.NewKey(s.house.IDs)}, At: s.house.Clock.Now(), Family: "openai", Endpoint: "chat", Status: 402})
	}
	s.post(t, budget.Batch{Requests: many})
	api := s.house.Program(t, s.site, s.acme, org.Manager)
	for _, path := range []string{"usage?by=key", "requests?"} {
		seen, next := map[string]bool{}, ""
		for _, want := range []int{100, 100, 1} {
			var page struct {
				Data    []struct{ ID string }
				HasMore bool `json:"has_more"`
				Next    string
			}
			decode(t, api.Get("/api/v1/"+path+"&after="+next), &page)
			if len(page.Data) != want || page.HasMore != (want > 1) {
				t.Errorf("%s: %d rows, not %d; more: %v", path, len(page.Data), want, page.HasMore)
			}
			for _, x := range page.Data {
				seen[x.ID] = true
			}
			next = page.Next
		}
		if p := api.Get("/api/v1/" + path + "&limit=1000"); len(seen) != 201 || strings.Count(p.Body, `"cost_usd"`) < 201 || !p.Has(`"has_more":false`) {
			t.Errorf("%s: %d rows in pages, %d at once", path, len(seen), strings.Count(p.Body, `"cost_usd"`))
		}
	}
}

func TestTheAPISharesTheFigures(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	one := s.answered(t, k, 12_312_305)
	s.refused(t, k, "no")
	api := s.house.Program(t, s.site, s.acme, org.Manager)
	var list struct {
		Data []struct {
			ID      string `json:"id"`
			CostUSD string `json:"cost_usd"`
		} `json:"data"`
		HasMore bool   `json:"has_more"`
		Next    string `json:"next"`
	}
	decode(t, api.Get("/api/v1/requests?limit=1"), &list)
	if len(list.Data) != 1 || !list.HasMore {
		t.Fatalf("first page: %+v", list)
	}
	decode(t, api.Get("/api/v1/requests?limit=1&after="+list.Next), &list)
	if len(list.Data) != 1 || list.Data[0].ID != one.String() || list.Data[0].CostUSD != "0.012312305" || list.HasMore {
		t.Errorf("second page: %+v", list)
	}
	if p := api.Get("/api/v1/requests/" + one.String()); p.Status != 200 || !p.Has(`"price_version":"2026-11-01"`, `"state":"voided"`, `"cached_tokens":900`) {
		t.Errorf("one: %d %s", p.Status, p.Body)
	}
	for by, want := range map[string]string{"day": `"cost_usd":"0.012312305"`, "model": `"id":"gpt-5.5"`, "key": `"name":"ci"`, "team": `"name":"General"`, "member": `"id":"mem_`, "connection": `"id":"backup"`} {
		if p := api.Get("/api/v1/usage?by=" + by); p.Status != 200 || !p.Has(want) {
			t.Errorf("usage by %s: %d %s", by, p.Status, p.Body)
		}
	}
	if p := api.Get("/api/v1/usage?by=model&from=2026-07-01&to=2026-07-02"); p.Status != 200 || !p.Has(`"from":"2026-07-01T00:00:00Z","to":"2026-07-02T00:00:00Z"`) {
		t.Errorf("usage of a day: %d %s", p.Status, p.Body)
	}
	for _, path := range []string{"/api/v1/usage?from=yesterday", "/api/v1/requests?outcome=x", "/api/v1/requests?limit=0", "/api/v1/requests?from=yesterday", "/api/v1/requests?key=x", "/api/v1/requests?after=x", "/api/v1/usage?by=colour"} {
		if p := api.Get(path); p.Status != http.StatusBadRequest || !p.Has(`"invalid_request"`) {
			t.Errorf("%s: %d %s", path, p.Status, p.Body)
		}
	}
	if p := s.house.Program(t, s.site, s.acme, org.Developer).Get("/api/v1/requests"); p.Status != 200 || p.Has("req_0") {
		t.Errorf("a developer's token acts as nobody, yet sees: %s", p.Body)
	}
}

func decode(t *testing.T, p webtest.Page, into any) {
	t.Helper()
	if p.Status != 200 {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	if err := json.Unmarshal([]byte(p.Body), into); err != nil {
		t.Fatal(err)
	}
}

// A key that a lead made for a machine is no developer's: they are offered one of their own.
func TestADeveloperIsLedToAKeyOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if _, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Lead), key.Input{Name: "ci", Team: s.acme.Team, Account: "build"}); err != nil {
		t.Fatal(err)
	}
	developer := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := developer.Get("/"); !p.Has("Create a key", `href="/keys/new"`) || p.Has("whenever you like", "to use.") {
		t.Errorf("with a machine's key: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Get("/"); !p.Has("There is 1 key to use.") {
		t.Errorf("the lead: %d\n%s", p.Status, p.Body)
	}
	s.key(t, "laptop", org.Developer)
	if p := developer.Get("/"); !p.Has("There are 2 keys to use.") {
		t.Errorf("with their own: %d\n%s", p.Status, p.Body)
	}
}

func TestWhatIsShownCanBeKeptAndTakenAway(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	good, bad := s.answered(t, k, 1_500_000_000).String(), s.refused(t, k, "no").String()
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	file := browser.Get("/requests/export?status=answered")
	rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != good || rows[1][23] != "1.5" || rows[1][16] != "project=apollo,client=acme" {
		t.Errorf("csv: %v %v", rows, err)
	}
	var list struct {
		Data      []struct{ ID string }
		Truncated bool
	}
	decode(t, browser.Get("/requests/export?format=json&status=refused"), &list)
	if len(list.Data) != 1 || list.Data[0].ID != bad || list.Truncated {
		t.Errorf("json: %+v", list)
	}
	decode(t, browser.Get("/requests/export?format=json&client=nobody"), &list)
	if len(list.Data) != 0 {
		t.Errorf("json of nothing: %+v", list)
	}
	for _, query := range []string{"format=xlsx", "colour=red", "status=good"} {
		if p := browser.Get("/requests/export?" + query); p.Status < 400 || p.Status >= 500 {
			t.Errorf("%s: %d", query, p.Status)
		}
	}
	if p := browser.Post("/requests/columns", url.Values{"show": {"cost", "app"}, "query": {"status=refused"}}); p.Status != http.StatusSeeOther || p.Location != "/requests?status=refused" {
		t.Errorf("columns: %d to %s", p.Status, p.Location)
	}
	if p := browser.Get("/requests"); !p.Has("b-hide-3 ", "b-hide-8") || p.Has("b-hide-5", "b-hide-12") {
		t.Errorf("after choosing cost and app:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Get("/requests"); !p.Has("b-hide-5") || p.Has("b-hide-3 ") {
		t.Error("somebody else's columns changed")
	}
	if p := browser.Post("/requests/columns", url.Values{"show": {"colour"}}); p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusBadRequest {
		t.Errorf("a column that there is not: %d", p.Status)
	}
	if p := browser.Post("/requests/views", url.Values{"name": {"  <b>Refused</b>  here "}, "query": {"status=refused&after=&range=week"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("keep: %d %s", p.Status, p.Body)
	}
	if p := browser.Get("/requests"); !p.Has("&lt;b&gt;Refused&lt;/b&gt; here", `href="/requests?status=refused"`) {
		t.Errorf("the view is not there:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Get("/requests"); p.Has("Refused&lt;") {
		t.Error("a lead sees the admin's view")
	}
	for name, form := range map[string]url.Values{
		"no name": {"name": {" "}, "query": {""}}, "too long": {"name": {strings.Repeat("x", 41)}}, "no sense": {"name": {"x"}, "query": {"colour=red"}}, "no query": {"name": {"x"}, "query": {"%zz"}},
	} {
		if p := browser.Post("/requests/views", form); p.Status < 400 || p.Status >= 500 {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	for i := range report.MaxViews {
		p := browser.Post("/requests/views", url.Values{"name": {strconv.Itoa(i)}})
		if (p.Status == http.StatusSeeOther) != (i < report.MaxViews-1) {
			t.Errorf("view %d: %d", i+2, p.Status)
		}
	}
	if p := browser.Post("/requests/views/delete", url.Values{"name": {"<b>Refused</b> here"}}); p.Status != http.StatusSeeOther {
		t.Errorf("delete: %d", p.Status)
	}
	if p := browser.Get("/requests"); p.Has("&lt;b&gt;Refused") || !p.Has("b-hide-3 ") {
		t.Error("the view stayed, or the columns went with it")
	}
}
