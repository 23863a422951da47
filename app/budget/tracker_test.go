package budget

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

func TestTheTrackerRemembersWhoIsInFlight(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	at := func(n int64) journal.Position { return journal.Position{Segment: 1, Offset: n} }
	attempt := func(r id.Request) *ledger.Attempt {
		return &ledger.Attempt{ID: id.NewAttempt(ids), Request: r, At: now}
	}
	k := newTracker()
	first, second := id.NewRequest(ids), id.NewRequest(ids)
	a, b, retry := attempt(first), attempt(second), attempt(first)
	k.attempt(a, at(10))
	k.attempt(b, at(20))
	if k.settle(&ledger.Settlement{Attempt: a.ID, Cost: 5}) != a || k.settle(&ledger.Settlement{Attempt: a.ID}) != nil {
		t.Error("a settlement does not find its attempt, or finds it twice")
	}
	k.attempt(retry, at(30))
	k.record(&ledger.Request{ID: second}) // while its attempt is still open
	if low := k.low(at(40), now); low != at(10) {
		t.Errorf("the first request began at 10, low is %v", low)
	}
	k.settle(&ledger.Settlement{Attempt: retry.ID, Cost: 2})
	if f := k.unfinished()[0]; f.cost != 7 || f.number != 2 || f.last != retry {
		t.Errorf("the first request: %+v", f)
	}
	k.record(&ledger.Request{ID: first})
	if low := k.low(at(40), now); low != at(20) {
		t.Errorf("the second request is recorded and its attempt open: low is %v", low)
	}
	k.settle(&ledger.Settlement{Attempt: b.ID})
	if low := k.low(at(40), now); low != at(40) || len(k.requests)+len(k.attempts)+len(k.order) != 0 {
		t.Errorf("all is done: low is %v, tracker %+v", low, k)
	}
}

func TestARequestWithoutItsFactIsForgottenInTheEnd(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	k := newTracker()
	settled, open := &ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), At: now}, &ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), At: now}
	k.attempt(settled, journal.Position{Segment: 1})
	k.attempt(open, journal.Position{Segment: 2})
	k.settle(&ledger.Settlement{Attempt: settled.ID})
	if low := k.low(journal.Position{Segment: 3}, now.Add(forgetAfter)); low.Segment != 1 {
		t.Errorf("forgotten too early: low is %v", low)
	}
	if low := k.low(journal.Position{Segment: 3}, now.Add(forgetAfter+1)); low.Segment != 2 {
		t.Errorf("an attempt that is open is never forgotten, one that is not is: low is %v", low)
	}
}

func TestAnAttemptThatIsHandedOverWaitsForNoFact(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	k := newTracker()
	a := &ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), At: now}
	k.attempt(a, journal.Position{Segment: 1, Offset: 10})
	k.settle(&ledger.Settlement{Attempt: a.ID, State: ledger.Handed, Cost: 5})
	if end := (journal.Position{Segment: 1, Offset: 20}); k.low(end, now) != end || len(k.unfinished()) != 0 {
		t.Errorf("it keeps the journal, or would be interrupted: %+v", k)
	}
}
