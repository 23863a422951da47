package catalog

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// What a refresh may change at most. A file beyond them is more likely broken than true: half of it is missing, or its
// prices are per thousand where they were per million.
const (
	maxGonePercent = 20
	maxJumpPercent = 5
	jump           = 10 // times dearer or cheaper
)

// Change is how a catalogue differs from the one before.
type Change struct {
	Before, After int // models
	Gone, New     int
	Repriced      int // models of which a price changed
	Jumped        int // models of which a price changed tenfold or more, or became free
}

// Sentence says it in words.
func (c Change) Sentence() string {
	return fmt.Sprintf("%d models, %d new, %d gone, %d with another price.", c.After, c.New, c.Gone, c.Repriced)
}

// Compare holds a new catalogue against the one in use, at a moment. The error is a *fault.Error that says why the new one
// must not be used.
func Compare(before, after *Catalog, at time.Time) (Change, error) {
	c := Change{After: after.count(), Before: before.count()}
	c.New = c.After
	for _, p := range before.providers {
		there := map[string]*Model{}
		if q := after.byID(p.id); q != nil {
			for _, m := range q.models {
				there[m.ID] = m
			}
		}
		for _, old := range p.models {
			m := there[old.ID]
			if m == nil {
				c.Gone++
				continue
			}
			c.New--
			changed, jumped := repriced(old.at(at), m.at(at))
			c.Repriced += changed
			c.Jumped += jumped
		}
	}
	kept := c.Before - c.Gone
	switch {
	case c.Gone*100 > c.Before*maxGonePercent:
		return c, fault.Newf(fault.Invalid, "catalog_refused", "%d of %d models are gone from the new price list, more than %d %%. The list before stays in use.", c.Gone, c.Before, maxGonePercent)
	case c.Jumped*100 > kept*maxJumpPercent:
		return c, fault.Newf(fault.Invalid, "catalog_refused", "The prices of %d of %d models changed tenfold or more, more than %d %%. The list before stays in use.", c.Jumped, kept, maxJumpPercent)
	}
	return c, nil
}

func (c *Catalog) count() (n int) {
	for _, p := range c.providers {
		n += len(p.models)
	}
	return n
}

// repriced compares base prices, class by class. A price that is lost altogether counts as a jump: unknown is as bad as
// wrong.
func repriced(before, after *offer) (changed, jumped int) {
	if before == nil {
		if after != nil {
			return 1, 0
		}
		return 0, 0
	}
	if after == nil {
		return 1, 1
	}
	prices := map[Class]money.Price{}
	for _, r := range after.rates {
		prices[r.unit.class] = r.base
	}
	if len(prices) != len(before.rates) {
		changed = 1
	}
	for _, r := range before.rates {
		p, ok := prices[r.unit.class]
		switch {
		case !ok:
			changed = 1
		case p != r.base:
			changed = 1
			if p >= r.base*jump || p*jump <= r.base {
				jumped = 1
			}
		}
	}
	return changed, jumped
}
