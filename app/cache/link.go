package cache

import (
	"context"
	"sync"
	"time"
)

// link is the way to the store. After a failure nobody asks it for a while, so that an outage costs a few requests 50 ms and all
// others nothing.
type link struct {
	mu    sync.Mutex
	until time.Time
	down  bool
}

// pause is for how long a store that failed is not asked.
const pause = 2 * time.Second

func (l *link) closed(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.until)
}

// note keeps how a call went, and reports whether that is news.
func (l *link) note(now time.Time, failed bool) (news bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	news = failed != l.down
	if l.down = failed; failed {
		l.until = now.Add(pause)
	}
	return news
}

func (l *link) get(ctx context.Context, d *Desk, s *Slot) (*Entry, bool) {
	if d.Store == nil {
		return nil, false
	}
	if l.closed(d.Clock.Now()) {
		s.why = StoreAway
		return nil, false
	}
	within, cancel := context.WithTimeout(ctx, d.Patience)
	defer cancel()
	type found struct {
		e   *Entry
		err error
	}
	// On a goroutine of its own: a driver that does not heed the context must not hold the request up.
	got := make(chan found, 1)
	go func() {
		e, err := d.Store.Get(within, s.chain.Org, s.Key)
		got <- found{e, err}
	}()
	var f found
	select {
	case f = <-got:
	case <-within.Done():
		f.err = within.Err()
	}
	if ctx.Err() != nil {
		return nil, false // the client left; that says nothing about the store
	}
	failed := f.err != nil && !missing(f.err)
	if failed {
		s.why = StoreAway
		d.count.errors[getErrors].Add(1)
	}
	if l.note(d.Clock.Now(), failed) {
		if failed {
			d.Log.Warn("the cache's store is away: answers are looked for in this process only", "error", f.err.Error())
		} else {
			d.Log.Info("the cache's store is back")
		}
	}
	return f.e, f.err == nil && f.e != nil
}
