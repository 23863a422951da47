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
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
)

// keyMisused tells a key's holder, or those who answer for its team, that somebody showed it after its end: an app that nobody
// told, or a thief. The room says so once an hour and key; people hear of it once on each of their organization's days.
func (c *core) keyMisused(ctx context.Context, r key.Refusal) error {
	k, err := c.keyStore.Get(ctx, r.Org, r.Key)
	if f := fault.From(err); err != nil && f.Kind == fault.NotFound {
		return nil // it is gone, and with it whoever it was of; the audit log has it
	} else if err != nil {
		return err
	}
	home, err := c.orgs.Organization(ctx, r.Org)
	if fault.Is(err, fault.NotFound) {
		return nil
	} else if err != nil {
		return err
	}
	zone, err := time.LoadLocation(home.Zone)
	if err != nil {
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
		Details: map[string]string{"key": r.Key.String(), "why": r.Why}, Once: r.Key.UUID() + " " + r.At.In(zone).Format(time.DateOnly)})
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
	if fault.Is(err, fault.NotFound) { // nobody's any more
		return nil
	}
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
