package batch

import (
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Hours are an organization's off-peak hours: some hours of each night, and some days as a whole. A batch that waits for them is begun when
// they begin, comes to rest when they end, and goes on when they begin again.
type Hours struct {
	Zone string // on whose clocks
	// Opens and Closes are minutes of a day. From Closes on until Opens it is no off-peak time, but on Days. The same twice is no hours but
	// on Days.
	Opens, Closes int
	Days          []time.Weekday // off-peak from midnight to midnight; in order, each once
}

const dayMinutes = 24 * 60

// UsualHours are an organization's that has said nothing: the nights from 20:00 to 06:00, and weekends.
func UsualHours(zone string) Hours {
	return Hours{Zone: zone, Opens: 20 * 60, Closes: 6 * 60, Days: []time.Weekday{time.Sunday, time.Saturday}}
}

// check refuses hours that never come, or that never end.
func (h *Hours) check() error {
	slices.Sort(h.Days)
	h.Days = slices.Compact(h.Days)
	if _, err := Zone(h.Zone); err != nil {
		return err
	}
	switch bad := func(m int) bool { return m < 0 || m >= dayMinutes }; {
	case bad(h.Opens):
		return fault.Field("opens", "Write a time of day, such as 20:00.")
	case bad(h.Closes):
		return fault.Field("closes", "Write a time of day, such as 06:00.")
	case len(h.Days) > 7 || slices.ContainsFunc(h.Days, func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }):
		return fault.Field("days", "The days are days of a week.")
	case h.Opens == h.Closes && len(h.Days) == 0:
		return fault.Field("closes", "The hours end when they begin, and no day is off-peak as a whole: nothing would ever run. Choose other times, or a day.")
	case len(h.Days) == 7:
		return fault.Field("days", "All days are off-peak as a whole, so there is nothing to wait for. Leave one out.")
	}
	return nil
}

// In reports whether a moment is off-peak. A zone that is unknown here has none of its own: it is read as UTC.
func (h *Hours) In(at time.Time) bool { return h.in(at, h.zone()) }

func (h *Hours) zone() *time.Location {
	if zone, err := Zone(h.Zone); err == nil {
		return zone
	}
	return time.UTC
}

func (h *Hours) in(at time.Time, zone *time.Location) bool {
	t := at.In(zone)
	if slices.Contains(h.Days, t.Weekday()) {
		return true
	}
	minute := t.Hour()*60 + t.Minute()
	if h.Opens <= h.Closes {
		return minute >= h.Opens && minute < h.Closes
	}
	return minute >= h.Opens || minute < h.Closes
}

// Next is the first off-peak moment from another one on: that one itself if it is. It goes by the minute through clocks that jump, so
// what In says is what holds.
func (h *Hours) Next(from time.Time) time.Time {
	zone := h.zone()
	if h.in(from, zone) {
		return from
	}
	at := from.Truncate(time.Minute)
	for range 8 * dayMinutes {
		if at = at.Add(time.Minute); h.in(at, zone) {
			return at
		}
	}
	return at // not reached: check wants hours that come each week
}
