package experimentweb

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/experiment"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// maxOffers is how many models a list of targets offers. Who has more makes an alias of the one that is meant, or uses the API.
const maxOffers = 500

func (h *Handlers) new(c *web.Context) error {
	f := views.Fields{Alias: c.QueryParam("alias"), Prompt: c.QueryParam("prompt"), Goal: string(experiment.Cost), Unit: string(experiment.ByUser), Scope: c.Actor().Org.String(), Variants: make([]views.VariantFields, rows)}
	for i, v := range experiment.Careful(c.QueryParam("target")) {
		f.Variants[i] = views.VariantFields{Name: v.Name, Percent: strconv.Itoa(v.Percent), Target: v.Target}
	}
	if c.Typed() {
		f = typed(c)
	}
	return h.renderNew(c, f)
}

func (h *Handlers) renderNew(c *web.Context, f views.Fields) error {
	page, err := h.form(c, f, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) form(c *web.Context, f views.Fields, wrong web.Refusal) (templ.Component, error) {
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	library, err := h.prompts.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	place, err := web.Places{People: h.people, Keys: h.keys, May: narrows}.Pick(c, f.Scope)
	if err != nil {
		return nil, err
	}
	place.Label, place.Page, place.Error = "Whose requests", root+"/new", wrong.Fields["team"]+wrong.Fields["key"]
	page := views.NewPage{Shell: c.Shell("Start an experiment", "experiments"), Fields: f, Form: wrong.Form, Errors: wrong.Fields, Place: place.Hinted("A team's, a key's, or everybody's."), Prompts: prompts(library, f.Prompt)}
	for _, a := range names.Aliases {
		page.Aliases = append(page.Aliases, ui.Option{Value: a.Name, Label: a.Name})
	}
	page.Targets = h.targets(names, f)
	page.Judges = kept(append([]ui.Option{{Label: "Nobody"}}, page.Targets[1:]...), f.Judge)
	page.FoldOpen = f.Tag+f.Prompt+f.LookFor+f.Sample+f.ErrorLimit+f.GuardCost+f.GuardLatency+f.GuardGood+f.Judge != "" || f.Scope != c.Actor().Org.String()
	for i, v := range f.Variants {
		page.FoldOpen = page.FoldOpen || v.Version+v.Max+v.Temperature != "" || i > 1 && v != views.VariantFields{}
	}
	return views.New(page), nil
}

// narrows are the places whose requests an experiment can be narrowed to.
func narrows(_ org.Actor, s org.Scope, _ org.Place) bool {
	return s.Kind() == org.OrgScope || s.Kind() == org.TeamScope || s.Kind() == org.KeyScope
}

// prompts are the choices of a stored prompt: those that can be asked for. One that was asked for stays, so that the service says
// what is wrong with it.
func prompts(library []prompt.Full, chosen string) []ui.Option {
	out := []ui.Option{{Label: "All requests for the alias"}}
	for _, p := range library {
		if p.Kind == prompt.Chat {
			out = append(out, ui.Option{Value: p.Name, Label: p.Name})
		}
	}
	return kept(out, chosen)
}

// kept adds what was asked for, if it is none of the choices.
func kept(out []ui.Option, chosen string) []ui.Option {
	if chosen != "" && !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == chosen }) {
		out = append(out, ui.Option{Value: chosen, Label: chosen, Group: "Asked for"})
	}
	return out
}

// targets are what variants can go to: other aliases, and what usable connections are known to serve.
func (h *Handlers) targets(names route.Names, f views.Fields) []ui.Option {
	out := []ui.Option{{Label: "The route as it is"}}
	for _, a := range names.Aliases {
		out = append(out, ui.Option{Value: a.Name, Label: a.Name, Group: "Aliases"})
	}
	for i := range names.Connections {
		k := &names.Connections[i]
		if !k.Usable() {
			continue
		}
		for _, m := range route.Offers(k, h.catalog) {
			if len(out) < maxOffers {
				out = append(out, ui.Option{Value: k.Name + "/" + m, Label: k.Name + "/" + m, Group: k.Name})
			}
		}
	}
	for _, v := range f.Variants {
		out = kept(out, v.Target)
	}
	return out
}

func typed(c *web.Context) views.Fields {
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	f := views.Fields{Name: v("name"), Alias: v("alias"), Goal: v("goal"), Unit: v("unit"), Scope: v("scope"), Tag: v("tag"), Prompt: v("prompt"), LookFor: v("look_for"), Sample: v("sample"),
		ErrorLimit: v("error_limit"), GuardCost: v("guard_cost"), GuardLatency: v("guard_latency"), GuardGood: v("guard_quality"),
		Judge: v("judge"), JudgePercent: v("judge_percent"), JudgeDaily: v("judge_daily")}
	for i := range rows {
		n := strconv.Itoa(i)
		f.Variants = append(f.Variants, views.VariantFields{Name: v("name_" + n), Percent: v("percent_" + n), Target: v("target_" + n), Version: v("version_" + n), Max: v("max_" + n), Temperature: v("temperature_" + n)})
	}
	return f
}

// input reads the form, as far as it is a matter of writing numbers.
func input(o id.Org, f views.Fields) (in experiment.Input, err error) {
	var errs []error
	number := func(field, text string) int {
		if text == "" {
			return 0
		}
		n, wrong := strconv.Atoi(text)
		if wrong != nil || n < 0 {
			errs = append(errs, fault.Field(field, fmt.Sprintf("Enter a whole number instead of %q, or leave it empty.", text)))
		}
		return n
	}
	in = experiment.Input{Name: f.Name, Alias: f.Alias, Goal: experiment.Metric(f.Goal), Unit: experiment.Unit(f.Unit), Tag: f.Tag, Prompt: f.Prompt, LookFor: number("look_for", f.LookFor),
		Sample: int64(number("sample", f.Sample)), ErrorLimit: number("error_limit", f.ErrorLimit)}
	for i, v := range f.Variants {
		if i > 1 && v == (views.VariantFields{}) {
			continue
		}
		in.Variants = append(in.Variants, experiment.Variant{Name: v.Name, Percent: number("variants", v.Percent), Target: v.Target, Version: v.Version, MaxOutput: int64(number("variants", v.Max)), Temperature: v.Temperature})
	}
	for _, g := range []struct {
		of   experiment.Metric
		text string
	}{{experiment.Cost, f.GuardCost}, {experiment.Latency, f.GuardLatency}, {experiment.Quality, f.GuardGood}} {
		if g.text != "" {
			in.Guards = append(in.Guards, experiment.Guard{Metric: g.of, Percent: number("guards", g.text)})
		}
	}
	if f.Judge+f.JudgePercent+f.JudgeDaily != "" {
		in.Judge = &experiment.Rater{Model: f.Judge, Percent: number("judge", f.JudgePercent)}
		if in.Judge.Daily, err = money.Parse(f.JudgeDaily); err != nil {
			errs = append(errs, fault.Field("judge", "Say in USD what the judge may cost a day, e.g. 1.00."))
		}
	}
	errs = append(errs, whose(&in, o, f.Scope))
	return in, errors.Join(errs...)
}

// whose reads the place that was chosen.
func whose(in *experiment.Input, o id.Org, scope string) error {
	if scope == "" {
		return nil
	}
	switch s := org.ReadScope(o, scope); s.Kind() {
	case org.OrgScope:
		return nil
	case org.TeamScope:
		return narrow(in, s.String(), "")
	case org.KeyScope:
		return narrow(in, "", s.String())
	}
	return fault.Field("team", "There is no such team or key. Choose whose requests have part.")
}

func (h *Handlers) start(c *web.Context) error {
	f := typed(c)
	if _, searching := c.Sought(); searching {
		return h.renderNew(c, f)
	}
	in, err := input(c.Actor().Org, f)
	var e experiment.Experiment
	if err == nil {
		e, err = h.tests.Start(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.form(c, f, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Started. Requests are divided within a second, on every node.")
	return c.See(root + "/" + e.ID.String())
}
