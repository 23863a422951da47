package batchweb

import (
	"errors"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/batch"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// listedRuns is how many runs of a schedule are listed.
const listedRuns = 50

func scheduleID(c *web.Context) (id.Schedule, error) {
	return web.Param(c, "id", id.ParseSchedule, error(batch.NoSchedule()))
}

func (h *Handlers) schedules(c *web.Context) error {
	all, err := h.Batches.Schedules(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	p := views.SchedulesPage{Shell: c.Shell("Schedules of batches", "batches"), Tabs: tabs(schedules), CanCreate: c.Actor().Role.AtLeast(batch.MayRun)}
	for i := range all {
		s := &all[i]
		row := views.ScheduleRow{Name: s.Name, Href: schedules + "/" + s.ID.String(), Key: s.Terms.KeyName, Cron: s.Cron, Zone: s.Zone, Lines: web.Count(int64(s.Terms.Lines)), Ran: !s.LastAt.IsZero(), Last: c.When(s.LastAt), Next: c.When(s.NextAt)}
		if s.Paused {
			row.State = ui.StatusProps{Tone: ui.Warn, Label: "Paused"}
		}
		p.Rows = append(p.Rows, row)
	}
	return c.Render(views.Schedules(p))
}

var outcomes = map[batch.Outcome]ui.StatusProps{
	batch.Missed: {Tone: ui.Warn, Label: "Missed"}, batch.Skipped: {Tone: ui.Neutral, Label: "Skipped"}, batch.Undone: {Tone: ui.Bad, Label: "Failed"}, batch.Made: {Tone: ui.Neutral, Label: "Its batch is deleted"},
}

func (h *Handlers) schedule(c *web.Context) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	s, err := h.Batches.Schedule(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	runs, made, err := h.Batches.Runs(c.Ctx(), c.Actor(), which, listedRuns)
	if err != nil {
		return err
	}
	p := views.SchedulePage{Shell: c.Shell(s.Name, "batches"), Name: s.Name, Href: schedules + "/" + which.String(), State: ui.StatusProps{Tone: ui.Good, Label: "On"}, Why: s.Why, Paused: s.Paused, CanChange: s.CanChange, Facts: planFacts(c, &s),
		Kept:   "The last " + strconv.Itoa(listedRuns) + " times, for 90 days.",
		Run:    ui.ConfirmProps{Label: "Run now", Icon: "player-play", Title: "Make a batch now?", Text: "It asks " + web.Plural(int64(s.Terms.Lines), "request") + " at once, besides those at its times.", Button: "Make a batch"},
		Delete: ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete this schedule?", Text: "The batches that it made stay.", Button: "Delete schedule"}}
	p.Run.Action, p.Delete.Action = p.Href+"/run", p.Href+"/delete"
	if s.Paused {
		p.State = ui.StatusProps{Tone: ui.Warn, Label: "Paused"}
	}
	for _, r := range runs {
		row := views.RunRow{Due: c.When(r.DueAt), State: outcomes[r.Outcome], Why: r.Why}
		if e, ok := made[r.Batch]; ok {
			row.Href, row.State, row.Lines = pages+"/"+r.Batch.String(), stateOf(c, &e), web.Count(int64(e.Tally.Ended()))+" of "+web.Count(int64(e.Total))
			row.Cost, row.Exact = web.Dollars(e.Tally.Spent())
			if e.Why != "" {
				row.Why = e.Why
			}
		}
		p.Runs = append(p.Runs, row)
	}
	return c.Render(views.Schedule(p))
}

func planFacts(c *web.Context, s *batch.Planned) []ui.Fact {
	out := []ui.Fact{{Label: "Id", Value: s.ID.String(), Mono: true, Copy: true}, {Label: "At these times", Value: s.Cron, Mono: true}, {Label: "On the clocks of", Value: s.Zone}}
	if !s.Paused {
		out = append(out, ui.Fact{Label: "Next", Body: ui.Time(c.When(s.NextAt))})
	}
	if s.Terms.Native {
		out = append(out, ui.Fact{Label: "May wait", Value: "up to a day, at its providers for half the price"})
	}
	if s.Terms.OffPeak {
		out = append(out, ui.Fact{Label: "Then", Value: "Waits for off-peak hours", Href: hours})
	}
	out = append(out, ui.Fact{Label: "Requests", Value: web.Count(int64(s.Terms.Lines))}, ui.Fact{Label: "Endpoint", Value: s.Terms.Endpoint, Mono: true}, ui.Fact{Label: "As the key", Value: s.Terms.KeyName, Href: "/keys/" + s.Key.String()})
	if s.Terms.Cap > 0 {
		out = append(out, ui.Fact{Label: "Each costs at most", Value: web.USD(s.Terms.Cap)})
	}
	return append(out, ui.Fact{Label: "Set up", Body: ui.Time(c.When(s.CreatedAt))})
}

// turnSchedule does something with a schedule, and answers with a page.
func (h *Handlers) turnSchedule(c *web.Context, do func(which id.Schedule) (to string, err error), flash string) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	to, err := do(which)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Conflict { // it is so already, or its key opens nothing
		c.Warn(refused.Public)
		return c.See(schedules + "/" + which.String())
	}
	if err != nil {
		return err
	}
	c.Flash(flash)
	return c.See(to)
}

func (h *Handlers) pauseSchedule(c *web.Context) error {
	return h.turnSchedule(c, func(which id.Schedule) (string, error) {
		_, err := h.Batches.Rest(c.Ctx(), c.Actor(), which)
		return schedules + "/" + which.String(), err
	}, "Paused. What was due meanwhile is not made up for.")
}

func (h *Handlers) resumeSchedule(c *web.Context) error {
	return h.turnSchedule(c, func(which id.Schedule) (string, error) {
		_, err := h.Batches.Go(c.Ctx(), c.Actor(), which)
		return schedules + "/" + which.String(), err
	}, "It goes on.")
}

func (h *Handlers) runSchedule(c *web.Context) error {
	return h.turnSchedule(c, func(which id.Schedule) (string, error) {
		e, err := h.Batches.RunNow(c.Ctx(), c.Actor(), which)
		return pages + "/" + e.ID.String(), err
	}, "Made. The first results are here in a moment.")
}

func (h *Handlers) deleteSchedule(c *web.Context) error {
	return h.turnSchedule(c, func(which id.Schedule) (string, error) {
		return schedules, h.Batches.Drop(c.Ctx(), c.Actor(), which)
	}, "Schedule deleted.")
}
