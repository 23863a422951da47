package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var (
	wholeYear = flag.Bool("year", false, "a whole year of the company, four hundred requests on a working day, and pages held to 300 ms, instead of five weeks")
	figures   = flag.String("figures", "", "the file to write the figures of the year to")
)

// yearPages is how long a page of the company may take at the server, the 95th percentile of a dozen pages.
const yearPages = 300 * time.Millisecond

// span is what is simulated. Both forms cross the days on which clocks change, ends of months and of a quarter.
type span struct {
	from, to time.Time
	people   int
	daily    int // requests on a working day
	keep     int // days
}

// TestAYearOfACompanyInFastForward lets 500 people work on the injected clock, through the real data plane: their keys, the
// treasury, the journal, the poster and the sums, with every row of the schedule when it is due. At the end of each month the
// books are what we counted ourselves from the answers, and what the provider bills.
func TestAYearOfACompanyInFastForward(t *testing.T) {
	s := span{time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC), time.Date(2025, 4, 14, 0, 0, 0, 0, time.UTC), 500, 120, 7}
	if *wholeYear {
		s = span{time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC), 500, 400, 30}
	}
	f := startFirm(t, dbtest.SQLiteURL(t), s)
	var months []monthEnd
	for day := s.from; day.Before(s.to); day = day.AddDate(0, 0, 1) {
		for _, hour := range [...]int{0, 6, 8, 10, 13, 15, 19, 22} {
			at := day.Add(time.Duration(hour) * time.Hour)
			if at.After(s.to) {
				break
			}
			f.clock.Set(at)
			if hour == 0 && day.Day() == 1 && day.After(s.from) {
				f.chores(at)
				months = append(months, f.closeMonth(day.AddDate(0, 0, -1)))
			}
			if hour == 6 && day.Weekday() == time.Monday {
				f.turnover()
			}
			if day.Equal(f.dearer) && hour == 6 {
				f.raisePrices()
			}
			f.work(f.busy(at), at)
			f.chores(at)
		}
	}
	f.clock.Set(s.to)
	f.chores(s.to)
	last := s.to.Add(-2 * time.Hour)
	if s.to.Day() != 1 {
		months = append(months, f.closeMonth(last))
	}
	f.holds()
	f.bounded(months)
	editions := f.editions()
	if editions < 10 { // five teams' weeks, and the months
		t.Errorf("%d reports were made", editions)
	}
	t.Logf("%d runs of the schedule, %d reports, %d people came, %d went", f.ran, editions, f.hired, f.left)
	f.stop()
	f.write(months, editions)
}

// monthEnd is what one month came to.
type monthEnd struct {
	Month      string  `json:"month"`
	Requests   int64   `json:"requests"`
	Refused    int64   `json:"refused"`
	CostUSD    string  `json:"cost_usd"`
	P95        float64 `json:"pages_p95_ms"`
	Slowest    string  `json:"slowest_page"`
	DatabaseMB float64 `json:"database_mb"`
	JournalMB  float64 `json:"journal_mb"`
	Goroutines int     `json:"goroutines"`
}

// bounded holds what must not grow: goroutines, and with the requests of a month gone, the disk.
func (f *firm) bounded(months []monthEnd) {
	f.t.Helper()
	for _, m := range months {
		f.t.Logf("%s: %d requests, %d refused, %s USD, pages p95 %.1f ms (%s), database %.1f MB, journal %.1f MB, %d goroutines",
			m.Month, m.Requests, m.Refused, m.CostUSD, m.P95, m.Slowest, m.DatabaseMB, m.JournalMB, m.Goroutines)
		if m.Goroutines > months[0].Goroutines+20 {
			f.t.Errorf("%d goroutines at the end of %s, %d at the end of %s", m.Goroutines, m.Month, months[0].Goroutines, months[0].Month)
		}
		if m.JournalMB > 140 { // two segments
			f.t.Errorf("the journal has %.0f MB at the end of %s", m.JournalMB, m.Month)
		}
		if *wholeYear && m.P95 > float64(yearPages.Milliseconds()) {
			f.t.Errorf("at the end of %s pages take %.0f ms, the slowest is %s", m.Month, m.P95, m.Slowest)
		}
	}
}

func (f *firm) write(months []monthEnd, editions int) {
	f.t.Helper()
	if *figures == "" {
		return
	}
	all := map[string]any{}
	if old, err := os.ReadFile(*figures); err == nil {
		_ = json.Unmarshal(old, &all) // an unreadable one is written anew
	}
	all["year"] = map[string]any{"people": f.people, "days": int(f.to.Sub(f.from).Hours() / 24), "requests": f.sent, "months": months, "hired": f.hired, "left": f.left, "editions": editions,
		"jobs": f.ran, "cpus": runtime.NumCPU(), "date": clock.System{}.Now().Format(time.RFC3339)}
	b, err := json.MarshalIndent(all, "", "  ")
	must(f.t, err)
	must(f.t, os.WriteFile(*figures, append(b, '\n'), 0o644))
}

// holds judges every hard limit by what the answers said: no period of any of them was exceeded.
func (f *firm) holds() {
	f.t.Helper()
	var near []string
	for _, l := range f.limits {
		for period, spent := range l.spent {
			if spent > l.limit+l.more[period] {
				f.t.Errorf("%s in the period from %s: %s of %s", l.name, period, spent, l.limit+l.more[period])
			}
			if spent > l.limit*9/10 {
				near = append(near, fmt.Sprintf("%s %s", l.name, period))
			}
		}
	}
	if len(near) == 0 || f.refused == 0 {
		f.t.Errorf("no limit was nearly reached, %d requests were refused: that proves nothing", f.refused)
	}
	f.t.Logf("%d periods of hard limits were used by nine tenths or more, none exceeded; %d of %d requests were refused", len(near), f.refused, f.sent)
}
