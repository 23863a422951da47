package reportweb

import (
	"context"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Approvals are requests for what a policy refuses. *approval.Service implements it.
type Approvals interface {
	List(ctx context.Context, actor org.Actor, q approval.Query) ([]approval.View, error)
}

// Limits are rate limits and requests for more of them. *limit.Service implements it.
type Limits interface {
	List(ctx context.Context, actor org.Actor) ([]limit.Entry, error)
	Requests(ctx context.Context, actor org.Actor, state limit.RequestState) ([]limit.Request, error)
}

const mostAsks = 5

// mineAsks are one's own requests for more, of all kinds, newest first.
func mineAsks(o *overview, p *views.MinePage) error {
	actor := o.c.Actor()
	type dated struct {
		at time.Time
		views.MyAsk
	}
	var all []dated
	add := func(asker id.Member, at time.Time, icon, what, text, state string) {
		if asker == actor.Member {
			all = append(all, dated{at, views.MyAsk{What: what, Text: text, Icon: icon, State: askState(state), At: o.c.When(at), Href: "/approvals?state=all"}})
		}
	}
	models, err := o.h.Approvals.List(o.c.Ctx(), actor, approval.Query{})
	if err != nil {
		return err
	}
	for _, v := range models {
		add(v.Asker, v.AskedAt, "shield-check", "Model "+v.Model, "", string(v.State))
	}
	more, err := o.h.Budgets.Requests(o.c.Ctx(), actor, budget.RequestQuery{})
	if err != nil {
		return err
	}
	for _, r := range more {
		add(r.Asker, r.AskedAt, "wallet", "More budget: "+r.Label, amount(r.Measure, r.Amount), string(r.State))
	}
	faster, err := o.h.Limits.Requests(o.c.Ctx(), actor, "")
	if err != nil {
		return err
	}
	for _, r := range faster {
		add(r.Asker, r.AskedAt, "gauge", "Higher rate: "+r.Label, r.Unit.Count(r.Add), string(r.State))
	}
	slices.SortStableFunc(all, func(a, b dated) int { return b.at.Compare(a.at) })
	for _, d := range all[:min(mostAsks, len(all))] {
		p.Asks = append(p.Asks, d.MyAsk)
	}
	return nil
}

func askState(state string) ui.StatusProps {
	switch state {
	case "pending":
		return ui.StatusProps{Tone: ui.Warn, Icon: "hourglass", Label: "waiting"}
	case "approved":
		return ui.StatusProps{Tone: ui.Good, Label: "approved"}
	case "denied":
		return ui.StatusProps{Tone: ui.Bad, Icon: "ban", Label: "denied"}
	}
	return ui.StatusProps{Label: state}
}
