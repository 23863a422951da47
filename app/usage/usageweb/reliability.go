package usageweb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// Samples says how fast and how reliable requests were. *usage.Samples implements it.
type Samples interface {
	Reliability(ctx context.Context, a org.Actor, from, to time.Time, where []usage.Filter) (usage.Reliability, error)
	Paces(ctx context.Context, a org.Actor, from, to time.Time, where []usage.Filter) (usage.Reliability, []usage.Pace, error)
}

const reliabilityPath = "/reliability"

// reliability is the page at /reliability.
func (h *Handlers) reliability(c *web.Context) error {
	a, err := h.ask(c, reliabilityPath, lately)
	if a == nil {
		return err
	}
	a.query.By, a.query.Compare = nil, usage.Previous
	page := views.ReliabilityPage{Page: h.frame(a, "Reliability", "reliability", "")}
	page.Sub = fmt.Sprintf("How requests of %s ended, what failed, and how long they took. Days begin at midnight in %s.", a.reach.Words(), a.zone)
	if err == nil {
		err = h.fillReliability(a, &page)
	}
	if wrong, ok := web.Refused(err); ok {
		page.None = unclear(wrong, reliabilityPath)
	} else if err != nil {
		return err
	}
	return c.Render(views.Reliability(page))
}

func (h *Handlers) fillReliability(a *asked, page *views.ReliabilityPage) error {
	if err := h.fillForm(a, &page.Page, nil); err != nil {
		return err
	}
	page.Form.Picks = untagged(page.Form.Picks)
	all, err := h.query(a, func(q *usage.Query) { q.By, q.Top = []usage.Dim{usage.Connection}, usage.MaxTop })
	if err != nil {
		return err
	}
	r, err := h.Samples.Reliability(a.c.Ctx(), a.c.Actor(), all.Query.From, all.Query.To, a.query.Where)
	if err != nil {
		return err
	}
	if all.Total.Requests == 0 {
		page.None = nothing(a)
		return nil
	}
	page.Span, page.Looked = a.words(), looked(a, r)
	took, rescued := overall(r)
	page.Figures = reliabilityFigures(a, all, took, rescued)
	page.Ends = endsChart(a, r)
	page.Heat = slowMap(r)
	page.Histogram = tookHistogram(took)
	page.Failures = failureTable(a, all, r)
	page.Rescues = rescueTable(r)
	return nil
}

// untagged are choices without tags, which single requests are not narrowed to here.
func untagged(list []ui.Option) (out []ui.Option) {
	for _, o := range list {
		if !strings.HasPrefix(o.Value, "tag:") {
			out = append(out, o)
		}
	}
	return out
}

// about is a duration that is known within a tenth or so, in two digits.
func about(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	unit := time.Duration(1)
	for d/unit >= 100 {
		unit *= 10
	}
	return ui.TimeTick(int64((d + unit/2) / unit * unit))
}

// looked says which requests durations are of, where these are not all.
func looked(a *asked, r usage.Reliability) string {
	if !r.Cut {
		return ""
	}
	return fmt.Sprintf("Durations, rescues and reasons are of the newest %s requests, since %s.", web.Count(usage.MostSampled), r.From.In(a.zone).Format("2 January, 15:04"))
}

// overall are the durations of all answers, and how many of these took more than one attempt.
func overall(r usage.Reliability) (took usage.Hist, rescued int64) {
	for _, s := range r.Slots {
		if s.Outcome != usage.Answered {
			continue
		}
		took[s.Bin] += s.Count
		if s.Retried {
			rescued += s.Count
		}
	}
	return took, rescued
}

func reliabilityFigures(a *asked, all usage.Result, took usage.Hist, rescued int64) []ui.StatProps {
	t, b := all.Total, all.Before
	rate := ui.StatProps{Label: "Success rate", Value: "–", Hint: "Answered, of those that were sent to a provider: what our own rules refuse is a decision.", Against: "nothing was sent to a provider"}
	if asked := t.Requests - t.Refused; asked > 0 {
		rate.Value, rate.Against = web.Share(t.Answered(), asked), fmt.Sprintf("%s of %s", web.Count(t.Answered()), web.Count(asked))
		if before := b.Requests - b.Refused; before > 0 {
			rate.Against += ", " + web.Share(b.Answered(), before) + " before"
		}
	}
	failed := ui.StatProps{Label: "Failed", Value: web.Count(t.Failed), Href: a.requests(usage.Filter{Dim: usage.Outcome, Values: []string{usage.Failed}})}
	held(a, all, &failed, t.Failed, b.Failed, web.Count)
	if failed.Change != "" {
		if failed.ChangeTone = ui.Good; failed.ChangeUp {
			failed.ChangeTone = ui.Bad
		}
	}
	saves := ui.StatProps{Label: "Rescued", Value: web.Count(rescued), Against: "answered after a first try failed", Hint: "Requests that a retry or a fallback answered: without them they would have failed."}
	slow := ui.StatProps{Label: "Slowest in twenty", Value: "–", Hint: "The 95th percentile of whole answers, streams to their end; within 12 %.", Against: "no answer yet"}
	if took.Count() > 0 {
		slow.Value, slow.Against = about(took.Quantile(95)), "half of all within "+about(took.Quantile(50))
	}
	return []ui.StatProps{rate, failed, saves, slow}
}

// reasons are the classes of failures in words.
var reasons = map[string]string{"refused": "The provider refused the request itself", "credential": "Our credential was refused", "rate_limit": "The provider's rate limit", "quota": "The account is empty",
	"overloaded": "Overloaded", "server": "The provider's own error", "garbled": "An answer that is not one", "unreachable": "Not reachable", "ambiguous": "Sent, and nothing came back", "timeout": "Too slow for our timeout",
	"canceled": "The client went away", "untold": "Cannot be said in this provider's dialect"}

func failureTable(a *asked, all usage.Result, r usage.Reliability) views.Table {
	t := views.Table{Caption: "Failed attempts by provider and reason", Columns: []ui.Column{{Label: "Provider"}, {Label: "What happened"}, {Label: "Share", Title: "Of the failed attempts"}, {Label: "Attempts", Numeric: true}}}
	var sum int64
	for _, f := range r.Failures {
		sum += f.Count
	}
	for _, f := range r.Failures {
		said := reasons[f.Class]
		if said == "" {
			said = f.Class
		}
		name := views.Cell{Text: f.Connection}
		if f.Connection == "" {
			name.Text = "No provider"
		} else {
			name.Href = a.deeper(usage.Filter{Dim: usage.Connection, Values: []string{f.Connection}}, usage.Filter{Dim: usage.Outcome, Values: []string{usage.Failed}})
		}
		t.Rows = append(t.Rows, views.Row{Cells: []views.Cell{name, {Text: said}, {Text: web.Share(f.Count, sum), Bar: f.Count, Whole: sum}, {Text: web.Count(f.Count)}}})
	}
	return t
}

func rescueTable(r usage.Reliability) views.Table {
	t := views.Table{Caption: "Requests that a later try answered", Columns: []ui.Column{{Label: "First asked"}, {Label: "Answered by"}, {Label: "Requests", Numeric: true}}}
	for _, one := range r.Rescues {
		to := views.Cell{Text: one.To, Sub: "fallback"}
		if one.To == one.From {
			to.Sub = "tried again"
		}
		t.Rows = append(t.Rows, views.Row{Cells: []views.Cell{{Text: one.From}, to, {Text: web.Count(one.Count)}}})
	}
	return t
}
