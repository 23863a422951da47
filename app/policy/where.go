package policy

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
)

// Where is what is known of the account that a request would go to, as its admin declared it.
type Where struct {
	Residency     string // "" = nobody said
	ZeroRetention bool
	NoTraining    bool
}

// placed reports whether a policy says where data may go.
func (r *rule) placed() bool { return len(r.Regions) > 0 || r.ZeroRetention || r.NoTraining }

// Placed reports whether some policy does.
func (b *Bound) Placed() bool {
	return slices.ContainsFunc(b.rules[:b.n], (*rule).placed)
}

// Where holds an account against every policy. No approval helps: what is asked for is a promise to others.
func (b *Bound) Where(w Where) Denial {
	for _, r := range b.rules[:b.n] {
		if d := r.where(w); d.Any() {
			return d
		}
	}
	return Denial{}
}

func (r *rule) where(w Where) Denial {
	switch {
	case len(r.Regions) > 0 && !slices.ContainsFunc(r.Regions, func(of string) bool { return catalog.Inside(w.Residency, of) }):
		if w.Residency == "" {
			return Denial{by: r, where: "wants data to stay in " + r.region() + ", and nobody says where this provider keeps it"}
		}
		return Denial{by: r, where: "wants data to stay in " + r.region() + ", and this provider keeps it in " + w.Residency}
	case r.ZeroRetention && !w.ZeroRetention:
		return Denial{by: r, where: "wants zero retention, and this provider may keep requests"}
	case r.NoTraining && !w.NoTraining:
		return Denial{by: r, where: "wants no training on its data, and this provider does not promise that"}
	}
	return Denial{}
}

func (r *rule) region() string { return strings.Join(r.Regions, " or ") }

// Why is the denial in words: "Team Search wants zero retention, …"; "" if there is none.
func (d Denial) Why() string { return d.why() }
