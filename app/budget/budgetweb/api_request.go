package budgetweb

import (
	"net/http"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// overrideJSON is somebody's request for more than a budget allows. Amounts are strings in the budget's measure.
type overrideJSON struct {
	ID        string     `json:"id"`
	Budget    string     `json:"budget"`
	Name      string     `json:"budget_name"`
	Label     string     `json:"scope_label"`
	Measure   string     `json:"measure"`
	Kind      string     `json:"kind"` // increase, or borrow from the next period
	Amount    string     `json:"amount"`
	Until     *time.Time `json:"until"` // null = the end of the period
	Reason    string     `json:"reason"`
	State     string     `json:"state"` // pending, approved, denied, expired
	AskedBy   string     `json:"asked_by"`
	AskedAt   time.Time  `json:"asked_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	DecidedBy string     `json:"decided_by"`
	DecidedAt *time.Time `json:"decided_at"`
	Note      string     `json:"note"`
	Grant     string     `json:"grant,omitempty"`
	CanDecide bool       `json:"can_decide"`
}

type overrideList struct {
	Data []overrideJSON `json:"data"`
}

// askInput asks for more of a budget.
type askInput struct {
	Kind   string `json:"kind"` // increase (the default) or borrow
	Amount string `json:"amount"`
	Until  string `json:"until"` // empty = the end of the period
	Reason string `json:"reason"`
}

// verdictInput approves. Empty fields grant what was asked for.
type verdictInput struct {
	Amount string `json:"amount"`
	Until  string `json:"until"`
	Note   string `json:"note"`
}

// denialInput refuses.
type denialInput struct {
	Note string `json:"note"`
}

func overrideOut(r budget.Request) overrideJSON {
	return overrideJSON{ID: r.ID.String(), Budget: r.Budget.String(), Name: r.Name, Label: r.Label, Measure: r.Measure.String(), Kind: string(r.Kind), Amount: r.Measure.Plain(r.Amount),
		Until: moment(r.Until), Reason: r.Reason, State: string(r.State), AskedBy: r.AskedBy, AskedAt: r.AskedAt, ExpiresAt: r.ExpiresAt,
		DecidedBy: r.DecidedBy, DecidedAt: moment(r.DecidedAt), Note: r.Note, Grant: r.Grant.String(), CanDecide: r.CanDecide}
}

func (h *Handlers) apiAsk(c *web.Context) error {
	which, err := budgetID(c)
	if err != nil {
		return err
	}
	e, err := h.budgets.Asking(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	in, err := web.Decode[askInput](c)
	if err != nil {
		return err
	}
	ask := budget.RequestInput{Kind: budget.GrantKind(in.Kind), Reason: in.Reason}
	if ask.Amount, err = amountIn(e.Measure, "amount", in.Amount); err != nil {
		return err
	}
	if ask.Until, err = timeIn("until", in.Until); err != nil {
		return err
	}
	r, err := h.budgets.Ask(c.Ctx(), c.Actor(), which, ask)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, overrideOut(r))
}

// apiRequests lists the caller's own requests and those they may decide; ?state= and ?budget= narrow it.
func (h *Handlers) apiRequests(c *web.Context) error {
	q := budget.RequestQuery{State: budget.RequestState(c.QueryParam("state"))}
	if q.State != "" && !slices.Contains([]budget.RequestState{budget.Pending, budget.Approved, budget.Denied, budget.Expired}, q.State) {
		return fault.Field("state", "state is pending, approved, denied or expired.")
	}
	if text := c.QueryParam("budget"); text != "" {
		var err error
		if q.Budget, err = id.ParseBudget(text); err != nil {
			return budget.NotFound()
		}
	}
	all, err := h.budgets.Requests(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := overrideList{Data: make([]overrideJSON, len(all))}
	for i, r := range all {
		out.Data[i] = overrideOut(r)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiRequest(c *web.Context) error {
	r, err := h.override(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, overrideOut(r))
}

// override is the request in the path.
func (h *Handlers) override(c *web.Context) (budget.Request, error) {
	which, err := id.ParseAsk(c.Param("id"))
	if err != nil {
		return budget.Request{}, budget.NoRequest()
	}
	return h.budgets.Request(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) apiApprove(c *web.Context) error {
	r, err := h.override(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[verdictInput](c)
	if err != nil {
		return err
	}
	v := budget.Verdict{Note: in.Note}
	if v.Amount, err = amountIn(r.Measure, "amount", in.Amount); err != nil {
		return err
	}
	if v.Until, err = timeIn("until", in.Until); err != nil {
		return err
	}
	if r, err = h.budgets.Approve(c.Ctx(), c.Actor(), r.ID, v); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, overrideOut(r))
}

func (h *Handlers) apiDeny(c *web.Context) error {
	r, err := h.override(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[denialInput](c)
	if err != nil {
		return err
	}
	if r, err = h.budgets.Deny(c.Ctx(), c.Actor(), r.ID, in.Note); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, overrideOut(r))
}
