package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
)

const (
	// mostTold is how many people who answer for a thing are told of one event at most, as with letters.
	mostTold = 10
	// keyWarning is how long before its end people are told of a key: a week, in which a program can be given another one.
	keyWarning = 7 * 24 * time.Hour
)

// answering finds who answers for a thing: those who may change it, of the lowest role that has any. A team's matter is its leads',
// not every admin's.
func (c *core) answering(ctx context.Context, o id.Org, may func(org.Actor) bool) ([]id.Member, error) {
	for _, role := range []org.Role{org.Lead, org.Manager, org.Admin} {
		members, err := c.orgs.FindMembers(ctx, o, org.MemberQuery{Role: role, Status: org.ActiveMember})
		if err != nil {
			return nil, fmt.Errorf("who answers for it: %w", err)
		}
		var to []id.Member
		for _, m := range members {
			if len(to) < mostTold && may(m.Acting(org.Actor{})) {
				to = append(to, m.ID)
			}
		}
		if len(to) > 0 {
			return to, nil
		}
	}
	return nil, nil
}

// targetNotice is health's Inbox.
func (c *core) targetNotice(ctx context.Context, o id.Org, to []id.Member, target string, back bool, once string) error {
	if back {
		return c.notices.Tell(ctx, o, to, notify.Back, target+" takes requests again", "/health", once)
	}
	return c.notices.Tell(ctx, o, to, notify.Away, target+" is out of service: no requests are sent to it", "/health", once)
}

// budgetNotice tells those who answer for a budget, and the person whose own it is, that it crossed a threshold.
func (c *core) budgetNotice(ctx context.Context, a budget.Alert) error {
	b, err := c.budgets(nil).Get(ctx, org.System(a.Org, "a notice about a budget"), a.Budget)
	if err != nil {
		return err
	}
	to, err := c.answering(ctx, a.Org, func(m org.Actor) bool { return budget.Changeable(m, b) })
	if err != nil {
		return err
	}
	if own, err := c.owner(ctx, b.Scope); err != nil {
		return err
	} else if !own.IsZero() && !slices.Contains(to, own) {
		to = append(to, own)
	}
	name := b.Label
	if b.Name != "" && b.Name != b.Label {
		name += ", " + b.Name
	}
	title := fmt.Sprintf("%s has used %d %% of its budget: %s of %s", name, a.Threshold, budget.Amount(a.Measure, a.Spent), budget.Amount(a.Measure, a.Limit))
	once := a.Budget.UUID() + " " + strconv.FormatInt(a.Start.Unix(), 10) + " " + strconv.Itoa(a.Threshold) + " " + strconv.FormatInt(a.At.UnixMicro(), 10)
	return c.notices.Tell(ctx, a.Org, to, notify.Budget, title, "/budgets/"+a.Budget.String(), once)
}

// owner is the person whom a scope is about: a member, or a key's holder; zero for all others.
func (c *core) owner(ctx context.Context, s org.Scope) (id.Member, error) {
	switch s.Kind() {
	case org.MemberScope:
		return id.ParseMember(s.Node())
	case org.KeyScope:
		which, err := id.ParseKey(s.Node())
		if err != nil {
			return id.Member{}, err
		}
		k, err := c.keyStore.Get(ctx, s.Org(), which)
		return k.Member, err
	}
	return id.Member{}, nil
}

// keyNotices tells people of keys that stop within a week, once for each end: a key's holder, or those who answer for the team of
// a service account. Keys that were made for a week or less are no news.
func (c *core) keyNotices(ctx context.Context) error {
	now := c.clock.Now()
	ending, err := c.keyStore.Ending(ctx, now, now.Add(keyWarning), keyWarning)
	var errs []error
	for _, k := range ending {
		errs = append(errs, c.keyNotice(ctx, k.Org, k.ID, k.Name, k.Team, k.Member, k.ExpiresAt))
	}
	return errors.Join(append(errs, err)...)
}

func (c *core) keyNotice(ctx context.Context, o id.Org, which id.Key, name string, team id.Team, holder id.Member, at time.Time) error {
	to, title := []id.Member{holder}, "Your key "+name
	if holder.IsZero() {
		var err error
		if to, err = c.answering(ctx, o, func(m org.Actor) bool { return m.InTeam(team, org.Lead) }); err != nil {
			return err
		}
		title = "A service account's key, " + name + ","
	}
	home, err := c.orgs.Organization(ctx, o)
	if err != nil {
		return err
	}
	return c.notices.Tell(ctx, o, to, notify.Expiring, title+" stops on "+approval.Moment(at, home), "/keys/"+which.String(), which.UUID()+" "+strconv.FormatInt(at.Unix(), 10))
}
