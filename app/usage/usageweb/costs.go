package usageweb

import (
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

const (
	costsPath = "/costs"
	costRows  = 100
	// chartLayers are told apart in a chart; what is below is one layer.
	chartLayers = 5
)

// costs is the page at /costs: what was spent, divided by one or two dimensions.
func (h *Handlers) costs(c *web.Context) error {
	a, err := h.ask(c, costsPath, monthly)
	if a == nil {
		return err
	}
	if len(a.query.By) == 0 {
		a.query.By = []usage.Dim{usage.Team}
		if !a.reach.All && len(a.reach.Teams) == 0 {
			a.query.By = []usage.Dim{usage.Model}
		}
	}
	page := views.CostsPage{Page: h.frame(a, "Costs", "costs", fmt.Sprintf("What %s spent, and for what.", a.reach.Words()))}
	costForm(a, &page.Form, nil)
	if err == nil {
		err = h.fillCosts(a, &page)
	}
	if wrong, ok := web.Refused(err); ok {
		page.None = unclear(wrong, costsPath)
		return c.Render(views.Costs(page))
	}
	if err != nil {
		return err
	}
	return c.Render(views.Costs(page))
}

// frame is what every page of usage says about itself, whether its question can be answered or not.
func (h *Handlers) frame(a *asked, title, active, sub string) views.Page {
	p := views.Page{Shell: a.c.Shell(title, active), Title: title, Clear: a.path,
		Sub: fmt.Sprintf("%s Amounts in US dollars; days begin at midnight in %s.", sub, a.zone)}
	p.Form = views.Form{Action: a.path, Range: a.span, From: a.from, To: a.to, Ranges: rangeOptions()}
	return p
}

// unclear is what stands in place of figures where the question makes no sense.
func unclear(wrong web.Refusal, path string) ui.EmptyProps {
	said := wrong.Form
	for _, text := range wrong.Fields {
		said = text
	}
	return ui.EmptyProps{Kind: ui.FilteredOut, Title: "This cannot be added up", Text: said, Label: "Begin again", Href: path}
}

// query asks within the page's span and filters.
func (h *Handlers) query(a *asked, change func(*usage.Query)) (usage.Result, error) {
	q := a.query
	change(&q)
	r, err := h.Usage.Query(a.c.Ctx(), a.c.Actor(), q)
	if err != nil {
		return r, fmt.Errorf("usage by %v: %w", q.By, err)
	}
	return r, nil
}

func (h *Handlers) fillCosts(a *asked, page *views.CostsPage) error {
	tags, err := h.Reports.TagKeys(a.c.Ctx(), a.c.Actor(), report.Span{First: a.query.From.In(a.zone), Last: a.query.To.Add(-time.Nanosecond).In(a.zone)})
	if err != nil {
		return err
	}
	if err := h.fillForm(a, &page.Page, tags); err != nil {
		return err
	}
	costForm(a, &page.Form, tags)
	var r, drawn usage.Result
	var g errgroup.Group // the table and the chart are asked side by side
	g.Go(func() (err error) { r, err = h.query(a, func(q *usage.Query) { q.Top = costRows }); return err })
	g.Go(func() (err error) {
		drawn, err = h.query(a, func(q *usage.Query) { q.Grain, q.By, q.Top = a.grain(), q.By[:1], chartLayers })
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	page.Span = a.words()
	if r.Total == (usage.Totals{}) && r.Before == (usage.Totals{}) {
		page.None = nothing(a)
		return nil
	}
	page.Chart = spendChart(a, drawn)
	page.Figures = costFigures(a, r, drawn)
	page.Exports = exportsOf(a)
	costTable(a, r, page)
	return nil
}

// nothing says that there is nothing to add up, and leads to where there may be something.
func nothing(a *asked) ui.EmptyProps {
	p := ui.EmptyProps{Kind: ui.FilteredOut, Icon: "coin", Title: "Nothing was asked in these days", Text: "No request that you may see falls into " + a.words() + "."}
	switch {
	case len(a.query.Where) > 0:
		p.Text = "No request that you may see fits these filters in " + a.words() + "."
		p.Label, p.Href = "Without filters", a.path
	case a.span != yearly:
		p.Label, p.Href = "The last 12 months", a.path+"?range="+yearly
	}
	return p
}
