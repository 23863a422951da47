package billing

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Status is a subscription's, in Stripe's words; "" = there is none.
type Status string

// The states of a subscription.
const (
	NoSubscription Status = ""
	Trialing       Status = "trialing" // paid from the day that the trial ends
	Live           Status = "active"
	PastDue        Status = "past_due" // a payment failed, and is tried again
	Unpaid         Status = "unpaid"   // Stripe has given up trying
	Incomplete     Status = "incomplete"
	Canceled       Status = "canceled"
	Expired        Status = "incomplete_expired"
	Paused         Status = "paused"
)

// Runs reports a subscription that costs money: there must not be a second one beside it.
func (s Status) Runs() bool {
	switch s {
	case Trialing, Live, PastDue, Unpaid, Paused:
		return true
	}
	return false
}

// Account is what we know of an organization's billing. What Stripe says is kept as it was when it was last read.
type Account struct {
	Org         id.Org
	TrialEndsAt time.Time
	Customer    string // Stripe's id, "" before the first order
	Subscription
	// Order is the change that is under way at Stripe, if any.
	Order Order
	// Sequence counts orders: it makes each one's idempotency key its own.
	Sequence int64
	// Session is the open checkout, if there is one.
	Session Session
	// Version is raised by every write; a write that is based on an older one is refused.
	Version   int64
	UpdatedAt time.Time
}

// Subscription is the state of one as Stripe has it. Equal states are equal values.
type Subscription struct {
	ID, Item    string
	Plan        Name
	Status      Status
	Seats       int64
	PeriodStart time.Time
	PeriodEnd   time.Time
	EndsAt      time.Time // when it ends, if somebody cancelled it; else zero
	DueSince    time.Time // since when an invoice has not been paid; zero = all are
}

// Kind is what an order does.
type Kind string

// The kinds of orders.
const (
	NoOrder  Kind = ""
	Checking Kind = "checkout" // a page at Stripe where a subscription is begun
	Changing Kind = "change"   // another plan or number of seats
)

// Order is written down before Stripe is called, so that a process that dies between the call and its answer repeats the same
// call under the same key, and nothing is charged twice.
type Order struct {
	Kind  Kind
	Plan  Name
	Seats int64
	At    time.Time
	// TrialEnd is when a subscription that begins is paid first; zero = at once.
	TrialEnd time.Time
}

// Session is a page at Stripe that waits for somebody.
type Session struct {
	ID, URL string
	Plan    Name
	Seats   int64
	Until   time.Time
}

// Open reports whether the page can still be used.
func (s Session) Open(now time.Time) bool { return s.ID != "" && now.Before(s.Until) }

// State is where an organization stands, in one word for pages and programs.
type State string

// The states.
const (
	Off        State = "off"        // this installation does not bill
	Trial      State = "trial"      // no plan yet
	TrialOver  State = "trial_over" // and still no plan
	Active     State = "active"
	Ending     State = "ending"     // paid, and cancelled for the end of the period
	Due        State = "past_due"   // a payment failed
	Restricted State = "restricted" // it failed so long ago that nothing may be added
	Ended      State = "ended"      // the subscription is over
)

// Grace is how long after a failed payment nothing changes but banners and letters. After it nothing may be added. The proxy
// answers on in either case.
const Grace = 14 * 24 * time.Hour

// State is where the account stands at a moment.
func (a Account) State(now time.Time) State {
	switch a.Status {
	case Live, Trialing:
		if !a.EndsAt.IsZero() {
			return Ending
		}
		return Active
	case PastDue, Unpaid, Paused:
		if a.DueSince.IsZero() || now.Before(a.DueSince.Add(Grace)) {
			return Due
		}
		return Restricted
	case Canceled:
		return Ended
	}
	if now.Before(a.TrialEndsAt) {
		return Trial
	}
	return TrialOver
}

// Adds reports whether people and connections may be added in a state, up to the plan's limits.
func (s State) Adds() bool {
	switch s {
	case TrialOver, Restricted, Ended:
		return false
	}
	return true
}

// Period is the time in which people count: Stripe's billing period, or the calendar month without a subscription.
func (a Account) Period(now time.Time) (from, to time.Time) {
	if a.Status.Runs() && !a.PeriodStart.IsZero() && now.Before(a.PeriodEnd) {
		return a.PeriodStart, a.PeriodEnd
	}
	now = now.UTC()
	from = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return from, from.AddDate(0, 1, 0)
}
