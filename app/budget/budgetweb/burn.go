package budgetweb

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Burn is what was left at the end of each day, worked out backwards from what is left now. A period without an end, or
// of one day, has no such chart.
func Burn(c *web.Context, e budget.Entry, f budget.Forecast) ui.BurnProps {
	if e.Period == budget.Forever || e.Period == budget.Daily || len(f.Days) == 0 || e.Standing.Limit <= 0 {
		return ui.BurnProps{}
	}
	m, limit := e.Measure, e.Standing.Limit
	left := make([]ledger.Units, len(f.Days)+1)
	left[len(f.Days)] = limit - e.Standing.Spent
	for i := len(f.Days) - 1; i >= 0; i-- {
		left[i] = left[i+1] + f.Days[i].Used
	}
	from, to := e.Calendar().Window(c.Now(), c.Zone())
	p := ui.BurnProps{Title: "What was left of the budget at the end of each day", Column: "Left (" + unit(m) + ")", Slots: days(from, to, c.Zone()), Limit: int64(limit)}
	for i, n := range left {
		point := ui.Point{Label: "Beginning", Value: int64(n), Text: short(m, n)}
		if i > 0 {
			point.Label = f.Days[i-1].From.In(c.Zone()).Format("2 Jan")
			point.Text += ", " + short(m, f.Days[i-1].Used) + " used"
		}
		p.Points = append(p.Points, point)
	}
	now := left[len(left)-1]
	p.Summary = short(m, max(0, now)) + " left"
	if f.Known {
		p.HasEnd, p.End, p.EndText = true, int64(limit-f.Total), short(m, limit-f.Total)+" left"
		p.Summary += ", " + short(m, max(0, limit-f.Total)) + " at the end"
		if f.Total > limit {
			p.EndText = short(m, f.Total-limit) + " above the limit"
			p.Summary = short(m, max(0, now)) + " left; runs out before the end"
		}
	}
	if now <= 0 {
		p.Summary = "Used up"
	}
	p.Edges = []string{from.In(c.Zone()).Format("2 Jan"), from.Add(to.Sub(from) / 2).In(c.Zone()).Format("2 Jan"), to.Add(-time.Nanosecond).In(c.Zone()).Format("2 Jan")}
	top, steps := ui.Scale(int64(max(limit, left[0])))
	p.Top = top
	for i := range steps + 1 {
		p.Ticks = append(p.Ticks, tick(m, ledger.Units(top/int64(steps)*int64(i))))
	}
	return p
}

// tick is an amount on an axis: as short as can be.
func tick(m ledger.Measure, n ledger.Units) string {
	if m == ledger.Money {
		return "$" + n.String()
	}
	for _, s := range []struct {
		n    ledger.Units
		unit string
	}{{1_000_000_000, "B"}, {1_000_000, "M"}, {1_000, "k"}} {
		if n >= s.n && n%(s.n/10) == 0 {
			if n%s.n == 0 {
				return fmt.Sprintf("%d %s", n/s.n, s.unit)
			}
			return fmt.Sprintf("%d.%d %s", n/s.n, n%s.n/(s.n/10), s.unit)
		}
	}
	return fmt.Sprint(int64(n))
}

// days is how many calendar days lie in a period.
func days(from, to time.Time, zone *time.Location) int {
	n := 0
	for at := from; at.Before(to) && n < 400; n++ {
		_, at = budget.Daily.Window(at, zone)
	}
	return n
}

// outlook is the forecast in words.
func outlook(c *web.Context, e budget.Entry, f budget.Forecast) []ui.Fact {
	m, s := e.Measure, e.Standing
	facts := []ui.Fact{{Label: "Left now", Value: budget.Amount(m, max(0, s.Left)), Title: exact(m, s.Left)}}
	if !f.Known {
		return append(facts, ui.Fact{Label: "Forecast", Value: or(f.Method, "not enough data")})
	}
	facts = append(facts, ui.Fact{Label: "Forecast", Value: short(m, f.Total) + " at the end", Title: exact(m, f.Total)})
	switch {
	case s.Left <= 0:
		facts = append(facts, ui.Fact{Label: "Runs out", Body: ui.Status(ui.StatusProps{Tone: ui.Bad, Icon: "ban", Label: "used up"})})
	case !f.RunsOut.IsZero():
		facts = append(facts, ui.Fact{Label: "Runs out", Body: ui.Status(ui.StatusProps{Tone: ui.Bad, Icon: "trending-up", Label: c.When(f.RunsOut).Text})})
	case s.Limit > 0:
		facts = append(facts, ui.Fact{Label: "Runs out", Body: ui.Status(ui.StatusProps{Tone: ui.Good, Label: "not in this period"})})
	}
	return append(facts, ui.Fact{Label: "How", Value: f.Method})
}

// unit is what amounts of a measure end in.
func unit(m ledger.Measure) string {
	if m == ledger.Money {
		return "USD"
	}
	return m.String()
}
