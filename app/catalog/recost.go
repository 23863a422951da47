package catalog

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Workload is the usage of many requests together, all of which lie between the same two tier bounds.
type Workload struct {
	Requests int64
	Usage    llm.Usage // summed
	Input    int64     // of the shortest of them, which says which tiers apply
}

// Recost is what the loads would have cost at a price: to the nano-dollar what billing request by request adds up to, but
// for the rounding of each. It fails like Bill where the price does not cover what was used.
func Recost(q Quote, loads []Workload) (money.USD, error) {
	o, ok := q.(*offer)
	if !ok {
		return 0, errUncovered
	}
	var total money.USD
	for _, l := range loads {
		b, err := o.bill(l.Usage, l.Input, l.Requests)
		if err == nil {
			total, err = total.Add(b.Total)
		}
		if err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Bounds are the input lengths above which any of the prices changes, ascending: loads for Recost are split there.
func Bounds(quotes ...Quote) []int64 {
	var out []int64
	for _, q := range quotes {
		if o, ok := q.(*offer); ok {
			for _, r := range o.rates {
				for _, t := range r.tiers {
					out = append(out, t.start)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
