package report

import (
	"context"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// followed is an organization with viewers.
type followed struct {
	viewers map[*Follower]struct{}
	stop    context.CancelFunc
	begun   chan struct{} // closed once what was there before is known
}

// Follower is one viewer. Only its own goroutine uses it, and must Close it.
type Follower struct {
	tail  *Tail
	reach Reach
	query Query
	wake  chan struct{}

	mu      sync.Mutex
	pending []*Request // oldest first; shared, as there are many viewers of the same
	skipped int
	over    bool
}

// Close ends the following; the last viewer's ends the looking.
func (f *Follower) Close() {
	t := f.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	if o := t.orgs[f.reach.Org]; o != nil {
		delete(o.viewers, f)
		if len(o.viewers) == 0 {
			o.stop()
			delete(t.orgs, f.reach.Org)
		}
	}
}

// Wake tells that Take has something.
func (f *Follower) Wake() <-chan struct{} { return f.wake }

// Take gives what came since, oldest first, how many were left out because they came faster than they were taken, and whether
// it is over.
func (f *Follower) Take() (rows []*Request, skipped int, over bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rows, skipped, over = f.pending, f.skipped, f.over
	f.pending, f.skipped = nil, 0
	return rows, skipped, over
}

// Narrow follows with the rights of the actor as they are now.
func (f *Follower) Narrow(a org.Actor) error {
	r, err := reach(a)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reach = r
	return nil
}

func (f *Follower) end() {
	f.mu.Lock()
	f.over = true
	f.mu.Unlock()
	f.tell()
}

func (f *Follower) tell() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// give hands over what the viewer may and wants to see.
func (f *Follower) give(rows []*Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range rows {
		if f.reach.Sees(r.Chain) && f.query.Keeps(r) {
			f.pending = append(f.pending, r)
		}
	}
	if extra := len(f.pending) - tailPending; extra > 0 {
		f.pending = append([]*Request(nil), f.pending[extra:]...)
		f.skipped += extra
	}
	if len(f.pending) > 0 {
		f.tell()
	}
}
