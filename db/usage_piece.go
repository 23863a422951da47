package db

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// piece is a part of an ask's span: days that there are sheets of, hours of one such day, or the rest.
type piece struct {
	usage.Step
	days     []usage.Step
	parted   bool        // some of the days are kept in parts
	hours    *usage.Step // the day that these are hours of, which is kept in parts
	editions []int64     // of the days, or of the day that these are hours of
}

// piecesOf cuts an ask's span into days that there are sheets of and the rest. A day counts if it lies within one step; of one
// that does not, and is kept in parts, its hours do.
func piecesOf(tx *gorm.DB, o id.Org, a usage.Ask) ([]piece, error) {
	all := usage.Step{From: a.Steps[0].From, To: a.Steps[len(a.Steps)-1].To}
	marks, err := goodMarks(tx, o, all)
	if err != nil {
		return nil, err
	}
	var out []piece
	at := all.From
	for _, m := range marks {
		d := m.step()
		p := piece{Step: d, days: []usage.Step{d}, parted: m.Parted, editions: []int64{m.Edition}}
		if !slices.ContainsFunc(a.Steps, func(s usage.Step) bool { return !d.From.Before(s.From) && !d.To.After(s.To) }) {
			if p = hoursOfDay(a, all, d); !m.Parted || p.hours == nil {
				continue
			}
			p.editions = []int64{m.Edition}
		}
		if p.From.Before(at) {
			continue
		}
		if at.Before(p.From) {
			out = append(out, piece{Step: usage.Step{From: at, To: p.From}})
		}
		if n := len(out); n > 0 && out[n-1].days != nil && p.days != nil {
			before := &out[n-1]
			before.To, before.days, before.editions, before.parted = d.To, append(before.days, d), append(before.editions, m.Edition), before.parted || m.Parted
		} else {
			out = append(out, p)
		}
		at = p.To
	}
	if at.Before(all.To) {
		out = append(out, piece{Step: usage.Step{From: at, To: all.To}})
	}
	return out, nil
}

// hoursOfDay is what of a day lies within a span, if every bound within it is one of the day's hours.
func hoursOfDay(a usage.Ask, all, d usage.Step) piece {
	p := piece{Step: d, hours: &d}
	if all.From.After(p.From) {
		p.From = all.From
	}
	if all.To.Before(p.To) {
		p.To = all.To
	}
	inside := func(t time.Time) bool { return t.Sub(d.From)%time.Hour == 0 || !t.Before(d.To) }
	if !inside(p.From) || !inside(p.To) || slices.ContainsFunc(a.Steps, func(s usage.Step) bool { return s.From.After(p.From) && s.From.Before(p.To) && !inside(s.From) }) {
		return piece{}
	}
	return p
}

// table is the smallest one that can answer by the hour.
func (p piece) table(r report.Reach, a usage.Ask, tag string) string {
	small := func(d usage.Dim) bool { return d == usage.Model || d == usage.Connection }
	switch {
	case tag != "":
		return "usage_tags"
	case r.All && r.Under.IsZero() && !slices.ContainsFunc(a.By, func(d usage.Dim) bool { return !small(d) }) && !slices.ContainsFunc(a.Where, func(f usage.Filter) bool { return !small(f.Dim) }):
		return "usage_totals"
	}
	return "usage_hours"
}
