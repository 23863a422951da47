package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type scheduleCmd struct {
	List   scheduleListCmd   `cmd:"" help:"List schedules, by name."`
	Show   scheduleShowCmd   `cmd:"" help:"Show a schedule."`
	Create scheduleCreateCmd `cmd:"" help:"Set up a schedule that makes a batch of the same requests again and again."`
	Pause  schedulePauseCmd  `cmd:"" help:"Pause a schedule: nothing new is made."`
	Resume scheduleResumeCmd `cmd:"" help:"Go on with a schedule that is paused."`
	Run    scheduleRunCmd    `cmd:"" help:"Make a batch of a schedule at once."`
	Runs   scheduleRunsCmd   `cmd:"" help:"List what became of a schedule's times, the newest first."`
	Delete scheduleDeleteCmd `cmd:"" help:"Delete a schedule. The batches that it made stay."`
}

type scheduleListCmd struct{ remoteFlags }

func (c scheduleListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.BatchSchedules().All(e.ctx, nil), "There are no schedules.", []string{"ID", "NAME", "CRON", "ZONE", "REQUESTS", "LAST", "NEXT"}, func(s client.Schedule) []string {
		return []string{s.ID, s.Name, s.Cron, s.Zone, fmt.Sprint(s.Lines), momentOf(s.LastAt), next(s)}
	})
}

func next(s client.Schedule) string {
	if s.Paused {
		return "paused"
	}
	return momentOf(s.NextAt)
}

// aSchedule names a schedule.
type aSchedule struct {
	remoteFlags
	ID string `arg:"" help:"The schedule's id (sched_…)."`
}

// do calls the API and prints the schedule as it stands then.
func (c aSchedule) do(e *env, call func(api client.BatchSchedulesAPI) (client.Schedule, error)) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	s, err := call(api.BatchSchedules())
	if err != nil {
		return err
	}
	return c.printSchedule(e.out, s)
}

func (c remoteFlags) printSchedule(out io.Writer, s client.Schedule) error {
	return c.printOne(out, s, "Schedule", s.ID, "Name", s.Name, "At", s.Cron, "On the clocks of", s.Zone, "Next", next(s), "Why", s.Why, "Last", momentOf(s.LastAt), "Requests", fmt.Sprint(s.Lines), "May wait a day", ticked(s.Native), "Off-peak alone", ticked(s.OffPeak), "Key", s.Key)
}

func ticked(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

type scheduleShowCmd struct{ aSchedule }

func (c scheduleShowCmd) Run(e *env) error {
	return c.do(e, func(api client.BatchSchedulesAPI) (client.Schedule, error) { return api.Show(e.ctx, c.ID, nil) })
}

type schedulePauseCmd struct{ aSchedule }

func (c schedulePauseCmd) Run(e *env) error {
	return c.do(e, func(api client.BatchSchedulesAPI) (client.Schedule, error) { return api.Pause(e.ctx, c.ID) })
}

type scheduleResumeCmd struct{ aSchedule }

func (c scheduleResumeCmd) Run(e *env) error {
	return c.do(e, func(api client.BatchSchedulesAPI) (client.Schedule, error) { return api.Resume(e.ctx, c.ID) })
}

type scheduleCreateCmd struct {
	remoteFlags
	File      string `arg:"" help:"Lines of JSON (.jsonl), or a table (.csv)."`
	Name      string `required:"" help:"Its name."`
	Cron      string `required:"" help:"Minute, hour, day of the month, month, day of the week: \"0 2 * * 1-5\"."`
	Zone      string `default:"UTC" help:"On whose clocks, such as Europe/Berlin."`
	Key       string `required:"" help:"The key whose budgets pay (key_…)."`
	Model     string `help:"Of a table: the model that is asked."`
	System    string `help:"Of a table: instructions. {{column}} is the row's value."`
	Prompt    string `help:"Of a table: what each row asks."`
	IDColumn  string `help:"Of a table: the column by which results are found."`
	MaxOutput int64  `help:"Of a table: the longest answer, in tokens."`
	MaxCost   string `help:"What each batch may cost, in USD; it pauses there."`
	Priority  string `enum:"low,normal,high" default:"normal" help:"low, normal or high."`
	MayWait   bool   `help:"Each batch may wait a day: what its provider answers for half the price then is handed over to it."`
	OffPeak   bool   `help:"Each batch also waits for off-peak hours."`
}

func (c scheduleCreateCmd) Run(e *env) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	format := "jsonl"
	if strings.EqualFold(filepath.Ext(c.File), ".csv") {
		format = "csv"
	}
	api, err := c.client()
	if err != nil {
		return err
	}
	s, err := api.BatchSchedules().Create(e.ctx, client.ScheduleInput{Name: c.Name, Cron: c.Cron, Zone: c.Zone, Key: c.Key, Format: format, Text: string(text), Model: c.Model, System: c.System, Prompt: c.Prompt, IDColumn: c.IDColumn,
		MaxOutput: c.MaxOutput, CapUSD: c.MaxCost, Priority: c.Priority, Native: c.MayWait, OffPeak: c.OffPeak})
	if err != nil {
		return err
	}
	return c.printSchedule(e.out, s)
}

type scheduleRunCmd struct{ aSchedule }

func (c scheduleRunCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	b, err := api.BatchSchedules().Run(e.ctx, c.ID)
	if err != nil {
		return err
	}
	return c.printBatch(e.out, b)
}

type scheduleRunsCmd struct{ aSchedule }

func (c scheduleRunsCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.BatchSchedules().AllRuns(e.ctx, c.ID, nil), "It has not run yet.", []string{"DUE", "OUTCOME", "BATCH", "STATE", "COST USD", "WHY"}, func(r client.Run) []string {
		out := []string{r.DueAt.Format(time.RFC3339), r.Outcome, "", "", "", r.Why}
		if r.Batch != nil {
			out[2], out[3], out[4] = r.Batch.ID, r.Batch.State, r.Batch.CostUSD
		}
		return out
	})
}

type scheduleDeleteCmd struct{ aSchedule }

func (c scheduleDeleteCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.done(e, api.BatchSchedules().Delete(e.ctx, c.ID), "Deleted "+c.ID+".")
}

type hoursCmd struct {
	remoteFlags
	Opens  string   `help:"Each night from, such as 20:00."`
	Closes string   `help:"And until, such as 06:00."`
	Zone   string   `help:"On whose clocks, such as Europe/Berlin."`
	Days   []string `help:"Days that are off-peak as a whole: saturday,sunday; none for none."`
}

// Run shows off-peak hours, and changes what flags say of them.
func (c hoursCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	h, err := api.BatchHours().Show(e.ctx, nil)
	if err != nil {
		return err
	}
	in := h
	for to, v := range map[*string]string{&in.Opens: c.Opens, &in.Closes: c.Closes, &in.Zone: c.Zone} {
		if v != "" {
			*to = v
		}
	}
	if len(c.Days) > 0 {
		in.Days = c.Days
	}
	if len(c.Days) == 1 && c.Days[0] == "none" {
		in.Days = []string{}
	}
	if c.Opens+c.Closes+c.Zone != "" || len(c.Days) > 0 {
		if h, err = api.BatchHours().Set(e.ctx, in); err != nil {
			return err
		}
	}
	return c.printOne(e.out, h, "Each night from", h.Opens, "Until", h.Closes, "All day", strings.Join(h.Days, ", "), "On the clocks of", h.Zone)
}
