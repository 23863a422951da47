package providerweb

import (
	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/provider"
)

func (h *Handlers) newCredential(c *web.Context) error {
	r, err := h.one(c)
	if err != nil {
		return err
	}
	return c.Render(rotatePage(c, r, web.Refusal{}))
}

func (h *Handlers) one(c *web.Context) (provider.ConnectionRecord, error) {
	which, err := connectionID(c)
	if err != nil {
		return provider.ConnectionRecord{}, err
	}
	return h.connections.Get(c.Ctx(), c.Actor(), which)
}

// rotate replaces the key, once the new one was shown to work or somebody insists.
func (h *Handlers) rotate(c *web.Context) error {
	r, err := h.one(c)
	if err != nil {
		return err
	}
	in := provider.Rotation{Credential: secret.New(c.FormValue("credential")), Untested: c.FormValue("untested") != ""}
	now, err := h.connections.Rotate(c.Ctx(), c.Actor(), r.ID, in)
	if wrong, ok := web.Refused(err); ok {
		return c.Invalid(rotatePage(c, r, wrong))
	}
	if err != nil {
		return err
	}
	done := "The key was replaced. " + now.Check.Message
	if in.Untested {
		done = "The key was replaced, untested."
	}
	c.Flash(done)
	return c.See(root + "/" + r.ID.String())
}

func rotatePage(c *web.Context, r provider.ConnectionRecord, wrong web.Refusal) templ.Component {
	o, _ := provider.OfferingOf(r.Kind)
	f := form(o, stored(r), wrong)
	return views.Rotate(views.RotatePage{Shell: c.Shell("Replace the key of "+r.Name, "connections"), Row: present(c, r), KeyLabel: f.KeyLabel,
		Error: wrong.Fields["credential"], Form: wrong.Form, Untested: c.FormValue("untested") != "", OfferUntested: wrong.Fields["credential"] != ""})
}
