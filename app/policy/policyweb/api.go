package policyweb

import (
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// policyJSON is a policy in the management API.
type policyJSON struct {
	ID         string    `json:"id"`
	Scope      string    `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string    `json:"scope_kind"`
	ScopeLabel string    `json:"scope_label"`
	Allow      []string  `json:"allow"`        // patterns of models that may be used; empty = all
	Deny       []string  `json:"deny"`         // patterns of models that may not; wins over allow
	MaxCostUSD string    `json:"max_cost_usd"` // the largest cost of one request; "" = anything
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

type policyList struct {
	Data []policyJSON `json:"data"`
}

// policyInput sets a policy. Without a scope it is the organization's.
type policyInput struct {
	Scope      string   `json:"scope"`
	Allow      []string `json:"allow"`
	Deny       []string `json:"deny"`
	MaxCostUSD string   `json:"max_cost_usd"`
}

// policyChange changes what it names and leaves the rest.
type policyChange struct {
	Allow      *[]string `json:"allow"`
	Deny       *[]string `json:"deny"`
	MaxCostUSD *string   `json:"max_cost_usd"` // "" = anything
}

func policyOut(l policy.Listed) policyJSON {
	return policyJSON{ID: l.ID.String(), Scope: l.Scope.String(), ScopeKind: string(l.Scope.Kind()), ScopeLabel: l.Place.Label, Allow: append([]string{}, l.Allow...),
		Deny: append([]string{}, l.Deny...), MaxCostUSD: typed(l.MaxCost), CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt}
}

// typed prints a largest cost as it can be typed again.
func typed(v money.USD) string {
	if v == 0 {
		return ""
	}
	return v.String()
}

// cost reads a largest cost; "" is none.
func cost(text string) (money.USD, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "$")
	if text == "" {
		return 0, nil
	}
	v, err := money.Parse(text)
	if err != nil || v == 0 {
		return 0, fault.Field("max_cost_usd", "Enter an amount in USD above 0, such as 0.50 or 5, or leave it empty for any.")
	}
	return v, nil
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.policies.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := policyList{Data: make([]policyJSON, len(all))}
	for i, l := range all {
		out.Data[i] = policyOut(l)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[policyInput](c)
	if err != nil {
		return err
	}
	if in.Scope == "" {
		in.Scope = c.Actor().Org.String()
	}
	most, err := cost(in.MaxCostUSD)
	if err != nil {
		return err
	}
	l, err := h.policies.Create(c.Ctx(), c.Actor(), policy.Input{Scope: org.ReadScope(c.Actor().Org, in.Scope), Allow: in.Allow, Deny: in.Deny, MaxCost: most})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, policyOut(l))
}

func (h *Handlers) apiShow(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyOut(l))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[policyChange](c)
	if err != nil {
		return err
	}
	in := policy.Input{Allow: l.Allow, Deny: l.Deny, MaxCost: l.MaxCost}
	if change.Allow != nil {
		in.Allow = *change.Allow
	}
	if change.Deny != nil {
		in.Deny = *change.Deny
	}
	if change.MaxCostUSD != nil {
		if in.MaxCost, err = cost(*change.MaxCostUSD); err != nil {
			return err
		}
	}
	if l, err = h.policies.Update(c.Ctx(), c.Actor(), l.ID, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyOut(l))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := policyID(c)
	if err != nil {
		return err
	}
	if err := h.policies.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
