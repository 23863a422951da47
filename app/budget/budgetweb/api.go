package budgetweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// budgetJSON is a budget in the management API, with where it stands. Amounts are exact decimals of USD.
type budgetJSON struct {
	ID          string     `json:"id"`
	Scope       string     `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind   string     `json:"scope_kind"`
	ScopeLabel  string     `json:"scope_label"`
	Name        string     `json:"name"`
	LimitUSD    money.USD  `json:"limit_usd"`
	Period      string     `json:"period"`
	Enforcement string     `json:"enforcement"`
	SpentUSD    money.USD  `json:"spent_usd"`
	HeldUSD     money.USD  `json:"held_usd"`
	LeftUSD     money.USD  `json:"left_usd"`
	ResetsAt    *time.Time `json:"resets_at"` // null for a total
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
}

type budgetList struct {
	Data []budgetJSON `json:"data"`
}

// budgetInput sets a limit. Without a scope it is the organization's.
type budgetInput struct {
	Scope       string `json:"scope"`
	Name        string `json:"name"`
	LimitUSD    string `json:"limit_usd"`
	Period      string `json:"period"`
	Enforcement string `json:"enforcement"`
}

// budgetChange changes what it names and leaves the rest.
type budgetChange struct {
	Name        *string `json:"name"`
	LimitUSD    *string `json:"limit_usd"`
	Period      *string `json:"period"`
	Enforcement *string `json:"enforcement"`
}

func budgetOut(e budget.Entry) budgetJSON {
	s := e.Standing
	out := budgetJSON{ID: e.ID.String(), Scope: printScope(e.Scope), ScopeKind: string(e.Scope.Kind()), ScopeLabel: e.Label, Name: e.Name,
		LimitUSD: e.Limit, Period: string(e.Period), Enforcement: string(e.Enforce), SpentUSD: s.Spent, HeldUSD: s.Held, LeftUSD: s.Left,
		CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt}
	if !s.ResetsAt.IsZero() {
		out.ResetsAt = &s.ResetsAt
	}
	return out
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.budgets.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := budgetList{Data: make([]budgetJSON, len(all))}
	for i, e := range all {
		out.Data[i] = budgetOut(e)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[budgetInput](c)
	if err != nil {
		return err
	}
	if in.Scope == "" {
		in.Scope = c.Actor().Org.String()
	}
	limit, err := apiDollars(in.LimitUSD)
	if err != nil {
		return err
	}
	e, err := h.budgets.Create(c.Ctx(), c.Actor(), budget.Input{Scope: parseScope(c.Actor().Org, in.Scope), Name: in.Name, Limit: limit,
		Period: budget.Period(in.Period), Enforce: budget.Enforcement(in.Enforcement)})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, budgetOut(e))
}

// apiDollars is dollars under the field's name in the API.
func apiDollars(text string) (money.USD, error) {
	v, err := dollars(text)
	if err != nil {
		return 0, fault.Field("limit_usd", fault.From(err).Public)
	}
	return v, nil
}

func (h *Handlers) apiShow(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, budgetOut(e))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[budgetChange](c)
	if err != nil {
		return err
	}
	in := budget.Input{Name: e.Name, Limit: e.Limit, Period: e.Period, Enforce: e.Enforce}
	if change.Name != nil {
		in.Name = *change.Name
	}
	if change.LimitUSD != nil {
		if in.Limit, err = apiDollars(*change.LimitUSD); err != nil {
			return err
		}
	}
	if change.Period != nil {
		in.Period = budget.Period(*change.Period)
	}
	if change.Enforcement != nil {
		in.Enforce = budget.Enforcement(*change.Enforcement)
	}
	changed, err := h.budgets.Update(c.Ctx(), c.Actor(), e.ID, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, budgetOut(changed))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := budgetID(c)
	if err != nil {
		return err
	}
	if err := h.budgets.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
