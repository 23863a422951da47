package policy_test

import (
	"fmt"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// As many rules as there may be can still be changed.
func TestAFullListOfTiersCanBeChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	admin := o.actor(org.Admin)
	for i := range 200 {
		_, err := o.SetTier(t.Context(), admin, fmt.Sprintf("model-%d", i), catalog.Economy)
		o.must(err)
	}
	if _, err := o.SetTier(t.Context(), admin, "one-more", catalog.Economy); code(err) != "too_many" {
		t.Errorf("one more: %v", err)
	}
	if r, err := o.SetTier(t.Context(), admin, "model-7", catalog.Premium); err != nil || r.Tier != catalog.Premium {
		t.Errorf("one of them again: %+v, %v", r, err)
	}
}
