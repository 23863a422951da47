package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/experiment/experimentweb"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/db"
)

func (c *core) newExperiments() {
	c.experiments = experiment.New(experiment.Parts{Store: db.NewExperimentStore(c.db), Routes: c.aliasing, Places: c.placesOfTests, Prompts: c.promptOfTests, Purse: db.NewExperimentStore(c.db), Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids,
		Clock: c.clock, Log: c.log, Tell: c.experimentNotice})
}

// bench is where experiments' judges sit.
func (c *core) bench() *experiment.Bench {
	return &experiment.Bench{Purse: db.NewExperimentStore(c.db), Verdicts: db.NewFeedbackStore(c.db), Clock: c.clock, Log: c.log}
}

// placesOfTests is experiment's Places.
func (c *core) placesOfTests(ctx context.Context, actor org.Actor, team id.Team, key id.Key) error {
	if !team.IsZero() {
		if _, err := c.orgs.Team(ctx, actor.Org, team); fault.Is(err, fault.NotFound) {
			return fault.Field("team", "There is no such team. Choose one of the list.")
		} else if err != nil {
			return err
		}
	}
	if !key.IsZero() {
		if _, err := c.keys.Get(ctx, actor, key); fault.Is(err, fault.NotFound) {
			return fault.Field("key", "There is no such key. Its id stands on its page: key_…")
		} else if err != nil {
			return err
		}
	}
	return nil
}

// experimentLetter is the notify.Writer of what experimentNotice told: the report, as its reader may see it now. One that was deleted
// meanwhile has none, nor has who may not read it any more.
func (c *core) experimentLetter(ctx context.Context, n notify.Event, to org.Member) (mail.Letter, error) {
	which, err := id.ParseExperiment(n.Details["experiment"])
	if err != nil {
		return mail.Letter{}, err
	}
	reader := to.Acting(org.Actor{Org: n.Org})
	e, j, err := c.experiments.Report(ctx, reader, which)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return mail.Letter{}, mail.ErrMoot
	}
	if err != nil {
		return mail.Letter{}, err
	}
	return experimentweb.Letter(&e, &j, c.clock.Now(), c.cfg.PublicURL, reader.Role.AtLeast(experiment.MaySum)), nil
}

// promptOfTests is experiment's Prompts.
func (c *core) promptOfTests(ctx context.Context, actor org.Actor, name string, versions []string) error {
	all, err := c.library.List(ctx, actor)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(f prompt.Full) bool { return f.Name == name })
	if at < 0 {
		return fault.Field("prompt", "There is no such prompt. Choose one of your organization's library.")
	}
	for _, v := range versions {
		ref, _ := prompt.ParseRef(name + "@" + v)
		there := slices.ContainsFunc(all[at].Labels, func(l prompt.Label) bool { return l.Name == ref.Label })
		if ref.Number > 0 {
			_, there = all[at].Version(ref.Number)
		}
		if !there {
			return fault.Field("variants", fmt.Sprintf("The prompt %s has no version or label %q.", name, v))
		}
	}
	return nil
}

// testedAlias is route's Tested.
func (c *core) testedAlias(ctx context.Context, o id.Org, a route.Alias) ([]string, error) {
	return c.experiments.Needs(ctx, o, func(e *experiment.Experiment) bool { return e.OnAlias(a.ID, a.Name) })
}

// testedConnection is provider's Tested.
func (c *core) testedConnection(ctx context.Context, o id.Org, name string) ([]string, error) {
	return c.experiments.Needs(ctx, o, func(e *experiment.Experiment) bool { return e.OnConnection(name) })
}

// testedPrompt is prompt's Tested.
func (c *core) testedPrompt(ctx context.Context, o id.Org, uses func(prompt.Ref) bool) ([]string, error) {
	return c.experiments.Needs(ctx, o, func(e *experiment.Experiment) bool { return e.OnPrompt(uses) })
}

// experimentNotice is experiment's Tell: whoever may change routes hears how one ended, and gets its report by mail.
func (c *core) experimentNotice(ctx context.Context, e experiment.Experiment) error {
	to, err := c.answering(ctx, e.Org, func(m org.Actor) bool { return m.Role.AtLeast(experiment.MayChange) })
	if err != nil {
		return err
	}
	kind := notify.Concluded
	if e.State == experiment.RolledBack {
		kind = notify.Undone
	}
	return c.notices.Announce(ctx, notify.Event{Org: e.Org, Members: to, Kind: kind, Title: e.Sentence(), Body: "All requests for " + e.Model + " go the route's own way again.",
		Href: "/experiments/" + e.ID.String(), Once: e.ID.UUID() + " " + string(e.State),
		Details: map[string]string{"experiment": e.ID.String(), "alias": e.Model, "verdict": string(e.Verdict)}})
}
