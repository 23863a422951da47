package health

import (
	"maps"
	"slices"
	"time"
)

// Keep takes the targets that people took out of service as the whole truth: those are left alone until they are missing
// from a later set.
func (b *Board) Keep(held []Held, now time.Time) {
	want := map[Target]bool{}
	for _, h := range held {
		want[h.Target] = true
		one := b.breaker(h.Target)
		one.mu.Lock()
		if one.target == h.Target && (one.state == Closed || one.cause != ByHand) {
			one.until = time.Time{}
			c := one.move(Open, ByHand, now)
			one.mu.Unlock()
			b.tellBy(c, h.By)
			continue
		}
		one.mu.Unlock()
	}
	b.each(func(one *breaker) {
		one.mu.Lock()
		var c *Change
		if one.state != Closed && one.cause == ByHand && !want[one.target] {
			c = one.close(now)
		}
		one.mu.Unlock()
		b.tell(c)
	})
}

func (b *Board) tellBy(c *Change, by string) {
	if c != nil {
		c.By = by
		b.tell(c)
	}
}

// Reset takes a target for healthy until the next failures say otherwise.
func (b *Board) Reset(t Target, now time.Time, by string) {
	w := b.ward(t.Connection)
	if w == nil {
		return
	}
	one := w.whole
	if t.Model != "" {
		if one = w.model(t.Model); one == nil {
			return
		}
	}
	one.mu.Lock()
	var c *Change
	if one.target.Org == t.Org && one.cause != ByHand {
		c = one.close(now)
	}
	one.mu.Unlock()
	b.tellBy(c, by)
}

// Adopt takes over what another node found out. Failures from before this node's last word on the target are old news:
// they may have been read before somebody put the target back, and arrive after. So is a recovery from before this node saw
// the target fail: it would send requests to what is down.
func (b *Board) Adopt(c Change) {
	one := b.breaker(c.Target)
	one.mu.Lock()
	var moved *Change
	if one.target == c.Target && (one.cause != ByHand || one.state == Closed) {
		switch {
		case c.To == Open && one.state != Open && c.At.After(one.since):
			one.level, one.until, one.probing = c.Level, c.Until, false
			moved = one.move(Open, c.Cause, c.At)
			one.digest = c.digest
		case c.To == Closed && one.state != Closed && !c.At.Before(one.since):
			moved = one.close(c.At)
		}
	}
	one.mu.Unlock()
	if moved != nil {
		moved.Remote, moved.By = true, c.By
		b.tell(moved)
	}
}

// each calls fn for every breaker.
func (b *Board) each(fn func(*breaker)) {
	all := b.wards.Load()
	if all == nil {
		return
	}
	for _, w := range *all {
		fn(w.whole)
		w.mu.RLock()
		list := slices.Collect(maps.Values(w.models))
		w.mu.RUnlock()
		for _, one := range list {
			fn(one)
		}
	}
}
