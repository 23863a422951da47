package app

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

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
	if fault.Is(err, fault.NotFound) { // deleted since: nobody answers for it any more
		return nil
	}
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
		Details: map[string]string{"team": which.String(), "spent_usd": spent.String(), "usual_usd": found.Usual.String()}, Once: which.UUID() + " " + end.Add(-time.Hour).Format(time.DateOnly)})
}
