package db

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// hourSheet is the name of a day's hours among its sheets: what a whole organization came to in each. Maps of the week and
// forecasts read a month of them; usage_totals has a row for every model, and there are many.
const hourSheet = "hours"

// readHours reads what the day's hours came to.
func (d *dayUnderWay) readHours(tx *gorm.DB) error {
	var rows []usageRow
	err := tx.Table("usage_totals").Select("hour AS slot, "+keptSums).Where("org_id = ? AND hour >= ? AND hour < ?", d.org, d.From.UTC(), d.To.UTC()).Group("hour").Find(&rows).Error
	for _, r := range rows {
		d.hours.add([]string{strconv.FormatInt(r.Slot.Unix(), 10)}, &[counts]int64{r.Requests, r.Errors, r.Refused, r.Attempts, r.Input, r.Cached, r.Output, int64(r.Cost)})
	}
	return err
}

// byTheHour reports whether an ask is for what a whole organization came to in steps that are shorter than days.
func byTheHour(r report.Reach, a usage.Ask, tag string) bool {
	return tag == "" && r.All && r.Under.IsZero() && len(a.By) == 0 && len(a.Where) == 0 && len(a.Steps) > 1 && a.Steps[0].To.Sub(a.Steps[0].From) < 20*time.Hour
}

// addHourly adds up the hours of days from their sheets, and those that are in no sheet.
func addHourly(tx *gorm.DB, r report.Reach, a usage.Ask, sum *fold) error {
	all := usage.Step{From: a.Steps[0].From, To: a.Steps[len(a.Steps)-1].To}
	pieces, err := piecesOf(tx, r.Org, usage.Ask{Steps: []usage.Step{all}})
	if err != nil {
		return err
	}
	for _, p := range pieces {
		rest := []usage.Step{p.Step}
		if p.days != nil {
			if rest, err = addHourSheets(tx, r, p, sum); err != nil {
				return err
			}
		}
		for _, d := range rest {
			if err := addPiece(tx, r, a, "", piece{Step: d}, sum); err != nil {
				return err
			}
		}
	}
	return nil
}

// addHourSheets adds the hours of a piece's days, and gives the days that have no such sheet.
func addHourSheets(tx *gorm.DB, r report.Reach, p piece, sum *fold) (rest []usage.Step, err error) {
	var sheets []sheetRow
	if err := tx.Where("org_id = ? AND day >= ? AND day < ? AND dim = ?", r.Org, p.From.UTC(), p.To.UTC(), hourSheet).Find(&sheets).Error; err != nil {
		return nil, err
	}
	rest = slices.Clone(p.days)
	for _, row := range sheets {
		at := slices.IndexFunc(rest, func(d usage.Step) bool { return d.From.Equal(row.Day) })
		if at < 0 {
			continue
		}
		rest = slices.Delete(rest, at, at+1)
		if err := addHours(row.Content, sum); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", hourSheet, row.Day.UTC(), err)
		}
	}
	return rest, nil
}

func addHours(content []byte, sum *fold) error {
	s, err := decodeSheet(content)
	if err != nil {
		return err
	}
	c, err := s.column("hour")
	if err != nil {
		return err
	}
	for n := range s.rows {
		at, err := strconv.ParseInt(string(c.values[c.places.at(n)]), 10, 64)
		if err != nil {
			return errSheet
		}
		var t usage.Totals
		if err := s.addRow(n, &t); err != nil {
			return err
		}
		if err := sum.of(spot{step: sum.step(time.Unix(at, 0).UTC())}).Add(t); err != nil {
			return err
		}
	}
	return nil
}
