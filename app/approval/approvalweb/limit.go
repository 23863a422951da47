package approvalweb

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/approval"
)

// limitItem is a request that a rate limit be raised.
func limitItem(c *web.Context, r limit.Request) views.Item {
	i := views.Item{ID: r.ID.String(), Icon: "gauge", What: r.Unit.Count(r.Add) + " more", For: r.Label, Href: "/limits/" + r.Limit.String(), Reason: r.Reason,
		By: r.AskedBy, At: c.When(r.AskedAt), State: shown[approval.State(r.State)], Bounds: "Until " + c.When(r.Until).Text + "."}
	if r.Name != r.Label {
		i.For = r.Name
	}
	i.Decided = decided(c, r.DecidedBy, r.Note, approval.View{Approval: approval.Approval{DecidedAt: r.DecidedAt}})
	if r.CanDecide {
		one := "/limit-requests/" + r.ID.String()
		i.Decide = &views.Decision{Approve: one + "/approve", Deny: one + "/deny", Amount: strconv.FormatInt(r.Add, 10), Unit: string(r.Unit)}
		if r.Unit == limit.Cost {
			i.Decide.Amount, i.Decide.Unit = plain(money.USD(r.Add)), "USD"
		}
	}
	return i
}
