package usageweb_test

import (
	"encoding/csv"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

var (
	tableRow = regexp.MustCompile(`(?s)<tr[^>]*>(.*?)</tr>`)
	costCell = regexp.MustCompile(`(?s)data-label="Cost \(USD\)"[^>]*>.*?(?:value="|b-num">)(−?)\$([0-9.]+)`)
	rowLink  = regexp.MustCompile(`(?s)b-cell-main[^>]*>\s*<span>\s*<a href="([^"]+)"`)
)

// sums adds up the exact amounts of a page's table, and reads its last row, the total.
func sums(t *testing.T, body string) (sum, total money.USD, rows int) {
	t.Helper()
	var all []money.USD
	for _, row := range tableRow.FindAllStringSubmatch(body, -1) {
		m := costCell.FindStringSubmatch(row[1])
		if m == nil {
			continue
		}
		cost, err := money.Parse(m[2])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, cost)
	}
	if len(all) == 0 {
		return 0, 0, 0
	}
	for _, c := range all[:len(all)-1] {
		sum += c
	}
	return sum, all[len(all)-1], len(all) - 1
}

// books is a month of requests over teams, people, models, apps and tags, with amounts that no rounding survives.
func (s *scene) books30(t *testing.T) {
	t.Helper()
	now := s.house.Clock.Now()
	teams := []id.Team{s.acme.Team, s.acme.AwayTeam, {}}
	people := []id.Member{s.acme.Members[org.Developer].ID, s.acme.Members[org.Lead].ID, {}}
	keys := []id.Key{id.NewKey(s.house.IDs), id.NewKey(s.house.IDs)}
	for i := range 60 {
		f := fact{team: teams[i%3], member: people[i%2], key: keys[i%2], model: []string{"gpt-5.5", "claude", "mini"}[i%3], client: []string{"Codex", "", "=cmd()"}[(i/3)%3],
			at: now.Add(-time.Duration(i) * 11 * time.Hour), cost: money.USD(1_000_000_007 * int64(i+1) / 13), used: llm.Usage{Input: int64(100 + i), CacheRead: int64(i), Output: 10}}
		if i%4 == 0 {
			f.tags = "project=apollo,purpose=test"
		}
		if i%10 == 9 {
			f.code, f.cost, f.model, f.used = "budget_exhausted", 0, "", llm.Usage{}
		}
		s.book(t, f)
	}
}

// Whatever costs are divided by and narrowed to: rows make the total, the total is what the ledger booked, and a row leads to
// a page whose total is the row's.
func TestEveryDivisionAddsUpToTheLedger(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.books30(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	for _, query := range []string{"by=department", "by=team", "by=member", "by=project", "by=client", "by=model", "by=provider", "by=purpose", "by=cache", "by=key", "by=endpoint", "by=outcome", "by=asked",
		"by=team&by=model", "by=client&by=project", "by=model&by=member&compare=none&sort=tokens", "by=key&compare=year&sort=errors", "by="} {
		p := browser.Get("/costs?" + query)
		sum, total, rows := sums(t, p.Body)
		if p.Status != 200 || sum != total || total != s.booked || rows == 0 {
			t.Errorf("%s: %d, %d rows make %s, total %s, booked %s", query, p.Status, rows, sum, total, s.booked)
		}
	}
	for _, query := range []string{"by=team", "by=model&by=client", "by=project", "by=member&client=Codex"} {
		for _, row := range tableRow.FindAllStringSubmatch(browser.Get("/costs?"+query).Body, -1) {
			link, cost := rowLink.FindStringSubmatch(row[1]), costCell.FindStringSubmatch(row[1])
			if link == nil || cost == nil {
				continue
			}
			deeper := browser.Get(html.UnescapeString(link[1]))
			want, _ := money.Parse(cost[2])
			_, total, _ := sums(t, deeper.Body)
			if deeper.Status != 200 || strings.Count(query, "by=") == 1 && total != want || total < want {
				t.Errorf("%s: %s leads to %s, the row says %s", query, link[1], total, want)
			}
		}
	}
}

func TestCostsAreNarrowedAndExported(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.books30(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	team := s.acme.Team.String()
	p := browser.Get("/costs?by=model&team=" + team + "&client=Codex&pick=member")
	if p.Status != 200 || !p.Has("Team: General", "App: Codex", "Choose …", "/usage/export?", "format=json", "Change against", `name="team" value="`+team+`"`) || p.Has("format=focus") {
		t.Errorf("narrowed: %d\n%s", p.Status, p.Body)
	}
	picked := browser.Get("/costs?by=model&pick=client&value=Codex")
	if _, total, _ := sums(t, picked.Body); total == 0 || total >= s.booked || !picked.Has("App: Codex") {
		t.Errorf("what the form's own fields narrow to: %s", total)
	}
	if p := browser.HTMX("usage").Get("/costs?by=client"); !p.Has(`id="usage"`, "Unknown app") || p.Has("<html") {
		t.Error("the part that a change of the form fetches")
	}
	export := regexp.MustCompile(`href="(/usage/export\?[^"]*format=csv[^"]*)"`).FindStringSubmatch(browser.Get("/costs?by=client&by=model").Body)
	if export == nil {
		t.Fatal("no file to download")
	}
	file := browser.Get(html.UnescapeString(export[1]))
	rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("%v: %s", err, file.Body)
	}
	var sum money.USD
	for _, row := range rows[1:] {
		cost, err := money.Parse(row[len(row)-2])
		if err != nil {
			t.Fatal(err)
		}
		sum += cost
	}
	if sum != s.booked || !strings.Contains(file.Body, "'=cmd()") {
		t.Errorf("the file comes to %s of %s", sum, s.booked)
	}
}

func TestCostsOfStrangeQuestionsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.books30(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Manager])
	for query, says := range map[string]string{
		"?range=days&from=2026-11-02&to=2026-13-01": "to is a day like",
		"?range=days&from=2026-11-02&to=2026-11-01": "beginning lies before its end",
		"?range=days&from=2020-01-01&to=2026-11-01": "at most 732 days",
		"?from=0002-01-01&to=0002-01-02":            "between the years",
		"?by=colour":                                "Usage can be divided by",
		"?by=team&by=team":                          "asked for twice",
		"?by=team&by=model&by=key":                  "at most 2 dimensions",
		"?colour=red":                               "Usage can be narrowed to",
		"?team=nonsense":                            "is not the id of a team",
		"?pick=colour":                              "cannot be narrowed by",
		"?compare=tomorrow":                         "compare is previous or year",
		"?sort=size":                                "sort is cost",
		"?range=days&from=2001-01-01&to=2001-01-02": "Nothing was asked in these days",
		"?team=" + id.NewTeam(s.house.IDs).String(): "fits these filters",
		"?month=2020-01":                            "/costs?range=year",
		"?model=" + strings.Repeat("x", 300):        "at most 256 characters",
		"?range=forever":                            "Last 30 days",
	} {
		if p := browser.Get("/costs" + query); p.Status != 200 || !p.Has(says) {
			t.Errorf("page %s: %d without %q", query, p.Status, says)
		}
	}
	if p := browser.Get("/costs?range=days&from=2026-11-02&to=soon"); !p.Has(`value="2026-11-02"`, `value="soon"`) {
		t.Error("what was typed is lost")
	}
}

func TestEachRoleSeesTheCostsOfItsPart(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.spent(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m1", "", 1_000_000_000)
	s.spent(t, s.acme.Team, s.acme.Members[org.Manager].ID, "m1", "", 3_000_000_000)
	for role, want := range map[org.Role]money.USD{org.Admin: 4 * money.Dollar, org.Manager: 4 * money.Dollar, org.Lead: 4 * money.Dollar, org.Developer: money.Dollar, org.Viewer: 4 * money.Dollar} {
		if sum, total, _ := sums(t, webtest.As(t, s.site, s.acme.Members[role]).Get("/costs").Body); sum != want || total != want {
			t.Errorf("%s sees %s, total %s", role, sum, total)
		}
	}
	p := webtest.As(t, s.site, s.acme.Outsider).Get("/costs?by=model&team=" + s.acme.Team.String())
	if _, total, _ := sums(t, p.Body); total != 0 || p.Has("General") {
		t.Errorf("another organization sees %s", total)
	}
}
