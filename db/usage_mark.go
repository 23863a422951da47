package db

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// mark counts how often an hour (UTC, always whole) of an organization was posted to. Sums made of hours remember the
// counts; where those have moved on, the sums are out of date.
type mark struct{ slotOf }

var markColumns = []column[mark]{
	ident("org_id", func(m *mark) id.Org { return m.org }),
	moment("hour", func(m *mark) time.Time { return m.slot }),
	number("version", func(*mark) int { return 1 }),
}

// addMarks moves the marks of a batch's hours on: nearly always one row for each organization.
func (s *LedgerStore) addMarks(tx *gorm.DB, b budget.Batch) error {
	seen := map[mark]bool{}
	for i := range b.Attempts {
		a := &b.Attempts[i].Attempt
		seen[mark{slotOf{a.Chain.Org, a.At.UTC().Truncate(time.Hour)}}] = true
	}
	for i := range b.Requests {
		q := &b.Requests[i]
		seen[mark{slotOf{q.Chain.Org, q.At.UTC().Truncate(time.Hour)}}] = true
	}
	rows := make([]*mark, 0, len(seen))
	for m := range seen {
		rows = append(rows, &m)
	}
	slices.SortFunc(rows, func(a, b *mark) int { return a.compare(b.slotOf) })
	return insertRows(s.db, tx, "usage_marks", markColumns, rows, "ON CONFLICT (org_id, hour) DO UPDATE SET version = usage_marks.version + 1")
}
