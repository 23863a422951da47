package budget_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// A forecast looks back as far as its chart does, and no further, however old the period is.
func TestAForecastLooksBackAsFarAsItsChart(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	b := o.monthly(money.Dollar, func(b *budget.Budget) { b.Period = budget.Forever })
	if _, err := o.service.Forecast(t.Context(), o.actor(org.Admin), b.ID); err != nil || !s.since.Equal(november.AddDate(0, 0, -100)) {
		t.Errorf("since %s, %v", s.since, err)
	}
	tag, err := org.OfTag(o.chain.Org, "project=apollo")
	o.must(err)
	b = o.monthly(money.Dollar, func(b *budget.Budget) { b.Scope = tag })
	h, _ := o.alive(o.books)
	w := o.want(money.Cent, money.Cent)
	w.Tags = "project=apollo"
	hold, err := h.Reserve(t.Context(), w)
	o.must(err)
	req := id.NewRequest(ids)
	o.must(h.Open(hold, &ledger.Attempt{Request: req, Number: 1, Chain: o.chain, Tags: w.Tags}))
	h.Settle(hold, done(money.Cent))
	r := fact(o.house, req, money.Cent)
	r.Tags = w.Tags
	h.Record(r)
	posted(t, h)
	f, err := o.service.Forecast(t.Context(), o.actor(org.Admin), b.ID)
	if o.must(err); len(f.Days) == 0 || f.Days[len(f.Days)-1].Used != money.Cent {
		t.Errorf("a tag's use is not on its day: %+v", f)
	}
}
