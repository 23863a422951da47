package db

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// mostHours is how many hours a day can have, where clocks are put back.
const mostHours = 25

// hourPart is the name of the part with the rows of a day's nth hour, counted from its first moment.
func hourPart(n int) string { return fmt.Sprintf("hour:%02d", n) }

// nthHour is which of a day's hours a moment lies in.
func nthHour(d usage.Step, at time.Time) int { return int(at.Sub(d.From) / time.Hour) }

// hourEnd is where that hour ends, or the day.
func hourEnd(d usage.Step, n int) time.Time {
	end := d.From.Add(time.Duration(n+1) * time.Hour)
	if end.After(d.To) {
		return d.To
	}
	return end
}

// hourParts are all names.
func hourParts() (out []string) {
	for n := range mostHours {
		out = append(out, hourPart(n))
	}
	return out
}

// readHour reads the rows of a part of an hour, into all of the day and into the hour's part.
func (d *dayUnderWay) readHour(tx *gorm.DB, span usage.Step) error {
	rows := newSheet(hourOwn...)
	if err := rows.read(tx, "usage_hours", d.org, span); err != nil {
		return err
	}
	for n := range rows.sums {
		d.all.add(rows.valuesOf(n), &rows.sums[n])
	}
	name := hourPart(nthHour(d.Step, span.From))
	if before, ok := d.parts[name]; ok {
		if err := rows.merge(before); err != nil {
			return err
		}
	} else if span.From.Sub(d.From)%time.Hour != 0 {
		return nil // the hour's beginning is in none: fillHours reads all of it
	}
	d.parts[name] = rows.encode()
	return nil
}

// fillHours reads the hours that a day which was few rows until now has no parts of.
func (s *UsageStore) fillHours(ctx context.Context, o id.Org, d *dayUnderWay) error {
	for n := 0; hourEnd(d.Step, n-1).Before(d.To); n++ {
		if _, ok := d.parts[hourPart(n)]; ok {
			continue
		}
		rows := newSheet(hourOwn...)
		span := usage.Step{From: d.From.Add(time.Duration(n) * time.Hour), To: hourEnd(d.Step, n)}
		if err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return rows.read(tx, "usage_hours", o, span) }); err != nil {
			return err
		}
		d.parts[hourPart(n)] = rows.encode()
	}
	return nil
}

// addHourParts adds hours of one day from their parts.
func addHourParts(tx *gorm.DB, r report.Reach, a usage.Ask, p piece, sum *fold) error {
	at := map[string]int{}
	names := []string{}
	for n := nthHour(*p.hours, p.From); p.hours.From.Add(time.Duration(n) * time.Hour).Before(p.To); n++ {
		at[hourPart(n)] = n
		names = append(names, hourPart(n))
	}
	var sheets []sheetRow
	if err := tx.Where("org_id = ? AND day = ? AND dim IN ?", r.Org, p.hours.From.UTC(), names).Find(&sheets).Error; err != nil {
		return err
	}
	if len(sheets) != len(names) { // the day was taken away meanwhile
		return addPiece(tx, r, a, "", p, sum)
	}
	for _, row := range sheets {
		s, err := decodeSheet(row.Content)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", row.Dim, row.Day.UTC(), err)
		}
		if err := sum.scan(s, sum.step(p.hours.From.Add(time.Duration(at[row.Dim])*time.Hour)), r, "", part{}); err != nil {
			return err
		}
	}
	return nil
}
