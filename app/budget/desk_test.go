package budget

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// What a snapshot says was spent is shown for the period it was spent in, and not for the next one.
func TestASnapshotsFigureIsOfItsPeriod(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	from, to := Daily.Window(now, time.UTC)
	r := &rule{Rule: Rule{ID: id.NewBudget(ids), Limit: 10, Present: 12, Period: Daily, Enforce: Hard, Start: from.Unix(), Spent: 3}, zone: time.UTC}
	d := newDesk(id.NewOrg(ids))
	if p := d.purse(r, now); p.pool.Spent != 3 || p.pool.Limit != 12 {
		t.Errorf("today: %d of %d", p.pool.Spent, p.pool.Limit)
	}
	if p := d.purse(r, to); p.pool.Spent != 0 || p.pool.Limit != 10 {
		t.Errorf("tomorrow: %d of %d", p.pool.Spent, p.pool.Limit)
	}
}
