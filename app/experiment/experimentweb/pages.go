package experimentweb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/experiment"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	title = "Experiments"
	// rows is how many variants the form has.
	rows       = 4
	maxSuggest = 100
)

func (h *Handlers) list(c *web.Context) error {
	all, err := h.tests.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell(title, "experiments"), CanChange: c.Actor().Role.AtLeast(experiment.MayChange), HasAliases: len(names.Aliases) > 0}
	for _, e := range all {
		var split []string
		for _, v := range e.Variants {
			split = append(split, fmt.Sprintf("%s %d %%", v.Name, v.Percent))
		}
		page.Rows = append(page.Rows, views.Row{Href: root + "/" + e.ID.String(), Name: e.Name, Alias: aliasOf(e), Goal: label(e.Goal), Split: strings.Join(split, ", "), State: status(e), Started: c.When(e.CreatedAt)})
	}
	return c.Render(views.List(page))
}

func aliasOf(e experiment.Experiment) string {
	if e.Model == "" {
		return "its alias was deleted"
	}
	return e.Model
}

func label(m experiment.Metric) string {
	n := m.Noun()
	return strings.ToUpper(n[:1]) + n[1:]
}

// status says where an experiment stands, and what it came to.
func status(e experiment.Experiment) ui.StatusProps {
	switch {
	case e.State == experiment.Running:
		return ui.StatusProps{Tone: ui.Info, Label: "Running"}
	case e.State == experiment.Paused:
		return ui.StatusProps{Tone: ui.Warn, Label: "Paused"}
	}
	return map[experiment.Verdict]ui.StatusProps{
		experiment.Win: {Tone: ui.Good, Label: "Won"}, experiment.Lose: {Tone: ui.Neutral, Label: "Lost"}, experiment.Inconclusive: {Tone: ui.Neutral, Label: "Inconclusive"},
		experiment.Harm: {Tone: ui.Bad, Label: "Rolled back"}, experiment.Stopped: {Tone: ui.Neutral, Label: "Stopped"},
	}[e.Verdict]
}

func (h *Handlers) new(c *web.Context) error {
	f := views.Fields{Alias: c.QueryParam("alias"), Goal: string(experiment.Cost), Unit: string(experiment.ByUser), Variants: make([]views.VariantFields, rows)}
	for i, v := range experiment.Careful(c.QueryParam("target")) {
		f.Variants[i] = views.VariantFields{Name: v.Name, Percent: strconv.Itoa(v.Percent), Target: v.Target}
	}
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
	teams, err := h.teams(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	page := views.NewPage{Shell: c.Shell("Start an experiment", "experiments"), Fields: f, Form: wrong.Form, Errors: wrong.Fields, Teams: []ui.Option{{Label: "All requests"}}}
	for _, a := range names.Aliases {
		page.Aliases = append(page.Aliases, ui.Option{Value: a.Name, Label: a.Name})
		page.Targets = append(page.Targets, a.Name)
	}
	for i := range names.Connections {
		for _, m := range route.Offers(&names.Connections[i], nil) {
			if len(page.Targets) < maxSuggest {
				page.Targets = append(page.Targets, names.Connections[i].Name+"/"+m)
			}
		}
	}
	for _, t := range teams {
		page.Teams = append(page.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
	}
	page.FoldOpen = f.Team+f.Key+f.Tag+f.LookFor+f.Sample+f.ErrorLimit+f.GuardCost+f.GuardLatency+f.GuardGood != ""
	for _, v := range f.Variants[2:] {
		page.FoldOpen = page.FoldOpen || v != views.VariantFields{}
	}
	return views.New(page), nil
}

func typed(c *web.Context) views.Fields {
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	f := views.Fields{Name: v("name"), Alias: v("alias"), Goal: v("goal"), Unit: v("unit"), Team: v("team"), Key: v("key"), Tag: v("tag"), LookFor: v("look_for"), Sample: v("sample"),
		ErrorLimit: v("error_limit"), GuardCost: v("guard_cost"), GuardLatency: v("guard_latency"), GuardGood: v("guard_quality")}
	for i := range rows {
		n := strconv.Itoa(i)
		f.Variants = append(f.Variants, views.VariantFields{Name: v("name_" + n), Percent: v("percent_" + n), Target: v("target_" + n), Max: v("max_" + n), Temperature: v("temperature_" + n)})
	}
	return f
}

// input reads the form, as far as it is a matter of writing numbers.
func input(f views.Fields) (in experiment.Input, err error) {
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
	in = experiment.Input{Name: f.Name, Alias: f.Alias, Goal: experiment.Metric(f.Goal), Unit: experiment.Unit(f.Unit), Tag: f.Tag, LookFor: number("look_for", f.LookFor),
		Sample: int64(number("sample", f.Sample)), ErrorLimit: number("error_limit", f.ErrorLimit)}
	for i, v := range f.Variants {
		if i > 1 && v == (views.VariantFields{}) {
			continue
		}
		in.Variants = append(in.Variants, experiment.Variant{Name: v.Name, Percent: number("variants", v.Percent), Target: v.Target, MaxOutput: int64(number("variants", v.Max)), Temperature: v.Temperature})
	}
	for _, g := range []struct {
		of   experiment.Metric
		text string
	}{{experiment.Cost, f.GuardCost}, {experiment.Latency, f.GuardLatency}, {experiment.Quality, f.GuardGood}} {
		if g.text != "" {
			in.Guards = append(in.Guards, experiment.Guard{Metric: g.of, Percent: number("guards", g.text)})
		}
	}
	errs = append(errs, narrow(&in, f.Team, f.Key))
	return in, errors.Join(errs...)
}

func (h *Handlers) start(c *web.Context) error {
	f := typed(c)
	in, err := input(f)
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

// turn changes an experiment and comes back to its page.
func (h *Handlers) turn(c *web.Context, says string, do func(ctx context.Context, actor org.Actor, e id.Experiment) (experiment.Experiment, error)) error {
	w, err := which(c)
	if err != nil {
		return err
	}
	if _, err := do(c.Ctx(), c.Actor(), w); err != nil {
		return err
	}
	c.Flash(says)
	return c.See(root + "/" + w.String())
}

func (h *Handlers) pause(c *web.Context) error {
	return h.turn(c, "Paused. All requests go the route's own way until you resume it.", h.tests.Pause)
}

func (h *Handlers) resume(c *web.Context) error {
	return h.turn(c, "Resumed. Everybody has the variant they had before.", h.tests.Resume)
}

func (h *Handlers) stop(c *web.Context) error {
	return h.turn(c, "Stopped. All requests go the route's own way.", h.tests.Stop)
}

func (h *Handlers) migrate(c *web.Context) error {
	variant := c.FormValue("variant")
	return h.turn(c, "Migrated. The alias asks the new target first; the ones before it follow when it fails. The route's versions undo it.", func(ctx context.Context, actor org.Actor, e id.Experiment) (experiment.Experiment, error) {
		return h.tests.Migrate(ctx, actor, e, variant)
	})
}

func (h *Handlers) remove(c *web.Context) error {
	w, err := which(c)
	if err != nil {
		return err
	}
	if err := h.tests.Delete(c.Ctx(), c.Actor(), w); err != nil {
		return err
	}
	c.Flash("Deleted.")
	return c.See(root)
}
