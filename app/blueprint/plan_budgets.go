package blueprint

import (
	"cmp"
	"math/big"
	"reflect"
	"slices"
	"strings"
)

// lowerFirst puts budgets that are lowered before all others, the deepest first: a strict budget hands out no more than it has, so
// one can be lowered only when those below it are, and raised or begun only when there is room. Changes keep their order otherwise.
func lowerFirst(changes []Change) []Change {
	rank := func(c Change) int {
		if b, ok := c.one.Interface().(*Budget); ok && lowers(c) {
			return depth(b.Of) + 1
		}
		return 0
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(rank(b), rank(a)) })
	return changes
}

func lowers(c Change) bool {
	for _, f := range c.Fields {
		if f.Name != "limit" || c.Verb != Update {
			continue
		}
		was, ok := new(big.Rat).SetString(f.Was)
		is, fine := new(big.Rat).SetString(f.Is)
		return ok && fine && is.Cmp(was) < 0
	}
	return false
}

// depth is how far below the organization a place is.
func depth(of string) int {
	kind, _, _ := strings.Cut(of, ":")
	return 1 + slices.Index([]string{"department", "team", "pool", "tag"}, kind)
}

// renamed finds budgets that were named after their place before it was called what it is now: by the key of an entry that names none,
// the key of what is there. A second one would bind beside it, and pruning would take away the first with what it carried over. Where
// it is not certain which one is meant, none is.
func (p *planner) renamed(now map[string]reflect.Value) map[string]string {
	out, taken := map[string]string{}, map[string]bool{}
	for i := range p.wanted.Budgets {
		taken[p.now.settled(reflect.ValueOf(&p.wanted.Budgets[i])).key()] = true
	}
	for i := range p.wanted.Budgets {
		b := &p.wanted.Budgets[i]
		if _, there := now[b.key()]; there || b.Name != "" {
			continue
		}
		var of []string
		for key, have := range now {
			if old := have.Interface().(*Budget); old.Of == b.Of && old.Measure == b.Measure && old.Period == b.Period && !taken[key] {
				of = append(of, key)
			}
		}
		if len(of) == 1 && p.namedAfter(now[of[0]].Interface().(*Budget), b) {
			out[b.key()] = of[0]
		}
	}
	return out
}

// namedAfter reports whether a budget has the name of a place of that kind. An organization may have been called anything: there a
// budget is the same where nothing else of it is to change, or where it would be gone otherwise.
func (p *planner) namedAfter(old, wanted *Budget) bool {
	if kind, _, _ := strings.Cut(old.Of, ":"); kind != "" {
		return kind != "tag" && strings.HasPrefix(old.Name, label(kind+":", ""))
	}
	same := *old
	same.Name = ""
	return p.prune || reflect.DeepEqual(&same, wanted)
}
