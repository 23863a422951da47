package reconcile_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// biller is OpenAI's costs endpoint: dollars by day, a page a day.
type biller struct {
	costs  map[reconcile.Date]string
	status int
	asked  int
	key    string
}

func (b *biller) RoundTrip(r *http.Request) (*http.Response, error) {
	b.asked++
	b.key = r.Header.Get("Authorization")
	if b.status != 0 {
		return &http.Response{StatusCode: b.status, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
	}
	v := r.URL.Query()
	var start, end int64
	_, _ = fmt.Sscan(v.Get("start_time"), &start)
	_, _ = fmt.Sscan(v.Get("end_time"), &end)
	if page := v.Get("page"); page != "" {
		_, _ = fmt.Sscan(page, &start)
	}
	day := reconcile.DateOf(time.Unix(start, 0))
	results := ""
	if cost := b.costs[day]; cost != "" {
		results = fmt.Sprintf(`{"amount":{"value":%s,"currency":"usd"},"line_item":"gpt-5.5, output"}`, cost)
	}
	next := start + 24*3600
	body := fmt.Sprintf(`{"object":"page","data":[{"start_time":%d,"results":[%s]}],"has_more":%v,"next_page":"%d"}`, start, results, next < end, next)
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
}

type scene struct {
	*webtest.House
	acme       webtest.Tenant
	admin      org.Actor
	service    *reconcile.Service
	accounts   *provider.Service
	ledger     *db.LedgerStore
	out        *biller
	connection provider.ConnectionRecord
	mark       budget.Mark
	node       id.Node
	log        bytes.Buffer
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{House: h, acme: h.Found(t, "Acme"), ledger: db.NewLedgerStore(d), out: &biller{costs: map[reconcile.Date]string{}}, node: id.NewNode(h.IDs)}
	s.admin = s.acme.Actor(org.Admin)
	log := slog.New(slog.NewTextHandler(&s.log, nil))
	connections := db.NewConnectionStore(d)
	aliases := route.New(route.Parts{Store: db.NewAliasStore(d), Connections: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	s.accounts = provider.New(provider.Parts{Store: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}),
		Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	s.service = reconcile.New(reconcile.Parts{Store: db.NewReconcileStore(d), Connections: connections, Tx: d, Audit: h.Audit, Vault: h.Keyring, Out: s.out,
		IDs: h.IDs, Clock: h.Clock, Log: log})
	var err error
	s.connection, err = s.accounts.Create(t.Context(), s.admin, provider.Input{Name: "eu", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")})
	if err == nil {
		err = s.service.SetCredential(t.Context(), s.admin, s.connection.ID, reconcile.Input{Credential: secret.New("sk-admin-0123456789")})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ago is the day so many days before today.
func (s *scene) ago(days int) reconcile.Date {
	return reconcile.DateOf(s.Clock.Now().UTC().AddDate(0, 0, -days))
}

// spend posts an attempt of a day.
func (s *scene) spend(t *testing.T, day reconcile.Date, model string, cost money.USD) {
	t.Helper()
	at := day.Start().Add(23*time.Hour + 59*time.Minute)
	a := ledger.Attempt{ID: id.NewAttempt(s.IDs), Request: id.NewRequest(s.IDs), Number: 1, Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team}, At: at,
		Connection: s.connection.ID, Provider: "eu", Kind: "openai", Model: model, PriceVersion: "v1"}
	end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Cost: cost, Status: 200, At: at}
	next := budget.Mark{At: journal.Position{Segment: 1, Offset: s.mark.At.Offset + 10}, Low: s.mark.At}
	err := s.ledger.EnsureDays(t.Context(), at, at)
	if err == nil {
		_, err = s.ledger.Post(t.Context(), s.node, budget.Batch{From: s.mark, To: next, Attempts: []budget.Posting{{Attempt: a, End: end}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	s.mark = next
}

func (s *scene) day(t *testing.T, day reconcile.Date) reconcile.Day {
	t.Helper()
	d, err := s.service.Day(t.Context(), s.admin, s.connection.ID, day)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheNightPutsBothBooksSideBySide(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		yesterday, before := s.ago(1), s.ago(2)
		s.spend(t, yesterday, "gpt-5.5", 90*money.Cent)
		s.spend(t, yesterday, "gpt-4o", 9*money.Cent)
		s.spend(t, before, "gpt-5.5", 90*money.Cent)
		s.spend(t, s.ago(0), "gpt-5.5", 50*money.Cent)
		s.out.costs[yesterday], s.out.costs[before] = "1.00", "1.00"
		if err := s.service.Nightly(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.out.asked != 7 || s.out.key != "Bearer sk-admin-0123456789" {
			t.Errorf("%d pages asked for with %q", s.out.asked, s.out.key)
		}
		good := s.day(t, yesterday)
		if good.Ours != 99*money.Cent || good.Theirs != money.Dollar || good.Attempts != 2 || good.Verdict() != reconcile.Agrees || good.Corrected != money.Cent {
			t.Errorf("yesterday: %+v", good)
		}
		if len(good.OurLines) != 2 || good.OurLines[0].Item != "gpt-5.5" || len(good.TheirLines) != 1 || good.TheirLines[0].Item != "gpt-5.5, output" {
			t.Errorf("lines: %+v, %+v", good.OurLines, good.TheirLines)
		}
		if bad := s.day(t, before); bad.Verdict() != reconcile.Missing || bad.Captured() != 900 || bad.Corrected != 10*money.Cent {
			t.Errorf("the day before: %+v", bad)
		}
		days, err := s.service.Days(t.Context(), s.admin, id.Connection{}, s.ago(30), 100)
		if err != nil || len(days) != 7 || days[0].Day != yesterday {
			t.Errorf("%d days, %v", len(days), err)
		}
		if today := s.day(t, s.ago(0)); today.Day != "" {
			t.Errorf("today is not over: %+v", today)
		}
	})
}

func TestReadingAgainChangesNothingUntilTheProviderDoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		day := s.ago(3)
		s.spend(t, day, "gpt-5.5", 90*money.Cent)
		s.out.costs[day] = "0.5"
		read := func() reconcile.Day {
			t.Helper()
			if err := s.service.Nightly(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Clock.Advance(time.Minute)
			return s.day(t, day)
		}
		first, again := read(), read()
		if first.Verdict() != reconcile.Excess || first.Corrected != -40*money.Cent || again.Corrected != first.Corrected || again.Corrections != 1 || again.Ours != first.Ours || len(again.TheirLines) != 1 {
			t.Errorf("first %+v, again %+v", first, again)
		}
		s.out.costs[day] = "0.9000" // the report came in late
		if late := read(); late.Verdict() != reconcile.Agrees || late.Corrected != 0 || late.Corrections != 2 {
			t.Errorf("late: %+v", late)
		}
	})
}

func TestDaysThatCouldNotBeReadAreReadLater(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		if err := s.service.Nightly(t.Context()); err != nil {
			t.Fatal(err)
		}
		late, missed := s.ago(5), s.ago(0)
		s.out.status = http.StatusUnauthorized
		s.Clock.Advance(12 * 24 * time.Hour)
		if err := s.service.Nightly(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.out.status, s.out.costs[missed], s.out.costs[late] = 0, "1.00", "2.00"
		if err := s.service.Nightly(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a, b := s.day(t, missed), s.day(t, late); a.Theirs != money.Dollar || b.Theirs != 2*money.Dollar {
			t.Errorf("missed: %+v, amended: %+v", a, b)
		}
		s.out.asked = 0
		s.Clock.Advance(90 * 24 * time.Hour)
		if err := s.service.Nightly(t.Context()); err != nil || s.out.asked != 31 {
			t.Errorf("asked for %d days, %v", s.out.asked, err)
		}
	})
}

// Days whose attempts were deleted stay as they were read: theirs is not missing because ours was deleted.
func TestDaysWhoseAttemptsAreDeletedStayAsTheyWereRead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		old, kept := s.ago(5), s.ago(2)
		for _, day := range []reconcile.Date{old, kept} {
			s.spend(t, day, "gpt-5.5", money.Dollar)
			s.out.costs[day] = "1.00"
		}
		facts := db.NewUsageStore(d)
		for range 2 {
			if err := s.service.Nightly(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, day := range []reconcile.Date{old, kept} {
				if got := s.day(t, day); got.Ours != money.Dollar || got.Attempts != 1 || got.Verdict() != reconcile.Agrees || got.Corrections != 0 {
					t.Errorf("%s: %+v", day, got)
				}
			}
			gone := s.ago(3).Start()
			if err := facts.Going(t.Context(), s.acme.Org.ID, 3, gone); err != nil {
				t.Fatal(err)
			}
			if _, err := facts.Forget(t.Context(), s.acme.Org.ID, gone, gone); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAFailingReportIsNotedAndLosesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		day := s.ago(1)
		s.out.costs[day] = "1"
		if err := s.service.ReadNow(t.Context(), s.admin, s.connection.ID); err != nil {
			t.Fatal(err)
		}
		for _, status := range []int{401, 403, 429, 500} {
			s.out.status = status
			if err := s.service.Nightly(t.Context()); err != nil {
				t.Fatal(err)
			}
			a, err := s.service.Account(t.Context(), s.admin, s.connection.ID)
			if err != nil || !strings.Contains(a.Credential.Trouble, fmt.Sprint(status)) || a.Credential.ReadAt.IsZero() {
				t.Errorf("status %d: %+v, %v", status, a.Credential, err)
			}
			if err := s.service.ReadNow(t.Context(), s.admin, s.connection.ID); fault.From(err).Kind != fault.Upstream {
				t.Errorf("status %d: %v", status, err)
			}
		}
		if kept := s.day(t, day); kept.Theirs != money.Dollar {
			t.Errorf("the day is lost: %+v", kept)
		}
		if strings.Contains(s.log.String(), "sk-admin") {
			t.Error("the key is in the log")
		}
		s.out.status = 0
		if err := s.service.ReadNow(t.Context(), s.admin, s.connection.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestAChangedAddressLeavesTheReportsKeyUnreadable(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	_, err := s.accounts.Update(t.Context(), s.admin, s.connection.ID, provider.Input{Name: "eu", BaseURL: "https://collector.example.com/v1", Credential: secret.New("sk-test-0123456789")})
	if err != nil {
		t.Fatal(err)
	}
	err = s.service.ReadNow(t.Context(), s.admin, s.connection.ID)
	if fault.From(err).Kind != fault.Upstream || !strings.Contains(fault.From(err).Public, "Set the key again") || s.out.asked != 0 {
		t.Errorf("%v, asked %d times", err, s.out.asked)
	}
}

func TestOnlyAdminsSetReportCredentials(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		manager, viewer := s.acme.Actor(org.Manager), s.acme.Actor(org.Viewer)
		if err := s.service.SetCredential(t.Context(), manager, s.connection.ID, reconcile.Input{Narrow: "x"}); fault.From(err).Kind != fault.Forbidden {
			t.Errorf("a manager sets: %v", err)
		}
		if err := s.service.ReadNow(t.Context(), manager, s.connection.ID); fault.From(err).Kind != fault.Forbidden {
			t.Errorf("a manager reads now: %v", err)
		}
		if _, err := s.service.Accounts(t.Context(), viewer); fault.From(err).Kind != fault.Forbidden {
			t.Errorf("a viewer looks: %v", err)
		}
		if _, err := s.service.Accounts(t.Context(), manager); fault.From(err).Kind != fault.Forbidden {
			t.Errorf("a manager looks at what all departments spend: %v", err)
		}
		if list, err := s.service.Accounts(t.Context(), s.admin); err != nil || len(list) != 1 || list[0].Credential == nil || list[0].Credential.KeyHint != "6789" {
			t.Errorf("an admin looks: %+v, %v", list, err)
		}
		stranger := s.Found(t, "Beta").Actor(org.Admin)
		for name, err := range map[string]error{
			"set":    s.service.SetCredential(t.Context(), stranger, s.connection.ID, reconcile.Input{Credential: secret.New("sk-admin-0123456789")}),
			"remove": s.service.RemoveCredential(t.Context(), stranger, s.connection.ID),
			"read":   s.service.ReadNow(t.Context(), stranger, s.connection.ID),
		} {
			if fault.From(err).Kind != fault.NotFound {
				t.Errorf("another tenant's admin, %s: %v", name, err)
			}
		}
		if err := s.service.SetCredential(t.Context(), s.admin, s.connection.ID, reconcile.Input{Narrow: "proj_1"}); err != nil {
			t.Fatal(err)
		}
		a, _ := s.service.Account(t.Context(), s.admin, s.connection.ID)
		if a.Credential == nil || a.Credential.Narrow != "proj_1" || a.Credential.KeyHint != "6789" {
			t.Errorf("the key is lost: %+v", a.Credential)
		}
		if err := s.service.RemoveCredential(t.Context(), s.admin, s.connection.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.service.SetCredential(t.Context(), s.admin, s.connection.ID, reconcile.Input{}); fault.From(err).Field != "credential" {
			t.Errorf("without a key: %v", err)
		}
	})
}

func TestADeletedConnectionTakesItsReportCredentialAlong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		if err := s.accounts.Delete(t.Context(), s.admin, s.connection.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := s.service.Nightly(t.Context()); err != nil || s.out.asked != 0 {
			t.Errorf("%v, asked %d times", err, s.out.asked)
		}
	})
}
