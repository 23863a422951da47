package billing

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Cashier takes the money. *stripe.Cashier implements it. Calls that change something take a key: the same key and the same
// call have one effect, however often they are made.
type Cashier interface {
	// Customer makes the customer of an organization.
	Customer(ctx context.Context, o id.Org, name, email, key string) (string, error)
	// Checkout makes a page where a subscription is begun.
	Checkout(ctx context.Context, c Checkout, key string) (Session, error)
	// Expire closes such a page. ErrSettled says that it is not open any more.
	Expire(ctx context.Context, session string) error
	// Portal makes a page where cards, addresses, tax numbers and cancellations are dealt with.
	Portal(ctx context.Context, customer, back string) (url string, err error)
	// Subscriptions are all that a customer has or had, newest first.
	Subscriptions(ctx context.Context, customer string) ([]Found, error)
	// Preview says what a change would charge, without doing it.
	Preview(ctx context.Context, customer string, s Subscription, to Plan, seats int64, at time.Time) (Estimate, error)
	// Change sets plan and number of seats; what follows for the running period is charged or credited at once.
	Change(ctx context.Context, s Subscription, to Plan, seats int64, at time.Time, key string) error
	// Cancel ends a subscription at once and gives back what is left of its period.
	Cancel(ctx context.Context, subscription, key string) error
	// Invoices are a customer's, newest first.
	Invoices(ctx context.Context, customer string) ([]Invoice, error)
	// TaxNumbers are those on a customer's invoices.
	TaxNumbers(ctx context.Context, customer string) ([]TaxNumber, error)
}

// ErrSettled is Expire's answer for a page that was used or has expired.
var ErrSettled = errors.New("billing: the checkout is settled")

// ErrRefused marks Stripe's final no: a declined card, an order that makes no sense. Trying again under the same key is no use.
var ErrRefused = errors.New("billing: refused for good")

// Checkout is what a page to begin a subscription shows.
type Checkout struct {
	Org        id.Org
	Customer   string
	Plan       Plan
	Seats      int64
	TrialEnd   time.Time // zero = paid at once
	Back, Done string    // our pages
}

// Found is a subscription at Stripe.
type Found struct {
	Subscription
	CreatedAt time.Time
}

// Estimate is what a change would cost.
type Estimate struct {
	DueNow money.USD // charged at once; below zero it is credited
	Lines  []Line
	NextAt time.Time // of the next regular invoice
}

// Line is one line of an invoice.
type Line struct {
	Text   string
	Amount money.USD
}

// Invoice is one at Stripe.
type Invoice struct {
	Number   string
	At       time.Time
	Total    money.USD
	Currency string // ISO 4217, upper case
	State    string // draft, open, paid, void, uncollectible
	URL, PDF string // Stripe's own pages; "" for drafts
}

// TaxNumber is one that a customer entered at Stripe, such as a European VAT number.
type TaxNumber struct {
	Value   string
	Country string // ISO 3166, two letters; "" where Stripe does not say
	State   string // verified, pending, unverified or unavailable: what the country's register answered
}

// Event is what a webhook said, after its signature was checked. It only says where to look: states are read from Stripe.
type Event struct {
	ID, Kind string
	Customer string // "" where it is about none
	At       time.Time
}
