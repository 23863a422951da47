package blueprint

import (
	"cmp"
	"math/big"
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
