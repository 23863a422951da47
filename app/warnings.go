package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
)

// keyMisused tells a key's holder, or those who answer for its team, that somebody showed it after its end: an app that nobody
// told, or a thief. The room says so once an hour and key; people hear of it once a day.
func (c *core) keyMisused(ctx context.Context, r key.Refusal) error {
	k, err := c.keyStore.Get(ctx, r.Org, r.Key)
	if f := fault.From(err); err != nil && f.Kind == fault.NotFound {
		return nil // it is gone, and with it whoever it was of; the audit log has it
	} else if err != nil {
		return err
	}
	to := []id.Member{k.Member}
	if k.Member.IsZero() {
		if to, err = c.answering(ctx, r.Org, func(m org.Actor) bool { return m.InTeam(k.Team, org.Lead) }); err != nil {
			return err
		}
	}
	return c.notices.Announce(ctx, notify.Event{Org: r.Org, Members: to, Kind: notify.Misused, Title: "The key " + r.Name + " was tried although it is " + r.Why,
		Body: "It was refused. Either a program still has it, or somebody found it. Look for where it stands.", Href: "/keys/" + r.Key.String(), Team: k.Team,
		Details: map[string]string{"key": r.Key.String(), "why": r.Why}, Once: r.Key.UUID() + " " + r.At.UTC().Format(time.DateOnly)})
}

// escalate tells the next role up of hard budgets that are used up, and of which nobody has read who answers for them. A budget
// that has room again is nobody's trouble any more.
func (c *core) escalate(ctx context.Context) error {
	const most = 100
	store := db.NewEventStore(c.db)
	all, err := store.Unanswered(ctx, c.clock.Now(), most)
	for _, e := range all {
		err = errors.Join(err, c.db.Do(ctx, func(ctx context.Context) error {
			if err := c.escalateOne(ctx, e); err != nil {
				return err
			}
			return store.Settle(ctx, e.Org, e.ID)
		}))
	}
	return err
}

func (c *core) escalateOne(ctx context.Context, e notify.Event) error {
	which, err := id.ParseBudget(e.Details["budget"])
	if err != nil {
		return err
	}
	b, err := c.budgets(nil).Get(ctx, org.System(e.Org, "an alert that nobody read"), which)
	if err != nil {
		return err
	}
	if b.Standing.Spent < b.Standing.Limit {
		return nil
	}
	to, err := c.above(ctx, e.Org, e.Members, func(m org.Actor) bool { return budget.Changeable(m, b) })
	if err != nil || len(to) == 0 {
		return err
	}
	e.Kind, e.Members, e.EscalateAt = notify.Escalated, to, time.Time{}
	e.Title = "Nobody has looked for half an hour: " + e.Title
	e.Body = "Requests are refused until the budget is raised or its period ends. Those who answer for it have not read of it."
	e.Once = e.ID.UUID()
	return c.notices.Announce(ctx, e)
}

// above finds those who may change a thing and stand above everybody who was told of it, of the lowest role that has any.
func (c *core) above(ctx context.Context, o id.Org, told []id.Member, may func(org.Actor) bool) ([]id.Member, error) {
	highest := org.Viewer
	for _, m := range told {
		who, err := c.orgs.Member(ctx, o, m)
		if err != nil {
			return nil, err
		}
		if may(who.Acting(org.Actor{})) && who.Role.AtLeast(highest) {
			highest = who.Role
		}
	}
	for _, role := range []org.Role{org.Manager, org.Admin} {
		if highest.AtLeast(role) {
			continue
		}
		members, err := c.orgs.FindMembers(ctx, o, org.MemberQuery{Role: role, Status: org.ActiveMember})
		if err != nil {
			return nil, err
		}
		var to []id.Member
		for _, m := range members {
			if len(to) < mostTold && !slices.Contains(told, m.ID) && may(m.Acting(org.Actor{})) {
				to = append(to, m.ID)
			}
		}
		if len(to) > 0 {
			return to, nil
		}
	}
	return nil, nil
}

// everywhere does something for each organization that lives; what goes wrong with one stops no other.
func (c *core) everywhere(ctx context.Context, do func(ctx context.Context, o org.Organization) error) error {
	all, err := c.orgs.All(ctx)
	for _, o := range all {
		if _, gone := c.orgs.Organization(ctx, o.ID); fault.Is(gone, fault.NotFound) {
			continue
		}
		if wrong := do(ctx, o); wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", o.ID, wrong))
		}
	}
	return err
}

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

// anomalyNotices looks at the last whole hour of each team, and tells those who answer for a team that spent far more than it usually
// does at that hour of that weekday (usage.Judge), once a day.
func (c *core) anomalyNotices(ctx context.Context) error {
	return c.everywhere(ctx, func(ctx context.Context, o org.Organization) error {
		zone, err := time.LoadLocation(o.Zone)
		if err != nil {
			zone = time.UTC
		}
		end := c.clock.Now().In(zone).Truncate(time.Hour)
		now, err := c.spendOfTeams(ctx, o.ID, end)
		if err != nil {
			return err
		}
		for team, spent := range now {
			if spent < usage.UnusualLeast {
				delete(now, team)
			}
		}
		if len(now) == 0 {
			return nil
		}
		before := map[string][]money.USD{}
		for week := 1; week <= usage.UnusualWeeks; week++ {
			then, err := c.spendOfTeams(ctx, o.ID, end.AddDate(0, 0, -7*week))
			if err != nil {
				return err
			}
			for team := range now {
				before[team] = append(before[team], then[team])
			}
		}
		for team, spent := range now {
			if found := usage.Judge(spent, before[team]); found.Is {
				if err := c.anomalyNotice(ctx, o.ID, team, spent, found, end); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// spendOfTeams is what each team spent within the hour before end, by its id.
func (c *core) spendOfTeams(ctx context.Context, o id.Org, end time.Time) (map[string]money.USD, error) {
	r, err := c.usage.Query(ctx, org.System(o, "a look at unusual spend"), usage.Query{From: end.Add(-time.Hour), To: end, By: []usage.Dim{usage.Team}, Top: usage.MaxTop})
	out := map[string]money.USD{}
	for _, row := range r.Rows {
		if !row.Others && len(row.Values) == 1 && row.Values[0].ID != "" {
			out[row.Values[0].ID] = row.Cost
		}
	}
	return out, err
}

func (c *core) anomalyNotice(ctx context.Context, o id.Org, node string, spent money.USD, found usage.Unusual, end time.Time) error {
	which, err := id.ParseTeam(node)
	if err != nil {
		return err
	}
	team, err := c.orgs.Team(ctx, o, which)
	if err != nil {
		return err
	}
	to, err := c.answering(ctx, o, func(m org.Actor) bool { return m.InTeam(which, org.Lead) })
	if err != nil {
		return err
	}
	return c.notices.Announce(ctx, notify.Event{Org: o, Members: to, Kind: notify.Anomaly, Team: which, Href: "/teams/" + which.String() + "/usage",
		Title:   fmt.Sprintf("%s spent %s between %s and %s, usually %s at that hour", team.Name, "$"+spent.Format(2), end.Add(-time.Hour).Format("15:04"), end.Format("15:04 MST"), "$"+found.Usual.Format(2)),
		Body:    "Usual is the median of the same hour of the same weekday in the last eight weeks. You are told of a team at most once a day.",
		Details: map[string]string{"team": which.String(), "spent_usd": spent.String(), "usual_usd": found.Usual.String()}, Once: which.UUID() + " " + end.UTC().Format(time.DateOnly)})
}
