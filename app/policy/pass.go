package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Pass is an approval in force: what some policies refuse unless somebody agrees, one key may do for a while. It lifts the
// policies that it names and no others, so what is set afterwards binds. It is plain data, kept on disk like a Rule.
type Pass struct {
	ID  id.Approval `json:"id"`
	Org id.Org      `json:"org"`
	Key id.Key      `json:"key"`
	// Asked is the name that the client asks for, in lower case; Targets are the models that may be called for it, as
	// "kind/model" in lower case. Both must fit: an alias that leads elsewhere afterwards is not approved.
	Asked   string      `json:"asked"`
	Targets []string    `json:"targets"`
	Lifts   []id.Policy `json:"lifts"`
	Until   time.Time   `json:"until"`
	// Amount is the most that its requests may cost together, Times how many there may be; 0 = any. Spent and Used are
	// from when it was read: the count that binds is the database's.
	Amount money.USD `json:"amount,omitempty"`
	Times  int64     `json:"times,omitempty"`
	Spent  money.USD `json:"spent,omitempty"`
	Used   int64     `json:"used,omitempty"`
}

// Counted reports whether each use must be counted before it is sent.
func (p *Pass) Counted() bool { return p.Amount > 0 || p.Times > 0 }

// Left is what may still be spent; false = anything.
func (p *Pass) Left() (money.USD, bool) { return max(0, p.Amount-p.Spent), p.Amount > 0 }

// is reports whether the pass lifts a policy for a call of a model at a moment, as far as this node knows. names are in
// lower case, the asked one first.
func (p *Pass) is(by id.Policy, names []string, now time.Time) bool {
	return now.Before(p.Until) && p.Asked == names[0] && slices.Contains(p.Lifts, by) && slices.ContainsFunc(names[1:], func(n string) bool { return slices.Contains(p.Targets, n) }) &&
		(p.Times == 0 || p.Used < p.Times) && (p.Amount == 0 || p.Spent < p.Amount)
}

// TierRule says of which tier models are, whatever they cost.
type TierRule struct {
	ID        id.Tier      `json:"id"`
	Org       id.Org       `json:"org"`
	Pattern   string       `json:"pattern"`
	Tier      catalog.Tier `json:"tier"`
	CreatedAt time.Time    `json:"-"`
}

// Extras are what goes with the rules: approvals in force and the organizations' own tiers.
type Extras struct {
	Passes []Pass     `json:"passes,omitempty"`
	Tiers  []TierRule `json:"tiers,omitempty"`
}

// extra is one organization's, compiled. Immutable.
type extra struct {
	passes map[id.Key][]*Pass
	tiers  []tierRule // longer patterns first: they say more
}

type tierRule struct {
	glob
	tier catalog.Tier
}

// LoadExtras compiles a set and puts it into use.
func (b *Book) LoadExtras(all Extras) error {
	x, err := compileExtras(all)
	if err == nil {
		b.extras.Set(&x)
	}
	return err
}

func compileExtras(all Extras) (map[id.Org]*extra, error) {
	out := map[id.Org]*extra{}
	of := func(o id.Org) *extra {
		if out[o] == nil {
			out[o] = &extra{passes: map[id.Key][]*Pass{}}
		}
		return out[o]
	}
	for _, p := range all.Passes {
		if p.Org.IsZero() || p.Key.IsZero() || p.Asked == "" || p.Until.IsZero() {
			return nil, fmt.Errorf("approval %s is not whole", p.ID)
		}
		x := of(p.Org)
		x.passes[p.Key] = append(x.passes[p.Key], &p)
	}
	for _, r := range all.Tiers {
		if r.Tier == catalog.NoTier {
			return nil, fmt.Errorf("tier %s is none", r.ID)
		}
		x := of(r.Org)
		x.tiers = append(x.tiers, tierRule{compileGlob(r.Pattern), r.Tier})
	}
	for _, x := range out {
		slices.SortStableFunc(x.tiers, func(a, b tierRule) int {
			return cmp.Or(len(b.text)-len(a.text), strings.Compare(a.text, b.text))
		})
	}
	return out, nil
}

// tier is what the organization says about a model, or what its price says. What nobody knows counts as the dearest:
// unknown is not cheap.
func (x *extra) tier(names []string, list catalog.Tier) catalog.Tier {
	if x != nil {
		for i := range x.tiers {
			if slices.ContainsFunc(names, x.tiers[i].match) {
				return x.tiers[i].tier
			}
		}
	}
	if list == catalog.NoTier {
		return catalog.Premium
	}
	return list
}
