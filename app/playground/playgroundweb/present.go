package playgroundweb

import (
	"fmt"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/playground"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/playground"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func present(a playground.Answer) views.Answer {
	out := views.Answer{Text: a.Text, Thought: a.Thought, Refusal: a.Refusal, Cut: a.Cut, Warning: a.Warnings, Took: took(a.Took), First: "", By: a.By, Request: a.Request,
		State: ui.StatusProps{Tone: ui.Good, Label: "Answered"}}
	if a.First > 0 {
		out.First = took(a.First)
	}
	if a.Input+a.Output > 0 {
		out.Tokens = fmt.Sprintf("%s in, %s out", web.Count(a.Input), web.Count(a.Output))
	}
	for _, t := range a.Tools {
		out.Tools = append(out.Tools, views.Called{Name: t.Name, Arguments: t.Arguments})
	}
	if a.Refusal != "" {
		out.State = ui.StatusProps{Tone: ui.Bad, Label: "Refused"}
		if a.Status < 400 {
			out.State.Label = "Broke off"
		}
	}
	if cost, err := money.Parse(a.CostUSD); err == nil && a.CostUSD != "" {
		out.Cost, out.Exact = web.Dollars(cost)
	}
	return out
}

// settled is what a request came to that was stopped. Its text is nowhere but on the page. One that is not in the log, or not the
// reader's to see, has no content: the page asks again, as it is not there before it is booked.
func (h *Handlers) settled(c *web.Context) error {
	i, err := id.ParseRequest(c.QueryParam("request"))
	if err != nil {
		return missing()
	}
	d, err := h.requests.Request(c.Ctx(), c.Actor(), i)
	if fault.Is(err, fault.NotFound) {
		return c.NoContent(http.StatusOK)
	}
	if err != nil {
		return err
	}
	return c.Render(views.Outcome(fromLog(&d)))
}

func fromLog(d *report.Detail) views.Answer {
	out := views.Answer{Stopped: true, Request: d.ID.String(), Took: took(d.Duration), State: ui.StatusProps{Tone: ui.Neutral, Label: "Stopped"}}
	if d.Status < 400 && d.Code == "" {
		out.State = ui.StatusProps{Tone: ui.Good, Label: "Answered"}
	}
	out.Cost, out.Exact = web.Dollars(d.Cost)
	if d.Provider != "" {
		out.By = d.Provider + "/" + d.Model
	}
	if d.FirstByte > 0 {
		out.First = took(d.FirstByte)
	}
	if d.Usage.Input+d.Usage.Output > 0 {
		out.Tokens = fmt.Sprintf("%s in, %s out", web.Count(d.Usage.Input), web.Count(d.Usage.Output))
	}
	out.Warning = d.Message
	return out
}

func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "< 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
