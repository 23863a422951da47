package batchweb

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/batch"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	// listed is how many batches a list has, failed how many lines without an answer a page shows.
	listed = 100
	failed = 20
)

var states = map[batch.State]ui.StatusProps{
	batch.Validating: {Tone: ui.Info, Label: "Reading its file"}, batch.Running: {Tone: ui.Info, Label: "Under way"}, batch.Paused: {Tone: ui.Warn, Label: "Paused"}, batch.Cancelling: {Tone: ui.Neutral, Label: "Being cancelled"},
	batch.Completed: {Tone: ui.Good, Label: "Completed"}, batch.Failed: {Tone: ui.Bad, Label: "Failed"}, batch.Expired: {Tone: ui.Warn, Label: "Expired"}, batch.Cancelled: {Tone: ui.Neutral, Label: "Cancelled"},
}

func stateOf(c *web.Context, e *batch.Entry) ui.StatusProps {
	if !e.State.Over() && e.State != batch.Paused && e.Starts().After(c.Now()) {
		return ui.StatusProps{Tone: ui.Neutral, Label: "Waits for its time"}
	}
	return states[e.State]
}

func (h *Handlers) list(c *web.Context) error {
	all, err := h.Batches.List(c.Ctx(), c.Actor(), listed)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b batch.Entry) int { return rank(&a) - rank(&b) }) // what can still be stopped comes first
	p := views.ListPage{Shell: c.Shell("Batches", "batches"), Tabs: tabs(pages), CanCreate: c.Actor().Role.AtLeast(batch.MayRun)}
	for i := range all {
		e := &all[i]
		row := views.Row{Name: e.Label(), Href: pages + "/" + e.ID.String(), Key: e.Body.KeyName, State: stateOf(c, e), Created: c.When(e.CreatedAt), Failed: web.Count(int64(e.Tally.Ended() - e.Tally.Steps[batch.Done])),
			Lines: web.Count(int64(e.Tally.Ended())) + " of " + web.Count(int64(e.Total))}
		row.Cost, row.Exact = web.Dollars(e.Tally.Spent())
		p.Rows = append(p.Rows, row)
	}
	return c.Render(views.List(p))
}

func rank(e *batch.Entry) int {
	if e.State.Over() {
		return 1
	}
	return 0
}

func (h *Handlers) show(c *web.Context) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	return h.page(c, which, nil)
}

// page answers with a batch; resume is what was typed to go on with it, and what is wrong with that.
func (h *Handlers) page(c *web.Context, which id.Batch, resume *views.Resume) error {
	e, err := h.Batches.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	if !moves(&e) && c.Part() == "outcome" {
		return c.See(pages + "/" + which.String()) // its buttons are other ones now, and the page asked for the middle only
	}
	p, err := h.draw(c, &e, resume)
	if err != nil {
		return err
	}
	p.Shell = c.Shell(e.Label(), "batches")
	if resume != nil && resume.Error != "" {
		return c.Invalid(views.Show(p))
	}
	return c.Render(views.Show(p))
}

// draw is a batch's page, but for the frame around it.
func (h *Handlers) draw(c *web.Context, e *batch.Entry, resume *views.Resume) (views.Page, error) {
	p := views.Page{Name: e.Label(), Href: pages + "/" + e.ID.String(), State: stateOf(c, e), Why: e.Why, Under: moves(e), Results: e.Tally.Ended() > 0}
	for _, w := range e.Body.Errors {
		text := w.Message
		if w.Line > 0 {
			text = "Line " + strconv.Itoa(w.Line) + ": " + text
		}
		p.Wrong = append(p.Wrong, text)
	}
	h.turns(c, &p, e, resume)
	figures(c, &p, e)
	if err := h.maker(c, &p, e); err != nil {
		return p, err
	}
	return p, h.fails(c, &p, e.ID)
}

// maker says which schedule made a batch. The batch outlives it, and its key may have become one that the reader does not see.
func (h *Handlers) maker(c *web.Context, p *views.Page, e *batch.Entry) error {
	if e.Body.Schedule == "" {
		return nil
	}
	by := ui.Fact{Label: "Made by", Value: "A schedule that is deleted, or not yours to see"}
	which, err := id.ParseSchedule(e.Body.Schedule)
	if err == nil {
		_, err = h.Batches.Schedule(c.Ctx(), c.Actor(), which)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if err == nil {
		by.Value, by.Href = "A schedule", schedules+"/"+e.Body.Schedule
	}
	p.Facts = append(p.Facts, by)
	return nil
}

// turns are what can be done with a batch.
func (h *Handlers) turns(c *web.Context, p *views.Page, e *batch.Entry, resume *views.Resume) {
	if !h.Batches.May(c.Ctx(), c.Actor(), &e.Batch) {
		return
	}
	p.CanPause = e.State == batch.Running || e.State == batch.Validating
	if e.State == batch.Paused {
		if p.Resume = resume; resume == nil {
			p.Resume = &views.Resume{}
		}
	}
	switch {
	case e.State.Over():
		p.Delete = &ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete this batch?", Text: "Its results go with it. Nothing brings them back.", Action: p.Href + "/delete", Button: "Delete batch"}
	case e.State != batch.Cancelling:
		p.Cancel = &ui.ConfirmProps{Label: "Cancel it", Icon: "x", Title: "Cancel this batch?", Text: "What is under way is broken off and billed as far as it came. The results so far stay.", Action: p.Href + "/cancel", Button: "Cancel batch"}
	}
}

func figures(c *web.Context, p *views.Page, e *batch.Entry) {
	done := int64(e.Tally.Ended())
	p.Progress = ui.ProgressProps{Label: "Requests done", Text: web.Count(done) + " of " + web.Plural(int64(e.Total), "request"), Value: done, Max: int64(e.Total), Tone: ui.Accent}
	spent := ui.StatProps{Label: "Spent"}
	spent.Value, spent.Exact = web.Dollars(e.Tally.Spent())
	if e.Tally.Lost > 0 {
		spent.Against = web.USD(e.Tally.Lost) + " of it on answers that may have been lost with a node"
	}
	p.Figures = []ui.StatProps{spent, {Label: "Answered", Value: web.Count(int64(e.Tally.Steps[batch.Done]))}, {Label: "Not answered", Value: web.Count(done - int64(e.Tally.Steps[batch.Done]))}}
	if n := int64(e.Tally.Steps[batch.Handed]); n > 0 {
		p.Figures = append(p.Figures, ui.StatProps{Label: "Handed over", Value: web.Count(int64(e.Tally.Back)) + " of " + web.Count(n) + " done", Against: "by the provider; spent counts them at their most"})
	}
	if rest, cost, ok := e.Left(c.Now()); ok && e.Tally.Steps[batch.Handed] == 0 {
		p.Progress.Note = "about " + web.Took(rest.Round(time.Second)) + " to go"
		s := ui.StatProps{Label: "In the end about", Hint: "As the requests so far went."}
		s.Value, s.Exact = web.Dollars(cost)
		p.Figures = append(p.Figures, s)
	}
	p.Facts = []ui.Fact{{Label: "Id", Value: e.ID.String(), Mono: true, Copy: true}, {Label: "Endpoint", Value: e.Body.Endpoint, Mono: true}, {Label: "As the key", Value: e.Body.KeyName, Href: "/keys/" + e.Key.String()},
		{Label: "Created", Body: ui.Time(c.When(e.CreatedAt))}}
	if e.Body.Cap > 0 {
		p.Facts = append(p.Facts, ui.Fact{Label: "Cost limit", Value: web.USD(e.Body.Cap)})
	}
	if e.Body.Native {
		p.Facts = append(p.Facts, ui.Fact{Label: "May wait", Value: "up to a day, at its providers for half the price"})
	}
	if e.Body.OffPeak {
		p.Facts = append(p.Facts, ui.Fact{Label: "When", Value: "In off-peak hours alone", Href: hours})
	}
	for _, x := range []struct {
		label string
		at    time.Time
	}{{"Not before", e.Starts()}, {"Expires", e.ExpiresAt}, {"Ended", e.EndedAt}} {
		if !x.at.IsZero() && (x.label != "Not before" || x.at.After(e.CreatedAt)) {
			p.Facts = append(p.Facts, ui.Fact{Label: x.label, Body: ui.Time(c.When(x.at))})
		}
	}
}

func (h *Handlers) fails(c *web.Context, p *views.Page, which id.Batch) error {
	bad, err := h.Batches.Fails(c.Ctx(), c.Actor(), which, 0, failed+1)
	if fault.Is(err, fault.Forbidden) { // how far it is remains theirs to see
		p.Results = false
		p.Facts = append(p.Facts, ui.Fact{Label: "Results", Value: "For whose key asked, and who leads its team"})
		return nil
	}
	if err != nil {
		return err
	}
	if p.More = len(bad) > failed; p.More {
		bad = bad[:failed]
	}
	for i := range bad {
		s := read(bad[i].Line)
		f := views.Failed{Number: strconv.Itoa(bad[i].Number), ID: s.customID, Code: bad[i].Code, Text: s.refusal}
		if !bad[i].Request.IsZero() {
			f.Request = "/requests/" + bad[i].Request.String()
		}
		p.Failed = append(p.Failed, f)
	}
	return nil
}

func (h *Handlers) do(c *web.Context, do act, flash string) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	if _, err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash(flash)
	return c.See(pages + "/" + which.String())
}

func (h *Handlers) pause(c *web.Context) error { return h.do(c, h.Batches.Pause, "Paused.") }

func (h *Handlers) cancel(c *web.Context) error { return h.do(c, h.Batches.End, "Cancelled.") }

func (h *Handlers) resume(c *web.Context) error {
	typed := views.Resume{Cap: c.FormValue("max_cost_usd")}
	limit, err := dollars(typed.Cap)
	if err == nil {
		err = h.do(c, func(ctx context.Context, actor org.Actor, which id.Batch) (batch.Entry, error) {
			return h.Batches.Resume(ctx, actor, which, limit)
		}, "It goes on.")
	}
	if wrong, ok := web.Refused(err); ok && wrong.Fields["max_cost_usd"] != "" {
		which, err := batchID(c)
		if err != nil {
			return err
		}
		typed.Error = wrong.Fields["max_cost_usd"]
		return h.page(c, which, &typed)
	}
	return err
}

func (h *Handlers) remove(c *web.Context) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	if err := h.Batches.Remove(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Batch deleted.")
	return c.See(pages)
}
