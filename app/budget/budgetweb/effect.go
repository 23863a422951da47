package budgetweb

import (
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// effect is what a change that takes something away would do: spent now, forecast, who would be blocked at once. Nil when
// nothing is taken away, or when the reader has seen it and sent the form again.
func (h *Handlers) effect(c *web.Context, e budget.Entry, in budget.Input) (*views.Effect, error) {
	m, s := e.Measure, e.Standing
	limit := s.Limit - (e.Limit - e.Reserve) + in.Limit - in.Reserve // of this period: what was rolled over and granted stays
	lower, stricter := limit < s.Limit, e.Enforce == budget.Soft && in.Enforce != budget.Soft
	if !lower && !stricter {
		return nil, nil
	}
	token := in.Measure.Plain(in.Limit) + "/" + in.Measure.Plain(in.Reserve) + "/" + string(in.Enforce)
	if c.FormValue("confirm") == token {
		return nil, nil
	}
	used := s.Spent + s.Held
	out := &views.Effect{Tone: ui.Info, Title: "Nothing would be blocked by this now.", Confirm: token, Button: "Lower it"}
	if stricter && !lower {
		out.Button = "Make it block"
	}
	out.Facts = []ui.Fact{
		{Label: "Spent now", Value: fmt.Sprintf("%s, and %s held", budget.Amount(m, s.Spent), budget.Amount(m, s.Held))},
		{Label: "Would be left", Value: budget.Amount(m, limit-used)},
	}
	forecast, err := h.budgets.Forecast(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return nil, err
	}
	if forecast.Known {
		says := budget.Amount(m, forecast.Total)
		if forecast.Total > limit {
			says += ", above the new limit"
			out.Tone, out.Title = ui.Warn, "The new limit will be reached before the period ends."
		}
		out.Facts = append(out.Facts, ui.Fact{Label: "Forecast", Value: says, Title: forecast.Method})
	} else {
		out.Facts = append(out.Facts, ui.Fact{Label: "Forecast", Value: or(forecast.Method, "not enough data")})
	}
	if used < limit || in.Enforce == budget.Soft {
		return out, nil
	}
	blocked, err := h.blocked(c, e.Scope)
	if err != nil {
		return nil, err
	}
	out.Tone, out.Title, out.Button = ui.Bad, "This would block requests at once: more is spent than the new limit.", "Block them now"
	out.Facts = append(out.Facts, ui.Fact{Label: "Blocked now", Value: blocked})
	if !s.ResetsAt.IsZero() {
		out.Facts = append(out.Facts, ui.Fact{Label: "Until", Value: c.When(s.ResetsAt).Text})
	}
	return out, nil
}

// blocked says who spends under a scope, in words.
func (h *Handlers) blocked(c *web.Context, s org.Scope) (string, error) {
	if s.Kind() == org.TagScope {
		return "every request tagged " + s.Node(), nil
	}
	n, err := h.keys.Tally(c.Ctx(), c.Actor(), s, c.Now().Add(-24*time.Hour))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %s of them used in the last 24 hours, of %s", plural(n.Keys, "key", "keys"), strconv.Itoa(n.Lately), plural(n.People, "person", "people")), nil
}
