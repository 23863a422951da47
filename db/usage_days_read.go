package db

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// errGone says that a day's sheets were taken away after they were found: its organization moved to another zone.
var errGone = errors.New("db: a day's sums are gone")

// sheetFor is the smallest sheet that can answer: nothing and everything, or one dimension, by themselves.
func sheetFor(r report.Reach, a usage.Ask, tag string) string {
	switch {
	case tag != "":
		return tagSheet
	case !r.All || !r.Under.IsZero():
		return wholeSheet
	}
	dims := slices.Clone(a.By)
	for _, f := range a.Where {
		if !slices.Contains(dims, f.Dim) {
			dims = append(dims, f.Dim)
		}
	}
	switch len(dims) {
	case 0:
		return ""
	case 1:
		return string(dims[0])
	}
	return wholeSheet
}

// addSheets adds the sheets of a piece's days up, one in memory at a time.
func addSheets(tx *gorm.DB, r report.Reach, tag string, p piece, sum *fold) error {
	dim := sheetFor(r, sum.ask, tag)
	rows, err := tx.Table("usage_sheets").Select("day, content").Where("org_id = ? AND day >= ? AND day < ? AND dim = ?", r.Org, p.From.UTC(), p.To.UTC(), dim).Order("day").Rows()
	if err != nil {
		return err
	}
	err = each(rows, func() error {
		var day time.Time
		var content []byte
		if err := rows.Scan(&day, &content); err != nil {
			return err
		}
		s, err := decodeSheet(content)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", dim, day.UTC(), err)
		}
		return sum.scan(s, sum.step(day.UTC()), r, tag)
	})
	if err != nil {
		return err
	}
	var still []time.Time
	err = tx.Model(&dayMarkRow{}).Where("org_id = ? AND day >= ? AND until_at <= ?", r.Org, p.From.UTC(), p.To.UTC()).Pluck("day", &still).Error
	if err == nil && slices.ContainsFunc(p.days, func(d usage.Step) bool { return !slices.ContainsFunc(still, d.From.Equal) }) {
		return errGone
	}
	return err
}
