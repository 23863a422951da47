package budget

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// units are what the names of a refusal's amounts end in; they say what is counted.
var units = map[ledger.Measure]string{ledger.Money: "_usd", ledger.Tokens: "_tokens", ledger.Requests: "_requests"}

// needing adds the least that would have been enough to a refusal.
func needing(e *fault.Error, s Standing, need ledger.Units) *fault.Error {
	return e.With("needed"+units[s.Measure], s.Measure.Plain(need))
}

// Explain is which budget refused and how it stood, read from the facts of a refusal; false for every other error. What
// was refused is recorded with it, so that a page can explain it later.
func Explain(err error) (ledger.Refusal, bool) {
	var e *fault.Error
	if !errors.As(err, &e) || e.Detail["budget_id"] == "" {
		return ledger.Refusal{}, false
	}
	budget, err := id.ParseBudget(e.Detail["budget_id"])
	if err != nil {
		return ledger.Refusal{}, false
	}
	r := ledger.Refusal{Budget: budget}
	for _, m := range ledger.Measures {
		if e.Detail["limit"+units[m]] == "" {
			continue
		}
		r.Measure = m
		for name, into := range map[string]*ledger.Units{"needed": &r.Need, "limit": &r.Limit, "spent": &r.Spent, "held": &r.Held} {
			if v, err := m.Parse(e.Detail[name+units[m]]); err == nil {
				*into = v
			}
		}
	}
	return r, true
}
