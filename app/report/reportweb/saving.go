package reportweb

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Prices know what a model costs an organization. *price.Table implements it.
type Prices interface {
	Quote(o id.Org, payee, model string, at time.Time) (catalog.Quote, bool)
}

// Providers know whose service stands at an address. *price.Shelf implements it.
type Providers interface {
	ProviderOf(kind, baseURL string) string
}

// payees are who is paid, by the name of the connection.
func (h *Handlers) payees(c *web.Context) (map[string]string, error) {
	out := map[string]string{}
	list, err := h.Connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		out[r.Name] = provider.Payee(h.Providers.ProviderOf(string(r.Kind), r.BaseURL), r.ID)
	}
	return out, nil
}

// sample is how many tokens a price difference is taken over: few enough that no price for long inputs applies.
const sample = 1000

// cachePrice is what a thousand input tokens cost less when the provider reads them from its cache; false where a price is
// not known.
func (h *Handlers) cachePrice(o id.Org, payee, model string, at time.Time) (money.USD, bool) {
	if payee == "" || model == "" {
		return 0, false
	}
	q, ok := h.Prices.Quote(o, payee, model, at)
	if !ok {
		return 0, false
	}
	fresh, err := q.Bill(llm.Usage{Input: sample})
	if err != nil {
		return 0, false
	}
	cached, err := q.Bill(llm.Usage{Input: sample, CacheRead: sample})
	if err != nil || cached.Total > fresh.Total {
		return 0, false
	}
	return fresh.Total - cached.Total, true
}

// perThousand is a price per thousand, times so many.
func perThousand(price money.USD, n int64) money.USD {
	return price / sample * money.USD(n)
}
