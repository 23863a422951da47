package ledger

import (
	"iter"
	"strings"
)

// Pairs are the key and value of each tag in "client=acme,project=apollo", in that order. Of a key that comes twice the
// first value counts alone: a cost is allocated once for each key, however often a client repeats it.
func Pairs(tags string) iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		last := ""
		for tags != "" {
			var pair string
			pair, tags, _ = strings.Cut(tags, ",")
			key, value, ok := strings.Cut(pair, "=")
			if !ok || key == "" || key == last { // tags are sorted, so a repeated key follows at once
				continue
			}
			last = key
			if !yield(key, value) {
				return
			}
		}
	}
}
