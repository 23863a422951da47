package policy

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Policy is what may be asked for below one node of the tree. A node has at most one.
type Policy struct {
	ID    id.Policy
	Org   id.Org
	Scope org.Scope
	Terms
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Terms are what a policy says.
type Terms struct {
	// Allow are patterns of models that may be used; empty = all. Deny are those that may not; it wins.
	Allow []string
	Deny  []string
	// MayAsk makes models that Allow and Deny refuse ones that somebody may approve.
	MayAsk bool
	// Highest is the highest tier of models that needs no approval; none = any.
	Highest catalog.Tier
	// MaxCost is the most that one attempt of a request may cost, AskAbove from where on that needs an approval; 0 =
	// anything.
	MaxCost  money.USD
	AskAbove money.USD
	// Approver is the lowest role that may approve for somebody in its part of the tree: Lead, Manager or Admin. Whoever
	// may set the policy may approve as well.
	Approver org.Role
	// Regions are where data may be kept and processed; empty = anywhere. A word stands for what lies in it (provider.Inside).
	Regions []string
	// ZeroRetention and NoTraining want providers that by their contract keep nothing, and train nothing with it.
	ZeroRetention bool
	NoTraining    bool
}

// Asks reports whether anything that the policy refuses can be approved.
func (t Terms) Asks() bool {
	return t.MayAsk && len(t.Allow)+len(t.Deny) > 0 || t.Highest != catalog.NoTier || t.AskAbove > 0
}

// Model is something that can be asked for, with what it leads to, for previews.
type Model struct {
	Name    string
	Targets [][]string     // the names of each target
	Tiers   []catalog.Tier // of each target, by its price; may be shorter
	Places  []Where        // of each target; may be shorter, and nothing is known of the rest
}

func (m Model) place(i int) Where {
	if i < len(m.Places) {
		return m.Places[i]
	}
	return Where{}
}

func (m Model) tier(i int) catalog.Tier {
	if i < len(m.Tiers) {
		return m.Tiers[i]
	}
	return catalog.NoTier
}

// Verdict is what policies make of a model.
type Verdict struct {
	Name string
	// Refused says which policy denies it, and why; "" = it may be used.
	Refused string
	// Ask says that somebody may approve it.
	Ask bool
}
