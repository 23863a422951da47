package healthweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// ruleInput says when the breakers of a connection, or of all, open and close; what is empty or 0 comes from the wider
// setting, in the end from the defaults.
type ruleInput struct {
	ConnectionID string `json:"connection_id"` // "" = all connections
	Window       string `json:"window"`        // how long a failure counts: "30s"
	Failures     int    `json:"failures"`      // that open it, in the window
	Percent      int    `json:"percent"`       // if they are this share of attempts
	Row          int    `json:"row"`           // or this many, one after the other
	CoolDown     string `json:"cool_down"`     // how long it stays open at first
	MaxCoolDown  string `json:"max_cool_down"` // and after many relapses
	Successes    int    `json:"successes"`     // probes that close it
	Check        string `json:"check"`         // how often a connection is asked for its models; "" = never
	Ask          string `json:"ask"`           // the model that is asked for a word instead, for money; "" = none
}

// ruleJSON is what a connection's breakers go by.
type ruleJSON struct {
	ConnectionID string    `json:"connection_id"` // "" = all connections
	Connection   string    `json:"connection"`
	Set          bool      `json:"set"`   // it has rules of its own
	Own          ruleInput `json:"own"`   // which are these
	Holds        ruleInput `json:"holds"` // what counts, with what comes from wider settings
	// LookUSD is the most that one look costs and DayUSD a day of them; null where looks cost nothing, and without a price.
	LookUSD *money.USD `json:"look_usd"`
	DayUSD  *money.USD `json:"day_usd"`
}

// ruleList is all rules.
type ruleList struct {
	Data []ruleJSON `json:"data"`
}

// ruleName says whose rules.
type ruleName struct {
	ConnectionID string `json:"connection_id"` // "" = all connections
}

func ruleOut(r health.Ruling) ruleJSON {
	spelt := func(x health.Rules) ruleInput {
		return ruleInput{ConnectionID: r.Connection.String(), Window: health.Spell(x.Window), Failures: x.Failures, Percent: x.Percent, Row: x.Row, CoolDown: health.Spell(x.CoolDown),
			MaxCoolDown: health.Spell(x.MaxCoolDown), Successes: x.Successes, Check: health.Spell(r.Said.Check), Ask: r.Said.Ask}
	}
	out := ruleJSON{ConnectionID: r.Connection.String(), Connection: r.Name, Set: r.Has, Own: spelt(r.Said.Rules), Holds: spelt(r.Holds)}
	if r.Said.Ask != "" && !r.Unpriced {
		day := r.Day()
		out.LookUSD, out.DayUSD = &r.Cost, &day
	}
	return out
}

func (h *Handlers) apiRules(c *web.Context) error {
	all, err := h.health.Rulings(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	list := ruleList{Data: make([]ruleJSON, len(all))}
	for i, r := range all {
		list.Data[i] = ruleOut(r)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiSetRules(c *web.Context) error {
	in, err := web.Decode[ruleInput](c)
	if err != nil {
		return err
	}
	at, err := which(in.ConnectionID)
	if err != nil {
		return err
	}
	r, err := h.health.SetRules(c.Ctx(), c.Actor(), at, health.Input{Window: in.Window, Failures: in.Failures, Percent: in.Percent, Row: in.Row, CoolDown: in.CoolDown, MaxCoolDown: in.MaxCoolDown,
		Successes: in.Successes, Check: in.Check, Ask: in.Ask})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, ruleOut(r))
}

func (h *Handlers) apiRemoveRules(c *web.Context) error {
	in, err := web.Decode[ruleName](c)
	if err != nil {
		return err
	}
	at, err := which(in.ConnectionID)
	if err != nil {
		return err
	}
	if err := h.health.RemoveRules(c.Ctx(), c.Actor(), at); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
