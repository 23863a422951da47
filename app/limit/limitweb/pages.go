package limitweb

import (
	"errors"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/limit"
)

func (h *Handlers) list(c *web.Context) error {
	all, err := h.limits.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell("Rate limits", "limits"), CanCreate: c.Actor().Role.AtLeast(org.Lead)}
	for _, e := range all {
		page.Rows = append(page.Rows, row(c, e))
	}
	return c.Render(views.List(page))
}

func (h *Handlers) new(c *web.Context) error {
	fields := views.Fields{Scope: c.QueryParam("scope"), Unit: string(limit.Requests), Window: "1m", Enforce: hard}
	if c.Typed() {
		fields = filled(c)
	}
	page, err := h.newPage(c, fields, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// The values of the form's choice between the two kinds of limit.
const hard, soft = "hard", "soft"

// filled is what the form said, word for word.
func filled(c *web.Context) views.Fields {
	return views.Fields{Scope: c.FormValue("scope"), Tag: c.FormValue("tag"), Model: c.FormValue("model"), Endpoint: c.FormValue("endpoint"), Name: c.FormValue("name"),
		Unit: c.FormValue("unit"), Amount: c.FormValue("amount"), Window: c.FormValue("window"), Enforce: c.FormValue("enforce"),
		Burst: c.FormValue("burst"), BurstDuration: c.FormValue("burst_duration"), BurstCooldown: c.FormValue("burst_cooldown"), Version: c.FormValue("version")}
}

// input reads what was typed. What it cannot read it reports with everything else that is wrong.
func input(c *web.Context, f views.Fields) (limit.Input, error) {
	in := limit.Input{Scope: org.ReadScope(c.Actor().Org, f.Scope), Tag: f.Tag, Model: f.Model, Endpoint: llm.Operation(f.Endpoint), Name: f.Name,
		Unit: limit.Unit(f.Unit), Soft: f.Enforce == soft, Seen: c.Seen()}
	var errs [4]error
	in.Amount, errs[0] = amount("amount", in.Unit, f.Amount)
	in.Window, errs[1] = duration("window", f.Window)
	in.Burst, errs[2] = burst(f.Burst, f.BurstDuration, f.BurstCooldown)
	if f.Enforce != hard && f.Enforce != soft {
		errs[3] = fault.Field("enforce", "Choose hard (refuse) or soft (warn first).")
	}
	return in, errors.Join(errs[:]...)
}

func (h *Handlers) create(c *web.Context) error {
	fields := filled(c)
	if _, searching := c.Sought(); searching {
		page, err := h.newPage(c, fields, web.Refusal{})
		if err != nil {
			return err
		}
		return c.Render(page)
	}
	in, err := input(c, fields)
	if fields.Scope == "" { // an unknown place is the service's to refuse, like another tenant's
		err = errors.Join(err, fault.Field("scope", "Choose where the limit sits."))
	}
	var e limit.Entry
	if err == nil {
		e, err = h.limits.Create(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.newPage(c, fields, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Rate limit set: " + e.Name + ". It binds within a second.")
	return c.See(root)
}

func (h *Handlers) newPage(c *web.Context, fields views.Fields, wrong web.Refusal) (templ.Component, error) {
	place, err := web.Places{People: h.people, Keys: h.keys}.Pick(c, fields.Scope)
	if err != nil {
		return nil, err
	}
	place.Page, place.Error = root+"/new", wrong.Fields["scope"]
	return views.Edit(views.EditPage{Shell: c.Shell("Set a rate limit", "limits"), Title: "Set a rate limit", Action: root, Submit: "Set limit",
		Back: root, Place: &place, Fields: fields, Form: wrong.Form, Errors: wrong.Fields}), nil
}

// changeable is a limit that the actor may change.
func (h *Handlers) changeable(c *web.Context) (limit.Entry, error) {
	e, err := h.get(c)
	if err == nil && !limit.Changeable(c.Actor(), e) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see this limit, but not change it. Ask somebody above it.")
	}
	return e, err
}

func (h *Handlers) edit(c *web.Context) error {
	e, err := h.changeable(c)
	if err != nil {
		return err
	}
	f := views.Fields{Model: e.Model, Endpoint: string(e.Endpoint), Unit: string(e.Unit), Amount: typed(e.Unit, e.Amount), Window: span(e.Window), Enforce: hard,
		Burst: factor(e.Burst.Percent), BurstDuration: span(e.Burst.Duration), BurstCooldown: span(e.Burst.Cool), Version: web.Version(e.UpdatedAt)}
	if e.Soft {
		f.Enforce = soft
	}
	if e.Named() {
		f.Name = e.Name
	}
	return c.Render(editPage(c, e, f, web.Refusal{}))
}

func (h *Handlers) update(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	fields := filled(c)
	in, err := input(c, fields)
	if err == nil {
		e, err = h.limits.Update(c.Ctx(), c.Actor(), e.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		if e, err = h.changeable(c); err != nil {
			return err
		}
		return c.Invalid(editPage(c, e, fields, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash("Rate limit saved: " + e.Name + ". It binds within a second.")
	return c.See(path(e))
}

func editPage(c *web.Context, e limit.Entry, fields views.Fields, wrong web.Refusal) templ.Component {
	return views.Edit(views.EditPage{Shell: c.Shell(e.Name, "limits"), Title: e.Name, Action: path(e), Submit: "Save", Back: path(e),
		Where: where(e), Fields: fields, Form: wrong.Form, Errors: wrong.Fields})
}

func (h *Handlers) show(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	return c.Render(showPage(c, e, views.Rise{Until: local(c, c.Now().Add(time.Hour)), ID: id.NewIncrease(h.limits.IDs).String()}, web.Refusal{}))
}

// local is a moment as the browser's field for one takes it, in the organization's zone.
func local(c *web.Context, t time.Time) string { return t.In(c.Zone()).Format(localForm) }

const localForm = "2006-01-02T15:04"

func (h *Handlers) raise(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	fields := views.Rise{Add: c.FormValue("add"), Factor: c.FormValue("factor"), Until: c.FormValue("until"), Reason: c.FormValue("reason"), ID: c.FormValue("increase")}
	in, err := rise(c, e, fields)
	if err == nil {
		_, err = h.limits.Raise(c.Ctx(), c.Actor(), e.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		if _, err := h.changeable(c); err != nil {
			return err
		}
		return c.Invalid(showPage(c, e, fields, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash("Limit raised until " + c.When(in.Until).Text + ". It binds within a second.")
	return c.See(path(e))
}

func rise(c *web.Context, e limit.Entry, f views.Rise) (limit.Rise, error) {
	in := limit.Rise{Reason: f.Reason}
	var errs [3]error
	if strings.TrimSpace(f.Add) != "" {
		in.Add, errs[0] = amount("add", e.Unit, f.Add)
	}
	in.Percent, errs[1] = percent("factor", f.Factor)
	until, err := time.ParseInLocation(localForm, strings.TrimSpace(f.Until), c.Zone())
	if err != nil {
		errs[2] = fault.Field("until", "Enter a date and a time such as 2027-01-31T18:00.")
	}
	in.Until = until
	in.ID, _ = id.ParseIncrease(f.ID) // what is none is what no form of ours says
	return in, errors.Join(errs[:]...)
}

func (h *Handlers) lower(c *web.Context) error {
	which, err := h.end(c)
	if err != nil {
		return err
	}
	c.Flash("Increase ended.")
	return c.See(root + "/" + which.String())
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := limitID(c)
	if err != nil {
		return err
	}
	if err := h.limits.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Rate limit deleted.")
	return c.See(root)
}
