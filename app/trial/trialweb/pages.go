package trialweb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/trial"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const maxSuggest = 300

// new is the form, beginning with the target of a logged request if one is named.
func (h *Handlers) new(c *web.Context) error {
	p := views.Page{Request: c.QueryParam("request"), MaxOutput: strconv.Itoa(trial.DefaultOutput), Targets: []string{""}}
	if p.Request != "" {
		i, err := id.ParseRequest(p.Request)
		if err != nil {
			return c.See("/try")
		}
		d, err := h.requests.Request(c.Ctx(), c.Actor(), i)
		if err != nil {
			return err
		}
		if d.Provider != "" && d.Model != "" {
			p.Targets[0] = d.Provider + "/" + d.Model
		} else {
			p.Targets[0] = d.Asked
		}
		p.About = p.Targets[0] + " did not answer it."
		if d.Status < 400 && d.Code == "" {
			p.About = fmt.Sprintf("%s answered it in %s for $%s, with %d tokens in and %d out.", p.Targets[0], took(d.Duration), d.Cost, d.Usage.Input, d.Usage.Output)
		}
	}
	if t := c.QueryParam("target"); t != "" {
		p.Targets = append(p.Targets, t)
	}
	page, err := h.page(c, p, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(views.Try(page))
}

// try shows the answers on the form that asked for them; they are kept nowhere, so there is no page to go to.
func (h *Handlers) try(c *web.Context) error {
	p := views.Page{Request: c.FormValue("request"), Key: c.FormValue("key"), Prompt: c.FormValue("prompt"), MaxOutput: c.FormValue("max_output_tokens")}
	for _, t := range c.Request().Form["target"] {
		if strings.TrimSpace(t) != "" {
			p.Targets = append(p.Targets, t)
		}
	}
	in := trial.Input{Targets: p.Targets, Prompt: p.Prompt}
	in.Key, _ = id.ParseKey(p.Key) // a malformed id is no key of theirs
	if v := strings.TrimSpace(p.MaxOutput); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			n = -1 // out of range, which the service says
		}
		in.MaxOutput = n
	}
	answers, err := h.trials.Try(c.Ctx(), c.Actor(), in)
	if wrong, ok := web.Refused(err); ok {
		page, err := h.page(c, p, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(views.Try(page))
	}
	if err != nil {
		return err
	}
	for _, a := range answers {
		p.Answers = append(p.Answers, present(a))
	}
	page, err := h.page(c, p, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(views.Try(page))
}

// page adds what the form chooses from, and room for more targets.
func (h *Handlers) page(c *web.Context, p views.Page, wrong web.Refusal) (views.Page, error) {
	p.Shell = c.Shell("Try models side by side", "requests")
	p.Errors = views.Errors{Form: wrong.Form, Key: wrong.Fields["key"], Targets: wrong.Fields["targets"], Prompt: wrong.Fields["prompt"], MaxOutput: wrong.Fields["max_output_tokens"]}
	own, err := h.trials.Own(c.Ctx(), c.Actor())
	if err != nil {
		return p, err
	}
	for _, k := range own {
		p.Keys = append(p.Keys, ui.Option{Value: k.ID.String(), Label: k.Name + " (" + k.Hint() + ")"})
	}
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return p, err
	}
	for i := range there {
		if !there[i].Usable() {
			continue
		}
		for _, m := range route.Offers(&there[i], h.catalog) {
			if len(p.Suggest) < maxSuggest {
				p.Suggest = append(p.Suggest, there[i].Name+"/"+m)
			}
		}
	}
	for len(p.Targets) < 2 || len(p.Targets) < trial.MaxTargets && p.Targets[len(p.Targets)-1] != "" {
		p.Targets = append(p.Targets, "")
	}
	return p, nil
}

func present(a trial.Answer) views.Answer {
	out := views.Answer{Target: a.Target, Text: a.Text, Refusal: a.Refusal, Cut: a.Cut, Warning: a.Warnings, Took: took(a.Took), Request: a.Request,
		Tokens: fmt.Sprintf("%d in, %d out", a.Input, a.Output), State: ui.StatusProps{Tone: ui.Good, Label: "Answered"}}
	if a.Refusal != "" {
		out.State = ui.StatusProps{Tone: ui.Bad, Label: fmt.Sprintf("Refused (%d)", a.Status)}
	}
	if cost, err := money.Parse(a.CostUSD); err == nil && a.CostUSD != "" {
		out.Cost, out.Exact = web.Dollars(cost)
	}
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
