package budgetweb_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestEverythingThatABudgetHasCanBeTypedAndComesBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		form url.Values
		want func(b budget.Budget) bool
		back []string // what the form of the budget shows again
	}{
		"tokens on a tag, by weeks from Wednesday": {
			url.Values{"scope": {"tag"}, "tag": {" project=apollo "}, "measure": {"tokens"}, "limit": {"250,000"}, "period": {"weekly"}, "week": {"3"}, "day": {"9"}, "month": {"4"}, "enforce": {"soft"}},
			func(b budget.Budget) bool {
				return b.Scope.Node() == "project=apollo" && b.Measure == ledger.Tokens && b.Limit == 250_000 && b.Starts == 3 && slices.Equal(b.Thresholds, budget.DefaultThresholds)
			},
			[]string{`value="250000"`, `<option value="3" selected>Wednesday`, "50, 75, 90, 100"},
		},
		"requests of a pool, a cheaper model near the limit": {
			url.Values{"scope": {"pool:TEAM"}, "measure": {"requests"}, "limit": {"1000"}, "period": {"daily"}, "week": {"3"}, "enforce": {"downgrade"}, "from_percent": {"70 %"}, "downgrade_to": {"fast"}, "thresholds": {"–"}},
			func(b budget.Budget) bool {
				return b.Scope.Kind() == org.PoolScope && b.Starts == 0 && b.Ladder == budget.Ladder{From: 70, Model: "fast"} && len(b.Thresholds) == 0
			},
			[]string{`value="70"`, `value="fast"`, `value="–"`},
		},
		"money of the organization, fiscal quarters, a reserve, strict": {
			url.Values{"scope": {"ORG"}, "measure": {"usd"}, "limit": {"$9000.000000001"}, "period": {"quarterly"}, "month": {"4"}, "enforce": {"throttle"}, "from_percent": {""}, "rollover": {"100"}, "reserve": {"1000"}, "strict": {"on"}, "thresholds": {"100, 80;80 %"}, "name": {"FY 27"}},
			func(b budget.Budget) bool {
				return b.Limit == 9000*money.Dollar+1 && b.Starts == 4 && b.Ladder.From == 80 && b.Rollover == 100*money.Dollar && b.Reserve == 1000*money.Dollar && b.Strict && b.Name == "FY 27" && slices.Equal(b.Thresholds, []int{80, 100})
			},
			[]string{`value="9000.000000001"`, `<option value="4" selected>April`, `value="1000"`, `value="FY 27"`, "checked", `value="80, 100"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
			scope := tt.form.Get("scope")
			tt.form.Set("scope", strings.NewReplacer("TEAM", s.acme.Team.String(), "ORG", s.acme.Org.ID.String()).Replace(scope))
			if p := browser.Post("/budgets", tt.form); p.Status != http.StatusSeeOther {
				t.Fatalf("%d: %v", p.Status, said(p))
			}
			all, err := s.budgets.List(t.Context(), s.acme.Actor(org.Admin))
			if err != nil || len(all) != 1 || !tt.want(all[0].Budget) {
				t.Fatalf("stored %+v, %v", all, err)
			}
			one := "/budgets/" + all[0].ID.String()
			p := browser.Get(one + "/edit")
			if p.Status != http.StatusOK || !p.Has(tt.back...) {
				t.Errorf("the form shows again: %d %s", p.Status, inputs(p))
			}
			part := "budget-" + all[0].ID.String() // other rows of the list may be open beside it
			for _, id := range regexp.MustCompile(` (?:id|for|list|aria-describedby)="([^"]*)"`).FindAllStringSubmatch(browser.HTMX(part).Get(one+"/edit").Body, -1) {
				if !strings.HasPrefix(id[1], part) {
					t.Errorf("the form in the place of a row has an id %q", id[1])
				}
			}
			if p := browser.Get(one); p.Has("– %") {
				t.Error("alerts at no share are called – %")
			}
			if p := browser.Post(one, typedAgain(t, p)); p.Status != http.StatusSeeOther {
				t.Errorf("saved as it was: %d %v", p.Status, said(p))
			}
			again, err := s.budgets.Get(t.Context(), s.acme.Actor(org.Admin), all[0].ID)
			if err != nil || !tt.want(again.Budget) {
				t.Errorf("saving what was shown made %+v, %v", again.Budget, err)
			}
		})
	}
}

func TestWhatIsWrongInTheFormIsSaidBesideItsInput(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	for name, tt := range map[string]struct {
		field, value string
		says         string
	}{
		"a measure nobody knows":   {"measure", "euro", "Choose what to count"},
		"a day that no month has":  {"day", "32", "from 1 to 31"},
		"a day in words":           {"day", "first", "Enter a whole number."},
		"a share beyond all":       {"thresholds", "50, much", "such as 50, 75, 90, 100"},
		"a reserve above the rest": {"reserve", "6", "part of the limit"},
		"a cheaper model unnamed":  {"enforce", "downgrade", "Name the cheaper model"},
		"a tag without a value":    {"tag", "project", "pair like project=apollo"},
		"a period nobody knows":    {"period", "hourly", "Choose daily, weekly"},
	} {
		f := form(s.acme.Team.String(), "5")
		f.Set(tt.field, tt.value)
		if tt.field == "tag" {
			f.Set("scope", "tag")
		}
		p := browser.Post("/budgets", f)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(fmt.Sprint(said(p)), tt.says) {
			t.Errorf("%s: %d, says %q, not %q", name, p.Status, said(p), tt.says)
		}
		if tt.field != "period" && tt.field != "measure" && tt.field != "enforce" && !p.Has(`value="`+tt.value+`"`) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
}

func TestALowerLimitSaysWhatItWouldDoBeforeItDoesIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.flight.spent, s.flight.held = 30*money.Dollar, 2*money.Dollar
	b := s.set(t, org.OfTeam(s.acme.Org.ID, s.acme.Team), 100*money.Dollar, budget.Hard)
	one := "/budgets/" + b.ID.String()
	browser := webtest.As(t, s.site, s.acme.Members[org.Manager])
	limit := func() money.USD {
		t.Helper()
		e, err := s.budgets.Get(t.Context(), s.acme.Actor(org.Admin), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		return e.Limit
	}
	change := func(to, enforce, confirm string) webtest.Page {
		return browser.Post(one, url.Values{"limit": {to}, "period": {"monthly"}, "enforce": {enforce}, "confirm": {confirm}})
	}
	if p := change("50", "hard", ""); p.Status != http.StatusUnprocessableEntity || !p.Has("Nothing would be blocked by this now.", "$30.00, and $2.00 held", "$18.00", "Lower it", `value="50"`) || limit() != 100*money.Dollar {
		t.Errorf("lower: %d, limit %s, %v", p.Status, limit(), said(p))
	}
	p := change("20", "hard", "50/0/hard") // confirmed for another amount
	if p.Status != http.StatusUnprocessableEntity || !p.Has("This would block requests at once", "1 key, 0 of them used in the last 24 hours", "Block them now", `value="20/0/hard"`) || limit() != 100*money.Dollar {
		t.Errorf("below what is spent: %d, limit %s, %v", p.Status, limit(), said(p))
	}
	if p := browser.HTMX("budget-"+b.ID.String()).Post(one, url.Values{"limit": {"20"}, "period": {"monthly"}, "enforce": {"hard"}}); p.Status != http.StatusUnprocessableEntity || !p.Has(`id="budget-`+b.ID.String()+`"`, "Block them now") || p.Has("<html") {
		t.Errorf("in place of its row: %d", p.Status)
	}
	if p := change("20", "soft", ""); p.Status != http.StatusUnprocessableEntity || p.Has("Block them now") {
		t.Errorf("a soft one blocks nobody: %d %v", p.Status, said(p))
	}
	if p := change("20", "hard", "20/0/hard"); p.Status != http.StatusSeeOther || limit() != 20*money.Dollar {
		t.Errorf("confirmed: %d, limit %s", p.Status, limit())
	}
	if p := change("200", "soft", ""); p.Status != http.StatusSeeOther {
		t.Errorf("a higher limit asks nothing: %d %v", p.Status, said(p))
	}
	if p := change("200", "hard", ""); p.Status != http.StatusUnprocessableEntity || !p.Has("Make it block") {
		t.Errorf("from warning to blocking: %d %v", p.Status, said(p))
	}
}

func TestTheTreeIsFilteredPagedAndFolded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	o := s.acme.Org.ID
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	for i := range 40 {
		team, err := s.house.Identity.AddTeam(t.Context(), s.acme.Actor(org.Admin), fmt.Sprintf("Crew %02d", i), s.acme.Department)
		if err != nil {
			t.Fatal(err)
		}
		s.set(t, org.OfTeam(o, team.ID), money.USD(i+1)*money.Dollar, budget.Hard)
	}
	for i := range 9 {
		m, err := s.house.Identity.AddMember(t.Context(), s.acme.Actor(org.Admin), identity.NewMember{Name: "Pat", Email: fmt.Sprintf("pat%d@acme.test", i), Role: org.Developer, Teams: s.acme.Members[org.Developer].Teams})
		if err != nil {
			t.Fatal(err)
		}
		s.set(t, org.OfMember(o, m.ID), 5*money.Dollar, budget.Hard)
	}
	tag, _ := org.OfTag(o, "project=apollo")
	if _, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: tag, Measure: ledger.Tokens, Limit: 10, Period: budget.Daily, Enforce: budget.Hard}); err != nil {
		t.Fatal(err)
	}
	s.flight.spent = 4 * money.Dollar
	p := browser.Get("/budgets")
	team := s.acme.Team.String()
	if !p.Has("Team Crew 00", "Team Crew 29", "page=1", "Tag project=apollo") || p.Has("Team Crew 30") {
		t.Errorf("the first page does not end after 30 teams: %v", p.Has("Team Crew 29"))
	}
	p = browser.Get("/budgets?page=1")
	if !p.Has("Team Crew 39", "Team General", "no budget of its own", "9 members and keys, 9 above 80 %", "Show all 9 of this team", "/budgets?team="+team) || p.Has("Team Crew 00") || strings.Count(p.Body, "@acme.test</a>") != 6 {
		t.Errorf("second page: %d people, %v", strings.Count(p.Body, "@acme.test</a>"), p.Has("Show all 9 of this team"))
	}
	p = browser.Get("/budgets?team=" + team)
	if n := strings.Count(p.Body, "@acme.test</a>"); n != 9 || p.Has("Crew", "project=apollo") {
		t.Errorf("one team in full: %d people", n)
	}
	p = browser.Get("/budgets?q=crew+1")
	if n := strings.Count(p.Body, "Team Crew 1"); n < 10 || p.Has("Crew 20") || p.Has("pat1") {
		t.Errorf("search: %d", n)
	}
	if p := browser.Get("/budgets?measure=tokens"); !p.Has("Tag project=apollo") || p.Has("Crew") {
		t.Error("by what is counted")
	}
	if p := browser.Get("/budgets?near=80"); !p.Has("Team Crew 03", "Team Crew 04", "<details class=\"b-tree-fold\" open") || p.Has("Team Crew 05") {
		t.Error("above 80 %")
	}
	if p := browser.Get("/budgets?q=nobody"); !p.Has("Nothing matches", "Clear filters") {
		t.Error("nothing")
	}
	if p := browser.HTMX("tree").Get("/budgets?q=crew"); !p.Has(`id="tree"`) || p.Has("<html", "b-filter") {
		t.Error("the part with the tree")
	}
}

// said are the errors and alerts of a page.
func said(p webtest.Page) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?s)b-(?:error|alert-title)"[^>]*>(.*?)</p>`).FindAllStringSubmatch(p.Body, -1) {
		text := regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`).ReplaceAllString(m[1], "")
		if text = strings.TrimSpace(html.UnescapeString(text)); text != "" {
			out = append(out, text)
		}
	}
	return out
}

func inputs(p webtest.Page) []string {
	return regexp.MustCompile(`<(?:input|option)[^>]*(?:value="[^"]*"|selected)[^>]*>`).FindAllString(p.Body, -1)
}

// typedAgain is the form of a page as a browser would send it.
func typedAgain(t *testing.T, p webtest.Page) url.Values {
	t.Helper()
	_, body, ok := strings.Cut(p.Body, `<div class="b-budget-form"`)
	if !ok {
		t.Fatal("there is no form")
	}
	body, _, _ = strings.Cut(body, "</form>")
	out := url.Values{}
	for _, input := range regexp.MustCompile(`<input[^>]*>`).FindAllString(body, -1) {
		name, value := attribute(input, "name"), attribute(input, "value")
		if kind := attribute(input, "type"); (kind == "radio" || kind == "checkbox") && !strings.Contains(input, " checked") {
			continue
		}
		out.Set(name, value)
	}
	for _, s := range regexp.MustCompile(`(?s)<select[^>]*>.*?</select>`).FindAllString(body, -1) {
		chosen := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(s)
		if chosen == nil {
			chosen = regexp.MustCompile(`<option value="([^"]*)"`).FindStringSubmatch(s)
		}
		out.Set(attribute(s, "name"), chosen[1])
	}
	return out
}

func attribute(tag, name string) string {
	m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

func TestAFormSentTwiceGivesOnceAndNobodysChangeIsUndone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.set(t, org.OfOrg(s.acme.Org.ID), 500*money.Dollar, budget.Hard)
	browser, one := webtest.As(t, s.site, s.acme.Members[org.Admin]), "/budgets/"+b.ID.String()
	field := func(name, page string) string {
		return append(regexp.MustCompile(`name="`+name+`" value="([^"]+)"`).FindStringSubmatch(browser.Get(page).Body), "", "")[1]
	}
	for _, want := range []int{1, 2} { // a page loaded again gives again
		form := url.Values{"kind": {"increase"}, "grant": {field("grant", one)}, "amount": {"10"}, "reason": {"the launch"}}
		for range 2 {
			if p := browser.Post(one+"/grants", form); p.Status != http.StatusSeeOther {
				t.Fatalf("given: %d %v", p.Status, said(p))
			}
		}
		if all, err := s.budgets.Grants(t.Context(), s.acme.Actor(org.Admin), b.ID); err != nil || len(all) != want {
			t.Errorf("%d grants, %v, want %d", len(all), err, want)
		}
	}
	change := func(version, limit string) webtest.Page {
		return browser.Post(one, url.Values{"version": {version}, "limit": {limit}, "period": {"monthly"}, "enforce": {"hard"}, "confirm": {limit + "/0/hard"}})
	}
	old := field("version", one+"/edit")
	s.house.Clock.Advance(time.Second)
	if p := change(old, "100"); p.Status != http.StatusSeeOther {
		t.Fatalf("lowered: %d %v", p.Status, said(p))
	}
	if p := change(old, "500"); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this budget while you did", `value="500"`) {
		t.Errorf("over what somebody else said: %d %v", p.Status, said(p))
	}
	list := "/budgets?q=acme"
	edit := regexp.MustCompile(`href="(` + one + `/edit\?back=[^"]+)"`).FindStringSubmatch(browser.Get(list).Body)
	if edit == nil || !browser.Get(edit[1]).Has(`name="back" value="`+list+`"`, `href="`+list+`"`) {
		t.Errorf("the search is lost: %v", edit)
	}
	for back, want := range map[string]string{list: list, "//elsewhere.test": "/budgets"} {
		if p := browser.Post(one, url.Values{"back": {back}, "limit": {"600"}, "period": {"monthly"}, "enforce": {"hard"}}); p.Location != want {
			t.Errorf("saved, back to %s: %d %s", back, p.Status, p.Location)
		}
	}
	if p := change(field("version", one+"/edit"), "400"); p.Status != http.StatusSeeOther {
		t.Errorf("loaded again: %d %v", p.Status, said(p))
	}
}
