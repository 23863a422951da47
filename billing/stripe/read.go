package stripe

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/bodhi-gateway/bodhi/billing"
)

// Subscriptions implements billing.Cashier. Subscriptions to other things that the owner sells are left out.
func (c *Cashier) Subscriptions(ctx context.Context, customer string) ([]billing.Found, error) {
	p := &stripe.SubscriptionListParams{ListParams: stripe.ListParams{Context: ctx}, Customer: &customer, Status: stripe.String("all")}
	it := c.api.Subscriptions.List(p)
	var out []billing.Found
	for it.Next() {
		f, ours := found(it.Subscription())
		if !ours {
			continue
		}
		switch f.Status {
		case billing.PastDue, billing.Unpaid, billing.Paused:
			var err error
			if f.DueSince, err = c.dueSince(ctx, f.Subscription); err != nil {
				return nil, err
			}
		}
		out = append(out, f)
	}
	return out, judged(it.Err())
}

func found(s *stripe.Subscription) (billing.Found, bool) {
	if s.Items == nil {
		return billing.Found{}, false
	}
	for _, item := range s.Items.Data {
		plan, ours := planOf(item.Price)
		if !ours {
			continue
		}
		f := billing.Found{CreatedAt: moment(s.Created), Subscription: billing.Subscription{ID: s.ID, Item: item.ID, Plan: plan, Status: billing.Status(s.Status), Seats: item.Quantity,
			PeriodStart: moment(s.CurrentPeriodStart), PeriodEnd: moment(s.CurrentPeriodEnd)}}
		switch {
		case s.CancelAtPeriodEnd:
			f.EndsAt = f.PeriodEnd
		case s.Status != stripe.SubscriptionStatusCanceled:
			f.EndsAt = moment(s.CancelAt)
		}
		return f, true
	}
	return billing.Found{}, false
}

// dueSince is the date of the oldest invoice of a subscription that is open: later ones do not make it younger.
func (c *Cashier) dueSince(ctx context.Context, s billing.Subscription) (time.Time, error) {
	it := c.api.Invoices.List(&stripe.InvoiceListParams{ListParams: stripe.ListParams{Context: ctx}, Subscription: &s.ID, Status: stripe.String("open")})
	since := time.Time{}
	for it.Next() {
		if at := moment(it.Invoice().Created); since.IsZero() || at.Before(since) {
			since = at
		}
	}
	if since.IsZero() { // given up by Stripe, or paused: it is not said since when
		since = s.PeriodStart
	}
	return since, judged(it.Err())
}

// mostInvoices are two years of months.
const mostInvoices = 24

// Invoices implements billing.Cashier.
func (c *Cashier) Invoices(ctx context.Context, customer string) ([]billing.Invoice, error) {
	p := &stripe.InvoiceListParams{ListParams: stripe.ListParams{Context: ctx, Limit: stripe.Int64(mostInvoices), Single: true}, Customer: &customer}
	it := c.api.Invoices.List(p)
	var out []billing.Invoice
	for it.Next() {
		v := it.Invoice()
		out = append(out, billing.Invoice{Number: v.Number, At: moment(v.Created), Total: cents(v.Total), Currency: upper(string(v.Currency)), State: string(v.Status), URL: v.HostedInvoiceURL, PDF: v.InvoicePDF})
	}
	return out, judged(it.Err())
}

// TaxNumbers implements billing.Cashier. One page holds more than a company has.
func (c *Cashier) TaxNumbers(ctx context.Context, customer string) ([]billing.TaxNumber, error) {
	it := c.api.TaxIDs.List(&stripe.TaxIDListParams{ListParams: stripe.ListParams{Context: ctx, Single: true}, Customer: &customer})
	var out []billing.TaxNumber
	for it.Next() {
		v := it.TaxID()
		n := billing.TaxNumber{Value: v.Value, Country: v.Country}
		if v.Verification != nil {
			n.State = string(v.Verification.Status)
		}
		out = append(out, n)
	}
	return out, judged(it.Err())
}
