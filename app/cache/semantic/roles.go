package semantic

import "slices"

// sameOwners compares whose things are spoken of: a boss's friend is no friend's boss, and a cup of tea no tea cup.
func sameOwners(a, b []item) bool {
	x, filled := owners(a)
	y, also := owners(b)
	if filled != also {
		return false
	}
	return len(x) == 0 || len(y) == 0 || slices.ContainsFunc(x, func(k string) bool { return slices.Contains(y, k) })
}

func owners(items []item) (keys []string, filled bool) {
	for i, it := range items {
		if it.owns || it.prep == "of" {
			keys = append(keys, it.key)
		}
		filled = filled || i > 0 && it.prep == "of" && vessels[items[i-1].key]
	}
	return keys, filled
}

// stranded is the preposition at the end: whom somebody reports to.
func stranded(items []item) string {
	if last := items[len(items)-1]; last.class == mark {
		return last.key
	}
	return ""
}

// sameRoles reports whether no word of a changed its preposition, and none took another one's: butter for oil, oil for butter.
func sameRoles(a, b []item) bool {
	for _, x := range a {
		if x.prep == "" && !x.proper {
			continue
		}
		held, same := false, false
		for _, y := range b {
			if x.key == y.key && (other(x, y) || differ(x, y)) {
				return false
			}
			held = held || y.prep == x.prep
			same = same || y.prep == x.prep && y.key == x.key
		}
		if x.prep != "" && held && !same {
			return false
		}
	}
	return true
}
