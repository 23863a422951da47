// Package billingweb is the pages and management API of plans and payments, and the address that Stripe reports to.
package billingweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing"
)

// Verify checks the signature of what Stripe sent. *stripe.Cashier has it.
type Verify func(payload []byte, signature string) (billing.Event, error)

// Handlers answer for the room.
type Handlers struct {
	billing *billing.Service
	verify  Verify
}

// New makes the handlers. verify nil refuses all webhooks: this installation does not bill.
func New(s *billing.Service, verify Verify) *Handlers { return &Handlers{s, verify} }

const (
	root = "/billing"
	// WebhookPath is what an operator enters at Stripe, behind the public URL.
	WebhookPath = "/webhooks/stripe"
)

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "billing"
	plan := []web.Parameter{{Name: "plan", Does: "The plan to look at.", Values: planNames(), Example: string(billing.Growth)}}
	return append(h.textRoutes(), []web.Route{
		{Method: http.MethodGet, Path: root, Name: "billing.show", Guard: web.Person, Floor: billing.MayRead, Handle: h.show},
		{Method: http.MethodGet, Path: root + "/seats", Name: "billing.seats", Guard: web.Person, Floor: billing.MayRead, Handle: h.seats},
		{Method: http.MethodGet, Path: root + "/plan", Name: "billing.plan", Guard: web.Person, Floor: billing.MayRead, Handle: h.plan},
		{Method: http.MethodGet, Path: root + "/checkout", Name: "billing.checkout_page", Guard: web.Person, Floor: billing.MayChange, Handle: h.checkoutPage},
		{Method: http.MethodGet, Path: root + "/done", Name: "billing.done", Guard: web.Person, Floor: billing.MayRead, Handle: h.done},
		{Method: http.MethodGet, Path: root + "/portal", Name: "billing.portal", Guard: web.Person, Floor: billing.MayChange, Handle: h.portal},
		{Method: http.MethodPost, Path: root + "/checkout", Name: "billing.checkout", Guard: web.Person, Floor: billing.MayChange, Audit: "billing.checkout_started", Handle: h.checkout},
		{Method: http.MethodPost, Path: root + "/plan", Name: "billing.change", Guard: web.Person, Floor: billing.MayChange, Audit: "billing.plan_changed", Handle: h.change},

		{Method: http.MethodPost, Path: WebhookPath, Name: "billing.webhook", Guard: web.Open, Audit: "none: Stripe says where to look; what changed is audited where it is written down", Handle: h.webhook},

		{Method: http.MethodGet, Path: api, Name: "api.billing.show", Guard: web.Token, Floor: billing.MayRead, Out: billingJSON{}, Query: web.NoQuery, Handle: h.apiShow,
			Does: "Show the plan, what it allows and what is used of it."},
		{Method: http.MethodGet, Path: api + "/plans", Name: "api.billing.plans", Guard: web.Token, Floor: billing.MayRead, Out: planList{}, Query: web.NoQuery, Handle: h.apiPlans,
			Does: "List the plans there are."},
		{Method: http.MethodGet, Path: api + "/seats", Name: "api.billing.seats", Guard: web.Token, Floor: billing.MayRead, Out: seatList{}, Query: web.NoQuery, Handle: h.apiSeats,
			Does: "List the people who count in the running period, by name."},
		{Method: http.MethodGet, Path: api + "/invoices", Name: "api.billing.invoices", Guard: web.Token, Floor: billing.MayRead, Out: invoiceList{}, Query: web.NoQuery, Handle: h.apiInvoices,
			Does: "List the invoices, newest first."},
		{Method: http.MethodGet, Path: api + "/preview", Name: "api.billing.preview", Guard: web.Token, Floor: billing.MayRead, Out: quoteJSON{}, Query: plan, Handle: h.apiPreview,
			Does: "Show what choosing a plan would cost, without choosing it."},
		{Method: http.MethodPost, Path: api + "/checkout", Name: "api.billing.checkout", Guard: web.Token, Floor: billing.MayChange, Audit: "billing.checkout_started", In: planInput{}, Out: linkJSON{}, Made: http.StatusOK, Handle: h.apiCheckout,
			Does: "Make a page at Stripe where a subscription begins."},
		{Method: http.MethodPost, Path: api + "/portal", Name: "api.billing.portal", Guard: web.Token, Floor: billing.MayChange, Audit: "none: it opens a page at Stripe and changes nothing here", In: web.None{}, Out: linkJSON{}, Made: http.StatusOK, Handle: h.apiPortal,
			Does: "Make a page at Stripe for cards, tax numbers and cancelling."},
		{Method: http.MethodPut, Path: api + "/plan", Name: "api.billing.change", Guard: web.Token, Floor: billing.MayChange, Audit: "billing.plan_changed", In: planInput{}, Out: billingJSON{}, Handle: h.apiChange,
			Does: "Give the running subscription another plan."},
	}...)
}

func planNames() (out []string) {
	for _, p := range billing.Plans {
		out = append(out, string(p.Name))
	}
	return out
}
