package app

import (
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// closeMonth is what a finance department does once a month is over, and what an operator looks at: the books, the bill, the
// sums, the pages, the disk.
func (f *firm) closeMonth(day time.Time) monthEnd {
	f.t.Helper()
	name := f.ahead(day)
	until(f.t, "the journal to be in the books", func() bool { s := f.a.treasury.Stats(); return s.LagSegments == 0 && s.LagBytes == 0 && s.Held == 0 })
	v, err := Verify(f.t.Context(), f.cfg, slog.New(slog.DiscardHandler))
	must(f.t, err)
	if b := v.Books; !v.OK() || b.Over != 0 || b.Overspend != 0 || b.Suspense != 0 || b.Flagged != 0 || b.Orphans != 0 {
		f.t.Errorf("after %s bodhi verify says: %s", name, strings.Join(v.Lines(), "\n"))
	}
	f.mu.Lock()
	m := f.month(name)
	if bill := f.box.Bill(); bill.Total != f.billed {
		f.t.Errorf("after %s the provider bills %s, and the answers came to %s", name, money.USD(bill.Total), money.USD(f.billed))
	}
	f.mu.Unlock()
	f.sums(name, m)
	f.forgot()
	out := monthEnd{Month: name, Requests: m.requests, Refused: m.refused, CostUSD: m.cost.String(), DatabaseMB: f.size(filepath.Dir(strings.TrimPrefix(f.cfg.DatabaseURL.Reveal(), "sqlite://"))), JournalMB: f.size(f.journal())}
	out.P95, out.Slowest = f.pages()
	f.client.CloseIdleConnections()
	runtime.GC()
	out.Goroutines = runtime.NumGoroutine()
	return out
}

// sums compares the month with the report of the API, with the page of costs, and with the finance export, to the nano-dollar.
func (f *firm) sums(name string, m *monthSum) {
	f.t.Helper()
	first, err := time.ParseInLocation("2006-01", name, f.zone)
	must(f.t, err)
	span := url.Values{"from": {first.Format(time.DateOnly)}, "to": {first.AddDate(0, 1, -1).Format(time.DateOnly)}}.Encode()
	type sum struct {
		Requests, Refused int64
		Cost              money.USD `json:"cost_usd"`
	}
	var said struct {
		Total sum
		Rows  []struct {
			Values []struct{ ID string }
			sum
		}
	}
	api := f.cfg.PublicURL + "/api/v1/usage/"
	status, text := f.ask(http.MethodGet, api+"report?by=team&top=100&"+span, f.token, "")
	if err := json.Unmarshal([]byte(text), &said); err != nil || status != http.StatusOK {
		f.t.Fatalf("the report of %s: %d %v %.300s", name, status, err, text)
	}
	if want := (sum{m.requests, m.refused, m.cost}); said.Total != want {
		f.t.Errorf("the report of %s says %+v, we counted %+v", name, said.Total, want)
	}
	for _, row := range said.Rows {
		for _, t := range f.teams {
			if t.id.String() == row.Values[0].ID && m.byTeam[t.id] != row.Cost {
				f.t.Errorf("in %s %s spent %s, the report says %s", name, t.limits[0].name, m.byTeam[t.id], row.Cost)
			}
		}
	}
	status, text = f.ask(http.MethodGet, api+"export?format=focus&"+span, f.token, "")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || status != http.StatusOK || len(rows) < 2 {
		f.t.Fatalf("the finance export of %s: %d %v", name, status, err)
	}
	var billed money.USD
	for _, row := range rows[1:] {
		cost, err := money.Parse(row[slices.Index(rows[0], "BilledCost")])
		must(f.t, err)
		billed += cost
	}
	if billed != m.cost {
		f.t.Errorf("the finance export of %s comes to %s, the answers to %s", name, billed, m.cost)
	}
	if page := f.page(f.logIn(), "/costs?"+span); !strings.Contains(page.Body.String(), m.cost.String()) {
		f.t.Errorf("the page of costs of %s does not say %s", name, m.cost)
	}
}

// forgot holds the retention: no request is older than days are kept.
func (f *firm) forgot() {
	f.t.Helper()
	oldest := f.clock.Now()
	_, err := f.a.reports.Each(f.t.Context(), f.admin, report.Query{}, func(q report.Request) error {
		if q.At.Before(oldest) {
			oldest = q.At
		}
		return nil
	})
	must(f.t, err)
	if least := f.clock.Now().AddDate(0, 0, -f.keep-1).Truncate(24 * time.Hour); oldest.Before(least) {
		f.t.Errorf("a request of %s is still there, %d days are kept", oldest.Format(time.RFC3339), f.keep)
	}
}

// pages asks for a dozen of them, each several times, and gives the 95th percentile of all answers in milliseconds.
func (f *firm) pages() (p95 float64, slowest string) {
	f.t.Helper()
	session := f.logIn()
	var all []time.Duration
	worst, tries := time.Duration(0), 2
	if *wholeYear {
		tries = 8
	}
	for _, path := range []string{"/", "/me", "/costs", "/costs?by=member", "/requests", "/budgets", "/people", "/teams/" + f.teams[0].id.String(), "/keys", "/models", "/audit", "/reports", "/health", "/prices"} {
		for range tries {
			begun := clock.System{}.Now()
			w := f.page(session, path)
			took := clock.Since(begun)
			if w.Code != http.StatusOK {
				f.t.Errorf("%s: %d", path, w.Code)
			}
			if all = append(all, took); took > worst {
				worst, slowest = took, path
			}
		}
	}
	slices.Sort(all)
	return float64(all[len(all)*95/100].Microseconds()) / 1000, slowest
}

func (f *firm) page(session *http.Cookie, path string) *httptest.ResponseRecorder {
	q, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
	q.AddCookie(session)
	f.a.handler.ServeHTTP(w, q)
	return w
}

// size is how many megabytes the files of a directory have.
func (f *firm) size(dir string) float64 {
	f.t.Helper()
	var sum int64
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil // a file may go while we look
		}
		if i, err := e.Info(); err == nil {
			sum += i.Size()
		}
		return nil
	})
	return float64(sum/1e4) / 100
}
