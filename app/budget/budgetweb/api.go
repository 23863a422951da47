package budgetweb

import (
	"errors"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// budgetInput sets a limit. Without a scope it is the organization's, without a measure it is money, and limit_usd is
// another name of limit then.
type budgetInput struct {
	Scope       string `json:"scope"`
	Name        string `json:"name"`
	Measure     string `json:"measure"`
	Limit       string `json:"limit"`
	LimitUSD    string `json:"limit_usd"`
	Period      string `json:"period"`
	Starts      int    `json:"starts"`
	Enforcement string `json:"enforcement"`
	FromPercent int    `json:"from_percent"`
	DowngradeTo string `json:"downgrade_to"`
	Rollover    string `json:"rollover"`
	Reserve     string `json:"reserve"`
	Strict      bool   `json:"strict"`
	Thresholds  []int  `json:"thresholds"`
}

// budgetChange changes what it names and leaves the rest. Scope and measure are fixed.
type budgetChange struct {
	Name        *string `json:"name"`
	Limit       *string `json:"limit"`
	LimitUSD    *string `json:"limit_usd"`
	Period      *string `json:"period"`
	Starts      *int    `json:"starts"`
	Enforcement *string `json:"enforcement"`
	FromPercent *int    `json:"from_percent"`
	DowngradeTo *string `json:"downgrade_to"`
	Rollover    *string `json:"rollover"`
	Reserve     *string `json:"reserve"`
	Strict      *bool   `json:"strict"`
	Thresholds  *[]int  `json:"thresholds"`
}

// apiList lists budgets; with ?forecast=true it computes a forecast for each but those of tags.
func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.budgets.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := budgetList{Data: make([]budgetJSON, len(all))}
	for i, e := range all {
		out.Data[i] = budgetOut(e)
	}
	if c.QueryParam("forecast") == "true" {
		known, err := h.budgets.Forecasts(c.Ctx(), c.Actor(), all)
		if err != nil {
			return err
		}
		for i, e := range all {
			if f, ok := known[e.ID]; ok {
				out.Data[i].Forecast = forecastOut(e, f)
			}
		}
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
	b, err := in.input()
	if err != nil {
		return err
	}
	b.Scope = parseScope(c.Actor().Org, in.Scope)
	e, err := h.budgets.Create(c.Ctx(), c.Actor(), b)
	if err != nil {
		return named(err, in.LimitUSD != "")
	}
	return c.JSON(http.StatusCreated, budgetOut(e))
}

// input is what the service takes, without its scope.
func (in budgetInput) input() (budget.Input, error) {
	m := ledger.Money
	if in.Measure != "" {
		var ok bool
		if m, ok = ledger.ParseMeasure(in.Measure); !ok {
			return budget.Input{}, fault.Field("measure", "Choose what to count: usd, tokens or requests.")
		}
	}
	b := budget.Input{Name: in.Name, Measure: m, Period: budget.Period(in.Period), Starts: in.Starts, Enforce: budget.Enforcement(in.Enforcement),
		Ladder: budget.Ladder{From: in.FromPercent, Model: in.DowngradeTo}, Strict: in.Strict, Thresholds: in.Thresholds}
	field, text, err := limitField(m, in.Limit, in.LimitUSD)
	if err != nil {
		return b, err
	}
	if text == "" {
		return b, fault.Field(field, "Say how much may be spent in a period; \"0\" blocks everything.")
	}
	if b.Limit, err = amountIn(m, field, text); err != nil {
		return b, err
	}
	if b.Rollover, err = amountIn(m, "rollover", in.Rollover); err != nil {
		return b, err
	}
	b.Reserve, err = amountIn(m, "reserve", in.Reserve)
	return b, err
}

// limitField is under which name a limit was given.
func limitField(m ledger.Measure, limit, usd string) (field, text string, err error) {
	switch {
	case usd == "":
		return "limit", limit, nil
	case m != ledger.Money || limit != "":
		return "limit_usd", usd, fault.Field("limit_usd", "Give the limit once: as limit, or, for money, as limit_usd.")
	}
	return "limit_usd", usd, nil
}

func (h *Handlers) apiShow(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	f, err := h.budgets.Forecast(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return err
	}
	out := budgetOut(e)
	out.Forecast = forecastOut(e, f)
	return c.JSON(http.StatusOK, out)
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
	in, err := change.onto(e.Budget)
	if err != nil {
		return err
	}
	changed, err := h.budgets.Update(c.Ctx(), c.Actor(), e.ID, in)
	if err != nil {
		return named(err, change.LimitUSD != nil)
	}
	return c.JSON(http.StatusOK, budgetOut(changed))
}

// named gives the field that a refusal is about the name it has in the API.
func named(err error, usd bool) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	switch {
	case f.Field == "enforce":
		f.Field = "enforcement"
	case f.Field == "limit" && usd:
		f.Field = "limit_usd"
	}
	return err
}

// onto is a budget with the change.
func (in budgetChange) onto(b budget.Budget) (budget.Input, error) {
	out := budget.Input{Name: b.Name, Limit: b.Limit, Period: b.Period, Starts: b.Starts, Enforce: b.Enforce, Ladder: b.Ladder, Rollover: b.Rollover,
		Reserve: b.Reserve, Strict: b.Strict, Thresholds: append([]int{}, b.Thresholds...), Seen: b.UpdatedAt}
	if in.Period != nil && budget.Period(*in.Period) != b.Period {
		out.Starts = 0 // it meant something else; the change may say what it is now
	}
	set(&out.Name, in.Name)
	set((*string)(&out.Period), in.Period)
	set(&out.Starts, in.Starts)
	set((*string)(&out.Enforce), in.Enforcement)
	set(&out.Ladder.From, in.FromPercent)
	set(&out.Ladder.Model, in.DowngradeTo)
	set(&out.Strict, in.Strict)
	set(&out.Thresholds, in.Thresholds)
	if in.LimitUSD != nil && (in.Limit != nil || b.Measure != ledger.Money) {
		return out, fault.Field("limit_usd", "Give the limit once: as limit, or, for money, as limit_usd.")
	}
	for _, a := range []struct {
		field string
		text  *string
		to    *ledger.Units
	}{{"limit", in.Limit, &out.Limit}, {"limit_usd", in.LimitUSD, &out.Limit}, {"rollover", in.Rollover, &out.Rollover}, {"reserve", in.Reserve, &out.Reserve}} {
		if a.text == nil {
			continue
		}
		if *a.text == "" && a.to == &out.Limit {
			return out, fault.Field(a.field, "Say how much may be spent in a period; \"0\" blocks everything.")
		}
		n, err := amountIn(b.Measure, a.field, *a.text)
		if err != nil {
			return out, err
		}
		*a.to = n
	}
	return out, nil
}

func set[T any](to, v *T) {
	if v != nil {
		*to = *v
	}
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
