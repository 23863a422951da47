package experimentweb

import (
	"context"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/experiment"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	title = "Experiments"
	// rows is how many variants the form has.
	rows = 4
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
