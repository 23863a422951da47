package batch

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// SchedulesPage is all schedules.
type SchedulesPage struct {
	Shell     layout.Shell
	Tabs      []ui.Tab
	Rows      []ScheduleRow
	CanCreate bool
}

// ScheduleRow is one schedule of a list. State is set where it has no next time.
type ScheduleRow struct {
	Name, Href, Key, Cron, Zone, Lines string
	Ran                                bool
	Last, Next                         ui.When
	State                              ui.StatusProps
}

// SchedulePage is one schedule.
type SchedulePage struct {
	Shell     layout.Shell
	Name      string
	Href      string
	State     ui.StatusProps
	Why       string
	Facts     []ui.Fact
	Kept      string // how long runs are listed
	Runs      []RunRow
	Paused    bool
	CanChange bool
	Run       ui.ConfirmProps
	Delete    ui.ConfirmProps
}

// RunRow is one time of a schedule.
type RunRow struct {
	Href, Why, Lines, Cost, Exact string
	Due                           ui.When
	State                         ui.StatusProps
}

// HoursPage is the off-peak hours: a form, or facts for those who may not change them.
type HoursPage struct {
	Shell               layout.Shell
	Tabs                []ui.Tab
	CanChange           bool
	Now, Whose          string
	Opens, Closes, Zone string
	Days                []Day
	Facts               []ui.Fact
	Form                string
	Errors              map[string]string
}

// Day is a day of a week that may be off-peak as a whole.
type Day struct {
	Value, Label string
	Checked      bool
}
