package semantic

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"
)

// A judge that agrees with 95 of 100 right pairs, and with 5 of 100 wrong ones. Small models do better on such pairs; what counts here is
// that one of this accuracy is enough.
const (
	agrees  = 0.95
	mistook = 0.05
)

// scripted is the judge's word on a pair, drawn anew for each seed.
func scripted(seed int, a, b string, right bool) bool {
	sum := sha256.Sum256(fmt.Append(nil, seed, "\n", a, "\n", b))
	drawn := float64(binary.BigEndian.Uint32(sum[:4])) / (1 << 32)
	if right {
		return drawn < agrees
	}
	return drawn < mistook
}

// TestVerifiedOnLabelledPairs is what the gateway does in that mode: strict pairs are given, relaxed ones if the judge agrees. The mean over
// many judges is what one of that accuracy comes to.
func TestVerifiedOnLabelledPairs(t *testing.T) {
	t.Parallel()
	const judges = 200
	type count struct{ strict, relaxed, given, all int }
	for right, files := range map[bool][]string{true: {"same.txt", "later_same.txt", "last_same.txt"}, false: {"different.txt", "later_different.txt", "last_different.txt"}} {
		parts := map[string]*count{}
		for _, file := range files {
			for _, p := range labelled(t, file) {
				c := parts[p.part(file)]
				if c == nil {
					c = &count{}
					parts[p.part(file)] = c
				}
				c.all++
				switch {
				case Strict(p.a, p.b):
					c.strict++
					c.given += judges
				case Relaxed(p.a, p.b):
					c.relaxed++
					for seed := range judges {
						if scripted(seed, p.a, p.b, right) {
							c.given++
						}
					}
				}
			}
		}
		for part, c := range parts {
			share := float64(c.given) / float64(judges*c.all)
			t.Logf("right %v, %s: %d pairs, %d strict, %d asked, %.2f %% given", right, part, c.all, c.strict, c.relaxed, 100*share)
			if right && share < 0.6 || !right && share > 0.005 {
				t.Errorf("right %v, %s: %.2f %% given; at least 60 %% of the right and at most 0.5 %% of the wrong ones", right, part, 100*share)
			}
		}
	}
}
