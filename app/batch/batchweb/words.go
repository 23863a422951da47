package batchweb

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	schedules = pages + "/schedules"
	hours     = pages + "/hours"
)

func tabs(on string) []ui.Tab {
	return []ui.Tab{{Label: "Batches", Href: pages, Active: on == pages}, {Label: "Schedules", Href: schedules, Active: on == schedules}, {Label: "Off-peak hours", Href: hours, Active: on == hours}}
}

// weekdays are the days of a week as pages list them.
var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// inWords says when off-peak hours are: "20:00 to 06:00, Saturday and Sunday all day (Europe/Berlin)".
func inWords(h *batch.Hours) string {
	var parts, days []string
	if h.Opens != h.Closes {
		parts = append(parts, batch.TimeOfDay(h.Opens)+" to "+batch.TimeOfDay(h.Closes))
	}
	for _, d := range weekdays {
		for _, off := range h.Days {
			if off == d {
				days = append(days, d.String())
			}
		}
	}
	if n := len(days); n > 0 {
		text := days[n-1]
		if n > 1 {
			text = strings.Join(days[:n-1], ", ") + " and " + text
		}
		parts = append(parts, text+" all day")
	}
	return strings.Join(parts, ", ") + " (" + h.Zone + ")"
}
