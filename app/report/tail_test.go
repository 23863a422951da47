package report

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// A viewer who is slow keeps the newest, is told how many they missed, and holds no more than that.
func TestASlowViewerDropsRowsAndIsTold(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(func() time.Time { return time.Unix(1, 0) }, nil)
	o := id.NewOrg(ids)
	f := &Follower{reach: Reach{Org: o, All: true}, wake: make(chan struct{}, 1)}
	var last id.Request
	for range 3 {
		var rows []*Request
		for range tailPending {
			last = id.NewRequest(ids)
			rows = append(rows, &Request{Request: ledger.Request{ID: last, Chain: org.Chain{Org: o}}})
		}
		f.give(rows)
	}
	<-f.Wake()
	rows, skipped, over := f.Take()
	if len(rows) != tailPending || skipped != 2*tailPending || over || rows[len(rows)-1].ID != last {
		t.Errorf("%d rows, %d skipped", len(rows), skipped)
	}
	if rows, skipped, _ = f.Take(); len(rows) != 0 || skipped != 0 {
		t.Errorf("taken twice: %d rows, %d skipped", len(rows), skipped)
	}
}
