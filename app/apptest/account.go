package apptest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
)

// Account is one at Anthropic, as far as the sandbox plays that, with a cost report by the days of a led clock.
type Account struct {
	URL string
	// Key asks models, AdminKey reads the report.
	Key, AdminKey string

	clock clock.Clock
	box   *sandbox.Sandbox
	mu    sync.Mutex
	known int64            // nano-dollars that days hold
	days  map[string]int64 // by the day in UTC, 2026-11-27
}

// OpenAccount serves one until the test ends.
func OpenAccount(t testing.TB, c clock.Clock) *Account {
	t.Helper()
	a := &Account{Key: "sk-ant-of-a-test", AdminKey: "sk-ant-admin-of-a-test", clock: c, box: sandbox.New(sandbox.Config{Clock: c}), days: map[string]int64{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/organizations/cost_report", a.report)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.box.ServeHTTP(w, r)
		a.book()
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	a.URL = srv.URL
	return a
}

// book puts on the day what came to the bill.
func (a *Account) book() {
	a.mu.Lock()
	defer a.mu.Unlock()
	total := a.box.Bill().Total
	a.days[a.clock.Now().Format(time.DateOnly)] += total - a.known
	a.known = total
}

// Billed is what it bills for all calls so far.
func (a *Account) Billed() money.USD { return money.USD(a.box.Bill().Total) }

func (a *Account) report(w http.ResponseWriter, r *http.Request) {
	from, err := time.Parse(time.RFC3339, r.URL.Query().Get("starting_at"))
	until, other := time.Parse(time.RFC3339, r.URL.Query().Get("ending_at"))
	if r.Header.Get("X-Api-Key") != a.AdminKey || err != nil || other != nil {
		http.Error(w, "an admin key, starting_at and ending_at are needed", http.StatusUnauthorized)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	data := []any{}
	for day := from; day.Before(until); day = day.AddDate(0, 0, 1) {
		lines := []any{}
		if nanos := a.days[day.Format(time.DateOnly)]; nanos > 0 {
			const cent = int64(money.Cent)
			lines = append(lines, map[string]string{"amount": fmt.Sprintf("%d.%07d", nanos/cent, nanos%cent), "currency": "USD", "description": "Claude Sonnet 4.5"})
		}
		data = append(data, map[string]any{"starting_at": day.Format(time.RFC3339), "ending_at": day.AddDate(0, 0, 1).Format(time.RFC3339), "results": lines})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data, "has_more": false, "next_page": nil})
}
