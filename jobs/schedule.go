package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/robfig/cron/v3"
)

// Periodic is one row of the schedule. One node of all runs it, and a failure is tried again like any job's. What
// lives on a node's own disk does not belong here: the journal, for one, trims itself.
type Periodic struct {
	// Name is stored with waiting runs, so it does not change.
	Name string
	// Cron is five fields in UTC, or @hourly, @daily, @every 10m.
	Cron string
	// AtStart also runs it when a node takes over the schedule.
	AtStart bool
	// Run does the work. It must be idempotent. nil leaves the row out, e.g. in a process without the room.
	Run func(ctx context.Context) error
}

// Chores are the functions the schedule calls; app.New fills them from the rooms.
type Chores struct {
	ExpireSessions func(ctx context.Context) error // delete sessions that have expired
	EnsureDays     func(ctx context.Context) error // make the coming days' partitions
	RefreshPrices  func(ctx context.Context) error // fetch the price catalogue
	Reconcile      func(ctx context.Context) error // read the providers' cost reports
	PruneAudit     func(ctx context.Context) error // remove audit entries that are old enough
	ForgetReplays  func(ctx context.Context) error // forget answers kept for Idempotency-Key
	SweepMail      func(ctx context.Context) error // delete old mail orders
	SweepFeedback  func(ctx context.Context) error // delete feedback that counts no more
	SweepTexts     func(ctx context.Context) error // delete texts of requests whose time is over
	EndErasures    func(ctx context.Context) error // erase what came into the books behind an erasure
	SweepNotices   func(ctx context.Context) error // delete old lines of inboxes
	SendEvents     func(ctx context.Context) error // send what is due to people and channels
	WarnOfBudgets  func(ctx context.Context) error // tell people of budgets that will not last
	LookAtSpend    func(ctx context.Context) error // tell people of spend that is unusual
	WarnOfKeys     func(ctx context.Context) error // tell people that keys end soon
	CheckDomains   func(ctx context.Context) error // look for claimed domains' records again
	RefreshModels  func(ctx context.Context) error // ask connections for their models
	ForgetFacts    func(ctx context.Context) error // delete requests that are older than they are kept
	SyncBilling    func(ctx context.Context) error // bring paid seats to the people who count
	KeepDays       func(ctx context.Context) error // add up the usage of days that are over
	SendReports    func(ctx context.Context) error // make and send the reports that are due
	Judge          func(ctx context.Context) error // end the experiments that are decided
}

// Schedule is all the periodic work of the program. The minutes are odd, because everybody else's jobs run at :00.
func Schedule(c Chores) []Periodic {
	return []Periodic{
		{Name: "ensure_days", Cron: "11 */6 * * *", AtStart: true, Run: c.EnsureDays},
		{Name: "expire_sessions", Cron: "17 * * * *", Run: c.ExpireSessions},
		{Name: "refresh_prices", Cron: "23 5 * * *", AtStart: true, Run: c.RefreshPrices},
		{Name: "reconcile", Cron: "47 4 * * *", Run: c.Reconcile},
		{Name: "prune_audit", Cron: "41 3 * * *", Run: c.PruneAudit},
		{Name: "forget_replays", Cron: "53 * * * *", Run: c.ForgetReplays},
		{Name: "sweep_mail", Cron: "37 3 * * *", Run: c.SweepMail},
		{Name: "sweep_feedback", Cron: "41 3 * * *", Run: c.SweepFeedback},
		{Name: "sweep_texts", Cron: "49 * * * *", Run: c.SweepTexts},
		{Name: "end_erasures", Cron: "3-59/5 * * * *", AtStart: true, Run: c.EndErasures},
		{Name: "sweep_notices", Cron: "43 3 * * *", Run: c.SweepNotices},
		{Name: "send_events", Cron: "* * * * *", AtStart: true, Run: c.SendEvents},
		{Name: "warn_of_budgets", Cron: "27 */6 * * *", Run: c.WarnOfBudgets},
		{Name: "look_at_spend", Cron: "9 * * * *", Run: c.LookAtSpend},
		{Name: "warn_of_keys", Cron: "19 6 * * *", AtStart: true, Run: c.WarnOfKeys},
		{Name: "check_domains", Cron: "53 2 * * *", Run: c.CheckDomains},
		{Name: "refresh_models", Cron: "37 */6 * * *", Run: c.RefreshModels},
		{Name: "forget_facts", Cron: "29 * * * *", Run: c.ForgetFacts},
		{Name: "sync_billing", Cron: "31 1 * * *", Run: c.SyncBilling},
		{Name: "keep_days", Cron: "6-59/10 * * * *", AtStart: true, Run: c.KeepDays},
		{Name: "judge", Cron: "* * * * *", AtStart: true, Run: c.Judge},
		{Name: "send_reports", Cron: "*/5 * * * *", AtStart: true, Run: c.SendReports}, // at :00, because people chose the hour
	}
}

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Due reports whether the row's time came after one moment, and by another at the latest.
func (p Periodic) Due(after, by time.Time) (bool, error) {
	schedule, err := parser.Parse(p.Cron)
	return err == nil && !utc{schedule}.Next(after).After(by), err
}

// longest is what a tick may take; no other job may take longer.
const longest = 10 * time.Minute

// tick is the job behind each row: the queue holds at most one unfinished tick per name.
type tick struct {
	Name string `json:"name" river:"unique"`
}

// Kind implements work.Args.
func (tick) Kind() string { return "periodic" }

// unfinished are the states in which another tick of the same name would be one too many.
var unfinished = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled}

// timetable turns the schedule into River's periodic jobs and registers their worker.
func timetable(rows []Periodic, w *Workers) ([]*river.PeriodicJob, error) {
	chores := map[string]func(ctx context.Context) error{}
	var out []*river.PeriodicJob
	for _, p := range rows {
		schedule, err := parser.Parse(p.Cron)
		if err != nil {
			return nil, fmt.Errorf("schedule of %s: %w", p.Name, err)
		}
		if chores[p.Name] != nil {
			return nil, fmt.Errorf("schedule: %s is listed twice", p.Name)
		}
		if p.Run == nil {
			continue
		}
		chores[p.Name] = p.Run
		once := func() (river.JobArgs, *river.InsertOpts) {
			return tick{p.Name}, &river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
		}
		out = append(out, river.NewPeriodicJob(utc{schedule}, once, &river.PeriodicJobOpts{ID: p.Name, RunOnStart: p.AtStart}))
	}
	return out, Add(w, longest, func(ctx context.Context, t tick) error {
		run := chores[t.Name]
		if run == nil {
			return river.JobCancel(errors.New("the schedule no longer has it"))
		}
		return run(ctx)
	})
}

// utc reads a cron line in UTC, whatever zone the machine is in.
type utc struct{ cron.Schedule }

// Next implements river.PeriodicSchedule.
func (u utc) Next(now time.Time) time.Time { return u.Schedule.Next(now.UTC()) }
