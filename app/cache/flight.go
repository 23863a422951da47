package cache

import (
	"context"
	"sync"
	"time"
)

// flights are the questions that are being asked right now: equal ones wait for the first instead of asking too.
type flights struct {
	mu  sync.Mutex
	all map[Key]*flight
}

// flight is one question under way. Its leader asks; when it gives up, one of those who wait takes over.
type flight struct {
	key     Key
	waiting int
	lead    chan struct{}   // capacity 1: the lead, while nobody has it
	done    chan struct{}   // closed when there is nothing to wait for any more
	token   string          // of its lease, once one was asked for
	back    func(over bool) // gives the lease back; nil without one
}

// Lead is the right, and the duty, to ask a question for all. Exactly one of its methods has to be called in the end; later calls
// do nothing, so that a Give behind everything is a safe last word.
type Lead struct {
	flights *flights
	flight  *flight
	once    sync.Once
}

// mostWait is how long a request waits for another one's answer before it asks on its own.
const mostWait = time.Minute

// Join makes the caller the leader of a question, or waits until there is an answer to look for (nil). It waits for as long as the
// context allows, and a minute at most.
func (d *Desk) Join(ctx context.Context, s *Slot) *Lead {
	f, lead := d.flights.join(s.Key)
	if lead != nil && d.Leases == nil {
		return lead
	}
	timer := time.NewTimer(mostWait)
	defer timer.Stop()
	if lead != nil {
		return d.share(ctx, s, lead, timer.C)
	}
	d.count.waits.Add(1)
	select {
	case <-f.lead:
		d.flights.arrive(f)
		d.count.handed.Add(1)
		return d.share(ctx, s, &Lead{flights: &d.flights, flight: f}, timer.C)
	case <-f.done:
	case <-ctx.Done():
	case <-timer.C:
	}
	d.flights.leave(f)
	return nil
}

// token is the one of the flight's lease, whoever leads it.
func (l *Lead) token(d *Desk) string {
	l.flights.mu.Lock()
	defer l.flights.mu.Unlock()
	if l.flight.token == "" {
		l.flight.token = d.token()
	}
	return l.flight.token
}

// holds notes that the flight has a lease, and how it is given back when the flight ends.
func (l *Lead) holds(back func(over bool)) {
	l.flights.mu.Lock()
	defer l.flights.mu.Unlock()
	l.flight.back = back
}

// Try is Join for who does not want to wait: nil if somebody asks already.
func (d *Desk) Try(s *Slot) *Lead {
	d.flights.mu.Lock()
	defer d.flights.mu.Unlock()
	if d.flights.all[s.Key] != nil {
		return nil
	}
	return d.flights.begin(s.Key)
}

func (f *flights) begin(k Key) *Lead {
	one := &flight{key: k, lead: make(chan struct{}, 1), done: make(chan struct{})}
	f.all[k] = one
	return &Lead{flights: f, flight: one}
}

func (f *flights) join(k Key) (*flight, *Lead) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.all[k]
	if one == nil {
		return nil, f.begin(k)
	}
	one.waiting++
	return one, nil
}

// arrive counts out a waiter who became the leader.
func (f *flights) arrive(one *flight) {
	f.mu.Lock()
	one.waiting--
	f.mu.Unlock()
}

// leave counts out a waiter who goes away. A lead that nobody is left to take ends the flight.
func (f *flights) leave(one *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one.waiting--; one.waiting == 0 && len(one.lead) == 1 {
		<-one.lead
		f.end(one, false)
	}
}

// end ends a flight. over says that there is nothing to wait for any more, for other nodes either; else one of them goes on.
func (f *flights) end(one *flight, over bool) {
	if f.all[one.key] != one {
		return
	}
	delete(f.all, one.key)
	close(one.done)
	if one.back != nil {
		one.back(over)
	}
}

// Land says that the question is answered, or that nobody should wait for an answer: all look for themselves.
func (l *Lead) Land() {
	if l == nil {
		return
	}
	l.once.Do(func() {
		l.flights.mu.Lock()
		defer l.flights.mu.Unlock()
		l.flights.end(l.flight, true)
	})
}

// Give hands the lead to one of those who wait, because the leader's client went away.
func (l *Lead) Give() {
	if l == nil {
		return
	}
	l.once.Do(func() {
		l.flights.mu.Lock()
		defer l.flights.mu.Unlock()
		if l.flight.waiting == 0 {
			l.flights.end(l.flight, false)
			return
		}
		l.flight.lead <- struct{}{}
	})
}

// Waiting is how many requests wait for another one's answer right now.
func (d *Desk) Waiting() (n int) {
	d.flights.mu.Lock()
	defer d.flights.mu.Unlock()
	for _, f := range d.flights.all {
		n += f.waiting
	}
	return n
}
