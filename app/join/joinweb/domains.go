package joinweb

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/join"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) domains(c *web.Context) error {
	page, err := h.domainsPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Domains(page))
}

func (h *Handlers) domainsPage(c *web.Context) (views.DomainsPage, error) {
	all, err := h.joining.Domains(c.Ctx(), c.Actor())
	page := views.DomainsPage{Frame: Frame(c, "domains")}
	for _, d := range all {
		page.Rows = append(page.Rows, domainRow(c, d))
	}
	return page, err
}

func domainRow(c *web.Context, d join.Domain) views.DomainRow {
	r := views.DomainRow{Href: domains + "/" + d.ID.String(), Domain: d.Domain, Checked: c.When(d.CheckedAt), Admission: "do nothing by it"}
	switch {
	case d.VerifiedAt.IsZero():
		r.State = ui.StatusProps{Tone: ui.Warn, Label: "Not proved yet", Icon: "clock"}
	case !d.FailingSince.IsZero():
		r.State = ui.StatusProps{Tone: ui.Bad, Label: "Record missing"}
	default:
		r.State = ui.StatusProps{Tone: ui.Good, Label: "Yours"}
	}
	switch {
	case d.Auto:
		r.Admission = "come in as " + d.Grant.Role.Title()
	case d.Requests:
		r.Admission = "may ask to join"
	}
	return r
}

func (h *Handlers) claim(c *web.Context) error {
	d, err := h.joining.Claim(c.Ctx(), c.Actor(), c.FormValue("domain"))
	if r, ok := web.Refused(err); ok {
		page, err := h.domainsPage(c)
		if err != nil {
			return err
		}
		page.Domain, page.Error, page.Errors = c.FormValue("domain"), r.Form, r.Fields
		return c.Invalid(views.Domains(page))
	}
	if err != nil {
		return err
	}
	return c.See(domains + "/" + d.ID.String())
}

func domainID(c *web.Context) (id.Domain, error) {
	return web.Param(c, "id", id.ParseDomain, error(join.MissingDomain()))
}

func (h *Handlers) domain(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	page, err := h.domainPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.Domain(page))
}

func (h *Handlers) domainPage(c *web.Context, which id.Domain) (views.DomainPage, error) {
	d, err := h.joining.Domain(c.Ctx(), c.Actor(), which)
	if err != nil {
		return views.DomainPage{}, err
	}
	page := views.DomainPage{Frame: Frame(c, "domains"), Row: domainRow(c, d), Verified: !d.VerifiedAt.IsZero(), Requests: d.Requests, Auto: d.Auto}
	page.Record, page.Value = d.Record()
	if page.Verified && !d.FailingSince.IsZero() {
		page.Failing = "The record has been missing since " + c.When(d.FailingSince).Text + ". After 7 days without it the claim is lost."
	}
	page.Grant, err = h.grant(c, d.Grant, "")
	return page, err
}

func (h *Handlers) check(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	d, err := h.joining.Check(c.Ctx(), c.Actor(), which)
	if r, ok := web.Refused(err); ok {
		page, err := h.domainPage(c, which)
		if err != nil {
			return err
		}
		page.CheckError = r.Form
		if page.CheckError == "" {
			page.CheckError = r.Fields["domain"]
		}
		return c.Invalid(views.Domain(page))
	}
	if err != nil {
		return err
	}
	c.Flash("The record is there: " + d.Domain + " is yours.")
	return c.See(domains + "/" + which.String())
}

func (h *Handlers) admission(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	g, err := Granted(c)
	if err != nil {
		return err
	}
	in := join.Admission{Requests: c.FormValue("requests") != "", Auto: c.FormValue("auto") != "", Grant: g}
	err = h.joining.Admit(c.Ctx(), c.Actor(), which, in)
	if r, ok := web.Refused(err); ok {
		page, err := h.domainPage(c, which)
		if err != nil {
			return err
		}
		if page.Grant, err = h.grant(c, g, ""); err != nil {
			return err
		}
		page.Requests, page.Auto, page.Error, page.Errors, page.Grant.Errors = in.Requests, in.Auto, r.Form, r.Fields, r.Fields
		return c.Invalid(views.Domain(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved.")
	return c.See(domains + "/" + which.String())
}

func (h *Handlers) release(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	if err := h.joining.Release(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The domain is given up.")
	return c.See(domains)
}
