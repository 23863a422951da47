package providerweb

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/provider"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// healthWords are how recent attempts went: a state with its icon, and the figures behind it.
func healthWords(h report.Health) (state ui.StatusProps, rate, took string) {
	if h.Attempts == 0 {
		return ui.StatusProps{Label: "No traffic", Icon: "circle-dashed", Title: "No attempt in the last 24 hours."}, "", ""
	}
	good := h.Attempts - h.Failed
	rate = fmt.Sprintf("%s of %s", share(good, h.Attempts), plural(h.Attempts, "attempt"))
	if h.P50 > 0 {
		took = fmt.Sprintf("p50 %s, p95 %s", round(h.P50), round(h.P95))
	}
	state = ui.StatusProps{Title: rate + " in the last 24 hours did not fail"}
	switch {
	case h.Failed == 0 || good*100 >= h.Attempts*99:
		state.Tone, state.Label = ui.Good, "Healthy"
	case good*100 >= h.Attempts*90:
		state.Tone, state.Label = ui.Warn, "Failing at times"
	default:
		state.Tone, state.Label = ui.Bad, "Failing"
	}
	return state, rate, took
}

// share is a part in percent with one decimal, and 100 % only for all of it.
func share(part, whole int) string {
	tenths := part * 1000 / whole
	if tenths%10 == 0 {
		return strconv.Itoa(tenths/10) + " %"
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func round(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "< 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

var failures = map[string]string{
	"credential": "Key refused", "rate_limit": "Rate limit", "quota": "Account used up", "overloaded": "Overloaded", "server": "Server error",
	"garbled": "Not an answer", "unreachable": "Not reachable", "ambiguous": "No answer", "timeout": "Too slow", "withheld": "Answer withheld",
}

// standing adds a connection's recent attempts and its spend to its page.
func (h *Handlers) standing(c *web.Context, r provider.ConnectionRecord, page *views.EditPage) error {
	all, err := h.reports.Health(c.Ctx(), c.Actor(), r.ID)
	if err != nil {
		return err
	}
	spent, since, err := h.reports.SpendByConnection(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	health := all[r.ID]
	state, rate, _ := healthWords(health)
	cost := ui.StatProps{Label: "Spend this month", Unit: "USD", Against: "under this name since " + since.Format("2 January"), Href: "/requests?range=month&connection=" + r.Name}
	cost.Value, cost.Exact = web.Dollars(spent[r.Name])
	page.Health = state
	page.Figures = []ui.StatProps{
		{Label: "Attempts that did not fail", Value: "–", Against: "no traffic in the last 24 hours"},
		{Label: "Median answer", Value: "–", Against: "whole answers, last 24 hours"},
		{Label: "Slowest twentieth (p95)", Value: "–", Against: "whole answers, last 24 hours"},
		cost,
	}
	if health.Attempts > 0 {
		page.Figures[0].Value, page.Figures[0].Against = share(health.Attempts-health.Failed, health.Attempts), rate+", since "+c.When(health.From).Text
	}
	if health.P50 > 0 {
		page.Figures[1].Value, page.Figures[2].Value = round(health.P50), round(health.P95)
	}
	if f := health.Failure; f != nil {
		what := failures[f.Class]
		if what == "" {
			what = f.Class
		}
		if f.Status > 0 {
			what = fmt.Sprintf("%s (status %d)", what, f.Status)
		}
		page.Failure = &views.Failure{At: c.When(f.At), What: what, Note: f.Note}
	}
	return nil
}

// listed adds what the connection offers, and how that last changed.
func listed(c *web.Context, o provider.Offering, r provider.ConnectionRecord, page *views.EditPage) {
	const few = 12
	models := r.Models
	if len(models) == 0 {
		models = o.Models
	}
	page.Models = models[:min(len(models), few)]
	l := r.Listed
	page.Read, page.Changed = c.When(l.At), c.When(l.ChangedAt)
	page.Added, page.Removed = l.Added[:min(len(l.Added), few)], l.Removed[:min(len(l.Removed), few)]
	page.MoreChanges = l.More + len(l.Added) + len(l.Removed) - len(page.Added) - len(page.Removed)
}

// healthJSON is how a connection's attempts of the last 24 hours went, at most the newest 2,000, and its spend this month under
// the name that it has now.
type healthJSON struct {
	Attempts    int          `json:"attempts"`
	Failed      int          `json:"failed"`
	P50MS       int64        `json:"p50_ms"` // of whole answers; 0 without any
	P95MS       int64        `json:"p95_ms"`
	LastAt      *time.Time   `json:"last_at"`
	LastFailure *failureJSON `json:"last_failure"`
	SpentUSD    string       `json:"spent_this_month_usd"`
}

type failureJSON struct {
	At     time.Time `json:"at"`
	Class  string    `json:"class"`
	Status int       `json:"status,omitempty"`
	Note   string    `json:"note,omitempty"` // for admins
}

func (h *Handlers) apiHealth(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	r, err := h.connections.Named(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	all, err := h.reports.Health(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	spent, _, err := h.reports.SpendByConnection(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	health := all[which]
	out := healthJSON{Attempts: health.Attempts, Failed: health.Failed, P50MS: health.P50.Milliseconds(), P95MS: health.P95.Milliseconds(), SpentUSD: spent[r.Name].String()}
	if !health.Last.IsZero() {
		out.LastAt = &health.Last
	}
	if f := health.Failure; f != nil {
		out.LastFailure = &failureJSON{f.At, f.Class, f.Status, f.Note}
	}
	return c.JSON(http.StatusOK, out)
}
