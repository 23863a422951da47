package limit

import "time"

// What is decided in memory. The tree's mutex is held for less than a microsecond, and nothing under it can wait.

// decide takes the request's place on all limits or on none, and reports which.
func (p *Seat) decide() bool {
	now := p.now.UnixMicro()
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	fits := true
	for i := range p.claims {
		p.claims[i].look(now)
		fits = fits && p.claims[i].wait == 0
	}
	if !fits {
		return false
	}
	for i := range p.claims {
		p.claims[i].commit(now)
	}
	return true
}

// follow takes what Redis has admitted, so that memory knows this node's part when Redis goes away.
func (p *Seat) follow() {
	now := p.now.UnixMicro()
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	for i := range p.claims {
		c := &p.claims[i]
		k := c.rule.cell.open(now, c.rule.width)
		k.burst = c.burst
		c.slot = k.add(c.take)
	}
}

// look sees where a limit stands and whether the claim fits.
func (c *claim) look(now int64) {
	k := c.rule.cell.open(now, c.rule.width)
	c.used, c.limit, c.burst = k.sum, c.base, k.burst
	switch {
	case c.raised == 0:
	case k.burst.rising(now):
		c.limit = c.raised
	case c.need > 0 && k.sum+c.need > c.base:
		if today := day(time.UnixMicro(now), c.rule.zone); k.burst.ready(now, today) {
			c.limit, c.burst = c.raised, c.rule.Burst.began(now, today)
		}
	}
	c.wait = k.wait(now, c.rule.width, c.need, c.limit*c.factor)
	c.reset = k.reset(now, c.rule.width)
}

// commit takes the place that look found.
func (c *claim) commit(now int64) {
	k := c.rule.cell.open(now, c.rule.width)
	k.burst = c.burst
	c.slot = k.add(c.take)
	c.used += c.take
	c.reset = k.reset(now, c.rule.width)
}

// settle makes the take what it should have been.
func (c *claim) settle(now, actual int64) {
	k := c.rule.cell.open(now, c.rule.width)
	if actual < c.take {
		k.giveBack(c.slot, c.take-actual)
	} else {
		k.add(actual - c.take)
	}
}

// open is the counter, at the slot of now.
func (c *cell) open(now, width int64) *counter {
	if c.counter == nil {
		c.counter = &counter{}
	}
	c.counter.advance(now / width)
	return c.counter
}

// sweep drops the counters that have nothing to remember, and reports how many are left.
func (x *index) sweep(now int64, today func(*rule) int64) (left int) {
	for _, t := range x.orgs {
		t.mu.Lock()
		for _, r := range t.rules {
			if k := r.cell.counter; k != nil {
				if k.idle(now, r.width, today(r)) {
					r.cell.counter = nil
				} else {
					left++
				}
			}
		}
		t.mu.Unlock()
	}
	return left
}

// peek sees where limits stand, and makes no counters for those that have none.
func (p *Seat) peek() {
	now := p.now.UnixMicro()
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	for i := range p.claims {
		c := &p.claims[i]
		c.limit = c.base
		if c.rule.cell.counter != nil {
			c.look(now)
		}
	}
}
