package reportweb_test

import (
	"context"
	"html"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/insight"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// usagePages are the scene's pages with those of usage beside them.
func (s *scene) usagePages(t *testing.T, role org.Role) *webtest.Client {
	t.Helper()
	h := s.house
	shelf := price.NewShelf(nil)
	pages := usageweb.New(usageweb.Parts{Insights: nothingMoved{}, Usage: usage.NewService(db.NewUsageStore(s.db), db.NewOrgStore(s.db), h.Clock), Reports: report.NewService(db.NewReportStore(s.db), db.NewOrgStore(s.db), h.Clock),
		Pricing: usageweb.Pricing{Prices: nobodys(shelf), Providers: shelf, Connections: sandboxed{}}, People: h.Identity, Keys: h.Keys, Budgets: s.budgets,
		Samples: &usage.Samples{Store: db.NewUsageStore(s.db), Orgs: db.NewOrgStore(s.db)}, Kept: usage.NewRetention(db.NewUsageStore(s.db), s.db, h.Audit)})
	site := h.Serve(t, append(append(s.handlers.Routes(), pages.Routes()...), webtest.Enter()))
	return webtest.As(t, site, s.acme.Members[role])
}

// variety books 40 requests of all kinds: with and without everything that usage is divided by, answered, refused and failed,
// and some whose name clashes with another dimension's.
func (s *scene) variety(t *testing.T) {
	t.Helper()
	now := s.house.Clock.Now()
	teams := []id.Team{s.acme.Team, s.acme.AwayTeam, {}}
	people := []id.Member{s.acme.Members[org.Developer].ID, s.acme.Members[org.Lead].ID, {}}
	keys := []id.Key{s.key(t, "one", org.Developer).ID, s.key(t, "two", org.Lead).ID}
	for i := range 40 {
		q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: org.Chain{Org: s.acme.Actor(org.Admin).Org, Team: teams[i%3], Member: people[(i/2)%3], Key: keys[i%2]},
			At: now.Add(-time.Duration(i) * 7 * time.Hour), Endpoint: []string{"chat", "embeddings"}[i%2], Asked: []string{"smart", "mini", "claude"}[(i/3)%3], Route: "alias smart",
			Model: []string{"gpt-5.5", "mini", "claude"}[i%3], Provider: []string{"up", "backup"}[(i/4)%2], Client: []string{"Codex", "", "=cmd()"}[(i/5)%3], Cache: []string{"", "miss", "hit"}[(i/2)%3],
			Tags: []string{"", "project=apollo,purpose=test", "project=zeus"}[(i/7)%3], Attempts: 1, Status: 200, Cost: money.USD(1_000_007 * (i + 1))}
		a := ledger.Attempt{ID: id.NewAttempt(s.house.IDs), Request: q.ID, Number: 1, Chain: q.Chain, At: q.At, Provider: q.Provider, Model: q.Model, Kind: "openai", Asked: q.Asked, Endpoint: q.Endpoint, Client: q.Client, Tags: q.Tags, Cache: q.Cache}
		end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: llm.Usage{Input: 10, Output: 1}, Cost: q.Cost, Status: 200, At: q.At}
		b := budget.Batch{Attempts: []budget.Posting{{Attempt: a, End: end}}}
		switch {
		case i%10 == 9: // a rule refused it
			q.Status, q.Code, q.Attempts, q.Cost, q.Model, q.Provider, b.Attempts = 402, "budget_exhausted", 0, 0, "", "", nil
		case i%10 == 4: // nothing of that name, though others were answered by one
			q.Status, q.Code, q.Attempts, q.Cost, q.Model, q.Provider, q.Route, b.Attempts = 404, "model_not_found", 0, 0, "", "", "", nil
		case i%10 == 6:
			q.Status, q.Code, q.Cost = 502, "upstream_failed", 0
			b.Attempts[0].End = ledger.Settlement{Attempt: a.ID, State: ledger.Voided, Class: "server", Status: 500, At: q.At}
		}
		b.Requests = []ledger.Request{q}
		s.post(t, b)
	}
}

var (
	aRow      = regexp.MustCompile(`(?s)<tr[^>]*>(.*?)</tr>`)
	cellLink  = regexp.MustCompile(`(?s)data-label="Requests"[^>]*>\s*(?:<span[^>]*>\s*)*<a[^>]* ?href="(/requests\?[^"]*)"[^>]*>\s*(?:<span[^>]*>\s*)*([0-9,]+)`)
	cellCount = regexp.MustCompile(`(?s)data-label="Requests"[^>]*>(?:\s|<[^>]*>)*([1-9][0-9,]*)`)
	listed    = regexp.MustCompile(`<tr id="row-req_`)
)

// Whatever usage is divided by, the number of requests in a row leads to exactly so many rows.
func TestEveryFigureOfRequestsLeadsToItsRows(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.variety(t)
	browser := s.usagePages(t, org.Admin)
	hours := "range=days&from=" + s.house.Clock.Now().Add(-30*time.Hour).UTC().Format("2006-01-02T15:04:05Z") + "&to=" + s.house.Clock.Now().Add(-3*time.Hour).UTC().Format("2006-01-02T15:04:05Z")
	pages := []string{"/costs?by=team&by=model", "/costs?by=member&tag:project=apollo", "/costs?by=model&team=" + s.acme.Team.String(), "/costs?by=outcome&cache=miss&cache=hit",
		"/costs?by=client&" + hours, "/people/usage", "/teams/" + s.acme.Team.String() + "/usage", "/models/compare"}
	for _, d := range append([]usage.Dim{usage.Tag("project"), usage.Tag("purpose")}, usage.Dims...) {
		pages = append(pages, "/costs?by="+string(d))
	}
	for _, page := range pages {
		p := browser.Get(page)
		followed := 0
		for _, row := range aRow.FindAllStringSubmatch(p.Body, -1) {
			count, link := cellCount.FindStringSubmatch(row[1]), cellLink.FindStringSubmatch(row[1])
			if count == nil {
				continue
			}
			if link == nil {
				t.Errorf("%s: %s requests lead nowhere: %s", page, count[1], row[1])
				continue
			}
			followed++
			list := browser.Get(html.UnescapeString(link[1]))
			if n := len(listed.FindAllString(list.Body, -1)); list.Status != 200 || strconv.Itoa(n) != link[2] {
				t.Errorf("%s: %s requests lead to %d rows at %s (%d)", page, link[2], n, html.UnescapeString(link[1]), list.Status)
			}
		}
		if p.Status != 200 || followed == 0 {
			t.Errorf("%s: %d, nothing to follow", page, p.Status)
		}
	}
}

// What reliability counts as failed and refused leads to as many rows.
func TestFailuresLeadToTheirRows(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.variety(t)
	browser := s.usagePages(t, org.Admin)
	p := browser.Get("/reliability?range=30d")
	for status, want := range map[string]int{"failed": 4, "refused": 8} {
		link := regexp.MustCompile(`href="(/requests\?[^"]*status=` + status + `[^"]*)"`).FindStringSubmatch(p.Body)
		if link == nil {
			t.Errorf("no link to what was %s", status)
			continue
		}
		if n := len(listed.FindAllString(browser.Get(html.UnescapeString(link[1])).Body, -1)); n != want {
			t.Errorf("%d %s rows at %s, want %d", n, status, link[1], want)
		}
	}
}

// nothingMoved is an organization whose routes never changed.
type nothingMoved struct{}

func (nothingMoved) Of(context.Context, org.Actor, id.Team) ([]insight.Insight, error) {
	return nil, nil
}
