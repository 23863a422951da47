package db

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// recalledCells is how many sums of days a process remembers: some 20 MB of them, which only an organization of thousands of
// members or keys fills.
const recalledCells = 1 << 17

// recall remembers what days came to, for the pages that ask for them again: a day that is over changes when something late is
// posted to it, or somebody is erased, and then its sheets are made anew, under another edition, and nobody asks for this one. What
// is asked for least recently goes: of two generations, the older one.
type recall struct {
	mu         sync.Mutex
	young, old map[recallKey][]usage.Cell
	cells      int // of the young
}

// recallKey is a question about certain editions of certain days, and whose it is.
type recallKey [sha256.Size]byte

func (m *recall) get(k recallKey) ([]usage.Cell, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if cells, ok := m.young[k]; ok {
		return cells, true
	}
	cells, ok := m.old[k]
	if ok {
		m.keep(k, cells)
	}
	return cells, ok
}

// put remembers cells, which nobody may change from now on.
func (m *recall) put(k recallKey, cells []usage.Cell) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(k, cells)
}

func (m *recall) keep(k recallKey, cells []usage.Cell) {
	size := len(cells) + 8 // an entry costs something even if nothing was used
	if size > recalledCells/4 {
		return
	}
	if m.young == nil || m.cells+size > recalledCells/2 {
		m.old, m.young, m.cells = m.young, map[recallKey][]usage.Cell{}, 0
	}
	if _, ok := m.young[k]; !ok {
		m.cells += size
	}
	m.young[k] = cells
}

// addRecalled adds a piece of days, or of one day's hours, as it is remembered; if it is not, as read says, to remember that.
func addRecalled(r report.Reach, tag string, p piece, sum *fold, read func(piece, *fold) error) error {
	if sum.past == nil {
		return read(p, sum)
	}
	for _, some := range p.settled() {
		if err := addPast(r, tag, some, sum, read); err != nil {
			return err
		}
	}
	return nil
}

// settled is the piece in two: its last day may be under way and is made anew every hour, the others stay.
func (p piece) settled() []piece {
	n := len(p.days) - 1
	if n < 1 {
		return []piece{p}
	}
	first, last := p, p
	first.days, first.editions, first.To = p.days[:n], p.editions[:n], p.days[n-1].To
	last.days, last.editions, last.From = p.days[n:], p.editions[n:], p.days[n].From
	return []piece{first, last}
}

func addPast(r report.Reach, tag string, p piece, sum *fold, read func(piece, *fold) error) error {
	if slices.Contains(p.editions, 0) { // of an older version
		return read(p, sum)
	}
	base, key := sum.step(p.From), keyOf(r, tag, p, sum)
	if cells, ok := sum.past.get(key); ok {
		return sum.addCells(base, cells)
	}
	part := newFold(sum.ask)
	if err := read(p, part); err != nil {
		return err
	}
	cells := make([]usage.Cell, len(part.spots))
	for n, s := range part.spots {
		cells[n] = usage.Cell{Step: s.step - base, Values: part.values(s.group), Totals: part.sums[n]}
	}
	sum.past.put(key, cells)
	return sum.addCells(base, cells)
}

// keyOf names all that an answer depends on. Texts that clients choose stand in quotes, so that no two questions read alike.
func keyOf(r report.Reach, tag string, p piece, sum *fold) (k recallKey) {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s %t %s %s %q %q", r.Org, r.All, r.Teams, r.Member, r.Under.Kind(), r.Under.Node())
	_, _ = fmt.Fprintf(h, " %q %q %q %d %d %v", tag, sum.ask.By, sum.ask.Where, p.From.Unix(), p.To.Unix(), p.editions)
	base := sum.step(p.From)
	for at := p.From; p.hours != nil && at.Before(p.To); at = at.Add(time.Hour) {
		_, _ = fmt.Fprint(h, " ", sum.step(at)-base)
	}
	for _, d := range p.days {
		_, _ = fmt.Fprint(h, " ", sum.step(d.From)-base)
	}
	return recallKey(h.Sum(nil))
}

// addCells adds what was remembered, its steps counted from base.
func (f *fold) addCells(base int, cells []usage.Cell) error {
	for i := range cells {
		c := &cells[i]
		if err := f.of(spot{base + c.Step, f.group(c.Values[:])}).Add(c.Totals); err != nil {
			return err
		}
	}
	return f.full()
}
