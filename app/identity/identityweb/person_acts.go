package identityweb

import (
	"context"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

func (h *Tree) give(c *web.Context) error {
	return h.onPerson(c, "Role given.", func(ctx context.Context, a org.Actor, m id.Member) error {
		as, err := assignmentOf(a.Org, c.FormValue("role"), c.FormValue("at"))
		if err != nil {
			return err
		}
		return h.People.Assign(ctx, a, m, as)
	}, func(p *views.PersonPage, fields map[string]string) {
		if p.Give != nil {
			p.Give.Role, p.Give.Place, p.Give.Errors = c.FormValue("role"), c.FormValue("at"), fields
		}
	})
}

func (h *Tree) take(c *web.Context) error {
	return h.onPerson(c, "Role taken away.", func(ctx context.Context, a org.Actor, m id.Member) error {
		as, err := assignmentOf(a.Org, "", c.FormValue("at"))
		if err != nil {
			return err
		}
		return h.People.Unassign(ctx, a, m, as.At)
	}, nil)
}

func (h *Tree) movePerson(c *web.Context) error {
	return h.onPerson(c, "Moved, with their keys.", func(ctx context.Context, a org.Actor, m id.Member) error {
		from, err := teamOf("from", c.FormValue("from"))
		if err != nil {
			return err
		}
		to, err := teamOf("to", c.FormValue("to"))
		if err != nil {
			return err
		}
		return h.People.MoveMember(ctx, a, m, from, to)
	}, func(p *views.PersonPage, fields map[string]string) {
		if p.Move != nil {
			p.Move.FromV, p.Move.ToV, p.Move.Errors = c.FormValue("from"), c.FormValue("to"), fields
		}
	})
}

func (h *Tree) disable(c *web.Context) error {
	return h.onPerson(c, "Disabled. Nothing of theirs works from now on.", h.People.DisableMember, nil)
}

func (h *Tree) enable(c *web.Context) error {
	return h.onPerson(c, "Enabled.", h.People.EnableMember, nil)
}

func (h *Tree) remove(c *web.Context) error {
	return h.onPerson(c, "Removed.", h.People.RemoveMember, nil)
}

// onPerson does something to the member in the path. A refusal shows their page again, with wrong telling its form.
func (h *Tree) onPerson(c *web.Context, done string, do func(context.Context, org.Actor, id.Member) error, wrong func(*views.PersonPage, map[string]string)) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	err = do(c.Ctx(), c.Actor(), which)
	if r, ok := web.Refused(err); ok {
		page, err := h.personPage(c, which)
		if err != nil {
			return err
		}
		page.Error = refusal(r, wrong == nil)
		if wrong != nil {
			wrong(&page, r.Fields)
		}
		return c.Invalid(views.Person(page))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	if _, err := h.People.Member(c.Ctx(), c.Actor(), which); err != nil {
		return c.See(peoplePath) // out of the reader's sight now
	}
	return c.See(peoplePath + "/" + which.String())
}

// refusal is what is said above a page: the form's error, and with all the fields' too, where no form shows them.
func refusal(r web.Refusal, all bool) string {
	out := r.Form
	if all {
		for _, text := range r.Fields {
			out = strings.TrimSpace(out + " " + text)
		}
	}
	return out
}
