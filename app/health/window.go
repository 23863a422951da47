package health

import "time"

// parts is how finely a window slides: a failure counts for nine to ten tenths of it.
const parts = 10

// window counts attempts of the last while, without remembering each.
type window struct {
	cells [parts]struct{ slot, good, bad int64 }
}

func (w *window) add(now time.Time, length time.Duration, failed bool) {
	slot := now.UnixNano() / int64(length/parts)
	c := &w.cells[slot%parts]
	if c.slot != slot {
		c.slot, c.good, c.bad = slot, 0, 0
	}
	if failed {
		c.bad++
	} else {
		c.good++
	}
}

func (w *window) sum(now time.Time, length time.Duration) (failed, all int64) {
	slot := now.UnixNano() / int64(length/parts)
	for i := range w.cells {
		if c := &w.cells[i]; c.slot > slot-parts && c.slot <= slot {
			failed += c.bad
			all += c.bad + c.good
		}
	}
	return failed, all
}
