package policyweb

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// policyJSON is a policy in the management API.
type policyJSON struct {
	ID         string   `json:"id"`
	Scope      string   `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string   `json:"scope_kind"`
	ScopeLabel string   `json:"scope_label"`
	Allow      []string `json:"allow"`         // patterns of models that may be used; empty = all
	Deny       []string `json:"deny"`          // patterns of models that may not; wins over allow
	MayAsk     bool     `json:"may_ask"`       // models that the lists refuse may be asked for
	Highest    string   `json:"highest_tier"`  // economy, standard or premium; models above need an approval; "" = any
	MaxCostUSD string   `json:"max_cost_usd"`  // the largest cost of one request; "" = anything
	AskAbove   string   `json:"ask_above_usd"` // a request that can cost more needs an approval; "" = never
	Approver   string   `json:"approver"`      // the lowest role that may approve: lead, manager or admin

	Regions       []string  `json:"regions"`        // where data may be kept and processed; empty = anywhere
	ZeroRetention bool      `json:"zero_retention"` // only providers that by their contract keep nothing
	NoTraining    bool      `json:"no_training"`    // only providers that by their contract train nothing with it
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

type policyList struct {
	Data []policyJSON `json:"data"`
}

// policyInput sets a policy. Without a scope it is the organization's.
type policyInput struct {
	Scope      string   `json:"scope"`
	Allow      []string `json:"allow"`
	Deny       []string `json:"deny"`
	MayAsk     bool     `json:"may_ask"`
	Highest    string   `json:"highest_tier"`
	MaxCostUSD string   `json:"max_cost_usd"`
	AskAbove   string   `json:"ask_above_usd"`
	Approver   string   `json:"approver"` // "" = manager

	Regions       []string `json:"regions"`
	ZeroRetention bool     `json:"zero_retention"`
	NoTraining    bool     `json:"no_training"`
}

// policyChange changes what it names and leaves the rest.
type policyChange struct {
	Allow      *[]string `json:"allow"`
	Deny       *[]string `json:"deny"`
	MayAsk     *bool     `json:"may_ask"`
	Highest    *string   `json:"highest_tier"`  // "" = any
	MaxCostUSD *string   `json:"max_cost_usd"`  // "" = anything
	AskAbove   *string   `json:"ask_above_usd"` // "" = never
	Approver   *string   `json:"approver"`

	Regions       *[]string `json:"regions"` // [] = anywhere
	ZeroRetention *bool     `json:"zero_retention"`
	NoTraining    *bool     `json:"no_training"`
}

func policyOut(l policy.Listed) policyJSON {
	return policyJSON{ID: l.ID.String(), Scope: l.Scope.String(), ScopeKind: string(l.Scope.Kind()), ScopeLabel: l.Place.Label, Allow: append([]string{}, l.Allow...),
		Deny: append([]string{}, l.Deny...), MayAsk: l.MayAsk, Highest: l.Highest.String(), MaxCostUSD: typed(l.MaxCost), AskAbove: typed(l.AskAbove), Approver: string(l.Approver),
		Regions: append([]string{}, l.Regions...), ZeroRetention: l.ZeroRetention, NoTraining: l.NoTraining, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt}
}

// typed prints a largest cost as it can be typed again.
func typed(v money.USD) string {
	if v == 0 {
		return ""
	}
	return v.String()
}

// cost reads an amount that bounds one request; "" is none.
func cost(field, text string) (money.USD, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "$")
	if text == "" {
		return 0, nil
	}
	v, err := money.Parse(text)
	if err != nil || v == 0 {
		return 0, fault.Field(field, "Enter an amount in USD above 0, such as 0.50 or 5, or leave it empty for any.")
	}
	return v, nil
}

// words are what a policy says, as forms and the API write it.
type words struct {
	allow, deny                          []string
	mayAsk                               bool
	highest, maxCost, askAbove, approver string
	regions                              []string
	zero, untrained                      bool
}

// terms reads them, or says everything that is wrong.
func (w words) terms() (policy.Terms, error) {
	var errs [3]error
	t := policy.Terms{Allow: w.allow, Deny: w.deny, MayAsk: w.mayAsk, Approver: org.Role(w.approver), Regions: w.regions, ZeroRetention: w.zero, NoTraining: w.untrained}
	t.MaxCost, errs[0] = cost("max_cost_usd", w.maxCost)
	t.AskAbove, errs[1] = cost("ask_above_usd", w.askAbove)
	if w.highest != "" {
		var ok bool
		if t.Highest, ok = catalog.ReadTier(w.highest); !ok {
			errs[2] = fault.Field("highest_tier", "Choose a tier: economy, standard or premium, or none for any.")
		}
	}
	return t, errors.Join(errs[:]...)
}

// put changes what a change names.
func put[T any](into *T, change *T) {
	if change != nil {
		*into = *change
	}
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
	terms, err := words{in.Allow, in.Deny, in.MayAsk, in.Highest, in.MaxCostUSD, in.AskAbove, in.Approver, in.Regions, in.ZeroRetention, in.NoTraining}.terms()
	if err != nil {
		return err
	}
	l, err := h.policies.Create(c.Ctx(), c.Actor(), policy.Input{Scope: org.ReadScope(c.Actor().Org, in.Scope), Terms: terms})
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
	w := words{l.Allow, l.Deny, l.MayAsk, l.Highest.String(), typed(l.MaxCost), typed(l.AskAbove), string(l.Approver), l.Regions, l.ZeroRetention, l.NoTraining}
	put(&w.allow, change.Allow)
	put(&w.deny, change.Deny)
	put(&w.mayAsk, change.MayAsk)
	put(&w.highest, change.Highest)
	put(&w.maxCost, change.MaxCostUSD)
	put(&w.askAbove, change.AskAbove)
	put(&w.approver, change.Approver)
	put(&w.regions, change.Regions)
	put(&w.zero, change.ZeroRetention)
	put(&w.untrained, change.NoTraining)
	in := policy.Input{Seen: l.UpdatedAt}
	if in.Terms, err = w.terms(); err != nil {
		return err
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
