package evaluationweb

import (
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) edit(c *web.Context) error {
	d, err := h.dataset(c)
	if err != nil {
		return err
	}
	f := views.Fields{Name: d.Name, About: d.About, Visibility: string(d.Visibility)}
	if d.Visibility == evaluation.Team {
		f.Team = d.Team.String()
	}
	return h.rendered(c, editPage(c, d, f), &d, web.Refusal{})
}

func editPage(c *web.Context, d evaluation.Dataset, f views.Fields) views.EditPage {
	at := sets + "/" + d.ID.String()
	return views.EditPage{Shell: c.Shell("Edit "+d.Name, "evaluations"), Title: "Edit " + d.Name, Action: at, Submit: "Save", Back: at, Fields: f,
		Crumbs: []ui.Crumb{{Label: "Evaluations", Href: runs}, {Label: d.Name, Href: at}, {Label: "Edit"}}}
}

func (h *Handlers) update(c *web.Context) error {
	d, err := h.dataset(c)
	if err != nil {
		return err
	}
	f, err := typedSet(c)
	if err == nil {
		_, err = h.Evaluations.Update(c.Ctx(), c.Actor(), d.ID, inputOf(f))
	}
	if wrong, ok := web.Refused(err); ok {
		return h.rendered(c, editPage(c, d, f), &d, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Saved.")
	return c.See(sets + "/" + d.ID.String())
}

func (h *Handlers) remove(c *web.Context) error {
	which, err := datasetID(c)
	if err != nil {
		return err
	}
	err = h.Evaluations.Delete(c.Ctx(), c.Actor(), which)
	if wrong, ok := web.Refused(err); ok {
		return h.shown(c, wrong.Form)
	}
	if err != nil {
		return err
	}
	c.Flash("Dataset deleted.")
	return c.See(runs)
}

// exportRows gives the rows as they can be sent again.
func (h *Handlers) exportRows(c *web.Context) error {
	d, err := h.dataset(c)
	if err != nil {
		return err
	}
	rows, err := h.Evaluations.Rows(c.Ctx(), c.Actor(), d.ID, 0, evaluation.MaxRows)
	if err != nil {
		return err
	}
	return c.Download(fileName(d.Name)+".jsonl", "application/x-ndjson", func() error {
		to := json.NewEncoder(c.Response())
		for _, r := range rows {
			if err := to.Encode(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// fileName is a name as files have it.
func fileName(name string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return strings.Trim(out, "-")
}
