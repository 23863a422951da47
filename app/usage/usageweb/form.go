package usageweb

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// mostValues is how many values of a dimension the form offers: the most expensive ones.
const mostValues = 200

// fillForm fills in what a page can be narrowed to and what it is narrowed to: filters stay until their chip is taken away.
func (h *Handlers) fillForm(a *asked, p *views.Page, tags []string) error {
	p.Form.Picks = append([]ui.Option{{Value: "", Label: "–"}}, dimOptions(tags, usage.Dim(a.pick))...)
	p.Form.Pick = a.pick
	if a.pick != "" {
		d := usage.Dim(a.pick)
		r, err := h.query(a, func(q *usage.Query) {
			q.By, q.Compare, q.Top = []usage.Dim{d}, usage.NoComparison, mostValues
			q.Where = slices.DeleteFunc(slices.Clone(q.Where), func(f usage.Filter) bool { return f.Dim == d })
		})
		if err != nil {
			return err
		}
		p.Form.PickLabel, p.Form.Values = dimLabel(d), []ui.Option{{Value: "", Label: "Choose …"}}
		for _, row := range r.Rows {
			if !row.Others && row.Values[0].ID != "" {
				p.Form.Values = append(p.Form.Values, ui.Option{Value: row.Values[0].ID, Label: Label(row, 0, d) + ", " + web.USD(row.Cost)})
			}
		}
	}
	for i, f := range a.query.Where {
		names, err := h.names(a, f)
		if err != nil {
			return err
		}
		for _, v := range f.Values {
			p.Form.Keep = append(p.Form.Keep, views.Hidden{Name: string(f.Dim), Value: v})
			row := usage.Row{Values: []usage.Value{{ID: v, Name: names[v]}}}
			p.Chips = append(p.Chips, views.Chip{Label: dimLabel(f.Dim) + ": " + Label(row, 0, f.Dim), Without: a.without(i, v)})
		}
	}
	p.Clear = a.link(cleared(a.query.Where))
	return nil
}

// names are what a filter's entities are called, of those whose usage the reader may see.
func (h *Handlers) names(a *asked, f usage.Filter) (map[string]string, error) {
	out := map[string]string{}
	if !f.Dim.Entity() {
		return out, nil
	}
	r, err := h.query(a, func(q *usage.Query) {
		q.By, q.Compare, q.Top, q.Where = []usage.Dim{f.Dim}, usage.NoComparison, usage.MaxValues, []usage.Filter{f}
	})
	if err != nil {
		return nil, err
	}
	for _, row := range r.Rows {
		if !row.Others {
			out[row.Values[0].ID] = row.Values[0].Name
		}
	}
	return out, nil
}

// without is the page less one value of a filter.
func (a *asked) without(i int, value string) string {
	f := a.query.Where[i]
	return a.link(map[string][]string{string(f.Dim): slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return v == value })})
}

func cleared(where []usage.Filter) map[string][]string {
	out := map[string][]string{}
	for _, f := range where {
		out[string(f.Dim)] = nil
	}
	return out
}

// costForm is what costs are divided by and held against.
func costForm(a *asked, f *views.Form, tags []string) {
	by := a.query.By
	f.Dims, f.By = dimOptions(tags, by...), string(by[0])
	f.Ands = []ui.Option{{Value: "", Label: "nothing else"}}
	for _, o := range dimOptions(tags, by...) {
		if o.Value != f.By {
			f.Ands = append(f.Ands, o)
		}
	}
	if len(by) > 1 {
		f.And = string(by[1])
	}
	f.Comparisons = []ui.Option{{Value: string(usage.Previous), Label: "The time before"}, {Value: string(usage.YearBefore), Label: "A year before"}, {Value: noComparison, Label: "Nothing"}}
	f.Compare = string(a.query.Compare)
	if a.query.Compare == usage.NoComparison {
		f.Compare = noComparison
	}
	f.Sorts = []ui.Option{{Value: "cost", Label: "Cost"}, {Value: string(usage.ByRequests), Label: "Requests"}, {Value: string(usage.ByTokens), Label: "Tokens"}, {Value: string(usage.ByErrors), Label: "Errors"}}
	f.Sort = string(a.query.Sort)
}
