package budget

import (
	"cmp"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Stats are figures for metrics, over all organizations of this node.
type Stats struct {
	Organizations int
	Accounts      int
	Leased        money.USD // granted and not spent
	Held          money.USD // claimed by attempts in flight
	Overruns      int64     // attempts that cost more than their hold; should stay 0
	SoftExceeded  int64     // holds taken above a soft limit
	Refusals      int64
	Late          int // records that wait for the journal to become writable
	// LagSegments and LagBytes are how far the database is behind the journal: whole segments, and bytes where both
	// are in the same one.
	LagSegments int64
	LagBytes    int64
	// Lag is how long the oldest record that the database lacks has waited at most. Pages' sums are written with the records,
	// so they are as old as this. Without a first posting it is counted from the start.
	Lag   time.Duration
	Ready bool // the last session is in the books, leases can be taken

	Nodes      int   // that count as alive, this one included
	Epoch      int64 // of this node's session
	Reaped     int64 // other nodes that this one took for dead
	Recalls    int64 // calls for the idle lease of other nodes
	LeaseTrips int64 // visits to the database for leases
	PostTrips  int64 // visits to the database with pieces of the journal
}

// Stats counts up. It takes each organization's lock for a moment.
func (t *Treasury) Stats() Stats {
	s := Stats{Overruns: t.overruns.Load(), SoftExceeded: t.softOver.Load(), Refusals: t.refusals.Load(), Late: t.late.len()}
	t.desks.Range(func(_, v any) bool {
		d := v.(*desk)
		d.mu.Lock()
		defer d.mu.Unlock()
		s.Organizations++
		for _, p := range d.purses {
			b := d.book.Balance(p.account)
			s.Accounts++
			s.Leased += max(0, b.Granted-b.Settled)
			s.Held += b.Held
		}
		return true
	})
	end, at := t.Journal.End(), journal.Position{}
	if p := t.posted.Load(); p != nil {
		at = *p
	}
	if at != end {
		s.Lag = t.Clock.Now().Sub(time.Unix(0, cmp.Or(t.even.Load(), t.begun)))
	}
	s.LagSegments = int64(end.Segment) - int64(at.Segment)
	if s.LagSegments == 0 {
		s.LagBytes = end.Offset - at.Offset
	}
	s.Ready, s.Nodes, s.Epoch = t.isReady(), t.Nodes(), t.epoch.Load()
	s.Reaped, s.Recalls, s.LeaseTrips, s.PostTrips = t.reaped.Load(), t.recalls.Load(), t.asks.Load(), t.posts.Load()
	return s
}
