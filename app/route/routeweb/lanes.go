package routeweb

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
)

// lanesJSON is how an alias's targets do now on this node, and who follows a failure of the first. Shares are parts of 1; null where
// the strategy decides only when a request is there.
type lanesJSON struct {
	Strategy route.Strategy   `json:"strategy"`
	Adaptive balance.Mix      `json:"adaptive"`
	Order    string           `json:"order"`
	Weights  *balance.Weights `json:"weights,omitempty"`
	Targets  []laneJSON       `json:"targets"`
	After    balance.Cause    `json:"after"`
	Priority string           `json:"priority"`
	Next     []nextJSON       `json:"next"`
}

type laneJSON struct {
	Connection string          `json:"connection"`
	Model      string          `json:"model"`
	Share      *float64        `json:"share"`
	InFlight   int             `json:"in_flight"`
	Measured   bool            `json:"measured"`
	LatencyMS  int64           `json:"latency_ms"`
	PeakMS     int64           `json:"peak_ms"`
	Failed     float64         `json:"failed"`
	Success    float64         `json:"success"`
	Cost       *money.USD      `json:"cost_usd"` // of 1,000 tokens in and 500 out
	Hours      string          `json:"hours,omitempty"`
	After      []balance.Cause `json:"after,omitempty"`
	Out        string          `json:"out,omitempty"` // what the route demands and it does not fulfil: it takes no request
}

type nextJSON struct {
	Connection string             `json:"connection"`
	Model      string             `json:"model"`
	Score      *float64           `json:"score"`
	Parts      map[string]float64 `json:"parts,omitempty"`
	Why        string             `json:"why"`
}

func (h *Handlers) apiLanes(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	l, err := h.aliases.Lanes(c.Ctx(), c.Actor(), h.table, h.loads, route.LanesAsk{Alias: which, Cause: balance.Cause(c.QueryParam("after")), Priority: c.QueryParam("priority")})
	if err != nil {
		return err
	}
	out := lanesJSON{Strategy: orderedIfNone(l.Strategy), Adaptive: l.Mix, Order: string(route.Listed), Targets: []laneJSON{}, After: l.Cause, Priority: l.Priority, Next: []nextJSON{}}
	if l.Fallback.Scores() {
		w := l.Fallback.Weighs()
		out.Order, out.Weights = string(route.Scored), &w
	}
	for _, t := range l.Targets {
		j := laneJSON{Connection: t.Connection.Name, Model: t.Model, InFlight: t.Load.InFlight, Measured: t.Measured, LatencyMS: t.Load.Mean.Milliseconds(), PeakMS: t.Load.Peak.Milliseconds(),
			Failed: t.Load.Failed, Success: t.Load.Success(), Hours: t.Hours, After: t.Causes(), Out: t.Out}
		if l.Shared && t.Out == "" {
			j.Share = &t.Share
		}
		if t.Priced {
			j.Cost = &t.Cost
		}
		out.Targets = append(out.Targets, j)
	}
	for _, r := range l.Next {
		t := l.Targets[r.At]
		j := nextJSON{Connection: t.Connection.Name, Model: t.Model, Why: why(&l, &r)}
		if out.Weights != nil {
			j.Score, j.Parts = &r.Score, map[string]float64{}
			for i, name := range balance.Factors {
				j.Parts[name] = r.Parts[i]
			}
		}
		out.Next = append(out.Next, j)
	}
	return c.JSON(http.StatusOK, out)
}

func orderedIfNone(s route.Strategy) route.Strategy {
	if s == "" {
		return route.Ordered
	}
	return s
}

// why says in a sentence what gave a target its place.
func why(l *route.Lanes, r *balance.Rung) string {
	switch {
	case l.Fallback.Scores():
		return r.Reason(l.Fallback.Weighs())
	case r.Chosen:
		return "kept for " + l.Cause.Words()
	}
	return "next of the list"
}

func presentLanes(l route.Lanes) views.LiveBox {
	out := views.LiveBox{Strategy: strategyLabel(l.Strategy), Cause: string(l.Cause), CauseWords: l.Cause.Words(), Priority: l.Priority, Scored: l.Fallback.Scores()}
	for _, t := range l.Targets {
		row := views.LiveRow{Connection: t.Connection.Name, Model: t.Model, InFlight: strconv.Itoa(t.Load.InFlight), Share: "–", Latency: "–", Failed: "–", Success: "–", Cost: "–"}
		if l.Shared {
			row.Share, row.PerMille = percent(t.Share), int64(1000*t.Share+0.5)
		}
		switch {
		case !t.Measured && (out.Scored || balance.Policy(l.Strategy).Measures()):
			row.InFlight, row.Note = "–", "Not measured yet."
		case !t.Measured:
			row.InFlight, row.Note = "–", "Not measured: its strategy does not ask."
		case t.Load.Seen:
			row.Latency = wait(t.Load.Mean)
			row.Failed = percent(t.Load.Failed)
		}
		if t.Measured {
			row.Success = percent(t.Load.Success())
		}
		if t.Priced {
			row.Cost = "$" + t.Cost.String()
		}
		if t.Waits() {
			row.Note = "Only after " + failures(t.Causes()) + "."
			row.Share, row.PerMille = "–", 0
		}
		if t.Out != "" {
			row.Note, row.Share, row.PerMille = "Takes no request: "+t.Out+".", "–", 0
		}
		if t.Hours != "" {
			row.Hours = t.Hours
		}
		out.Rows = append(out.Rows, row)
	}
	for _, r := range l.Next {
		t := l.Targets[r.At]
		n := views.NextRow{Name: t.Connection.Name + "/" + t.Model, Why: why(&l, &r)}
		if out.Scored {
			n.Score = strconv.FormatFloat(r.Score, 'f', 2, 64)
			for _, part := range r.Parts {
				n.Parts = append(n.Parts, strconv.FormatFloat(part, 'f', 2, 64))
			}
		}
		out.Next = append(out.Next, n)
	}
	return out
}

// failures lists causes as people read them.
func failures(all []balance.Cause) string {
	out := ""
	for i, c := range all {
		if i > 0 {
			out += " or "
		}
		out += c.Words()
	}
	return out
}

func strategyLabel(s route.Strategy) string {
	for _, w := range strategies {
		if w.of == s || s == route.Ordered && w.of == "" {
			return w.says
		}
	}
	return string(s)
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

func wait(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
