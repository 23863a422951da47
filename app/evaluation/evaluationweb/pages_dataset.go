package evaluationweb

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	// page is how many rows of a dataset, and answers how many of a run, stand on a page.
	page    = 50
	answers = 20
	// newest is how many runs the first page shows.
	newest = 20
	// brief is how much of a text stands in a table, in bytes.
	brief = 300
)

var seenBy = map[evaluation.Visibility]string{evaluation.Private: "its owner", evaluation.Team: "a team", evaluation.Everyone: "the organization"}

func (h *Handlers) list(c *web.Context) error {
	known, err := h.Evaluations.Datasets(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	all, err := h.Evaluations.Runs(c.Ctx(), c.Actor(), id.Dataset{})
	if err != nil {
		return err
	}
	names, counts := map[id.Dataset]string{}, map[id.Dataset]int{}
	for _, r := range all {
		counts[r.Dataset]++
	}
	p := views.ListPage{Shell: c.Shell("Evaluations", "evaluations"), CanCreate: c.Actor().Role.AtLeast(evaluation.MayRun)}
	for _, d := range known {
		names[d.ID] = d.Name
		p.Rows = append(p.Rows, views.SetRow{Name: d.Name, Href: sets + "/" + d.ID.String(), About: d.About, Rows: web.Count(int64(d.Rows)), Runs: web.Count(int64(counts[d.ID])), Seen: seenBy[d.Visibility],
			Updated: c.When(d.UpdatedAt)})
	}
	p.Runs, err = h.runRows(c, all[:min(len(all), newest)], names)
	if err != nil {
		return err
	}
	return c.Render(views.List(p))
}

func (h *Handlers) new(c *web.Context) error {
	return h.form(c, views.Fields{Visibility: string(evaluation.Private), Format: string(evaluation.JSONL)}, web.Refusal{})
}

// form answers with the form of a new dataset: 422 where something is wrong.
func (h *Handlers) form(c *web.Context, f views.Fields, wrong web.Refusal) error {
	p := views.EditPage{Shell: c.Shell("Create a dataset", "evaluations"), Title: "Create a dataset", Action: sets, Submit: "Create dataset", Back: runs, File: true, Fields: f,
		Crumbs: []ui.Crumb{{Label: "Evaluations", Href: runs}, {Label: "Create a dataset"}}}
	return h.rendered(c, p, &evaluation.Dataset{}, wrong)
}

// rendered answers with a form: 422 where something is wrong. now is the dataset so far, empty if it is new.
func (h *Handlers) rendered(c *web.Context, p views.EditPage, now *evaluation.Dataset, wrong web.Refusal) (err error) {
	if p.Visibilities, p.Teams, err = h.whoSees(c, now); err != nil {
		return err
	}
	if p.Form, p.Errors = wrong.Form, wrong.Fields; wrong.Form != "" || len(wrong.Fields) > 0 {
		return c.Invalid(views.Edit(p))
	}
	return c.Render(views.Edit(p))
}

func (h *Handlers) create(c *web.Context) error {
	f, err := typedSet(c)
	var d evaluation.Dataset
	if err == nil {
		var rows []evaluation.Row
		rows, err = evaluation.ReadRows(evaluation.Format(f.Format), f.Text, evaluation.Columns{Question: f.Question, Expected: f.Expected, Notes: f.Notes})
		if err == nil {
			d, err = h.Evaluations.Create(c.Ctx(), c.Actor(), inputOf(f), rows)
		}
	}
	if wrong, ok := web.Refused(err); ok {
		return h.form(c, f, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Dataset created: " + web.Plural(int64(d.Rows), "row") + ".")
	return c.See(sets + "/" + d.ID.String())
}

func (h *Handlers) show(c *web.Context) error { return h.shown(c, "") }

// shown is a dataset's page, with what went wrong.
func (h *Handlers) shown(c *web.Context, wrong string) error {
	d, err := h.dataset(c)
	if err != nil {
		return err
	}
	after := begin(c, math.MaxInt32)
	rows, err := h.Evaluations.Rows(c.Ctx(), c.Actor(), d.ID, after, page+1)
	if err != nil {
		return err
	}
	all, err := h.Evaluations.Runs(c.Ctx(), c.Actor(), d.ID)
	if err != nil {
		return err
	}
	p := views.SetPage{Shell: c.Shell(d.Name, "evaluations"), Name: d.Name, About: d.About, Href: sets + "/" + d.ID.String(), CanChange: evaluation.May(c.Actor(), &d),
		CanRun: c.Actor().Role.AtLeast(evaluation.MayRun), Error: wrong}
	p.Facts = []ui.Fact{{Label: "Rows", Value: web.Count(int64(d.Rows))}, {Label: "Size", Value: fmt.Sprintf("%d KiB", (d.Size+1023)>>10)}, {Label: "Seen by", Value: seenBy[d.Visibility]},
		{Label: "Made by", Value: d.OwnerLabel}}
	p.Delete = ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete " + d.Name + "?", Text: "Its rows and all its evaluations go with it, with all answers. Nothing brings them back.", Action: p.Href + "/delete", Button: "Delete dataset"}
	p.Pager = trail(p.Href, after, page, d.Rows, rows)
	for i := range rows[:min(page, len(rows))] {
		r := &rows[i]
		p.Rows = append(p.Rows, views.Line{Number: strconv.Itoa(r.Number), Question: shorten(r.Question()), Expected: shorten(r.Expected), Notes: shorten(r.Notes)})
	}
	if p.Runs, err = h.runRows(c, all, map[id.Dataset]string{d.ID: d.Name}); err != nil {
		return err
	}
	if wrong != "" {
		return c.Invalid(views.Set(p))
	}
	return c.Render(views.Set(p))
}

// begin is the row behind which a page begins, of so many. What is no number is the beginning; a link that is mangled leads to the end at most.
func begin(c *web.Context, all int) int {
	after, _ := strconv.Atoi(c.QueryParam("after"))
	return min(max(0, after), all)
}

// pager leads through numbered rows.
func pager(href, query string, after, size, all int) ui.PagerProps {
	p := ui.PagerProps{Note: fmt.Sprintf("Rows %s to %s of %s", web.Count(int64(min(after+1, all))), web.Count(int64(min(after+size, all))), web.Count(int64(all))), NewerLabel: "Before", OlderLabel: "Next"}
	if after > 0 {
		p.Newer = fmt.Sprintf("%s?%safter=%d", href, query, max(0, after-size))
	}
	if after+size < all {
		p.Older = fmt.Sprintf("%s?%safter=%d", href, query, after+size)
	}
	return p
}

// trail leads through rows by their numbers, of which those of erased people are missing. rows are the page's, and one more where there
// are more; all is how many there are.
func trail(href string, after, size, all int, rows []evaluation.Row) ui.PagerProps {
	p := ui.PagerProps{Note: web.Plural(int64(all), "row"), NewerLabel: "Before", OlderLabel: "Next"}
	if after > 0 {
		p.Newer = fmt.Sprintf("%s?after=%d", href, max(0, after-size))
	}
	if n := min(size, len(rows)); n > 0 {
		p.Note = fmt.Sprintf("Rows %s to %s, %s in all", web.Count(int64(rows[0].Number)), web.Count(int64(rows[n-1].Number)), web.Count(int64(all)))
		if len(rows) > n {
			p.Older = fmt.Sprintf("%s?after=%d", href, rows[n-1].Number)
		}
	}
	return p
}

func shorten(s string) string {
	if len(s) <= brief {
		return s
	}
	return strings.ToValidUTF8(s[:brief], "") + "…"
}
