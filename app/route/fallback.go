package route

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Fallback is what follows when a target of an alias fails before it answered; of all its lists. The zero one goes down the
// list, for failures of providers only.
type Fallback struct {
	// Order is which of the targets that are left follows: "" the next of the list, Scored the one with the best score.
	Order FallbackOrder `json:"order,omitempty" yaml:"order,omitempty"`
	// Weights are what the score weighs; nil for balance.UsualWeights.
	Weights *balance.Weights `json:"weights,omitempty" yaml:"weights,omitempty"`
	// ContextWindow sends a request that is too long for a target to one with a larger window: before it is sent where the windows
	// are known, and when the provider refuses it for that.
	ContextWindow bool `json:"context_window,omitempty" yaml:"context_window,omitempty"`
	// ContentPolicy asks the next target when a provider's rules on content refuse a request, or withhold its answer.
	ContentPolicy bool `json:"content_policy,omitempty" yaml:"content_policy,omitempty"`
	// KeepTier passes over targets of a lower price tier than the one that failed, and those whose tier is not known.
	KeepTier bool `json:"keep_tier,omitempty" yaml:"keep_tier,omitempty"`
	// CachedAnswer is how old an answer of the cache may be that is given when no target answered, "24h"; "" is none. What the cache
	// keeps, for whom and for how long its policies say.
	CachedAnswer string `json:"cached_answer,omitempty" yaml:"cached_answer,omitempty"`
	// DefaultAnswer is what a plain chat gets when no target answered; "" is the error. It is marked, and costs nothing.
	DefaultAnswer string `json:"default_answer,omitempty" yaml:"default_answer,omitempty"`
	// WhenShort is what happens when the budget cannot pay for a target.
	WhenShort Shortage `json:"when_short,omitempty" yaml:"when_short,omitempty"`
	// Own says that an alias goes by its own words alone, even where it has none: the organization's do not hold for it.
	Own bool `json:"own,omitempty" yaml:"own,omitempty"`
}

// Shortage is what happens when the budget cannot pay for a target of a list.
type Shortage string

// What can happen. By default a request is refused that the budget cannot pay its first target for, and after a failure targets
// are passed over that it cannot pay for.
const (
	PassOver    Shortage = "pass_over"
	TakeCheaper Shortage = "cheaper" // the next target that it can pay for answers, from the first on
	Stop        Shortage = "stop"    // nobody is asked any more
)

// Shortages are all there are.
var Shortages = []Shortage{PassOver, TakeCheaper, Stop}

// FallbackOrder says which target follows one that failed.
type FallbackOrder string

// The orders.
const (
	Listed FallbackOrder = "listed"
	Scored FallbackOrder = "scored"
)

// IsZero reports whether it says nothing.
func (f *Fallback) IsZero() bool { return f == nil || *f == Fallback{} }

// Scores reports whether the order is by score.
func (f *Fallback) Scores() bool { return f != nil && f.Order == Scored }

// Weighs are the weights that count.
func (f *Fallback) Weighs() balance.Weights {
	if f == nil || f.Weights == nil {
		return balance.UsualWeights()
	}
	return *f.Weights
}

// CachedAge is the most that a cached answer may be old; 0 is none.
func (f *Fallback) CachedAge() time.Duration {
	if f == nil || f.CachedAnswer == "" {
		return 0
	}
	d, err := time.ParseDuration(f.CachedAnswer)
	if err != nil { // saving refuses it
		return 0
	}
	return d
}

// Keeps reports whether a target of a tier may follow one that failed. Where that one's tier is not known there is none to keep.
func (f *Fallback) Keeps(failed, next catalog.Tier) bool {
	return f == nil || !f.KeepTier || failed == catalog.NoTier || next >= failed
}

// Waits reports whether a target is only for what follows certain failures, so that no request begins with it.
func (t *Target) Waits() bool { return t.After != "" }

// Causes are what a target is kept for; none is all.
func (t *Target) Causes() []balance.Cause { return causes(t.After) }

// Takes reports whether a target may be asked when the last one failed for a cause; "" is nobody failed.
func (t *Target) Takes(c balance.Cause) bool {
	return !t.Waits() || slices.Contains(causes(t.After), c)
}

// Failing is what is known when a target has failed.
type Failing struct {
	Target   Target
	Cause    balance.Cause
	Priority string
	At       time.Time
	Cost     func(t Target) (money.USD, bool) // of the request at a target; false is unknown
	Load     func(t Target) balance.Load      // how a target did lately
}

// Follow gives the order in which those that are left follow, each with its score. rest is not changed.
func (p *Plan) Follow(f *Failing, rest []Target) []balance.Rung {
	out := make([]balance.Rung, len(rest))
	for i := range rest {
		t := &rest[i]
		r := balance.Rung{At: i, Rank: t.Rank, Chosen: t.Waits(), Load: f.Load(*t), Hours: t.hours(f.At, p.Zone)}
		r.SameConnection = t.Connection.ID == f.Target.Connection.ID
		r.SameProvider = payee(*t) == payee(f.Target)
		r.Cost, r.Priced = f.Cost(*t)
		out[i] = r
	}
	balance.Follow(out, balance.Why{Cause: f.Cause, Priority: f.Priority, Weights: p.Fallback.Weighs()})
	return out
}

// payee is whose models a target serves: the catalogue's provider where it is known, else the kind.
func payee(t Target) string {
	name, _, _ := strings.Cut(t.Connection.PricedAs, "@")
	if name == "" {
		return string(t.Connection.Kind)
	}
	return name
}

// hours reports whether a moment is one of a target's hours. Zone nil is UTC.
func (t *Target) hours(at time.Time, zone *time.Location) balance.Hours {
	if t.Hours == "" {
		return balance.AnyHour
	}
	if zone == nil {
		zone = time.UTC
	}
	from, to, _ := strings.Cut(t.Hours, "-")
	if in, _ := between(at.In(zone).Format("15:04"), from, to); in == true {
		return balance.InHours
	}
	return balance.OutOfHours
}

// rank numbers targets by quality: as their routes say, else by their places. Those that say nothing come after those that do.
// Targets that are kept for failures go to the end, where no request begins; if no others are left they serve all.
func rank(all []Target) {
	if !slices.ContainsFunc(all, func(t Target) bool { return !t.Waits() }) {
		for i := range all {
			all[i].After = ""
		}
	}
	slices.SortStableFunc(all, func(a, b Target) int { return cmp.Compare(waits(a), waits(b)) })
	said := slices.ContainsFunc(all, func(t Target) bool { return t.Quality > 0 })
	for i := range all {
		switch {
		case !said:
			all[i].Rank = i
		case all[i].Quality == 0:
			all[i].Rank = maxQuality
		default:
			all[i].Rank = all[i].Quality - 1
		}
	}
}

func waits(t Target) int {
	if t.Waits() {
		return 1
	}
	return 0
}

// maxQuality is the number of the humblest rank.
const maxQuality = 9

// place tells a plan whose hours its targets' are.
func (p *Plan) place(people *town) {
	if p.Fallback != nil && people != nil {
		p.Zone = people.zone
	}
}

// plain is a fallback in one form: what says the default is left out.
func (f *Fallback) plain() *Fallback {
	if f == nil {
		return nil
	}
	out := *f
	if out.Order == Listed {
		out.Order = ""
	}
	if out.WhenShort == PassOver {
		out.WhenShort = ""
	}
	if out.Order == "" || out.Weights != nil && *out.Weights == balance.UsualWeights() {
		out.Weights = nil
	}
	if out.IsZero() {
		return nil
	}
	return &out
}
