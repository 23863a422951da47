package db

import (
	"errors"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

var fresh = id.NewSource(clock.System{}.Now, nil)

// What is remembered answers the very same question about the very same sheets, and no other.
func TestDaysAreRememberedForTheSameQuestionOnly(t *testing.T) {
	begin := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	day := func(n int) usage.Step {
		return usage.Step{From: begin.AddDate(0, 0, n), To: begin.AddDate(0, 0, n+1)}
	}
	days := piece{Step: usage.Step{From: begin, To: day(2).To}, days: []usage.Step{day(0), day(1), day(2)}, editions: []int64{7, 8, 9}}
	o := id.NewOrg(fresh)
	everything := report.Reach{Org: o, All: true}
	whole := usage.Ask{Steps: []usage.Step{days.Step}, By: []usage.Dim{usage.Model}, Limit: 100}
	var past recall
	asked := func(r report.Reach, tag string, p piece, a usage.Ask) (read int) {
		t.Helper()
		sum := newFold(a)
		sum.past = &past
		if err := addRecalled(r, tag, p, sum, func(p piece, into *fold) error {
			read += len(p.days)
			for _, d := range p.days {
				if err := into.of(spot{into.step(d.From), into.group([]string{"m"})}).Add(usage.Totals{Requests: 1}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		cells, err := sum.cells()
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for _, c := range cells {
			n += c.Requests
		}
		if n != int64(len(p.days)) || len(cells) != len(a.Steps) {
			t.Errorf("%d cells of %d requests, want %d of %d", len(cells), n, len(a.Steps), len(p.days))
		}
		return read
	}
	if n := asked(everything, "", days, whole); n != 3 {
		t.Errorf("%d days read, nothing is remembered yet", n)
	}
	if n := asked(everything, "", days, whole); n != 0 {
		t.Errorf("%d days read again", n)
	}
	// The last day goes on by itself: the others are as they were.
	later := days
	later.editions = []int64{7, 8, 10}
	if n := asked(everything, "", later, whole); n != 1 {
		t.Errorf("%d days read after the last was made anew, want 1", n)
	}
	byDay := whole
	byDay.Steps = []usage.Step{day(0), day(1), day(2)}
	if n := asked(everything, "", days, byDay); n != 2 { // the last day by itself is in one step either way
		t.Errorf("%d days read by day, want 2", n)
	}
	for name, ask := range map[string]func() int{
		"another organization": func() int {
			return asked(report.Reach{Org: id.NewOrg(fresh), All: true}, "", days, whole)
		},
		"one team": func() int {
			return asked(report.Reach{Org: o, Teams: []id.Team{id.NewTeam(fresh)}}, "", days, whole)
		},
		"one member": func() int {
			return asked(report.Reach{Org: o, Member: id.NewMember(fresh)}, "", days, whole)
		},
		"under a team": func() int {
			return asked(report.Reach{Org: o, All: true, Under: org.OfTeam(o, id.NewTeam(fresh))}, "", days, whole)
		},
		"by a tag": func() int { return asked(everything, "project", days, whole) },
		"by team":  func() int { a := whole; a.By = []usage.Dim{usage.Team}; return asked(everything, "", days, a) },
		"one value": func() int {
			a := whole
			a.Where = []usage.Filter{{Dim: usage.Client, Values: []string{"a b"}}}
			return asked(everything, "", days, a)
		},
		"two values that read alike": func() int {
			a := whole
			a.Where = []usage.Filter{{Dim: usage.Client, Values: []string{"a", "b"}}}
			return asked(everything, "", days, a)
		},
		"made by an older version": func() int {
			old := days
			old.editions = []int64{0, 0, 0}
			asked(everything, "", old, whole)
			return asked(everything, "", old, whole)
		},
	} {
		if n := ask(); n != 3 {
			t.Errorf("%s: %d days read, want 3", name, n)
		}
	}
}

// Errors are not remembered, nor more than a share of the room; what is asked for least recently goes.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	var past recall
	big := make([]usage.Cell, recalledCells/8)
	for n := range 40 {
		past.put(recallKey{byte(n)}, big)
		past.get(recallKey{0}) // asked for all the time
	}
	left := 0
	for n := range 40 {
		if _, ok := past.get(recallKey{byte(n)}); ok {
			left += len(big)
		}
	}
	if _, ok := past.get(recallKey{0}); !ok || left > recalledCells {
		t.Errorf("%d cells are remembered, %t with the one that is asked for all the time; room is for %d", left, ok, recalledCells)
	}
	past.put(recallKey{99}, make([]usage.Cell, recalledCells))
	if _, ok := past.get(recallKey{99}); ok {
		t.Error("one answer takes all the room")
	}
	begin := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	one := usage.Step{From: begin, To: begin.AddDate(0, 0, 1)}
	sum := newFold(usage.Ask{Steps: []usage.Step{one}, Limit: 1})
	sum.past = &past
	broken := errors.New("torn")
	for range 2 {
		p := piece{Step: one, days: []usage.Step{one}, editions: []int64{1}}
		if err := addRecalled(report.Reach{}, "", p, sum, func(piece, *fold) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("a day that cannot be read answers %v", err)
		}
	}
}
