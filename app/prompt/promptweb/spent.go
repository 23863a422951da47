package promptweb

import (
	"slices"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

// span is how far back usage is shown.
const span = 30 * 24 * time.Hour

// asked are the names under which a prompt's requests are recorded, the newest version's first.
func asked(f *prompt.Full) (out []string) {
	for _, v := range f.Versions {
		out = append(out, prompt.Prefix+f.Name+"@v"+strconv.Itoa(v.Number))
	}
	return out
}

// spending is what was asked and spent, by recorded name, and which models answered.
type spending struct {
	by     map[string]usage.Totals
	models map[string][]string
	of     map[[2]string]usage.Totals // by name and model
}

func (s spending) sum(names []string) (t usage.Totals) {
	for _, n := range names {
		_ = t.Add(s.by[n]) // a page's figure: what overflows is left out
	}
	return t
}

func (h *Handlers) spent(c *web.Context, names []string) (spending, error) {
	out := spending{map[string]usage.Totals{}, map[string][]string{}, map[[2]string]usage.Totals{}}
	for part := range slices.Chunk(names, usage.MaxValues) {
		r, err := h.usage.Query(c.Ctx(), c.Actor(), usage.Query{From: c.Now().Add(-span), To: c.Now(), By: []usage.Dim{usage.Asked, usage.Model}, Where: []usage.Filter{{Dim: usage.Asked, Values: part}}, Top: usage.MaxTop})
		if err != nil {
			return out, err
		}
		for _, row := range r.Rows {
			if row.Others || len(row.Values) < 2 {
				continue
			}
			name, model := row.Values[0].ID, row.Values[1].ID
			t := out.by[name]
			_ = t.Add(row.Totals)
			out.of[[2]string{name, model}] = row.Totals
			if out.by[name] = t; model != "" && !slices.Contains(out.models[name], model) {
				out.models[name] = append(out.models[name], model)
			}
		}
	}
	return out, nil
}

// mostTimed is how many versions a page says how fast they were, the newest that anybody asked for.
const mostTimed = 20

// timings are how fast a prompt's used versions were answered, by recorded name.
func (h *Handlers) timings(c *web.Context, f *prompt.Full, s spending) (map[string][]usage.Timing, error) {
	var names []string
	for _, name := range asked(f) {
		if s.by[name].Requests > 0 && len(names) < mostTimed {
			names = append(names, name)
		}
	}
	all, err := h.usage.Timings(c.Ctx(), c.Actor(), names, c.Now().Add(-span))
	out := make(map[string][]usage.Timing, len(names))
	for _, t := range all {
		out[t.Asked] = append(out[t.Asked], t)
	}
	return out, err
}

// models are how each model did with each version, the newest version's first.
func models(f *prompt.Full, s spending, timed map[string][]usage.Timing) (out []views.ModelRow) {
	for i := range f.Versions {
		name := prompt.Prefix + f.Name + "@v" + strconv.Itoa(f.Versions[i].Number)
		for _, model := range s.models[name] {
			t := s.of[[2]string{name, model}]
			if t.Requests == 0 && t.Attempts == 0 {
				continue
			}
			r := views.ModelRow{Version: strconv.Itoa(f.Versions[i].Number), Model: model, Requests: web.Count(t.Requests), Errors: web.Count(t.Errors())}
			if t.Requests > 0 {
				r.Mean, r.Exact = web.Dollars(t.Cost / money.USD(t.Requests))
			}
			if at := slices.IndexFunc(timed[name], func(x usage.Timing) bool { return x.Model == model }); at >= 0 {
				x := timed[name][at]
				r.Half, r.Most, r.First = web.Took(x.P50), web.Took(x.P95), web.Took(x.First50)
			}
			out = append(out, r)
		}
	}
	return out
}
