package db

import (
	"cmp"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// told is what a fact is told by in reports.
type told struct {
	Model    string
	Provider string
	Asked    string
	Client   string
	Endpoint string
	Cache    string
	Outcome  string
}

// attemptTold and requestTold are what the two kinds of facts are told by. db/usage_facts.go says the same in SQL. What was handed over to a
// provider and what came of it are told by one outcome, whatever it was: the second takes the place of the first, so it is below zero.
func attemptTold(p *budget.Posting) told {
	a := &p.Attempt
	t := told{Model: a.Model, Provider: a.Provider, Asked: a.Asked, Client: a.Client, Endpoint: a.Endpoint, Cache: a.Cache, Outcome: usage.Answered}
	if p.End.Class != "" && p.End.State != ledger.Handed && p.End.State != ledger.Returned {
		t.Outcome = usage.Failed
	}
	return t
}

func requestTold(q *ledger.Request) told {
	t := told{Model: q.Model, Provider: q.Provider, Asked: q.Asked, Client: q.Client, Endpoint: q.Endpoint, Cache: q.Cache, Outcome: usage.Answered}
	switch {
	case q.Code == "" && q.Status < 400:
	case q.Attempts == 0:
		t.Outcome = usage.Refused
	default:
		t.Outcome = usage.Failed
	}
	if q.Attempts == 0 && q.Route == "" {
		t.Asked = "" // nothing was found under it, so it may be any text
	}
	return t
}

func (t *told) clean() { clean(&t.Model, &t.Provider, &t.Asked, &t.Client, &t.Endpoint, &t.Cache) }

func (t *told) compare(o *told) int {
	return cmp.Or(cmp.Compare(t.Model, o.Model), cmp.Compare(t.Provider, o.Provider), cmp.Compare(t.Asked, o.Asked), cmp.Compare(t.Client, o.Client),
		cmp.Compare(t.Endpoint, o.Endpoint), cmp.Compare(t.Cache, o.Cache), cmp.Compare(t.Outcome, o.Outcome))
}
