// Package stripe takes the money through Stripe. It speaks API version 2023-10-16, which its client is pinned to.
package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/billing"
)

// Config is what a Cashier works with.
type Config struct {
	Key, Webhook secret.String
	// Base is another server than Stripe's, for tests; "" = Stripe's.
	Base      string
	Transport http.RoundTripper
}

// patience is how long Stripe may take for one try; it is tried again twice, under the same key.
const patience = 20 * time.Second

// Cashier implements billing.Cashier. Safe for concurrent use.
type Cashier struct {
	api     *client.API
	webhook secret.String

	mu     sync.Mutex
	prices map[billing.Name]string
}

var _ billing.Cashier = (*Cashier)(nil)

// New makes a cashier.
func New(c Config) *Cashier {
	tries, quiet := int64(2), false
	config := &stripe.BackendConfig{HTTPClient: egress.Library(c.Transport, patience), LeveledLogger: silent{}, MaxNetworkRetries: &tries, EnableTelemetry: &quiet}
	if c.Base != "" {
		config.URL = &c.Base
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, config)
	api := client.New(c.Key.Reveal(), &stripe.Backends{API: backend, Connect: backend, Uploads: backend})
	return &Cashier{api: api, webhook: c.Webhook, prices: map[billing.Name]string{}}
}

// silent is a logger that keeps customers' data out of the log; what matters comes back as errors.
type silent struct{}

// Debugf implements stripe.LeveledLoggerInterface.
func (silent) Debugf(string, ...any) {}

// Infof implements stripe.LeveledLoggerInterface.
func (silent) Infof(string, ...any) {}

// Warnf implements stripe.LeveledLoggerInterface.
func (silent) Warnf(string, ...any) {}

// Errorf implements stripe.LeveledLoggerInterface.
func (silent) Errorf(string, ...any) {}

// judged tells a final no from a failure that is worth another try. Of Stripe's answer only code and sentence are kept.
func judged(err error) error {
	var e *stripe.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	said := fmt.Errorf("stripe: %d %s %s", e.HTTPStatusCode, e.Code, e.Msg)
	switch e.HTTPStatusCode {
	case http.StatusBadRequest, http.StatusPaymentRequired, http.StatusNotFound:
		return errors.Join(billing.ErrRefused, said)
	}
	return said
}

func params(ctx context.Context, key string) stripe.Params {
	p := stripe.Params{Context: ctx}
	if key != "" {
		p.SetIdempotencyKey(key)
	}
	return p
}

// Customer implements billing.Cashier.
func (c *Cashier) Customer(ctx context.Context, o id.Org, name, email, key string) (string, error) {
	p := &stripe.CustomerParams{Params: params(ctx, key), Name: &name}
	if email != "" {
		p.Email = &email
	}
	p.AddMetadata("bodhi_organization", o.String())
	made, err := c.api.Customers.New(p)
	if err != nil {
		return "", judged(err)
	}
	return made.ID, nil
}

// Checkout implements billing.Cashier.
func (c *Cashier) Checkout(ctx context.Context, order billing.Checkout, key string) (billing.Session, error) {
	price, err := c.price(ctx, order.Plan)
	if err != nil {
		return billing.Session{}, err
	}
	org := order.Org.String()
	p := &stripe.CheckoutSessionParams{
		Params: params(ctx, key), Mode: stripe.String("subscription"), Customer: &order.Customer, ClientReferenceID: &org, SuccessURL: &order.Done, CancelURL: &order.Back,
		LineItems:                []*stripe.CheckoutSessionLineItemParams{{Price: &price, Quantity: &order.Seats}},
		BillingAddressCollection: stripe.String("required"),
		TaxIDCollection:          &stripe.CheckoutSessionTaxIDCollectionParams{Enabled: stripe.Bool(true)},
		CustomerUpdate:           &stripe.CheckoutSessionCustomerUpdateParams{Name: stripe.String("auto"), Address: stripe.String("auto")},
		SubscriptionData:         &stripe.CheckoutSessionSubscriptionDataParams{Metadata: map[string]string{"bodhi_organization": org}},
	}
	if !order.TrialEnd.IsZero() {
		p.SubscriptionData.TrialEnd = stripe.Int64(order.TrialEnd.Unix())
	}
	made, err := c.api.CheckoutSessions.New(p)
	if err != nil {
		return billing.Session{}, judged(err)
	}
	return billing.Session{ID: made.ID, URL: made.URL, Until: moment(made.ExpiresAt)}, nil
}

// Expire implements billing.Cashier.
func (c *Cashier) Expire(ctx context.Context, session string) error {
	_, err := c.api.CheckoutSessions.Expire(session, &stripe.CheckoutSessionExpireParams{Params: params(ctx, "")})
	if err = judged(err); errors.Is(err, billing.ErrRefused) {
		return errors.Join(billing.ErrSettled, err)
	}
	return err
}

// Portal implements billing.Cashier.
func (c *Cashier) Portal(ctx context.Context, customer, back string) (string, error) {
	made, err := c.api.BillingPortalSessions.New(&stripe.BillingPortalSessionParams{Params: params(ctx, ""), Customer: &customer, ReturnURL: &back})
	if err != nil {
		return "", judged(err)
	}
	return made.URL, nil
}

// Change implements billing.Cashier.
func (c *Cashier) Change(ctx context.Context, s billing.Subscription, to billing.Plan, seats int64, at time.Time, key string) error {
	price, err := c.moved(ctx, s, to)
	if err != nil {
		return err
	}
	_, err = c.api.Subscriptions.Update(s.ID, &stripe.SubscriptionParams{Params: params(ctx, key),
		Items:             []*stripe.SubscriptionItemsParams{{ID: &s.Item, Price: price, Quantity: &seats}},
		ProrationBehavior: stripe.String("always_invoice"), ProrationDate: stripe.Int64(at.Unix())})
	return judged(err)
}

// moved is the price that a subscription gets, nil where its plan stays: it keeps the one it has, also if new ones cost something else.
func (c *Cashier) moved(ctx context.Context, s billing.Subscription, to billing.Plan) (*string, error) {
	if to.Name == s.Plan {
		return nil, nil
	}
	price, err := c.price(ctx, to)
	return &price, err
}

// Cancel implements billing.Cashier. What is left of the period becomes a credit of the customer.
func (c *Cashier) Cancel(ctx context.Context, subscription, key string) error {
	_, err := c.api.Subscriptions.Cancel(subscription, &stripe.SubscriptionCancelParams{Params: params(ctx, key), InvoiceNow: stripe.Bool(true), Prorate: stripe.Bool(true)})
	return judged(err)
}

// Preview implements billing.Cashier.
func (c *Cashier) Preview(ctx context.Context, customer string, s billing.Subscription, to billing.Plan, seats int64, at time.Time) (billing.Estimate, error) {
	price, err := c.moved(ctx, s, to)
	if err != nil {
		return billing.Estimate{}, err
	}
	p := &stripe.InvoiceUpcomingParams{Params: params(ctx, ""), Customer: &customer, Subscription: &s.ID,
		SubscriptionItems:             []*stripe.SubscriptionItemsParams{{ID: &s.Item, Price: price, Quantity: &seats}},
		SubscriptionProrationBehavior: stripe.String("always_invoice"), SubscriptionProrationDate: stripe.Int64(at.Unix())}
	got, err := c.api.Invoices.Upcoming(p)
	if err != nil {
		return billing.Estimate{}, judged(err)
	}
	out := billing.Estimate{NextAt: moment(got.NextPaymentAttempt)}
	if got.Lines == nil {
		return out, nil
	}
	for _, l := range got.Lines.Data {
		if !l.Proration {
			continue
		}
		amount := cents(l.Amount)
		out.Lines = append(out.Lines, billing.Line{Text: l.Description, Amount: amount})
		out.DueNow += amount
	}
	return out, nil
}

// cents is an amount of Stripe's. Ours are dollars; another currency of the same account is shown beside its name.
func cents(n int64) money.USD { return money.USD(n) * money.Cent }

func moment(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
