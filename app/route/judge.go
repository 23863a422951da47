package route

import (
	"cmp"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// judge finds the way that past requests would go, as far as their facts tell. It belongs to one rehearsal.
type judge struct {
	index  *Index
	own    *tenant
	people *town
	parts  map[*ruling]*parts
	// missing are the facts that no past request tells.
	missing words
}

func newJudge(t *Table, o id.Org) *judge {
	x := t.cell.Get()
	if x == nil || x.tenants[o] == nil {
		return nil
	}
	j := &judge{index: x, own: x.tenants[o], people: t.town(o), parts: map[*ruling]*parts{}}
	for _, w := range Words {
		if !w.Kept {
			j.missing.add(w.Name)
		}
	}
	return j
}

// way gives where a past request would go. sure is false where a condition that matters asks what is not known; names are
// those facts.
func (j *judge) way(p *Past) (plan Plan, names words, sure bool, err error) {
	a := &Ask{Org: p.Chain.Org, Request: p.ID, At: p.At, EndUser: p.EndUser, Session: p.Session, Grant: &key.Grant{Key: p.Chain.Key, Name: p.KeyName, Chain: p.Chain},
		Call: &llm.Call{Model: p.Asked, Operation: p.Endpoint, Family: p.Family, Stream: p.Stream}, Tags: p.Tags, Client: p.Client}
	alias := j.own.aliases[p.Asked]
	f := j.own.facts(a, j.people, ^words(0))
	f.InputTokens = int(p.Usage.Input)
	lists := [][]ruling{j.own.rules}
	if alias != nil {
		lists = append(lists, alias.rules)
	}
	for _, rules := range lists {
		for i := range rules {
			switch r := &rules[i]; j.ask(r, f) {
			case unknown:
				return Plan{}, r.when.names & j.missing, false, nil
			case yes:
				return r.plan, 0, true, nil
			}
		}
	}
	if alias != nil && alias.canary != nil {
		if plan := alias.canary.draw(a, nil); plan != nil {
			return *plan, 0, true, nil
		}
	}
	plan, err = j.index.plan(j.own, p.Asked)
	return plan, 0, true, err
}

func (j *judge) ask(r *ruling, f *Facts) verdict {
	if r.when == nil || len(r.plan.Targets) == 0 || r.conversations && f.Endpoint != string(llm.Chat) {
		return no
	}
	p := j.parts[r]
	if p == nil {
		var err error
		if p, err = takeApart(r.when.source); err != nil {
			return no
		}
		j.parts[r] = p
	}
	return p.judge(f, j.missing, nil)
}

// Prices quotes models for one organization: the same prices that requests are billed by.
type Prices interface {
	Quote(org id.Org, kind, model string, at time.Time) (catalog.Quote, bool)
}

// tally gathers the outcome of one rehearsal.
type tally struct {
	out     Outcome
	now     time.Time
	org     id.Org
	prices  Prices
	quotes  map[Target]catalog.Quote
	routes  map[string]int
	moves   map[[2]string]*Move
	waits   map[string][]int32 // milliseconds, by "connection/model" that answered
	missing words
}

// add takes one past request, judged on the present and on the new way.
func (t *tally) add(p *Past, present, draft *judge) {
	t.out.Requests++
	t.out.From = p.At
	if t.out.To.IsZero() {
		t.out.To = p.At
	}
	answered := p.Connection + "/" + p.Model
	t.waits[answered] = append(t.waits[answered], int32(min(max(p.Duration.Milliseconds(), 1), 1<<30))) // 0 is not observed
	was, unsure, sure, lost := present.way(p)
	will, doubts, certain, gone := draft.way(p)
	if !sure || !certain {
		t.out.Unjudged++
		t.missing |= unsure | doubts
		return
	}
	from, there := t.first(was, p.Endpoint)
	to, left := t.first(will, p.Endpoint)
	if lost != nil || gone != nil || !there || !left {
		t.out.Lost++
		return
	}
	t.out.Judged++
	t.routes[will.Route]++
	before, known := t.cost(from, p.Usage)
	after, also := t.cost(to, p.Usage)
	priced := known && also
	if !priced {
		t.out.Unpriced++
		before, after = 0, 0
	}
	t.out.Before, t.out.After, t.out.Booked = t.out.Before+before, t.out.After+after, t.out.Booked+p.Cost
	if from.Connection.ID == to.Connection.ID && from.Model == to.Model {
		return
	}
	t.out.Changed++
	way := [2]string{from.Connection.Name + "/" + from.Model, to.Connection.Name + "/" + to.Model}
	m := t.moves[way]
	if m == nil {
		m = &Move{From: way[0], To: way[1]}
		t.moves[way] = m
	}
	m.Requests++
	m.Before, m.After = m.Before+before, m.After+after
	if !priced {
		m.Unpriced++
	}
}

// first is the first target of a plan that fulfils what its route demands, as far as that hangs on no text. The others are never asked.
func (t *tally) first(p Plan, op llm.Operation) (Target, bool) {
	for _, at := range p.Targets {
		if at.Only == nil || at.Only.Bars(at.Place()) == "" && at.Only.Lacks(t.quote(at), op.Generates()) == "" {
			return at, true
		}
	}
	return Target{}, false
}

// quote is a target's price of today; nil where none is known.
func (t *tally) quote(at Target) catalog.Quote {
	at.Why, at.Weight = "", 0
	q, ok := t.quotes[at]
	if !ok {
		kind := cmp.Or(at.Connection.PricedAs, provider.Payee(string(at.Connection.Kind), at.Connection.ID))
		if q, ok = t.prices.Quote(t.org, kind, at.Model, t.now); !ok {
			q = nil
		}
		t.quotes[at] = q
	}
	return q
}

// cost is what a usage comes to at a target, at today's prices.
func (t *tally) cost(at Target, u llm.Usage) (money.USD, bool) {
	q := t.quote(at)
	if q == nil {
		return 0, false
	}
	bill, err := q.Bill(u)
	return bill.Total, err == nil
}

// sum is the outcome so far.
func (t *tally) sum() Outcome {
	out := t.out
	out.Missing = t.missing.unkept()
	for route, n := range t.routes {
		out.Routes = append(out.Routes, Tally{route, n})
	}
	slices.SortFunc(out.Routes, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Route, b.Route))
	})
	for _, m := range t.moves {
		m.WaitBefore, m.WaitAfter = median(t.waits[m.From]), median(t.waits[m.To])
		out.Moves = append(out.Moves, *m)
	}
	slices.SortFunc(out.Moves, func(a, b Move) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.From+a.To, b.From+b.To))
	})
	const few = 50
	out.Routes, out.Moves = out.Routes[:min(len(out.Routes), few)], out.Moves[:min(len(out.Moves), few)]
	return out
}

func median(all []int32) int64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return int64(all[len(all)/2])
}
