package usageweb

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Prices give what models cost an organization at any moment: prices of its own that ended long ago are among them, which the
// data plane's table has forgotten.
type Prices func(ctx context.Context, o id.Org) (Quotes, error)

// Quotes know what a model costs an organization. *price.Table implements it.
type Quotes interface {
	Quote(o id.Org, payee, model string, at time.Time) (catalog.Quote, bool)
}

// Providers know whose service stands at an address. *price.Shelf implements it.
type Providers interface {
	ProviderOf(kind, baseURL string) string
}

// Connections are an organization's ways to providers. *provider.Service implements it.
type Connections interface {
	List(ctx context.Context, actor org.Actor) ([]provider.ConnectionRecord, error)
}

// Pricing tells what usage would have cost otherwise. All parts are required.
type Pricing struct {
	Prices      Prices
	Providers   Providers
	Connections Connections
}

// priced are an organization's prices at its connections.
type priced struct {
	org    id.Org
	quotes Quotes
	payees map[string]string // who is paid, by the name of the connection
}

// read reads them, once for all of a page.
func (p Pricing) read(ctx context.Context, actor org.Actor) (out priced, err error) {
	out = priced{org: actor.Org, payees: map[string]string{}}
	list, err := p.Connections.List(ctx, actor)
	if err != nil {
		return out, err
	}
	for _, r := range list {
		out.payees[r.Name] = provider.Payee(p.Providers.ProviderOf(string(r.Kind), r.BaseURL), r.ID)
	}
	out.quotes, err = p.Prices(ctx, actor.Org)
	return out, err
}

// sample is how many tokens a price is taken over: few enough that no price for long inputs applies, and enough that a
// price per million is whole nano-dollars.
const sample = 1000

// rate is what a thousand tokens cost, and what a request costs besides, whatever its tokens.
type rate struct{ fresh, cached, output, request money.USD }

// rate is false where the price is not known. connection is a name.
func (p priced) rate(connection, model string, at time.Time) (r rate, ok bool) {
	payee := p.payees[connection]
	if payee == "" || model == "" {
		return r, false
	}
	q, ok := p.quotes.Quote(p.org, payee, model, at)
	if !ok {
		return r, false
	}
	for _, one := range []struct {
		into *money.USD
		used llm.Usage
		part func(catalog.Bill) money.USD
	}{
		{&r.fresh, llm.Usage{Input: sample}, input}, {&r.cached, llm.Usage{Input: sample, CacheRead: sample}, input}, {&r.output, llm.Usage{Output: sample}, output},
		{&r.request, llm.Usage{}, func(b catalog.Bill) money.USD { return b.Total }},
	} {
		bill, err := q.Bill(one.used)
		if err != nil {
			return r, false
		}
		*one.into = one.part(bill)
	}
	return r, true
}

func input(b catalog.Bill) money.USD { return b.Input }

func output(b catalog.Bill) money.USD { return b.Output }

// times is what n tokens cost at a price per thousand, in whole nano-dollars. Parts keep the product small.
func times(perThousand money.USD, n int64) money.USD {
	return perThousand*money.USD(n/sample) + perThousand*money.USD(n%sample)/sample
}

// of is what usage costs at a rate. A request that a provider failed to answer cost no fee, and neither did one that the
// gateway's own cache answered.
func (r rate) of(t usage.Totals) money.USD {
	fees := r.request * money.USD(max(0, min(t.Answered(), t.Attempts)))
	return times(r.fresh, t.Input-t.Cached) + times(r.cached, t.Cached) + times(r.output, t.Output) + fees
}

// Saving is what the providers' prompt caches saved.
type Saving struct {
	Saved money.USD
	Full  money.USD // what the cached input would have cost as new input
	// Priced and Unknown are cached tokens whose price is known, and others, which are not in Saved.
	Priced, Unknown int64
}

func (s *Saving) add(o Saving) {
	s.Saved, s.Full, s.Priced, s.Unknown = s.Saved+o.Saved, s.Full+o.Full, s.Priced+o.Priced, s.Unknown+o.Unknown
}

// saving is what one cell of usage saved, at the price of a moment.
func (p priced) saving(connection, model string, at time.Time, cached int64) Saving {
	r, ok := p.rate(connection, model, at)
	if !ok || r.cached > r.fresh {
		return Saving{Unknown: cached}
	}
	return Saving{Saved: times(r.fresh-r.cached, cached), Full: times(r.fresh, cached), Priced: cached}
}

// Saved adds up what caches saved on usage that is divided by connection and model: each step at its own price, or all of it
// at the price of the span's end. One saving for each row, and one for each step.
func (p Pricing) Saved(ctx context.Context, actor org.Actor, r usage.Result) (total Saving, rows, steps []Saving, err error) {
	prices, err := p.read(ctx, actor)
	if err != nil {
		return total, nil, nil, err
	}
	rows, steps = make([]Saving, len(r.Rows)), make([]Saving, len(r.Steps))
	for i, row := range r.Rows {
		connection, model := "", ""
		if !row.Others && len(row.Values) > 1 {
			connection, model = row.Values[0].ID, row.Values[1].ID
		}
		if len(r.Steps) == 0 {
			rows[i] = prices.saving(connection, model, r.Query.To, row.Cached)
		}
		for j, s := range r.Steps {
			one := prices.saving(connection, model, s.From.Add(s.To.Sub(s.From)/2), row.Series[j].Cached)
			rows[i].add(one)
			steps[j].add(one)
		}
		total.add(rows[i])
	}
	return total, rows, steps, nil
}
