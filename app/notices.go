package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
)

const (
	// mostTold is how many people who answer for a thing are told of one event at most, as with letters.
	mostTold = 10
	// keyWarning is how long before its end people are told of a key: a week, in which a program can be given another one.
	keyWarning = 7 * 24 * time.Hour
	// reaction is how long those who answer for a hard budget that is used up have to read of it, before somebody higher is told:
	// requests are refused meanwhile.
	reaction = 30 * time.Minute
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
func (c *core) targetNotice(ctx context.Context, o id.Org, to []id.Member, target string, back bool, which id.Outage, once string) error {
	e := notify.Event{Org: o, Members: to, Kind: notify.Away, Title: target + " is out of service: no requests are sent to it", Href: "/health", Once: once, Details: map[string]string{"target": target, "outage": which.String()}}
	if back {
		e.Kind, e.Title = notify.Back, target+" takes requests again"
	}
	return c.notices.Announce(ctx, e)
}

// targetLetter is health's notify.Writer.
func (c *core) targetLetter(ctx context.Context, e notify.Event, _ org.Member) (mail.Letter, error) {
	which, err := id.ParseOutage(e.Details["outage"])
	if err != nil {
		return mail.Letter{}, err
	}
	return c.alarm().Letter(ctx, e.Org, which)
}

// budgetNotice tells those who answer for a budget, and the person whose own it is, that it crossed a threshold.
func (c *core) budgetNotice(ctx context.Context, a budget.Alert) error {
	b, err := c.budgets(nil).Get(ctx, org.System(a.Org, "a notice about a budget"), a.Budget)
	if fault.Is(err, fault.NotFound) { // nobody's any more
		return c.budgetStore.Told(ctx, a, c.clock.Now())
	}
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
	e := notify.Event{Org: a.Org, Members: to, Kind: notify.Budget, Title: title, Href: "/budgets/" + a.Budget.String(), Once: once, Details: map[string]string{
		"budget": a.Budget.String(), "percent": strconv.Itoa(a.Threshold), "spent": a.Measure.Plain(a.Spent), "limit": a.Measure.Plain(a.Limit), "measure": a.Measure.String(), "period_start": a.Start.UTC().Format(time.RFC3339)}}
	if e.Team, err = c.teamOf(ctx, b.Scope); err != nil {
		return err
	}
	if a.Threshold >= 100 && b.Enforce == budget.Hard {
		e.EscalateAt = c.clock.Now().Add(reaction)
	}
	return c.db.Do(ctx, func(ctx context.Context) error {
		if err := c.notices.Announce(ctx, e); err != nil {
			return err
		}
		return c.budgetStore.Told(ctx, a, c.clock.Now())
	})
}

// tellOfBudgets tells people of all thresholds that are in the books and that nobody was told of, however many, one after the
// other. What goes wrong with one stops no other; it stays untold, and the schedule comes back to it.
func (c *core) tellOfBudgets(ctx context.Context) error {
	return c.telling.Take(ctx, func(ctx context.Context) error {
		const page = 100
		var wrong error
		for last := (budget.Alert{}); ctx.Err() == nil; {
			fired, err := c.budgetStore.Untold(ctx, last, page)
			if err != nil {
				return errors.Join(wrong, err)
			}
			for _, last = range fired {
				if err := c.budgetNotice(ctx, last); err != nil {
					wrong = errors.Join(wrong, fmt.Errorf("%s: %w", last.Budget, err))
				}
			}
			if len(fired) < page {
				return wrong
			}
		}
		return errors.Join(wrong, ctx.Err())
	})
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

// teamOf is the one team whose matter a scope is: its own, its pool's, or a key's; zero for all others.
func (c *core) teamOf(ctx context.Context, s org.Scope) (id.Team, error) {
	switch s.Kind() {
	case org.TeamScope, org.PoolScope:
		return id.ParseTeam(s.Node())
	case org.KeyScope:
		which, err := id.ParseKey(s.Node())
		if err != nil {
			return id.Team{}, err
		}
		k, err := c.keyStore.Get(ctx, s.Org(), which)
		return k.Team, err
	}
	return id.Team{}, nil
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
	when := " stops on " + approval.Moment(at, home)
	return c.notices.Announce(ctx, notify.Event{Org: o, Members: to, Kind: notify.Expiring, Title: title + when, Abroad: "The key " + name + when, Href: "/keys/" + which.String(), Team: team,
		Details: map[string]string{"key": which.String(), "stops_at": at.UTC().Format(time.RFC3339)}, Once: which.UUID() + " " + strconv.FormatInt(at.Unix(), 10)})
}

// arrived tells a person of a log-in as them from a browser or network that is new. It is their account, so nobody else hears of it.
func (c *core) arrived(ctx context.Context, a identity.Arrival) error {
	what := map[bool]string{true: "browser", false: "network"}[a.NewBrowser]
	if a.NewBrowser && a.NewNetwork {
		what = "browser and network"
	}
	return c.notices.Announce(ctx, notify.Event{Org: a.Org.ID, Members: []id.Member{a.Member.ID}, Kind: notify.SignIn, Href: "/account/security",
		Title:   "Somebody logged in as you to " + a.Org.Name + " from a new " + what + ": " + a.Browser + ", " + cmp.Or(a.IP, "address unknown"),
		Body:    "If that was you, there is nothing to do. If not, end that session now, change your password, and tell an organization admin.",
		Details: map[string]string{"browser": a.Browser, "address": a.IP, "method": string(a.Method)}, Once: a.Member.ID.UUID() + " " + strconv.FormatInt(a.At.UnixNano(), 10)})
}
