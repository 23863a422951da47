package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
)

func (c *core) newExperiments() {
	c.experiments = experiment.New(experiment.Parts{Store: db.NewExperimentStore(c.db), Routes: c.aliasing, Places: c.placesOfTests, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids,
		Clock: c.clock, Log: c.log, Tell: c.experimentNotice})
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

// experimentNotice is experiment's Tell: whoever may change routes hears how one ended.
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

// teamNames are the teams that an experiment can be narrowed to.
func (a *App) teamNames(ctx context.Context, actor org.Actor) ([]org.Team, error) {
	if err := actor.Require(experiment.MayChange); err != nil {
		return nil, err
	}
	return a.orgs.Teams(ctx, actor.Org)
}
