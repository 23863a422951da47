package operator

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Defaults are what holds for organizations that set nothing themselves. Zero is what is built in.
type Defaults struct {
	KeepDays   int `json:"keep_days"`   // how long single requests are kept, in days
	AuditDays  int `json:"audit_days"`  // how long entries of the audit log are kept, in days
	TrialDays  int `json:"trial_days"`  // how long a trial that begins lasts, in days
	TrialSeats int `json:"trial_seats"` // how many people may be active in a trial
}

// Default is one of them: its name in forms and in the store, what it is in words, what is built in, and what is allowed.
type Default struct {
	Name, Says         string
	Built, Least, Most int
	of                 func(*Defaults) *int
}

// Of is where d keeps it.
func (r Default) Of(d *Defaults) *int { return r.of(d) }

// Ranges are all of them. The rooms that they hold in say the same numbers; a test of package app compares.
var Ranges = [...]Default{
	{"keep_days", "requests kept for %d days", 30, 7, 3650, func(d *Defaults) *int { return &d.KeepDays }},
	{"audit_days", "audit entries kept for %d days", 90, 30, 3650, func(d *Defaults) *int { return &d.AuditDays }},
	{"trial_days", "trials of %d days", 14, 1, 365, func(d *Defaults) *int { return &d.TrialDays }},
	{"trial_seats", "trials for %d people", 25, 1, 500, func(d *Defaults) *int { return &d.TrialSeats }},
}

// Whole is the same with what is built in instead of zero.
func (d Defaults) Whole() Defaults {
	for _, r := range Ranges {
		if n := r.of(&d); *n == 0 {
			*n = r.Built
		}
	}
	return d
}

func (s Settings) whole() Settings {
	s.BackupDays, s.Defaults = s.Warn(), s.Defaults.Whole()
	return s
}

// check refuses the first that is out of its range.
func (d Defaults) check() error {
	for _, r := range Ranges {
		if n := *r.of(&d); n != 0 && (n < r.Least || n > r.Most) {
			return fault.Field(r.Name, fmt.Sprintf("Use a whole number from %d to %d.", r.Least, r.Most))
		}
	}
	return nil
}

// changed says in words what is different.
func (d Defaults) changed(after Defaults) (out []string) {
	d, after = d.Whole(), after.Whole()
	for _, r := range Ranges {
		if was, is := *r.of(&d), *r.of(&after); was != is {
			said := fmt.Sprintf(r.Says, is)
			if is == 1 {
				said = strings.NewReplacer("days", "day", "people", "person").Replace(said)
			}
			out = append(out, said+fmt.Sprintf(" (was %d)", was))
		}
	}
	return out
}
