package balance

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Weights say how much each thing counts in the choice of the target that follows one that failed: 0 to MostWeight each. Only
// their proportions matter.
type Weights struct {
	Error    int `json:"error" yaml:"error"`       // who shares least with the one that failed, given why it did
	Cost     int `json:"cost" yaml:"cost"`         // the cheapest for this request
	Priority int `json:"priority" yaml:"priority"` // the best for urgent requests, the humblest for others
	Hours    int `json:"hours" yaml:"hours"`       // in its hours of the day
	Success  int `json:"success" yaml:"success"`   // its share of attempts that succeeded, over about an hour
}

// MostWeight is the largest weight.
const MostWeight = 100

// UsualWeights are those of a route that has none of its own. The first four are the product's plan; what was learned counts as
// much as why the last target failed.
func UsualWeights() Weights {
	return Weights{Error: 40, Cost: 30, Priority: 20, Hours: 10, Success: 40}
}

func (w Weights) list() [factors]int {
	return [...]int{w.Error, w.Cost, w.Priority, w.Hours, w.Success}
}

// Valid reports whether each weight is in its bounds, and one of them more than nothing.
func (w Weights) Valid() bool {
	all := w.list()
	return slices.Min(all[:]) >= 0 && slices.Max(all[:]) <= MostWeight && w != Weights{}
}

const factors = 5

// Factors are the names of what Weights weigh, in the order of Rung.Parts.
var Factors = [factors]string{"error", "cost", "priority", "hours", "success"}

// Rung is a target that may follow, with all that decides.
type Rung struct {
	At int // its index in the caller's list, which decides between equals
	// SameConnection and SameProvider say what it shares with the one that failed.
	SameConnection, SameProvider bool
	// Chosen says that the route names it for this cause.
	Chosen bool
	// Rank is its place among the route's targets by quality, 0 for the best.
	Rank   int
	Hours  Hours
	Cost   money.USD // of this request, estimated
	Priced bool
	Load   Load
	// Parts and Score are set by Follow: each factor from 0 to 1, and their weighted mean.
	Parts [factors]float64
	Score float64
}

// Hours is whether now is one of a target's hours.
type Hours uint8

// What now can be. Without hours every moment is as good as another.
const (
	AnyHour Hours = iota
	InHours
	OutOfHours
)

// Why is what decides between targets besides what they are.
type Why struct {
	Cause    Cause
	Priority string // of the request: low, normal, high; "" is normal
	Weights  Weights
}

// Follow sorts targets: the first is the one to ask next. It is what the score says, and among equals the order of the list.
func Follow(rs []Rung, w Why) {
	cheapest, worst := money.Max, 0
	fast := Load{}
	for i := range rs {
		r := &rs[i]
		if r.Priced {
			cheapest = min(cheapest, max(r.Cost, leastCost))
		}
		worst = max(worst, r.Rank)
		if r.Load.Seen && (!fast.Seen || r.Load.Mean < fast.Mean) {
			fast = r.Load
		}
	}
	weights := w.Weights.list()
	for i := range rs {
		r := &rs[i]
		r.Parts = [...]float64{byError(r, w.Cause, fast), byCost(r, cheapest), byPriority(r, w.Priority, worst), byHours(r.Hours), r.Load.Success()}
		r.Score = 0
		all := 0
		for k, part := range r.Parts {
			r.Score += part * float64(weights[k])
			all += weights[k]
		}
		r.Score /= float64(max(all, 1))
	}
	slices.SortFunc(rs, func(a, b Rung) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.At, b.At)) })
}

// byError is 1 for a target that the route names for the cause, else what kinship leaves. After a timeout a slow target has
// less: as much as the fastest one's wait is of its own.
func byError(r *Rung, c Cause, fast Load) float64 {
	if r.Chosen {
		return 1
	}
	part, kin := 1.0, kinships[c]
	switch {
	case r.SameConnection:
		part = kin.connection
	case r.SameProvider:
		part = kin.provider
	}
	if c == Timeout && r.Load.Seen && r.Load.Mean > 0 {
		part *= float64(max(fast.Mean, 1)) / float64(r.Load.Mean)
	}
	return part
}

// byCost is how much of a target's cost the cheapest one's is. Unknown is not free: what has no price gets nothing.
func byCost(r *Rung, cheapest money.USD) float64 {
	if !r.Priced {
		return 0
	}
	return float64(cheapest) / float64(max(r.Cost, leastCost))
}

// byPriority gives urgent requests the best targets, and leaves those alone for requests that can wait; others go half as
// strongly by quality.
func byPriority(r *Rung, priority string, worst int) float64 {
	quality := 1.0
	if worst > 0 {
		quality = 1 - float64(r.Rank)/float64(worst)
	}
	switch priority {
	case "high":
		return quality
	case "low":
		return 1 - quality
	}
	return (1 + quality) / 2
}

func byHours(h Hours) float64 {
	return [...]float64{AnyHour: 0.5, InHours: 1, OutOfHours: 0}[h]
}

// Reason writes how the score came about: "score 0.83 = error 1.00 × 40 + cost 0.52 × 30 + …".
func (r *Rung) Reason(w Weights) string {
	b := strconv.AppendFloat([]byte("score "), r.Score, 'f', 2, 64)
	b = append(b, " of "...)
	for i, weight := range w.list() {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, Factors[i]...)
		b = append(b, ' ')
		b = strconv.AppendFloat(b, r.Parts[i], 'f', 2, 64)
		b = append(b, " × "...)
		b = strconv.AppendInt(b, int64(weight), 10)
	}
	return string(b)
}
