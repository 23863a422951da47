package usageweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/insight"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// Insights are what changes of routes came to, as far as an actor sees. *insight.Service implements it.
type Insights interface {
	Of(ctx context.Context, actor org.Actor, team id.Team) ([]insight.Insight, error)
}

// changes are what changes of routes came to for a team.
func (h *Handlers) changes(a *asked, t org.Team) ([]views.Change, error) {
	all, err := h.Insights.Of(a.c.Ctx(), a.c.Actor(), t.ID)
	out := make([]views.Change, len(all))
	for i := range all {
		out[i] = views.Change{Title: all[i].Title(), Text: all[i].Text(a.zone), Tone: ui.Info, Icon: "route"}
		for _, c := range all[i].Compared {
			if c.Ready && c.Side < 0 {
				out[i].Tone = ui.Warn
			}
		}
	}
	return out, err
}

// shiftJSON is a metric before and after: cost in nano-dollars a request, latency in microseconds, errors and quality from 0 to 1.
type shiftJSON struct {
	Metric     string  `json:"metric"` // cost, errors, latency, quality
	Before     float64 `json:"before"`
	After      float64 `json:"after"`
	Difference float64 `json:"difference"`
	Low        float64 `json:"low"` // with 95 %, the difference is between low and high
	High       float64 `json:"high"`
	Side       string  `json:"side"` // better, worse or open
}

// daysJSON is some whole days.
type daysJSON struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // not included
	Days int       `json:"days"`
}

// changeJSON is a route that was moved to another target, and what came after it.
type changeJSON struct {
	Alias        string      `json:"alias"`
	At           time.Time   `json:"at"`
	From         string      `json:"from"` // the first target before
	To           string      `json:"to"`   // and after
	Before       daysJSON    `json:"before"`
	After        daysJSON    `json:"after"`
	Requests     int64       `json:"requests"` // after it
	Title        string      `json:"title"`
	Text         string      `json:"text"`
	MonthlySaved *money.USD  `json:"monthly_saved_usd,omitempty"` // missing while nothing is certain; negative is more cost
	MonthlyLow   *money.USD  `json:"monthly_saved_low_usd,omitempty"`
	MonthlyHigh  *money.USD  `json:"monthly_saved_high_usd,omitempty"`
	Metrics      []shiftJSON `json:"metrics"`
}

type changesJSON struct {
	Data []changeJSON `json:"data"`
}

func (h *Handlers) apiChanges(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParseTeam, error(fault.New(fault.NotFound, "not_found", "There is no such team.")))
	if err != nil {
		return err
	}
	if _, err := h.People.Team(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	zone, err := h.Usage.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	all, err := h.Insights.Of(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	out := changesJSON{Data: make([]changeJSON, len(all))}
	for i := range all {
		out.Data[i] = changeOut(&all[i], zone)
	}
	return c.JSON(http.StatusOK, out)
}

func changeOut(x *insight.Insight, zone *time.Location) changeJSON {
	days := func(s insight.Span) daysJSON { return daysJSON{s.From.UTC(), s.To.UTC(), s.Days} }
	out := changeJSON{Alias: x.Alias, At: x.At.UTC(), From: x.From, To: x.To, Before: days(x.Before), After: days(x.After), Requests: x.Requests, Title: x.Title(), Text: x.Text(zone), Metrics: []shiftJSON{}}
	if x.Known {
		out.MonthlySaved, out.MonthlyLow, out.MonthlyHigh = &x.Monthly, &x.MonthlyLow, &x.MonthlyHigh
	}
	for _, m := range x.Compared {
		if m.Ready {
			out.Metrics = append(out.Metrics, shiftJSON{string(m.Metric), m.Control, m.Variant, m.Interval.Difference, m.Interval.Low, m.Interval.High, sideOf(m)})
		}
	}
	return out
}

func sideOf(c experiment.Comparison) string {
	switch {
	case c.Side > 0:
		return "better"
	case c.Side < 0:
		return "worse"
	}
	return "open"
}
