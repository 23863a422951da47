package bulletinweb_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/bulletin/bulletinweb"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// scene is an organization with a post office and traffic that the test makes up.
type scene struct {
	house   *webtest.House
	acme    webtest.Tenant
	office  *mailtest.Office
	reports *bulletin.Service
	writer  *bulletinweb.Writer
	books   *db.LedgerStore
	budgets *budget.Service
	node    id.Node
	offset  int64
}

// plain prices nothing: what caches saved is tested where prices are.
type plain struct{}

func (plain) Saved(context.Context, org.Actor, usage.Result) (money.USD, bool, error) {
	return 0, true, nil
}
func (plain) Cheaper(context.Context, org.Actor, usage.Result) ([]bulletin.Cheaper, error) {
	return []bulletin.Cheaper{{Model: "m1", From: "up", To: "down", Here: 3 * money.Dollar, There: money.Dollar}}, nil
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{house: h, acme: h.Found(t, "Acme"), office: mailtest.New(t, d, h.Clock, h.IDs, h.Master), books: db.NewLedgerStore(d), node: id.NewNode(h.IDs)}
	log := slog.New(slog.DiscardHandler)
	s.budgets = budget.New(budget.Parts{Store: db.NewBudgetStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	orgs := db.NewOrgStore(d)
	s.reports = bulletin.New(bulletin.Parts{Store: db.NewBulletinStore(d), Orgs: orgs, Post: bulletinweb.Post{Mail: s.office.Post}, Tx: d, Audit: h.Audit, IDs: h.IDs, Clock: h.Clock, Log: log,
		Maker: bulletin.Maker{Usage: usage.NewService(db.NewUsageStore(d), orgs, h.Clock), Budgets: s.budgets, Keys: h.Keys, Pricing: plain{}}})
	s.writer = &bulletinweb.Writer{Reports: s.reports, PublicURL: "http://127.0.0.1:8080"}
	s.office.Courier.Composers[bulletin.MailKind] = s.writer.Compose
	return s
}

func (s *scene) zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	s.acme.Org.Zone = name
	if err := db.NewOrgStore(s.house.DB).SetOrganization(t.Context(), s.acme.Org); err != nil {
		t.Fatal(err)
	}
	return z
}

// spend books requests of a member in a team.
func (s *scene) spend(t *testing.T, team id.Team, m id.Member, model string, cost money.USD, at ...time.Time) {
	t.Helper()
	s.offset++
	b := budget.Batch{From: budget.Mark{At: journal.Position{Segment: 1, Offset: s.offset - 1}}, To: budget.Mark{At: journal.Position{Segment: 1, Offset: s.offset}}}
	if s.offset == 1 {
		b.From = budget.Mark{}
	}
	for _, when := range at {
		c := org.Chain{Org: s.acme.Org.ID, Team: team, Member: m, Key: id.NewKey(s.house.IDs)}
		r := ledger.Request{ID: id.NewRequest(s.house.IDs), At: when, Chain: c, Family: "openai", Endpoint: "chat", Asked: model, Model: model, Provider: "up", Route: "model " + model, Status: 200, Attempts: 1, Cost: cost, Duration: time.Second, Cache: "miss"}
		a := ledger.Attempt{ID: id.NewAttempt(s.house.IDs), Request: r.ID, Number: 1, Chain: c, At: when, Provider: "up", Kind: "openai", Model: model, Asked: model, Endpoint: "chat", Cache: "miss"}
		b.Requests = append(b.Requests, r)
		b.Attempts = append(b.Attempts, budget.Posting{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: llm.Usage{Input: 100, Output: 10}, Cost: cost, Status: 200, At: when.Add(time.Second)}})
	}
	if _, err := s.books.Post(t.Context(), s.node, b); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) create(t *testing.T, in bulletin.Input) bulletin.Listed {
	t.Helper()
	l, err := s.reports.Create(t.Context(), s.acme.Actor(org.Admin), in)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (s *scene) sent(t *testing.T) []bulletin.Edition {
	t.Helper()
	all, err := s.reports.Archive(t.Context(), s.acme.Actor(org.Admin), bulletin.EditionQuery{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range all {
		if all[i], err = s.reports.Edition(t.Context(), s.acme.Actor(org.Admin), e.ID); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// The totals of a report are the ledger's for the same days in the same zone, to the nano-dollar, in weeks that are an hour longer
// or shorter as well; and each part adds up to them.
func TestTotalsAreTheLedgers(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	r := rand.New(rand.NewPCG(5, 5))
	for i, c := range []struct{ zone, monday string }{
		{"Europe/Berlin", "2027-03-29"}, {"America/New_York", "2027-11-08"}, {"Australia/Lord_Howe", "2028-04-03"}, {"Asia/Kathmandu", "2028-05-08"}, {"America/Havana", "2028-11-06"},
	} {
		z := s.zone(t, c.zone)
		monday, err := time.ParseInLocation(time.DateOnly, c.monday, z)
		if err != nil {
			t.Fatal(err)
		}
		s.house.Clock.Set(monday.AddDate(0, 0, -20))
		if i == 0 {
			s.create(t, bulletin.Input{Kind: bulletin.Weekly, Team: s.acme.Team, Hour: 8, Answering: true})
		}
		from := monday.AddDate(0, 0, -7) // by the calendar, so that the week has 167 or 169 hours where clocks change
		var want, before money.USD
		teams := []id.Team{s.acme.Team, s.acme.Other}
		for range 60 {
			at := from.AddDate(0, 0, -7).Add(time.Duration(r.Int64N(int64(15 * 24 * time.Hour))))
			cost, team := money.USD(r.Int64N(1e11)), teams[r.IntN(2)]
			s.spend(t, team, s.acme.Members[org.Developer].ID, fmt.Sprint("m", r.IntN(14)), cost, at)
			switch {
			case team != s.acme.Team || !at.Before(monday):
			case !at.Before(from):
				want += cost
			default:
				before += cost
			}
		}
		for _, edge := range []time.Time{from, monday.Add(-time.Nanosecond), monday, from.Add(-time.Nanosecond)} {
			s.spend(t, s.acme.Team, s.acme.Members[org.Lead].ID, "edge", 7, edge)
		}
		want, before = want+14, before+7
		s.house.Clock.Set(time.Date(monday.Year(), monday.Month(), monday.Day(), 8, 0, 0, 0, z))
		if err := s.reports.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		e := s.sent(t)[0]
		if !e.From.Equal(from) || !e.To.Equal(monday) {
			t.Fatalf("%s: about %s to %s", c.zone, e.From.In(z), e.To.In(z))
		}
		if e.Content.Now.Cost != want || e.Content.Before.Cost != before {
			t.Errorf("%s: %s and %s before, the ledger says %s and %s", c.zone, e.Content.Now.Cost, e.Content.Before.Cost, want, before)
		}
		var days money.USD
		for _, d := range e.Content.Days {
			days += d.Cost
		}
		if days != want || len(e.Content.Days) != 7 {
			t.Errorf("%s: %d days come to %s", c.zone, len(e.Content.Days), days)
		}
		for _, p := range e.Content.Parts {
			var sum, then money.USD
			for _, l := range p.Lines {
				sum, then = sum+l.Cost, then+l.Before
			}
			if sum != want || then != before {
				t.Errorf("%s: by %s it is %s and %s before", c.zone, p.By, sum, then)
			}
		}
	}
	if n := len(s.sent(t)); n != 5 {
		t.Errorf("%d editions", n)
	}
}

// Nothing of another team, of a department or of the organization is in a team's report: no name, no amount.
func TestATeamsReportHoldsNoOtherTeamsNumbers(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.house.Clock.Set(time.Date(2027, 3, 8, 8, 0, 0, 0, time.UTC))
	day := time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC)
	s.spend(t, s.acme.Team, s.acme.Members[org.Developer].ID, "model-own", 12_340_000_000, day)
	s.spend(t, s.acme.Other, s.acme.Outsider.ID, "model-canary", 77_770_000_000, day, day.AddDate(0, 0, -7))
	for _, scope := range []org.Scope{org.OfOrg(s.acme.Org.ID), org.OfTeam(s.acme.Org.ID, s.acme.Other), org.OfTeam(s.acme.Org.ID, s.acme.Team)} {
		limit := money.USD(8881 * money.Dollar)
		if scope.Node() == s.acme.Team.UUID() {
			limit = 100 * money.Dollar
		}
		if _, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: scope, Measure: ledger.Money, Limit: limit, Period: budget.Monthly, Enforce: budget.Soft}); err != nil {
			t.Fatal(err)
		}
	}
	l := s.create(t, bulletin.Input{Kind: bulletin.Weekly, Team: s.acme.Team, Hour: 8, Answering: true, CSV: true, PDF: true})
	e, err := s.reports.SendNow(t.Context(), s.acme.Actor(org.Lead), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	m := s.office.One(t, s.acme.Members[org.Lead].Email)
	if len(m.Files) != 3 || !m.Files[0].Inline || !strings.HasSuffix(m.Files[1].Name, ".pdf") || !strings.HasSuffix(m.Files[2].Name, ".csv") {
		t.Fatalf("%d files", len(m.Files))
	}
	all := m.Subject + m.Text + m.HTML + string(m.Files[2].Body) + fmt.Sprintf("%+v", e.Content)
	for _, own := range []string{"12.34", "model-own", "Member developer", "$100.00"} {
		if !strings.Contains(m.Text, own) || !strings.Contains(m.HTML, own) {
			t.Errorf("the report lacks %q:\n%s", own, m.Text)
		}
	}
	for _, canary := range []string{"77.77", "90.11", "model-canary", "Other\"", "Team Other", "Member outsider", "outsider@", "8,881", "8881"} {
		if strings.Contains(all, canary) {
			t.Errorf("the report says %q:\n%s", canary, m.Text)
		}
	}
	whole := s.create(t, bulletin.Input{Kind: bulletin.Monthly, Hour: 8, Answering: true})
	p, err := s.reports.Preview(t.Context(), s.acme.Actor(org.Admin), whole.ID)
	if err != nil || p.Content.Before.Cost != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	if len(p.Content.Budgets) != 3 {
		t.Errorf("the organization's report has budgets %+v", p.Content.Budgets)
	}
}

// However many nodes look, and however often, a report goes out once for each period; after a time without nodes the latest only.
func TestAnEditionIsMadeOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.house.Clock.Set(time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC)) // a Wednesday
		l := s.create(t, bulletin.Input{Kind: bulletin.Weekly, Team: s.acme.Team, Hour: 8, Answering: true, Members: []id.Member{s.acme.Members[org.Viewer].ID, s.acme.Members[org.Lead].ID}})
		look := func() {
			t.Helper()
			var wg sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs {
				wg.Go(func() { errs[i] = s.reports.Due(t.Context()) })
			}
			wg.Wait()
			for _, err := range errs {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		look()
		if len(s.sent(t)) != 0 {
			t.Fatal("what was due before the report was set up went out")
		}
		s.house.Clock.Set(time.Date(2027, 3, 22, 9, 0, 0, 0, time.UTC)) // the third Monday since
		look()
		look()
		all := s.sent(t)
		if len(all) != 1 || !all[0].From.Equal(time.Date(2027, 3, 15, 0, 0, 0, 0, time.UTC)) || all[0].Occasion != "2027-03-15" {
			t.Fatalf("editions %+v", all)
		}
		letters := s.office.Deliver(t)
		if len(letters) != 2 { // the lead is chosen twice, and gets one
			t.Errorf("%d letters", len(letters))
		}
		copies, err := s.reports.Deliveries(t.Context(), s.acme.Actor(org.Lead), all[0].ID)
		if err != nil || len(copies) != 2 || copies[0].Status != bulletin.Sent || copies[0].SentAt.IsZero() {
			t.Errorf("copies %+v, %v", copies, err)
		}
		for range 2 {
			if _, err := s.reports.SendNow(t.Context(), s.acme.Actor(org.Lead), l.ID); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(s.office.Deliver(t)); n != 2 {
			t.Errorf("sent twice within a minute: %d letters", n)
		}
		if _, err := s.reports.Update(t.Context(), s.acme.Actor(org.Lead), l.ID, bulletin.Input{Hour: 8, Answering: true, Paused: true}); err != nil {
			t.Fatal(err)
		}
		s.house.Clock.Set(time.Date(2027, 3, 29, 9, 0, 0, 0, time.UTC))
		look()
		if _, err := s.reports.Update(t.Context(), s.acme.Actor(org.Lead), l.ID, bulletin.Input{Hour: 8, Answering: true}); err != nil {
			t.Fatal(err)
		}
		look()
		if n := len(s.sent(t)); n != 2 {
			t.Errorf("a paused report: %d editions", n)
		}
	})
}

func TestADailyReportComesOnlyWhileABudgetIsNearlyUsedUp(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.house.Clock.Set(time.Date(2027, 3, 3, 7, 0, 0, 0, time.UTC))
	s.spend(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m", 9*money.Dollar, time.Date(2027, 3, 2, 7, 0, 0, 0, time.UTC))
	limits := budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Measure: ledger.Money, Limit: 10 * money.Dollar, Period: budget.Monthly, Enforce: budget.Soft}
	made, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), limits)
	if err != nil {
		t.Fatal(err)
	}
	s.create(t, bulletin.Input{Kind: bulletin.Daily, Team: s.acme.Team, Hour: 8, Answering: true})
	for day, c := range []struct {
		limit money.USD
		want  int
	}{{10 * money.Dollar, 0}, {10*money.Dollar - 1, 1}, {10*money.Dollar - 1, 2}, {11 * money.Dollar, 2}} {
		limits.Limit = c.limit
		if _, err := s.budgets.Update(t.Context(), s.acme.Actor(org.Admin), made.ID, limits); err != nil {
			t.Fatal(err)
		}
		s.house.Clock.Set(time.Date(2027, 3, 3+day, 8, 1, 0, 0, time.UTC))
		if err := s.reports.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(s.sent(t)); n != c.want {
			t.Errorf("day %d: %d editions, want %d", day, n, c.want)
		}
	}
}

func TestReportsGoOnlyToWhoMayReadThem(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	week := bulletin.Input{Kind: bulletin.Weekly, Team: s.acme.Team, Hour: 8, Answering: true}
	for _, r := range org.Roles {
		_, err := s.reports.Create(t.Context(), s.acme.Actor(r), week)
		if may := r.AtLeast(org.Lead); may && err != nil && !fault.Is(err, fault.Conflict) || !may && !fault.Is(err, fault.Forbidden) {
			t.Errorf("a %s sets a team's report: %v", r, err)
		}
		if _, err := s.reports.Create(t.Context(), s.acme.Actor(r), bulletin.Input{Kind: bulletin.Monthly, Hour: 8, Answering: true}); (err == nil) != (r == org.Admin) {
			t.Errorf("a %s sets the organization's report: %v", r, err)
		}
		all, err := s.reports.List(t.Context(), s.acme.Actor(r))
		if want := map[org.Role]int{org.Admin: 2, org.Manager: 1, org.Lead: 1, org.Viewer: 1}[r]; err != nil || len(all) != want {
			t.Errorf("a %s sees %d reports, %v", r, len(all), err)
		}
	}
	for who, m := range map[string]id.Member{"a developer": s.acme.Members[org.Developer].ID, "somebody of another team": s.acme.Outsider.ID, "nobody": id.NewMember(s.house.IDs)} {
		in := bulletin.Input{Kind: bulletin.Daily, Team: s.acme.Team, Hour: 8, Members: []id.Member{m}}
		if _, err := s.reports.Create(t.Context(), s.acme.Actor(org.Lead), in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s is chosen: %v", who, err)
		}
	}
	in := week
	in.Kind, in.Members = bulletin.Daily, []id.Member{s.acme.Members[org.Viewer].ID}
	l := s.create(t, in)
	if len(l.People) != 2 {
		t.Fatalf("goes to %+v", l.People)
	}
	if err := s.house.Identity.RemoveMember(t.Context(), s.acme.Actor(org.Admin), s.acme.Members[org.Lead].ID); err != nil {
		t.Fatal(err)
	}
	l, err := s.reports.Get(t.Context(), s.acme.Actor(org.Admin), l.ID)
	if err != nil || len(l.People) != 2 || l.People[0].ID != s.acme.Members[org.Manager].ID {
		t.Errorf("without a lead it goes to %+v, %v", l.People, err)
	}
}

func TestPagesKeepWhatWasTypedAndShowWhatWouldBeSent(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.house.Clock.Set(time.Date(2027, 3, 8, 12, 0, 0, 0, time.UTC))
	s.spend(t, s.acme.Team, s.acme.Members[org.Developer].ID, "=cmd|x", 12_340_000_000, time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC))
	site := s.house.Serve(t, append(bulletinweb.New(s.reports, s.writer, s.house.Identity, s.house.Keys).Routes(), webtest.Enter()))
	lead := webtest.As(t, site, s.acme.Members[org.Lead])
	if p := lead.Get("/reports"); !p.Has("No reports yet", "Set up the first report") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, site, s.acme.Members[org.Developer]).Get("/reports"); !p.Has("No reports to see") || p.Has("Set up the first report") {
		t.Errorf("a developer: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Get("/reports/new"); !p.Has(`name="kind"`, `name="scope"`, `name="hour"`, "08:00") {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	team := s.acme.Team.String()
	form := func(more url.Values) url.Values {
		v := url.Values{"kind": {"weekly"}, "scope": {team}, "hour": {"8"}, "answering": {"on"}, "csv": {"on"}, "pdf": {"on"}}
		for k, x := range more {
			v[k] = x
		}
		return v
	}
	for name, x := range map[string]struct {
		typed url.Values
		says  string
	}{
		"an odd kind":        {form(url.Values{"kind": {"yearly"}}), "Choose weekly, monthly, daily, quarterly, or evidence_"},
		"an odd hour":        {form(url.Values{"hour": {"25"}}), "The hour is a number from 0 to 23"},
		"a month of a team":  {form(url.Values{"kind": {"monthly"}}), "This report is about the whole organization."},
		"nobody":             {form(url.Values{"answering": nil}), "Nobody would get it."},
		"no place":           {form(url.Values{"scope": {""}}), "Choose whose figures the report holds."},
		"a stranger":         {form(url.Values{"members": {"who@else.test"}}), "Nobody here has the address who@else.test."},
		"no address":         {form(url.Values{"members": {"Ada"}}), "Enter an e-mail address"},
		"someone not to see": {form(url.Values{"members": {s.acme.Members[org.Developer].Email}}), "may not see these costs"},
	} {
		if p := lead.Post("/reports", x.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says, strings.Join(x.typed["members"], "")) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	p := lead.Post("/reports", form(url.Values{"members": {s.acme.Members[org.Viewer].Email}}))
	if p.Status != http.StatusSeeOther {
		t.Fatalf("set up: %d\n%s", p.Status, p.Body)
	}
	one := p.Location
	if p := lead.Post("/reports", form(nil)); p.Status != http.StatusUnprocessableEntity || !p.Has("There is such a report already.") {
		t.Errorf("a second one: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Get(one); !p.Has("Weekly report: Team", "12.34", "Send now", "every Monday at 08:00", s.acme.Members[org.Viewer].Email) {
		t.Errorf("page: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Get(one + "/mail"); !p.Has("12.34", `src="data:image/png;base64,`) || strings.Contains(p.Body, "cid:") {
		t.Errorf("as a mail: %d\n%s", p.Status, p.Body)
	}
	viewer := webtest.As(t, site, s.acme.Members[org.Viewer])
	if p := viewer.Get(one); !p.Has("12.34") || p.Has("Send now") {
		t.Errorf("a viewer's page: %d", p.Status)
	}
	if p := viewer.Post(one+"/send", nil); p.Status != http.StatusForbidden {
		t.Errorf("a viewer sends: %d", p.Status)
	}
	if p := webtest.As(t, site, s.acme.Outsider).Get(one); p.Status != http.StatusNotFound {
		t.Errorf("somebody of another team sees it: %d", p.Status)
	}
	typed := append(regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(lead.Get(one+"/edit").Body), "", "")[1]
	s.house.Clock.Advance(time.Second)
	if p := lead.Get(one + "/edit"); !p.Has(s.acme.Members[org.Viewer].Email) {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Post(one, form(url.Values{"hour": {"9"}})); p.Status != http.StatusSeeOther {
		t.Errorf("changed: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Post(one, form(url.Values{"version": {typed}, "hour": {"10"}})); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this report while you did") {
		t.Errorf("typed over the old one: %d\n%s", p.Status, p.Body)
	}
	p = lead.Post(one+"/send", nil)
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Location, "/reports/archive/") {
		t.Fatalf("sent: %d %s", p.Status, p.Location)
	}
	number := p.Location
	if p := lead.Get(number); !p.Has("On its way", "12.34", s.acme.Members[org.Lead].Email) {
		t.Errorf("edition: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Get(number + "/file?format=csv"); !p.Has("'=cmd|x", "12.34,0") {
		t.Errorf("table: %d\n%s", p.Status, p.Body)
	}
	if p := viewer.Get(number + "/file?format=pdf"); !strings.HasPrefix(p.Body, "%PDF-") {
		t.Errorf("document: %d", p.Status)
	}
	if p := lead.Get(number + "/file?format=doc"); p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusBadRequest {
		t.Errorf("an odd format: %d", p.Status)
	}
	if p := viewer.Get(number); !p.Has(`title="$`) {
		t.Error("what was spent does not say to the nano-dollar what it was")
	}
	if p := viewer.Get("/reports/archive"); !p.Has("Weekly report: Team", "1 to 7 March 2027") {
		t.Errorf("archive: %d\n%s", p.Status, p.Body)
	}
	of := "/reports/archive?report=" + strings.TrimPrefix(one, "/reports/")
	if p := viewer.Get(of + "&after=ffffffff-ffff-ffff-ffff-ffffffffffff"); !p.Has(`href="` + of + `"`) {
		t.Errorf("the newest are those of all reports: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, site, s.acme.Outsider).Get("/reports/archive"); p.Has("Weekly report") {
		t.Error("somebody of another team sees the archive")
	}
	if p := lead.Post(one+"/delete", nil); p.Status != http.StatusSeeOther {
		t.Errorf("deleted: %d", p.Status)
	}
	if p := lead.Get(number); p.Status != http.StatusOK {
		t.Errorf("an edition of a report that is gone: %d", p.Status)
	}
}

func TestALeadSavesAReportThatGoesToSomebodyTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	finance := s.house.Join(t, s.acme, "finance", org.Admin)
	l := s.create(t, bulletin.Input{Kind: bulletin.Weekly, Team: s.acme.Team, Hour: 8, Answering: true, Members: []id.Member{finance.ID}})
	site := s.house.Serve(t, append(bulletinweb.New(s.reports, s.writer, s.house.Identity, s.house.Keys).Routes(), webtest.Enter()))
	lead, page := webtest.As(t, site, s.acme.Members[org.Lead]), "/reports/"+l.ID.String()
	if p := lead.Get(page + "/edit"); !p.Has(finance.Email) {
		t.Fatalf("the form does not say that it goes to finance: %d\n%s", p.Status, p.Body)
	}
	typed := func(to string) url.Values {
		return url.Values{"kind": {"weekly"}, "hour": {"9"}, "answering": {"on"}, "members": {to}}
	}
	if p := lead.Post(page, typed(finance.Email+"\n"+s.house.Join(t, s.acme, "other", org.Admin).Email)); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("somebody else whom the lead does not know is found: %d", p.Status)
	}
	if p := lead.Post(page, typed(finance.Email)); p.Status != http.StatusSeeOther {
		t.Errorf("the form is not saved as it was shown: %d\n%s", p.Status, p.Body)
	}
	if l, err := s.reports.Get(t.Context(), s.acme.Actor(org.Admin), l.ID); err != nil || l.Hour != 9 || len(l.Report.Members) != 1 {
		t.Errorf("saved: %+v, %v", l.Report, err)
	}
}
