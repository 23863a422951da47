package usageweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

const (
	modelsPath = "/models/compare"
	modelRows  = 60
)

// models is the page at /models/compare: what the models in use cost and how they do, side by side.
func (h *Handlers) models(c *web.Context) error {
	a, err := h.ask(c, modelsPath, lately)
	if a == nil {
		return err
	}
	a.query.By, a.query.Compare = []usage.Dim{usage.Connection, usage.Model}, usage.Previous
	page := views.ModelsPage{Page: h.frame(a, "Models side by side", "models_compare", fmt.Sprintf("Price, speed and failures of the models that %s used.", a.reach.Words()))}
	page.Form.Sorts = []ui.Option{{Value: "cost", Label: "Cost"}, {Value: string(usage.ByRequests), Label: "Requests"}, {Value: string(usage.ByTokens), Label: "Tokens"}, {Value: string(usage.ByErrors), Label: "Errors"}}
	page.Form.Sort = string(a.query.Sort)
	if err == nil {
		err = h.fillModels(a, &page)
	}
	if wrong, ok := web.Refused(err); ok {
		page.None = unclear(wrong, modelsPath)
	} else if err != nil {
		return err
	}
	return c.Render(views.Models(page))
}

func (h *Handlers) fillModels(a *asked, page *views.ModelsPage) error {
	if err := h.fillForm(a, &page.Page, nil); err != nil {
		return err
	}
	page.Form.Picks = untagged(page.Form.Picks)
	r, err := h.query(a, func(q *usage.Query) { q.Top = modelRows })
	if err != nil {
		return err
	}
	sample, paces, err := h.Samples.Paces(a.c.Ctx(), a.c.Actor(), r.Query.From, r.Query.To, a.query.Where)
	if err != nil {
		return err
	}
	prices, err := h.Pricing.read(a.c.Ctx(), a.c.Actor())
	if err != nil {
		return err
	}
	page.Span, page.Looked = a.words(), looked(a, sample)
	page.Exports = exportsOf(a)[:2]
	at := map[[2]string]*usage.Pace{}
	for i := range paces {
		at[[2]string{paces[i].Connection, paces[i].Model}] = &paces[i]
	}
	var best leaders
	for _, row := range r.Rows {
		if row.Others || row.Values[1].ID == "" || row.Values[0].ID == "" || row.Requests == 0 && row.Cost == 0 {
			continue
		}
		m := modelOf(row, at[[2]string{row.Values[0].ID, row.Values[1].ID}])
		m.rate, m.priced = prices.rate(row.Values[0].ID, row.Values[1].ID, a.now)
		page.Table.Rows = append(page.Table.Rows, modelRow(a, r, m))
		best.see(m)
	}
	if len(page.Table.Rows) == 0 {
		page.None = nothing(a)
		return nil
	}
	page.Table.Caption = "Models side by side"
	page.Table.Columns = modelColumns
	page.Figures = best.figures()
	return nil
}

var modelColumns = []ui.Column{{Label: "Model"}, {Label: "Share of the cost"}, {Label: "Requests", Numeric: true}, {Label: "Per request", Numeric: true, Title: "What one request that was sent cost, USD"},
	{Label: "Per million", Numeric: true, Title: "Today's price of a million new input tokens, and of a million output tokens, USD"}, {Label: "Failed", Numeric: true, Title: "Of those that were sent"},
	{Label: "First byte", Numeric: true, Title: "Half of all answers began within that"}, {Label: "Took", Numeric: true, Title: "Half of all answers were whole within that, 95 in 100 within the second"},
	{Label: "Tokens/s", Numeric: true, Title: "Output tokens of streams, from their first byte on"}}

// model is one model of one connection and how it did.
type model struct {
	usage.Row
	pace   *usage.Pace
	rate   rate
	priced bool
}

func modelOf(row usage.Row, p *usage.Pace) model {
	if p == nil {
		p = &usage.Pace{}
	}
	return model{Row: row, pace: p}
}

func (m model) asked() int64 { return m.Requests - m.Refused }

func (m model) name() string { return Label(m.Row, 1, usage.Model) }

func modelRow(a *asked, r usage.Result, m model) views.Row {
	where := []usage.Filter{{Dim: usage.Connection, Values: []string{m.Values[0].ID}}, {Dim: usage.Model, Values: []string{m.Values[1].ID}}}
	name := views.Cell{Text: m.name(), Sub: "at " + m.Values[0].Name, Href: a.deeper(where...)}
	share := views.Cell{Text: web.Share(max(0, int64(m.Cost)), int64(max(0, r.Total.Cost))), Bar: int64(max(0, m.Cost)), Whole: int64(max(1, r.Total.Cost))}
	requests := views.Cell{Text: web.Count(m.Requests), Href: a.requests(where...)}
	per, price, failed, took := views.Cell{}, views.Cell{}, views.Cell{}, views.Cell{}
	if n := m.asked(); n > 0 {
		per.Text, per.Title = web.Dollars(m.Cost / money.USD(n))
		failed.Text, failed.Title = web.Share(m.Failed, n), fmt.Sprintf("%s of %s", web.Count(m.Failed), web.Count(n))
	}
	if m.priced {
		price.Text, price.Title = web.Dollars(m.rate.fresh * (1_000_000 / sample))
		price.Sub = "out " + web.USD(m.rate.output*(1_000_000/sample))
	}
	if m.pace.Took.Count() > 0 {
		took.Text, took.Sub = about(m.pace.Took.Quantile(50)), "95 %: "+about(m.pace.Took.Quantile(95))
	}
	speed := views.Cell{}
	if n := m.pace.PerSecond(); n > 0 {
		speed.Text = fmt.Sprintf("%d.%d", n/10, n%10)
	}
	return views.Row{Cells: []views.Cell{name, share, requests, per, price, failed, {Text: about(m.pace.First.Quantile(50))}, took, speed}}
}

// leastCompared is how many requests a model needs to be called the best at something.
const leastCompared = 20

// leaders are the models that are best at something, of those with enough requests to say so.
type leaders struct{ cheapest, quickest, safest, liveliest *model }

func (l *leaders) see(m model) {
	if m.asked() < leastCompared {
		return
	}
	better := func(of **model, less bool) {
		if *of == nil || less {
			*of = &m
		}
	}
	better(&l.cheapest, l.cheapest != nil && m.Cost/money.USD(m.asked()) < l.cheapest.Cost/money.USD(l.cheapest.asked()))
	better(&l.safest, l.safest != nil && m.Failed*l.safest.asked() < l.safest.Failed*m.asked())
	if m.pace.Took.Count() >= leastCompared {
		better(&l.quickest, l.quickest != nil && m.pace.Took.Quantile(50) < l.quickest.pace.Took.Quantile(50))
	}
	if m.pace.PerSecond() > 0 {
		better(&l.liveliest, l.liveliest != nil && m.pace.PerSecond() > l.liveliest.pace.PerSecond())
	}
}

func (l *leaders) figures() []ui.StatProps {
	figure := func(label, hint string, m *model, value func(*model) string) ui.StatProps {
		p := ui.StatProps{Label: label, Value: "–", Hint: hint, Against: fmt.Sprintf("no model with %d requests", leastCompared)}
		if m != nil {
			p.Value, p.Against = value(m), m.name()+" at "+m.Values[0].Name
		}
		return p
	}
	return []ui.StatProps{
		figure("Lowest cost of a request", "By what was booked, of models with enough requests. Models are asked different things.", l.cheapest, func(m *model) string { return web.USD(m.Cost / money.USD(m.asked())) }),
		figure("Quickest answer", "The median of whole answers, within 12 %.", l.quickest, func(m *model) string { return about(m.pace.Took.Quantile(50)) }),
		figure("Fewest failures", "Of the requests that were sent.", l.safest, func(m *model) string { return web.Share(m.Failed, m.asked()) }),
		figure("Most tokens a second", "Output tokens of streams, from their first byte on.", l.liveliest, func(m *model) string {
			n := m.pace.PerSecond()
			return fmt.Sprintf("%d.%d", n/10, n%10)
		}),
	}
}
