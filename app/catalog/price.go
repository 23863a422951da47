package catalog

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// rate is what one class costs: a base price, and prices that replace it for the whole request once its input is longer
// than a tier's start ("cliff" tiers, as all providers in the data bill them).
type rate struct {
	unit  *unit
	base  money.Price
	tiers []tier // ascending by start
	parts []int  // indexes of the rates in the same set whose usage is part of this one's
	once  bool   // charged at most once per request
	ours  bool   // from searchFees, not the data
}

type tier struct {
	start int64 // input tokens; the tier applies above it
	price money.Price
}

// at is the price for a request with so many input tokens in all.
func (r *rate) at(input int64) money.Price {
	p := r.base
	for _, t := range r.tiers {
		if input > t.start {
			p = t.price
		}
	}
	return p
}

// dearest is the highest price that a request of at most so many input tokens can meet.
func (r *rate) dearest(input int64) money.Price {
	p := r.base
	for _, t := range r.tiers {
		if input > t.start {
			p = max(p, t.price)
		}
	}
	return p
}

// arrange sorts rates so that the most exact come first and notes for each which others are part of it: a bill then takes
// every token once.
func arrange(rates []rate) {
	slices.SortStableFunc(rates, func(a, b rate) int { return bits.OnesCount8(uint8(b.unit.dims)) - bits.OnesCount8(uint8(a.unit.dims)) })
	for i := range rates {
		rates[i].parts = nil
		for j := range i {
			if rates[j].unit.within(rates[i].unit) {
				rates[i].parts = append(rates[i].parts, j)
			}
		}
	}
}

// dated is a set of prices and when it holds. The last one of a model's list that holds wins; if none does, the first.
type dated struct {
	from       int64 // Unix seconds, inclusive; math.MinInt64 = always
	start, end int32 // seconds of the UTC day, half-open; end 0 = all day. end < start runs past midnight
	offer      *offer
}

func (d *dated) holds(at time.Time) bool {
	if at.Unix() < d.from {
		return false
	}
	if d.end == 0 {
		return true
	}
	at = at.UTC()
	second := int32(at.Hour()*3600 + at.Minute()*60 + at.Second())
	if d.end < d.start {
		return second >= d.start || second < d.end
	}
	return second >= d.start && second < d.end
}

// at is the model's price at a moment; nil is unknown.
func (m *Model) at(when time.Time) *offer {
	for i := len(m.prices) - 1; i >= 0; i-- {
		if m.prices[i].holds(when) {
			return m.prices[i].offer
		}
	}
	if len(m.prices) > 0 {
		return m.prices[0].offer
	}
	return nil
}

const always = math.MinInt64
