package billingweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing"
	views "github.com/bodhi-gateway/bodhi/views/billing"
)

// show is /billing. Without Stripe's list of invoices the page is still of use, so a failure there is said and not more.
func (h *Handlers) show(c *web.Context) error {
	page, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(views.Show(page))
}

func (h *Handlers) page(c *web.Context) (views.ShowPage, error) {
	v, err := h.billing.Overview(c.Ctx(), c.Actor())
	if err != nil {
		return views.ShowPage{}, err
	}
	page := present(c, v)
	invoices, err := h.billing.Invoices(c.Ctx(), c.Actor())
	if err != nil {
		page.InvoicesAway = true
		err = nil
	}
	for _, i := range invoices {
		page.Invoices = append(page.Invoices, invoice(c, i))
	}
	if !page.InvoicesAway { // one look at a Stripe that is away is wait enough
		numbers, err := h.billing.TaxNumbers(c.Ctx(), c.Actor())
		if err != nil {
			page.InvoicesAway = true
		}
		for _, n := range numbers {
			page.Tax = append(page.Tax, taxNumber(n))
		}
	}
	page.Shell = c.Shell("Billing", "billing")
	return page, err
}

// seats is who counts.
func (h *Handlers) seats(c *web.Context) error {
	v, err := h.billing.Overview(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	all, err := h.billing.Seats(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.SeatsPage{Shell: c.Shell("Seats", "billing"), Period: period(c, v)}
	for _, s := range all {
		page.Seats = append(page.Seats, views.Seat{Name: s.Name, Email: s.Email, Href: "/people/" + s.Member.String(), Since: c.When(s.Since), Left: c.When(s.Left)})
	}
	return c.Render(views.Seats(page))
}

// plan is the preview of a choice, with the button that makes it.
func (h *Handlers) plan(c *web.Context) error {
	q, err := h.billing.Preview(c.Ctx(), c.Actor(), c.QueryParam("plan"))
	if r, ok := web.Refused(err); ok {
		return h.refused(c, r)
	}
	if err != nil {
		return err
	}
	return c.Render(views.Plan(quoted(c, q)))
}

// refused is the first page again, with what is wrong with the choice.
func (h *Handlers) refused(c *web.Context, r web.Refusal) error {
	page, err := h.page(c)
	if err != nil {
		return err
	}
	page.Error = r.Form
	if e := r.Fields["plan"]; e != "" {
		page.Error = e
	}
	return c.Invalid(views.Show(page))
}

// checkout makes the page at Stripe. The way there is a link of the next page: a form may lead to our own pages only.
func (h *Handlers) checkout(c *web.Context) error {
	_, err := h.billing.Checkout(c.Ctx(), c.Actor(), c.FormValue("plan"))
	if r, ok := web.Refused(err); ok {
		return h.refused(c, r)
	}
	if err != nil {
		return err
	}
	return c.See(root + "/checkout")
}

func (h *Handlers) checkoutPage(c *web.Context) error {
	v, err := h.billing.Overview(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if !v.Session.Open(c.Now()) {
		return c.See(root)
	}
	p, _ := billing.Find(v.Session.Plan)
	monthly, err := p.Monthly(v.Session.Seats)
	if err != nil {
		return err
	}
	return c.Render(views.Checkout(views.CheckoutPage{Shell: c.Shell("Checkout", "billing"), Plan: p.Title, Seats: web.Plural(v.Session.Seats, "seat"), Monthly: web.USD(monthly),
		URL: v.Session.URL, Until: c.When(v.Session.Until)}))
}

// done is where Stripe sends the browser after paying: the webhook may still be on its way, so we look for ourselves.
func (h *Handlers) done(c *web.Context) error {
	if err := h.billing.Look(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	return c.See(root)
}

func (h *Handlers) portal(c *web.Context) error {
	url, err := h.billing.Portal(c.Ctx(), c.Actor())
	if r, ok := web.Refused(err); ok {
		return h.refused(c, r)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, url)
}

func (h *Handlers) change(c *web.Context) error {
	v, err := h.billing.Change(c.Ctx(), c.Actor(), c.FormValue("plan"))
	if r, ok := web.Refused(err); ok {
		return h.refused(c, r)
	}
	if err != nil {
		return err
	}
	c.Flash("Your plan is " + v.Plan.Title + " now.")
	return c.See(root)
}
