package app

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// forecastNotices warns of budgets that will not last their period, once for each period. An eighth of the period must be over, as
// a forecast of a month by its first morning says little.
func (c *core) forecastNotices(ctx context.Context) error {
	return c.everywhere(ctx, func(ctx context.Context, o org.Organization) error {
		by := org.System(o.ID, "a forecast of budgets")
		service := c.budgets(nil)
		all, err := service.List(ctx, by)
		if err != nil {
			return err
		}
		known, err := service.Forecasts(ctx, by, all)
		if err != nil {
			return err
		}
		for _, b := range all {
			if f, ok := known[b.ID]; ok && c.willNotLast(b, f) {
				if err := c.forecastNotice(ctx, o, b, f); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (c *core) willNotLast(b budget.Entry, f budget.Forecast) bool {
	now, s := c.clock.Now(), b.Standing
	if !f.Known || s.Limit <= 0 || f.Total <= s.Limit || s.Spent >= s.Limit || f.RunsOut.IsZero() || !f.RunsOut.Before(f.At) {
		return false
	}
	const day = 24 * time.Hour
	long := map[budget.Period]time.Duration{budget.Daily: day, budget.Weekly: 7 * day, budget.Monthly: 30 * day}[b.Period]
	if long == 0 {
		long = 90 * day
	}
	return now.After(f.At.Add(-long + long/8))
}

func (c *core) forecastNotice(ctx context.Context, o org.Organization, b budget.Entry, f budget.Forecast) error {
	to, err := c.answering(ctx, o.ID, func(m org.Actor) bool { return budget.Changeable(m, b) })
	if err != nil {
		return err
	}
	team, err := c.teamOf(ctx, b.Scope)
	if err != nil {
		return err
	}
	name := b.Label
	if b.Name != "" && b.Name != b.Label {
		name += ", " + b.Name
	}
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC
	}
	return c.notices.Announce(ctx, notify.Event{Org: o.ID, Members: to, Kind: notify.Forecast, Team: team, Href: "/budgets/" + b.ID.String(),
		Title:   fmt.Sprintf("%s will run out of its budget of %s on %s; %s are forecast", name, budget.Amount(b.Measure, b.Standing.Limit), f.RunsOut.In(zone).Format("2 January"), budget.Amount(b.Measure, f.Total)),
		Body:    f.Method,
		Details: map[string]string{"budget": b.ID.String(), "runs_out_at": f.RunsOut.UTC().Format(time.RFC3339), "forecast": b.Measure.Plain(f.Total), "limit": b.Measure.Plain(b.Standing.Limit), "measure": b.Measure.String()},
		Once:    b.ID.UUID() + " " + f.At.UTC().Format(time.DateOnly)})
}
