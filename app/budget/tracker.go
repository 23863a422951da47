package budget

import (
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// tracker follows requests through a journal: it joins settlements with their attempts, and knows which requests are
// not complete. Its size is the number of requests in flight.
type tracker struct {
	requests map[id.Request]*flight
	attempts map[id.Attempt]*flight
	order    []*flight // by place of their first record; finished ones are dropped from the front
}

// flight is a request of which the journal does not tell the end yet.
type flight struct {
	request  id.Request
	began    journal.Position
	at       time.Time
	open     []*ledger.Attempt
	room     [1]*ledger.Attempt // of open: most requests are answered by their first attempt
	last     *ledger.Attempt
	number   int
	cost     money.USD // of its settled attempts
	recorded bool
	done     bool
}

// forgetAfter is how long a request may go without its fact after all its attempts have ended. It bounds what a caller
// that never records can cost.
const forgetAfter = time.Hour

func newTracker() *tracker {
	return &tracker{requests: map[id.Request]*flight{}, attempts: map[id.Attempt]*flight{}}
}

// attempt notes an attempt whose record begins at pos.
func (k *tracker) attempt(a *ledger.Attempt, pos journal.Position) {
	f := k.requests[a.Request]
	if f == nil {
		f = &flight{request: a.Request, began: pos, at: a.At}
		f.open = f.room[:0]
		k.requests[a.Request] = f
		k.order = append(k.order, f)
	}
	f.open = append(slices.DeleteFunc(f.open, func(o *ledger.Attempt) bool { return o.ID == a.ID }), a)
	f.last, f.at = a, a.At
	f.number++
	k.attempts[a.ID] = f
}

// settle joins a settlement with its attempt; nil if the journal does not know it.
func (k *tracker) settle(s *ledger.Settlement) *ledger.Attempt {
	f := k.attempts[s.Attempt]
	if f == nil {
		return nil
	}
	i := slices.IndexFunc(f.open, func(a *ledger.Attempt) bool { return a.ID == s.Attempt })
	a := f.open[i]
	f.open = slices.Delete(f.open, i, i+1)
	f.cost += s.Cost
	if s.State == ledger.Handed { // its fact comes with its result, past this journal
		f.recorded = true
	}
	delete(k.attempts, s.Attempt)
	k.finish(f)
	return a
}

// record notes that a request's fact is written.
func (k *tracker) record(r *ledger.Request) {
	if f := k.requests[r.ID]; f != nil {
		f.recorded = true
		k.finish(f)
	}
}

func (k *tracker) finish(f *flight) {
	if f.recorded && len(f.open) == 0 {
		f.done = true
		delete(k.requests, f.request)
	}
}

// low is the place before which every request is complete, given that everything before at was read.
func (k *tracker) low(at journal.Position, now time.Time) journal.Position {
	for len(k.order) > 0 {
		f := k.order[0]
		if !f.done && len(f.open) == 0 && now.Sub(f.at) > forgetAfter {
			f.done = true
			delete(k.requests, f.request)
		}
		if !f.done {
			return f.began
		}
		k.order = k.order[1:]
	}
	return at
}

// unfinished are the requests in flight, oldest first.
func (k *tracker) unfinished() []*flight {
	var out []*flight
	for _, f := range k.order {
		if !f.done {
			out = append(out, f)
		}
	}
	return out
}
