package budgetweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// grantJSON is what was added to a budget's period, or taken from it. Amounts are strings in the budget's measure.
type grantJSON struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`   // increase, borrow, reserve; repay is made by a borrowing
	Amount    string     `json:"amount"` // negative for a repayment
	State     string     `json:"state"`  // due, active, ended, closed
	PeriodAt  time.Time  `json:"period_starts_at"`
	Until     *time.Time `json:"until"` // null = never
	Reason    string     `json:"reason"`
	AskedBy   string     `json:"asked_by"`
	DecidedBy string     `json:"decided_by"`
	Request   string     `json:"request,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

type grantList struct {
	Data []grantJSON `json:"data"`
}

// grantInput gives more for the present period. until is for increases, and the end of the period if left out.
type grantInput struct {
	Kind   string `json:"kind"`
	Amount string `json:"amount"`
	Until  string `json:"until"`
	Reason string `json:"reason"`
}

func grantOut(m ledger.Measure, g budget.Grant) grantJSON {
	return grantJSON{ID: g.ID.String(), Kind: string(g.Kind), Amount: m.Plain(g.Amount), State: string(g.State), PeriodAt: g.Start, Until: moment(g.Until),
		Reason: g.Reason, AskedBy: g.AskedBy, DecidedBy: g.DecidedBy, Request: g.Request.String(), CreatedAt: g.CreatedAt}
}

func (h *Handlers) apiGrants(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	all, err := h.budgets.Grants(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return err
	}
	out := grantList{Data: make([]grantJSON, len(all))}
	for i, g := range all {
		out.Data[i] = grantOut(e.Measure, g)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiGrant(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[grantInput](c)
	if err != nil {
		return err
	}
	give := budget.GrantInput{Kind: budget.GrantKind(in.Kind), Reason: in.Reason}
	if give.Amount, err = amountIn(e.Measure, "amount", in.Amount); err != nil {
		return err
	}
	if give.Until, err = timeIn("until", in.Until); err != nil {
		return err
	}
	g, err := h.budgets.Grant(c.Ctx(), c.Actor(), e.ID, give)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, grantOut(e.Measure, g))
}

// periodJSON is one period of a budget as it stands in the books.
type periodJSON struct {
	StartsAt   time.Time  `json:"starts_at"`
	EndsAt     *time.Time `json:"ends_at"` // null for a total
	Present    string     `json:"present"` // what could be spent in it
	RolledOver string     `json:"rolled_over"`
	Granted    string     `json:"granted"`
	Spent      string     `json:"spent"` // without suspense
	Suspense   string     `json:"suspense"`
}

type periodList struct {
	Data []periodJSON `json:"data"`
}

func (h *Handlers) apiPeriods(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	all, err := h.budgets.Statements(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return err
	}
	say := e.Measure.Plain
	out := periodList{Data: make([]periodJSON, len(all))}
	for i, p := range all {
		out.Data[i] = periodJSON{StartsAt: p.From, EndsAt: moment(p.To), Present: say(p.Limit), RolledOver: say(p.RolledOver), Granted: say(p.Granted),
			Spent: say(p.Spent), Suspense: say(p.Suspense)}
	}
	return c.JSON(http.StatusOK, out)
}

// alertJSON is a threshold that was crossed; with are the lower ones that were crossed by the same posting.
type alertJSON struct {
	Threshold int       `json:"threshold"` // percent
	With      []int     `json:"with"`
	PeriodAt  time.Time `json:"period_starts_at"`
	Spent     string    `json:"spent"` // at that moment, with suspense
	Limit     string    `json:"limit"`
	At        time.Time `json:"at"`
	Rearmed   bool      `json:"rearmed"` // the limit was raised above it since
}

type alertList struct {
	Data []alertJSON `json:"data"`
}

func (h *Handlers) apiAlerts(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	all, err := h.budgets.Alerts(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return err
	}
	out := alertList{Data: make([]alertJSON, len(all))}
	for i, a := range all {
		out.Data[i] = alertJSON{Threshold: a.Threshold, With: append([]int{}, a.With...), PeriodAt: a.Start, Spent: a.Measure.Plain(a.Spent),
			Limit: a.Measure.Plain(a.Limit), At: a.At, Rearmed: a.Rearmed}
	}
	return c.JSON(http.StatusOK, out)
}
