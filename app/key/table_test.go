package key

import (
	"fmt"
	"testing"
)

func TestATableFindsEveryIdAndNoOther(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 7, 100, 50_000} {
		ids, entries := make([]publicID, n), make([]entry, max(n, 1))
		for i := range ids { // as alike as ids can be
			copy(ids[i][:], fmt.Sprintf("%016d", i))
		}
		x := newTable(ids, entries)
		for i, pub := range ids {
			if e, known := x.find(pub); !known || e != &entries[i] {
				t.Fatalf("of %d: id %d is not found", n, i)
			}
		}
		for i := range 1000 {
			var pub publicID
			copy(pub[:], fmt.Sprintf("%016d", n+i))
			if e, known := x.find(pub); known || e == nil {
				t.Fatalf("of %d: id %d is found", n, n+i)
			}
		}
		if places := len(x.buckets) * 4; n > 100 && places > 16*n {
			t.Errorf("%d ids take %d places", n, places)
		}
	}
}
