package reportweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// why explains a refusal by a budget: how it stood then, how it stands now, and the ways out. Nil for all other requests.
// Whoever may see the request may read how the budget stood: the client was told the same. How it stands now is for those
// who see the budget or spend under it.
func (h *Handlers) why(c *web.Context, d report.Detail) (*views.Why, error) {
	r := d.Refusal
	if r.Budget.IsZero() {
		return nil, nil
	}
	w := &views.Why{Budget: "A budget that is gone, or not yours to see",
		Then: stand("When it was refused, "+d.At.In(c.Zone()).Format("2 Jan, 15:04:05 MST"), r.Measure, r.Limit, r.Spent, r.Held)}
	if r.Need > 0 {
		w.Needed = fmt.Sprintf("at least %s, %s more than was left", budget.Amount(r.Measure, r.Need), budget.Amount(r.Measure, r.Lacking()))
	}
	e, err := h.Budgets.Asking(c.Ctx(), c.Actor(), r.Budget)
	if fault.Is(err, fault.NotFound) { // deleted since, or out of sight: what was said then is all there is
		w.Todo = ways(d, nil, "")
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	s := e.Standing
	now := stand("Now", s.Measure, s.Limit, s.Spent, s.Held)
	w.Now, w.Href = &now, "/budgets/"+r.Budget.String()
	w.Budget = fmt.Sprintf("%s: %s budget of %s", e.Label, periodWords(e.Period), budget.Amount(e.Measure, e.Limit))
	if e.Name != e.Label {
		w.Budget += ", “" + e.Name + "”"
	}
	if !s.ResetsAt.IsZero() {
		w.Reset = "It starts again on " + s.ResetsAt.Format("Monday 2 January, 15:04 MST") + "."
	}
	w.Todo = ways(d, &e, w.Href)
	return w, nil
}

func stand(when string, m ledger.Measure, limit, spent, held ledger.Units) views.Stand {
	left := max(0, limit-spent-held)
	s := views.Stand{When: when, Limit: budget.Amount(m, limit), Spent: budget.Amount(m, spent), Held: budget.Amount(m, held), Left: budget.Amount(m, left)}
	s.Bar = ui.MeterProps{Label: fmt.Sprintf("%s of %s spent, %s held, %s left", s.Spent, s.Limit, s.Held, s.Left),
		Spent: int64(spent), Held: int64(held), Max: int64(limit)}
	return s
}

// ways are what can be done, the likeliest first.
func ways(d report.Detail, e *budget.Entry, href string) []views.Todo {
	r := d.Refusal
	var out []views.Todo
	switch {
	case d.Code == "price_unknown":
		return []views.Todo{{Text: "Use a model with a known price, or ask an organization admin to enter one."}}
	case d.Code == "budget_reserved":
		out = append(out, views.Todo{Text: "Send it again: what was held came back when those requests ended. A lower max_tokens holds less."})
	case e != nil && e.Standing.Left >= r.Need:
		out = append(out, views.Todo{Text: "Send it again: there is enough room now."})
	case r.Left() > 0:
		out = append(out, views.Todo{Text: "Ask for less: a lower max_tokens, a shorter prompt or a cheaper model may fit into what is left."})
	}
	if e != nil {
		out = append(out, views.Todo{Text: "Ask for more. Whoever manages this budget decides; what they grant binds within a second.", Label: "Ask for more", Href: href + "/ask?request=" + d.ID.String()})
	}
	if e != nil && !e.Standing.ResetsAt.IsZero() {
		out = append(out, views.Todo{Text: "Wait until " + e.Standing.ResetsAt.Format("2 January, 15:04 MST") + "."})
	}
	return out
}

func periodWords(p budget.Period) string {
	if p == budget.Forever {
		return "total"
	}
	return string(p)
}
