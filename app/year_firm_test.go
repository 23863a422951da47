package app

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/logtest"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// firm is the company that is simulated: a serving process by a clock that we lead, and our own count of what it spends.
type firm struct {
	span
	t      *testing.T
	a      *App
	cfg    Config
	clock  *clock.Fake
	log    logtest.Log      // what the process logs as warnings and worse
	box    *sandbox.Sandbox // the provider, which keeps a bill of its own
	client *http.Client
	base   string
	stop   func()
	org    org.Organization
	zone   *time.Location
	admin  org.Actor
	token  string
	random *rand.Rand
	teams  []crew
	staff  []worker  // who has a key
	last   time.Time // when the schedule was last run
	dearer time.Time // the day from which on the reasoning model costs more

	mu      sync.Mutex // over what follows
	limits  []*hardLimit
	months  map[string]*monthSum
	billed  int64 // by the provider's list
	sent    int64
	refused int64
	asked   int

	ran, hired, left int
}

type crew struct {
	id     id.Team
	limits []*hardLimit // of the team, the department, the organization
}

type worker struct {
	member id.Member
	team   int
	secret string
	own    *hardLimit // nil without
}

// hardLimit is one and what was spent under it, by the first day of each period.
type hardLimit struct {
	name   string
	budget id.Budget
	limit  money.USD
	period budget.Calendar
	spent  map[string]money.USD
	more   map[string]money.USD // granted
}

const firmPassword = "correct zebra staple 9"

// startFirm serves and founds the company.
func startFirm(t *testing.T, databaseURL string, s span) *firm {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	addr := l.Addr().String()
	must(t, l.Close())
	f := &firm{span: s, t: t, clock: clock.NewFake(s.from), client: &http.Client{Timeout: time.Minute}, random: rand.New(rand.NewPCG(5, 0xb0d41)),
		last: s.from, months: map[string]*monthSum{}, dearer: s.from.Add(s.to.Sub(s.from) / 2).Truncate(24 * time.Hour)}
	f.cfg = Config{Addr: addr, PublicURL: "http://" + addr, DataDir: t.TempDir(), DatabaseURL: secret.New(databaseURL), NodeDeadAfter: 30 * time.Second, SMTPFrom: "bodhi@northwind.test"}
	f.a, err = New(t.Context(), f.cfg, Options{Log: slog.New(slog.NewTextHandler(&f.log, &slog.HandlerOptions{Level: slog.LevelWarn})), Web: true, Worker: true, Clock: f.clock})
	must(t, err)
	f.a.people.Hasher = identity.NewHasher(64)
	f.box = sandbox.New(sandbox.Config{Clock: f.clock, Open: true})
	f.a.upstreams.sandbox = f.box.Transport()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, over := make(chan struct{}), make(chan error, 1)
	go func() { over <- f.a.Run(ctx, func(string) { close(ready) }) }()
	f.stop = sync.OnceFunc(func() {
		f.client.CloseIdleConnections()
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
		if text := f.log.String(); strings.Contains(text, "level=ERROR") {
			t.Errorf("it logged errors:\n%s", text[:min(len(text), 4000)])
		}
	})
	t.Cleanup(f.stop)
	<-ready
	f.found()
	return f
}

// found makes the tree: five departments, twenty-five teams, hard limits on every level, reports, and a retention of days.
func (f *firm) found() {
	f.t.Helper()
	ctx := f.t.Context()
	o, first, err := f.a.people.SignUp(ctx, org.Actor{Label: "test"}, identity.SignUp{Organization: "Northwind", Name: "Ada Lovelace", Email: "ada@northwind.test", Password: secret.New(firmPassword), Zone: "Europe/Berlin"})
	must(f.t, err)
	f.org, f.admin = o, first.Acting(org.Actor{})
	f.zone, err = time.LoadLocation(o.Zone)
	must(f.t, err)
	token, _, err := f.a.people.CreateToken(ctx, f.admin, identity.NewToken{Name: "test", Role: org.Admin})
	must(f.t, err)
	f.token, f.base = token.Reveal(), f.cfg.PublicURL+"/t/"+o.Slug+"/v1"
	month := f.monthly()
	all := f.setLimit("the organization", org.OfOrg(o.ID), month*3, budget.Calendar{Period: budget.Quarterly})
	for d := range 5 {
		department, err := f.a.people.AddDepartment(ctx, f.admin, fmt.Sprintf("Department %d", d))
		must(f.t, err)
		over := f.setLimit(department.Name, org.OfDepartment(o.ID, department.ID), month/5*[]money.USD{60, 300, 90, 300, 300}[d]/100, budget.Calendar{Period: budget.Monthly, Starts: []int{0, 15, 0, 0, 31}[d]})
		for n := range 5 {
			name := fmt.Sprintf("Team %d-%d", d, n)
			team, err := f.a.people.AddTeam(ctx, f.admin, name, department.ID)
			must(f.t, err)
			own := f.setLimit(name, org.OfTeam(o.ID, team.ID), month/25*[]money.USD{50, 90, 300, 300, 70}[n]/100, budget.Calendar{Period: budget.Monthly})
			f.teams = append(f.teams, crew{team.ID, []*hardLimit{own, over, all}})
		}
	}
	for i := range f.people - 1 {
		f.hire(i)
	}
	must(f.t, f.a.retention.SetDays(ctx, f.admin, f.keep))
	_, err = f.a.bulletins().Create(ctx, f.admin, bulletin.Input{Kind: bulletin.Monthly, Hour: 8, Answering: true, CSV: true})
	must(f.t, err)
	for i := range 5 {
		_, err = f.a.bulletins().Create(ctx, f.admin, bulletin.Input{Kind: bulletin.Weekly, Team: f.teams[5*i].id, Hour: 8, Answering: true})
		must(f.t, err)
	}
	f.known()
}

// monthly is about what the company would spend in a month without limits.
func (f *firm) monthly() money.USD { return money.USD(f.daily) * 22 * 360_000 }

// setLimit sets a hard limit.
func (f *firm) setLimit(name string, at org.Scope, limit money.USD, period budget.Calendar) *hardLimit {
	f.t.Helper()
	made, err := f.a.budgets(f.a.treasury).Create(f.t.Context(), f.admin, budget.Input{Scope: at, Limit: ledger.Units(limit), Period: period.Period, Starts: period.Starts, Enforce: budget.Hard})
	must(f.t, err)
	l := &hardLimit{name: name, budget: made.ID, limit: limit, period: period, spent: map[string]money.USD{}, more: map[string]money.USD{}}
	f.limits = append(f.limits, l)
	return l
}

// hire lets a person in: the first of a team leads it, one of ten only looks, one of ten has a weekly limit of their own.
func (f *firm) hire(i int) {
	f.t.Helper()
	ctx, team := f.t.Context(), i%len(f.teams)
	role := org.Developer
	switch {
	case i < len(f.teams):
		role = org.Lead
	case i%10 == 9:
		role = org.Viewer
	}
	m, err := f.a.people.AddMember(ctx, f.admin, identity.NewMember{Name: fmt.Sprintf("Person %03d", i), Email: fmt.Sprintf("p%03d@northwind.test", i), Role: role, Teams: []id.Team{f.teams[team].id}})
	must(f.t, err)
	if role == org.Viewer {
		return
	}
	made, err := f.a.keys.Create(ctx, f.admin, key.Input{Name: "laptop", Team: f.teams[team].id, Member: m.ID})
	must(f.t, err)
	w := worker{member: m.ID, team: team, secret: made.Secret.Reveal()}
	if i%10 == 5 {
		w.own = f.setLimit(m.Name, org.OfMember(f.org.ID, m.ID), max(f.monthly()/money.USD(4*f.people)*6/10, 2_000_000), budget.Calendar{Period: budget.Weekly, Starts: 1})
	}
	f.staff = append(f.staff, w)
}

// turnover is a Monday: two people come, two go, whose keys are refused from then on, and a team gets more for its month.
func (f *firm) turnover() {
	f.t.Helper()
	ctx := f.t.Context()
	for range 2 {
		f.hire(f.people + f.hired)
		f.hired++
	}
	for range 2 {
		i := len(f.teams) + f.random.IntN(len(f.staff)-len(f.teams))
		w := f.staff[i]
		if f.left%2 == 0 {
			must(f.t, f.a.people.DisableMember(ctx, f.admin, w.member))
		} else {
			must(f.t, f.a.people.RemoveMember(ctx, f.admin, w.member))
		}
		f.left++
		f.staff = append(f.staff[:i], f.staff[i+1:]...)
		until(f.t, "the key of who left to be refused", func() bool { return f.looks(w.secret) == http.StatusUnauthorized })
	}
	team := f.teams[5*f.random.IntN(5)] // those of the tightest limits
	now := f.clock.Now()
	if f.ahead(now.AddDate(0, 0, 7)) == f.ahead(now) {
		more := team.limits[0].limit / 20
		_, err := f.a.budgets(f.a.treasury).Grant(ctx, f.admin, team.limits[0].budget, budget.GrantInput{Kind: budget.Increase, Amount: ledger.Units(more), Reason: "a busy week"})
		must(f.t, err)
		team.limits[0].more[f.begins(team.limits[0].period, now)] += more
	}
	f.known()
}

// ahead is the month of a moment, in the organization's zone.
func (f *firm) ahead(at time.Time) string { return at.In(f.zone).Format("2006-01") }

// begins is the first day of the period that a moment lies in.
func (f *firm) begins(c budget.Calendar, at time.Time) string {
	from, _ := c.Window(at, f.zone)
	return from.In(f.zone).Format(time.DateOnly)
}

// known waits until the data plane knows the newest key.
func (f *firm) known() {
	f.t.Helper()
	until(f.t, "the newest key to work", func() bool { return f.looks(f.staff[len(f.staff)-1].secret) == http.StatusOK })
}

// looks asks the data plane who a key is.
func (f *firm) looks(secret string) int {
	f.t.Helper()
	status, _ := f.ask(http.MethodGet, f.base+"/key", secret, "")
	return status
}

// raisePrices makes the reasoning model dearer, from now on.
func (f *firm) raisePrices() {
	f.t.Helper()
	_, err := f.a.pricing.Create(f.t.Context(), f.admin, price.Input{Model: dearModel, Prices: map[catalog.Class]money.Price{catalog.Input: 3_000_000, catalog.CacheRead: 300_000, catalog.Output: 12_000_000}, Note: "a new contract"})
	must(f.t, err)
	f.dearer = f.clock.Now()
	until(f.t, "the new price", func() bool {
		q, ok := f.a.prices.Quote(f.org.ID, "sandbox", dearModel, f.clock.Now())
		if !ok {
			return false
		}
		bill, err := q.Bill(llm.Usage{Input: 1})
		return err == nil && bill.Total == 3000
	})
}

// chores runs every row of the schedule that came due since the last time, once each.
func (f *firm) chores(now time.Time) {
	f.t.Helper()
	ran, err := f.a.CatchUp(f.t.Context(), f.last)
	if err != nil {
		f.t.Error(err)
	}
	f.ran, f.last = f.ran+ran, now
}

// editions is how many reports were made.
func (f *firm) editions() int {
	f.t.Helper()
	all, err := f.a.bulletins().Archive(f.t.Context(), f.admin, bulletin.EditionQuery{All: true, Limit: 1000})
	must(f.t, err)
	return len(all)
}

// logIn is a session of the admin.
func (f *firm) logIn() *http.Cookie {
	f.t.Helper()
	return webtest.LogIn(f.t, f.a.handler, "ada@northwind.test", firmPassword)
}

func (f *firm) journal() string { return filepath.Join(f.cfg.DataDir, "journal") }
