package piiweb

import (
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/pii"
)

// capJSON is what looking for names and addresses may cost the organization a day, and has cost it today.
type capJSON struct {
	Most   string     `json:"max_cost_usd_per_day"` // "" = nobody bounded it
	Spent  string     `json:"spent_usd"`            // of the present day; "" where nobody bounded it
	Resets *time.Time `json:"resets_at"`            // when the next one begins
}

// capInput sets it.
type capInput struct {
	Most string `json:"max_cost_usd_per_day"` // "" takes the bound away
}

// daily reads an amount; "" is 0.
func daily(text string) (money.USD, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "$")
	if text == "" {
		return 0, nil
	}
	most, err := money.Parse(text)
	if err != nil || most <= 0 {
		return 0, fault.Field("max_cost_usd_per_day", "What a day may cost is an amount in USD above 0, such as 5, or nothing.")
	}
	return most, nil
}

func (h *Handlers) apiCap(c *web.Context) error {
	now, err := h.rules.Cap(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	var out capJSON
	if now.Most > 0 {
		out = capJSON{Most: now.Most.String(), Spent: now.Spent.String(), Resets: &now.Ends}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiSetCap(c *web.Context) error {
	in, err := web.Decode[capInput](c)
	if err != nil {
		return err
	}
	most, err := daily(in.Most)
	if err == nil {
		err = h.rules.SetCap(c.Ctx(), c.Actor(), most)
	}
	if err != nil {
		return err
	}
	return h.apiCap(c)
}

// setCap is the form on the page of rules.
func (h *Handlers) setCap(c *web.Context) error {
	text := c.FormValue("max_cost_usd_per_day")
	most, err := daily(text)
	if err == nil {
		err = h.rules.SetCap(c.Ctx(), c.Actor(), most)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.listPage(c)
		if err != nil {
			return err
		}
		page.Cap.Most, page.Cap.Error = text, wrong.Form+wrong.Fields["max_cost_usd_per_day"]+wrong.Fields["limit"]
		return c.Invalid(views.List(page))
	}
	if err != nil {
		return err
	}
	said := "Looking for names and addresses is bounded. It binds within a second."
	if most == 0 {
		said = "Looking for names and addresses is not bounded any more."
	}
	c.Flash(said)
	return c.See(root)
}

// capForm is what admins see of it; nil for all others.
func (h *Handlers) capForm(c *web.Context) (*views.CapForm, error) {
	if c.Actor().Require(org.Admin) != nil {
		return nil, nil
	}
	now, err := h.rules.Cap(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	return capOut(c, now), nil
}

func capOut(c *web.Context, now pii.Cap) *views.CapForm {
	if now.Most == 0 {
		return &views.CapForm{}
	}
	return &views.CapForm{Most: now.Most.String(), Today: "$" + now.Spent.String() + " of $" + now.Most.String(), Used: now.Spent >= now.Most, Ends: c.When(now.Ends)}
}
