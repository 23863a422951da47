package complianceweb

import (
	"context"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/compliance"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) home(c *web.Context) error {
	p, err := h.homePage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Home(p))
}

func (h *Handlers) homePage(c *web.Context) (views.HomePage, error) {
	p := views.HomePage{Shell: c.Shell("Compliance", "compliance")}
	holds, err := h.service.Holds(c.Ctx(), c.Actor())
	if err != nil {
		return p, err
	}
	for _, x := range holds {
		row, err := h.holdRow(c, x)
		if err != nil {
			return p, err
		}
		p.Holds = append(p.Holds, row)
	}
	erased, err := h.service.Erasures(c.Ctx(), c.Actor())
	if err != nil {
		return p, err
	}
	for _, e := range erased {
		p.Erasures = append(p.Erasures, views.Erasure{ID: e.ID.String(), Pseudonym: e.Pseudonym, By: e.By, Rows: fmt.Sprint(e.Rows()), At: c.When(e.At)})
	}
	return p, nil
}

func (h *Handlers) holdRow(c *web.Context, x compliance.Hold) (views.Hold, error) {
	about := "Everybody"
	if !x.Member.IsZero() {
		p, err := h.service.Person(c.Ctx(), c.Actor(), x.Member)
		if err != nil {
			return views.Hold{}, err
		}
		about = p.Email
	}
	row := views.Hold{ID: x.ID.String(), About: about, Reason: x.Reason, By: x.By, At: c.When(x.At), EndedBy: x.EndedBy, EndedAt: c.When(x.EndedAt), State: ui.StatusProps{Tone: ui.Neutral, Label: "Ended"}}
	if x.InForce() {
		row.State = ui.StatusProps{Tone: ui.Warn, Label: "In force"}
		row.End = &ui.ConfirmProps{Label: "End", Small: true, Title: "End this hold?", Text: "What is older than is kept goes in the next night, unless another hold keeps it.", Action: root + "/holds/" + row.ID + "/end", Button: "End the hold", Kind: ui.Destructive}
	}
	return row, nil
}

func (h *Handlers) find(c *web.Context) error {
	found, err := h.service.Find(c.Ctx(), c.Actor(), c.FormValue("email"))
	if err == nil {
		return c.See(root + "/people/" + found.Member.String())
	}
	wrong, ok := web.Refused(err)
	if !ok {
		return err
	}
	p, err := h.homePage(c)
	if err != nil {
		return err
	}
	p.Find = views.FindForm{Email: c.FormValue("email"), Error: wrong.Fields["email"]}
	return c.Invalid(views.Home(p))
}

func (h *Handlers) hold(c *web.Context) error {
	email := strings.TrimSpace(c.FormValue("email"))
	err := h.set(c.Ctx(), c, email, c.FormValue("reason"))
	wrong, ok := web.Refused(err)
	switch {
	case err == nil:
		c.Flash("The hold is in force: nothing goes that it is about.")
		return c.See(root)
	case !ok:
		return err
	}
	p, err := h.homePage(c)
	if err != nil {
		return err
	}
	p.Form = views.HoldForm{Email: email, Reason: c.FormValue("reason"), EmailError: wrong.Fields["email"], ReasonError: wrong.Fields["reason"]}
	return c.Invalid(views.Home(p))
}

func (h *Handlers) set(ctx context.Context, c *web.Context, email, reason string) error {
	var who id.Member
	if email != "" {
		p, err := h.service.Find(ctx, c.Actor(), email)
		if err != nil {
			return err
		}
		who = p.Member
	}
	_, err := h.service.Hold(ctx, c.Actor(), who, reason)
	return err
}

func (h *Handlers) end(c *web.Context) error {
	which, err := holdID(c)
	if err != nil {
		return err
	}
	if err := h.service.End(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The hold is over.")
	return c.See(root)
}

func (h *Handlers) person(c *web.Context) error {
	who, err := memberID(c)
	if err != nil {
		return err
	}
	p, err := h.personPage(c, who)
	if err != nil {
		return err
	}
	return c.Render(views.Person(p))
}

func (h *Handlers) personPage(c *web.Context, who id.Member) (views.PersonPage, error) {
	found, err := h.service.Person(c.Ctx(), c.Actor(), who)
	if err != nil {
		return views.PersonPage{}, err
	}
	p := views.PersonPage{Shell: c.Shell(found.Name, "compliance"), ID: who.String(), Name: found.Name, Email: found.Email, Own: who == c.Actor().Member, Erased: found.Email == found.Pseudonym()}
	held, err := h.service.Keeps(c.Ctx(), c.Actor(), who)
	p.Held = held.Reason
	return p, err
}

func (h *Handlers) erase(c *web.Context) error {
	who, err := memberID(c)
	if err != nil {
		return err
	}
	did, err := h.service.Erase(c.Ctx(), c.Actor(), who, c.FormValue("email"), c.FormValue("reason"))
	if err == nil {
		c.Flash("The person was erased. This is the proof.")
		return c.See(root + "/erasures/" + did.ID.String())
	}
	wrong, ok := web.Refused(err)
	if fault.Is(err, fault.Conflict) {
		wrong, ok = web.Refusal{Form: fault.From(err).Public}, true
	}
	if !ok {
		return err
	}
	p, err := h.personPage(c, who)
	if err != nil {
		return err
	}
	p.Form = views.EraseForm{Email: c.FormValue("email"), Reason: c.FormValue("reason"), Error: wrong.Form, EmailError: wrong.Fields["email"], ReasonError: wrong.Fields["reason"]}
	return c.Invalid(views.Person(p))
}

// export is the archive, for pages and programs alike. Whoever takes it is in the audit log before the first byte leaves.
func (h *Handlers) export(c *web.Context) error {
	who, err := memberID(c)
	if err != nil {
		return err
	}
	if err := h.service.Exported(c.Ctx(), c.Actor(), who); err != nil {
		return err
	}
	return c.Download("data-of-"+who.String()+".zip", "application/zip", func() error { return h.service.Export(c.Ctx(), c.Actor(), who, c.Response()) })
}
