package limitweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.limits.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := limitList{Data: make([]limitJSON, len(all))}
	for i, e := range all {
		out.Data[i] = limitOut(e)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[limitInput](c)
	if err != nil {
		return err
	}
	if in.Scope == "" {
		in.Scope = c.Actor().Org.String()
	}
	want := limit.Input{Scope: org.ReadScope(c.Actor().Org, in.Scope), Tag: in.Tag, Model: in.Model, Endpoint: llm.Operation(in.Endpoint), Name: in.Name,
		Unit: limit.Unit(in.Unit), Soft: in.Soft}
	if want.Amount, err = amount("amount", want.Unit, in.Amount); err != nil {
		return err
	}
	if want.Window, err = duration("window", in.Window); err != nil {
		return err
	}
	if want.Burst, err = in.Burst.read(); err != nil {
		return err
	}
	e, err := h.limits.Create(c.Ctx(), c.Actor(), want)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, limitOut(e))
}

func (h *Handlers) apiShow(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, limitOut(e))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[limitChange](c)
	if err != nil {
		return err
	}
	in, err := change.over(e.Limit)
	if err != nil {
		return err
	}
	changed, err := h.limits.Update(c.Ctx(), c.Actor(), e.ID, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, limitOut(changed))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := limitID(c)
	if err != nil {
		return err
	}
	if err := h.limits.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiRaise(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[increaseInput](c)
	if err != nil {
		return err
	}
	rise := limit.Rise{Until: in.Until, Reason: in.Reason}
	if in.Add != "" {
		if rise.Add, err = amount("add", e.Unit, in.Add); err != nil {
			return err
		}
	}
	if rise.Percent, err = percent("factor", in.Factor); err != nil {
		return err
	}
	raised, err := h.limits.Raise(c.Ctx(), c.Actor(), e.ID, rise)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, limitOut(raised))
}

func (h *Handlers) apiLower(c *web.Context) error {
	if _, err := h.end(c); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
