package stripe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stripe/stripe-go/v76"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/billing"
)

// lookup is a plan's price at Stripe: its name there has the amount in it, so that a new price list makes new prices and running
// subscriptions keep theirs.
func lookup(p billing.Plan) string {
	return fmt.Sprintf("bodhi_%s_seat_month_%d", p.Name, p.PerSeat/money.Cent)
}

// planOf is the plan that a price belongs to, this or an older one of it.
func planOf(p *stripe.Price) (billing.Name, bool) {
	if p == nil {
		return "", false
	}
	for _, plan := range billing.Plans {
		if strings.HasPrefix(p.LookupKey, "bodhi_"+string(plan.Name)+"_seat_") {
			return plan.Name, true
		}
	}
	return "", false
}

// price finds the plan's price at Stripe, or makes it there.
func (c *Cashier) price(ctx context.Context, p billing.Plan) (string, error) {
	c.mu.Lock()
	known := c.prices[p.Name]
	c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	found, err := c.findPrice(ctx, p)
	if err != nil {
		return "", err
	}
	if found == nil {
		if found, err = c.makePrice(ctx, p); err != nil {
			return "", err
		}
	}
	if found.UnitAmount != int64(p.PerSeat/money.Cent) || found.Currency != stripe.CurrencyUSD {
		return "", fmt.Errorf("stripe: the price %s is %d %s there, and %s USD here", lookup(p), found.UnitAmount, found.Currency, p.PerSeat)
	}
	c.mu.Lock()
	c.prices[p.Name] = found.ID
	c.mu.Unlock()
	return found.ID, nil
}

func (c *Cashier) findPrice(ctx context.Context, p billing.Plan) (*stripe.Price, error) {
	key := lookup(p)
	it := c.api.Prices.List(&stripe.PriceListParams{ListParams: stripe.ListParams{Context: ctx}, LookupKeys: []*string{&key}, Active: stripe.Bool(true)})
	if it.Next() {
		return it.Price(), nil
	}
	return nil, judged(it.Err())
}

func (c *Cashier) makePrice(ctx context.Context, p billing.Plan) (*stripe.Price, error) {
	product, key := "bodhi_"+string(p.Name), lookup(p)
	_, err := c.api.Products.New(&stripe.ProductParams{Params: params(ctx, "product "+product), ID: &product, Name: stripe.String("Bodhi Gateway " + p.Title)})
	var e *stripe.Error
	if err != nil && !(errors.As(err, &e) && e.Code == stripe.ErrorCodeResourceAlreadyExists) {
		return nil, judged(err)
	}
	made, err := c.api.Prices.New(&stripe.PriceParams{Params: params(ctx, "price "+key), Product: &product, Currency: stripe.String("usd"), UnitAmount: stripe.Int64(int64(p.PerSeat / money.Cent)),
		LookupKey: &key, Recurring: &stripe.PriceRecurringParams{Interval: stripe.String("month")}})
	if err != nil {
		return nil, judged(err)
	}
	return made, nil
}
