package approval

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// linkPurpose is what links in calls are made for.
const linkPurpose = "approval_call"

// What an event says of the request that it is about: an Approval, a budget.Request or a limit.Request. Letters are written from it.
const (
	matterDetail  = "matter"
	requestDetail = "request"
)

// DecidePath is the page that a mailed link leads to.
const DecidePath = "/decide"

// Herald calls managers to decide, and tells askers what came of it, inside the transactions that cause it. How they are told is
// notify's; the letters are the room's (Writers). It also is budget's (budget.Herald), and limit's through OfLimits.
type Herald struct {
	Store Store
	Orgs  org.Store
	Inbox *notify.Post
	Links mail.Links
	IDs   *id.Source
	Clock clock.Clock
}

var _ budget.Herald = (*Herald)(nil)

// called is how many managers are told of one request at most.
const called = 10

// Call writes to those who may decide, of the lowest role that has any, and says how many they are: a team's matter is no
// letter to every admin. The others find it among the approvals. n is what they read in their inbox.
func (h *Herald) Call(ctx context.Context, call Summons, n Notice, may func(org.Actor) bool) (int, error) {
	for _, role := range []org.Role{org.Lead, org.Manager, org.Admin} {
		members, err := h.Orgs.FindMembers(ctx, call.Org, org.MemberQuery{Role: role, Status: org.ActiveMember})
		if err != nil {
			return 0, fmt.Errorf("approval: find deciders: %w", err)
		}
		var to []id.Member
		for _, m := range members {
			if len(to) == called {
				break
			}
			if !may(m.Acting(org.Actor{})) {
				continue
			}
			to = append(to, m.ID)
			s := call
			s.ID, s.Member = id.NewSummons(h.IDs), m.ID
			if err := h.Store.AddSummons(ctx, s); err != nil {
				return 0, err
			}
		}
		if len(to) > 0 {
			return len(to), h.Inbox.Announce(ctx, event(call.Org, notify.Asked, to, call.Matter, call.About, n))
		}
	}
	return 0, nil
}

// Answer tells the asker that somebody decided; a management token has no address. n is what they read in their inbox.
func (h *Herald) Answer(ctx context.Context, o id.Org, matter Matter, about string, asker id.Member, n Notice) error {
	if asker.IsZero() {
		return nil
	}
	m, err := h.Orgs.Member(ctx, o, asker)
	if err != nil {
		return fmt.Errorf("approval: asker: %w", err)
	}
	if m.Status() != org.ActiveMember {
		return nil
	}
	return h.Inbox.Announce(ctx, event(o, notify.Decided, []id.Member{asker}, matter, about, n))
}

func event(o id.Org, kind notify.Kind, to []id.Member, matter Matter, about string, n Notice) notify.Event {
	return notify.Event{Org: o, Kind: kind, Members: to, Title: n.Title, Href: n.Href, Once: about, Details: map[string]string{matterDetail: string(matter), requestDetail: about}}
}

// Asked implements budget.Herald.
func (h *Herald) Asked(ctx context.Context, o id.Org, r budget.Request, may func(org.Actor) bool) error {
	_, err := h.Call(ctx, Summons{Org: o, Matter: OfBudget, About: r.ID.UUID(), CreatedAt: r.AskedAt, ExpiresAt: r.ExpiresAt}, noticeOf(Call{Budget: &r}, r.ID.String(), "", ""), may)
	return err
}

// Decided implements budget.Herald.
func (h *Herald) Decided(ctx context.Context, o id.Org, r budget.Request) error {
	return h.Answer(ctx, o, OfBudget, r.ID.UUID(), r.Asker, noticeOf(Call{Budget: &r}, r.ID.String(), string(r.State), r.DecidedBy))
}

// OfLimits is the herald as limit's room wants it.
func (h *Herald) OfLimits() limit.Herald { return limitHerald{h} }

type limitHerald struct{ h *Herald }

// Asked implements limit.Herald.
func (l limitHerald) Asked(ctx context.Context, o id.Org, r limit.Request, may func(org.Actor) bool) (int, error) {
	return l.h.Call(ctx, Summons{Org: o, Matter: OfLimit, About: r.ID.UUID(), CreatedAt: r.AskedAt, ExpiresAt: r.ExpiresAt}, noticeOf(Call{Limit: &r}, r.ID.String(), "", ""), may)
}

// Decided implements limit.Herald.
func (l limitHerald) Decided(ctx context.Context, o id.Org, r limit.Request) error {
	return l.h.Answer(ctx, o, OfLimit, r.ID.UUID(), r.Asker, noticeOf(Call{Limit: &r}, r.ID.String(), string(r.State), r.DecidedBy))
}

// link is the address of one summons' page. It is bound to its member, so a row that is given to somebody else is worthless.
func (h *Herald) link(s Summons) string {
	return h.Links.To(DecidePath, linkPurpose, s.Org, s.ID.UUID(), s.Member.UUID(), s.About)
}
