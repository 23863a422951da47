package routeweb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
)

// onlyForm is what an alias demands of its targets, as it was typed.
type onlyForm struct {
	regions, input, output, context string
	zero, untrained, capable, texts bool
	needs                           []string
}

func onlyOf(o *route.Only) (f onlyForm) {
	if o == nil {
		return f
	}
	f = onlyForm{regions: strings.Join(o.Regions, ", "), input: o.MaxInput, output: o.MaxOutput, zero: o.ZeroRetention, untrained: o.NoTraining, capable: o.Capable, texts: o.Extract, needs: o.Needs}
	if o.MinContext > 0 {
		f.context = strconv.FormatInt(o.MinContext, 10)
	}
	return f
}

func readOnly(c *web.Context) (f onlyForm) {
	text := func(name string) string { return strings.TrimSpace(c.FormValue("only-" + name)) }
	f = onlyForm{regions: text("regions"), input: text("input"), output: text("output"), context: text("context"), zero: text("zero") != "", untrained: text("untrained") != "", capable: text("capable") != "", texts: text("extract") != ""}
	for _, n := range route.Capabilities {
		if text("need-"+n) != "" {
			f.needs = append(f.needs, n)
		}
	}
	return f
}

func (f onlyForm) demand() *route.Only {
	o := &route.Only{ZeroRetention: f.zero, NoTraining: f.untrained, Capable: f.capable, Extract: f.texts, MaxInput: f.input, MaxOutput: f.output, Needs: f.needs,
		Regions: strings.FieldsFunc(f.regions, func(r rune) bool { return r == ',' || r == ' ' })}
	if f.context != "" {
		o.MinContext = int64(typed(strings.NewReplacer(",", "", " ", "").Replace(f.context)))
	}
	return o
}

func (f onlyForm) present(wrong web.Refusal) views.OnlyBox {
	b := views.OnlyBox{Regions: f.regions, MaxInput: f.input, MaxOutput: f.output, MinContext: f.context, ZeroRetention: f.zero, NoTraining: f.untrained, Capable: f.capable, Extract: f.texts, RegionError: wrong.Fields["only.regions"],
		InputError: wrong.Fields["only.max_input_usd"], OutputError: wrong.Fields["only.max_output_usd"], ContextError: wrong.Fields["only.min_context"], NeedError: wrong.Fields["only.needs"]}
	for _, n := range route.Capabilities {
		b.Needs = append(b.Needs, views.NeedBox{Name: n, Label: strings.ReplaceAll(n, "_", " "), Checked: slices.Contains(f.needs, n)})
	}
	return b
}
