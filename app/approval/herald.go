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

// The room's letters: a call to decide, about a Summons; an answer, about an Approval, a budget.Request or a limit.Request.
const (
	CallKind         mail.Kind = "approval_call"
	AnswerKind       mail.Kind = "approval_answer"
	BudgetAnswerKind mail.Kind = "budget_answer"
	LimitAnswerKind  mail.Kind = "limit_answer"
)

// DecidePath is the page that a mailed link leads to.
const DecidePath = "/decide"

// Herald calls managers to decide, and tells askers what came of it, by a letter and in their inboxes, inside the transactions
// that cause it. It also is
// budget's (budget.Herald), and limit's through OfLimits.
type Herald struct {
	Store Store
	Orgs  org.Store
	Post  *mail.Post
	Inbox *notify.Post
	Links mail.Links
	IDs   *id.Source
	Clock clock.Clock
}

var _ budget.Herald = (*Herald)(nil)

// called is how many managers get a letter about one request at most.
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
			wants, err := h.Inbox.Letter(ctx, call.Org, m.ID, notify.Asked)
			if err != nil {
				return 0, err
			}
			if !wants {
				continue
			}
			if err := h.Post.Send(ctx, mail.Order{Org: s.Org, Kind: CallKind, To: m.Email, About: s.ID.UUID(), Once: "call " + s.ID.UUID()}); err != nil {
				return 0, err
			}
		}
		if len(to) > 0 {
			return len(to), h.Inbox.Tell(ctx, call.Org, to, notify.Asked, n.Title, n.Href, call.About)
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
	if err := h.Inbox.Tell(ctx, o, []id.Member{asker}, notify.Decided, n.Title, n.Href, about); err != nil {
		return err
	}
	if wants, err := h.Inbox.Letter(ctx, o, asker, notify.Decided); err != nil || !wants {
		return err
	}
	kind := map[Matter]mail.Kind{OfPolicy: AnswerKind, OfBudget: BudgetAnswerKind, OfLimit: LimitAnswerKind}[matter]
	return h.Post.Send(ctx, mail.Order{Org: o, Kind: kind, To: m.Email, About: about, Once: "answer " + about})
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
	return h.Links.To(DecidePath, string(CallKind), s.Org, s.ID.UUID(), s.Member.UUID(), s.About)
}
