package limit

import "time"

// slots is how many slots a window has. A counter keeps one more, for the one that is under way.
const slots = 16

// counter is what was taken in the last slots of one window. It is pure: whoever calls says which slot it is now. Times
// are microseconds since 1970. The zero counter is empty.
type counter struct {
	head  int64 // the newest slot that was seen
	sum   int64
	taken [slots + 1]int64
	burst burst
}

// slotWidth is the width of a window's slots in microseconds, rounded up.
func slotWidth(window time.Duration) int64 {
	return (window.Microseconds() + slots - 1) / slots
}

// advance makes slot the newest one, and drops what has fallen out of the window. A clock that goes back a little stays
// in the newest slot; one that goes back by more than the window was wrong before, and what it counted is forgotten.
func (c *counter) advance(slot int64) {
	switch {
	case slot == c.head:
		return
	case slot < c.head-slots || slot > c.head+slots:
		c.taken, c.sum = [slots + 1]int64{}, 0
	case slot < c.head:
		return
	default:
		for s := c.head + 1; s <= slot; s++ {
			c.sum -= c.taken[at(s)]
			c.taken[at(s)] = 0
		}
	}
	c.head = slot
}

// add takes n in the newest slot and gives its number.
func (c *counter) add(n int64) int64 {
	c.taken[at(c.head)] += n
	c.sum += n
	return c.head
}

// giveBack returns n to the slot from which it was taken, if that still counts.
func (c *counter) giveBack(slot, n int64) {
	if slot > c.head || slot < c.head-slots {
		return
	}
	i := at(slot)
	n = min(n, c.taken[i])
	c.taken[i] -= n
	c.sum -= n
}

// wait is how long it takes from now until n fits under most, if nothing else is taken: 0 if it fits, never if it is
// larger than most.
func (c *counter) wait(now, width, n, most int64) int64 {
	if n > most {
		return never
	}
	left := c.sum
	for s := c.head - slots; s <= c.head && left > most-n; s++ {
		if left -= c.taken[at(s)]; left <= most-n {
			return max(1, (s+slots+1)*width-now)
		}
	}
	return 0
}

// at is a slot's place, for numbers that may be negative: clocks of tests can stand near 1970.
func at(slot int64) int64 { return (slot%(slots+1) + slots + 1) % (slots + 1) }

// never is a wait that does not end.
const never = -1

// reset is how long it takes from now until nothing counts, if nothing is added.
func (c *counter) reset(now, width int64) int64 {
	for s := c.head; s >= c.head-slots; s-- {
		if c.taken[at(s)] > 0 {
			return max(0, (s+slots+1)*width-now)
		}
	}
	return 0
}

// burst is when a limit rose the last time.
type burst struct {
	until int64 // when it ends or ended
	cool  int64 // when the next one may begin at the earliest
	day   int64 // on which it began: 20261123; 0 = never
}

// rising reports whether it is under way.
func (b burst) rising(now int64) bool { return now < b.until }

// ready reports whether one may begin.
func (b burst) ready(now, day int64) bool { return now >= b.cool && b.day != day }

// began is a burst that begins now.
func (b Burst) began(now, day int64) burst {
	until := now + b.Duration.Microseconds()
	return burst{until: until, cool: until + b.Cool.Microseconds(), day: day}
}

// day is the calendar day in a zone, as a number. Days of 23 and 25 hours are days like others.
func day(now time.Time, zone *time.Location) int64 {
	y, m, d := now.In(zone).Date()
	return int64(y)*10000 + int64(m)*100 + int64(d)
}

// idle reports whether there is nothing to remember: no takes that count, and no burst that today or a cool-down still
// asks about.
func (c *counter) idle(now, width, today int64) bool {
	c.advance(now / width)
	return c.sum == 0 && !c.burst.rising(now) && now >= c.burst.cool && c.burst.day != today
}
