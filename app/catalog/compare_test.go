package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
)

// listed is a catalogue of n models of one provider at a price; skip leaves that many of the first out.
func listed(t *testing.T, n, skip int, price func(i int) string) *catalog.Catalog {
	t.Helper()
	var models []string
	for i := skip; i < n; i++ {
		models = append(models, fmt.Sprintf(`{"id":"m%d","match":{"equals":"m%d"},"prices":%s}`, i, i, price(i)))
	}
	c, err := catalog.Load([]byte(`{"providers":[{"id":"p","name":"P","models":[` + strings.Join(models, ",") + `]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestANewCatalogueIsHeldAgainstTheOneInUse(t *testing.T) {
	t.Parallel()
	flat := func(int) string { return `{"input_mtok":1,"output_mtok":2}` }
	some := func(n int, other string) func(int) string {
		return func(i int) string {
			if i < n {
				return other
			}
			return flat(i)
		}
	}
	for _, x := range []struct {
		name     string
		skip     int
		price    func(int) string
		ok       bool
		repriced int
	}{
		{"nothing changed", 0, flat, true, 0},
		{"a little cheaper everywhere", 0, func(int) string { return `{"input_mtok":0.9,"output_mtok":1.8}` }, true, 100},
		{"eighteen of a hundred and eight gone", 18, flat, true, 0},
		{"more than a fifth gone", 25, flat, false, 0},
		{"five of a hundred ten times dearer", 0, some(5, `{"input_mtok":10,"output_mtok":2}`), true, 5},
		{"six of a hundred ten times dearer", 0, some(6, `{"input_mtok":10,"output_mtok":2}`), false, 6},
		{"six of a hundred ten times cheaper", 0, some(6, `{"input_mtok":1,"output_mtok":0.2}`), false, 6},
		{"six of a hundred free all at once", 0, some(6, `{"input_mtok":0,"output_mtok":0}`), false, 6},
		{"six of a hundred without a price", 0, some(6, `{}`), false, 6},
		{"a class more", 0, some(3, `{"input_mtok":1,"output_mtok":2,"cache_read_mtok":0.1}`), true, 3},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			change, err := catalog.Compare(listed(t, 100, 0, flat), listed(t, 100, x.skip, x.price), august)
			if (err == nil) != x.ok || change.Repriced != x.repriced {
				t.Errorf("%+v, %v", change, err)
			}
		})
	}
}
