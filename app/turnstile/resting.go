package turnstile

import (
	"sync"
	"time"
)

// resting are the streams that take breath or wait for a turn after it. All breaths are equally long, so that they stand in the order
// in which they are due. Its lock is one for all organizations: it is taken under pressure alone, twice a breath, for nanoseconds.
type resting struct {
	mu          sync.Mutex
	giver       bool // somebody gives turns
	open        bool // one may join
	first, last *Visit
}

// rest is a visit's place among them.
type rest struct {
	turn       chan struct{} // made with the first rest; holds one
	due        time.Time     // when its breath ends; zero = it does not stand there
	prev, next *Visit
}

// join lets a stream stand there; false = the pressure is over.
func (r *resting) join(v *Visit, due time.Time) bool {
	if v.turn == nil {
		v.turn = make(chan struct{}, 1)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.open {
		return false
	}
	v.due, v.prev = due, r.last
	if r.last == nil {
		r.first = v
	} else {
		r.last.next = v
	}
	r.last = v
	return true
}

// leave takes one away that waits no longer, or the turn that it was given meanwhile.
func (r *resting) leave(v *Visit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v.due.IsZero() {
		<-v.turn
		return
	}
	r.drop(v)
}

func (r *resting) drop(v *Visit) {
	if v.prev == nil {
		r.first = v.next
	} else {
		v.prev.next = v.next
	}
	if v.next == nil {
		r.last = v.prev
	} else {
		v.next.prev = v.prev
	}
	v.prev, v.next, v.due = nil, nil, time.Time{}
}

// give gives a turn to as many as that whose breath is over, and to all who have waited too long. It says to how many, and how long they
// had waited, all together.
func (r *resting) give(most int, now time.Time) (given int, stood time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for v := r.first; v != nil; v = r.first {
		late := now.Sub(v.due)
		if late < 0 || given >= most && late < longest {
			break
		}
		r.pass(v)
		given++
		stood += late
	}
	return given, stood
}

// pass lets one through.
func (r *resting) pass(v *Visit) {
	r.drop(v)
	v.turn <- struct{}{}
}

// start says that turns are given from now on; false = somebody does so already.
func (r *resting) start() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	began := !r.giver
	r.giver, r.open = true, true
	return began
}

// goOn reports whether there are turns to give, once more: without pressure nobody joins, and who stands there is let through in time.
func (r *resting) goOn(pressed bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = pressed
	r.giver = pressed || r.first != nil
	return r.giver
}

// close says that no turns are given any more, and lets everybody through.
func (r *resting) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.giver, r.open = false, false
	for r.first != nil {
		r.pass(r.first)
	}
}
