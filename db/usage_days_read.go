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

// waysTo are the sheets that can answer, the smallest first: nothing and everything, one dimension by itself, parts, a pair. A day
// may lack those of all ways but the last, if it was made before there were such or has few rows.
func waysTo(r report.Reach, a usage.Ask, tag string, parted bool) (ways [][]part) {
	if tag != "" {
		return [][]part{{{dim: tagSheet}}}
	}
	var parts []part
	if parted {
		parts = partsFor(r, a)
	}
	if !r.All || !r.Under.IsZero() {
		if len(parts) > 0 {
			ways = append(ways, parts)
		}
		return append(ways, []part{{dim: wholeSheet}})
	}
	dims := slices.Clone(a.By)
	for _, f := range a.Where {
		if !slices.Contains(dims, f.Dim) {
			dims = append(dims, f.Dim)
		}
	}
	switch len(dims) {
	case 0:
		return [][]part{{{}}}
	case 1:
		return [][]part{{{dim: string(dims[0])}}}
	}
	pair, paired := pairOf(dims)
	if n := len(parts); n == 1 || n > 1 && !paired {
		ways = append(ways, parts)
	}
	if paired {
		ways = append(ways, []part{{dim: pair}})
	}
	return append(ways, []part{{dim: wholeSheet}})
}

// addSheets adds the sheets of a piece's days up, one in memory at a time.
func addSheets(tx *gorm.DB, r report.Reach, tag string, p piece, sum *fold) (err error) {
	days := p.days
	for _, way := range waysTo(r, sum.ask, tag, p.parted) {
		if days, err = addWay(tx, r, tag, way, p, days, sum); err != nil {
			return err
		}
	}
	return nil
}

// addWay adds days in one way, and gives those that lack its sheets. A day has all parts or none.
func addWay(tx *gorm.DB, r report.Reach, tag string, way []part, p piece, days []usage.Step, sum *fold) (lacking []usage.Step, err error) {
	for i, one := range way {
		without, err := addSheet(tx, r, tag, one, p, days, sum)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			lacking = without
			days = slices.DeleteFunc(slices.Clone(days), func(d usage.Step) bool { return slices.Contains(without, d) })
		}
	}
	return lacking, nil
}

// addSheet adds one sheet of each of some of a piece's days, and gives the days without it. Sheets are read together with the
// days' marks: a day whose mark is gone meanwhile has lost its sheets.
func addSheet(tx *gorm.DB, r report.Reach, tag string, one part, p piece, days []usage.Step, sum *fold) (lacking []usage.Step, err error) {
	if len(days) == 0 {
		return nil, nil
	}
	q := tx.Table("usage_day_marks").Select("usage_day_marks.day, usage_sheets.content").
		Joins("LEFT JOIN usage_sheets ON usage_sheets.org_id = usage_day_marks.org_id AND usage_sheets.day = usage_day_marks.day AND usage_sheets.dim = ?", one.dim).
		Where("usage_day_marks.org_id = ? AND usage_day_marks.day >= ? AND usage_day_marks.day < ? AND until_at <= ?", r.Org, p.From.UTC(), p.To.UTC(), p.To.UTC())
	if len(days) < len(p.days) {
		q = q.Where("usage_day_marks.day IN ?", firsts(days))
	}
	rows, err := q.Order("usage_day_marks.day").Rows()
	if err != nil {
		return nil, err
	}
	still := map[int64]bool{}
	err = each(rows, func() error {
		var day time.Time
		var content []byte
		if err := rows.Scan(&day, &content); err != nil {
			return err
		}
		if still[day.Unix()] = true; content == nil {
			if i := slices.IndexFunc(days, func(d usage.Step) bool { return d.From.Equal(day) }); i >= 0 {
				lacking = append(lacking, days[i])
			}
			return nil // nothing was used, or the whole sheet says
		}
		s, err := decodeSheet(content)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", one.dim, day.UTC(), err)
		}
		return sum.scan(s, sum.step(day.UTC()), r, tag, one)
	})
	if err == nil && slices.ContainsFunc(days, func(d usage.Step) bool { return !still[d.From.Unix()] }) {
		return nil, errGone
	}
	return lacking, err
}

// firsts are the days' first moments, by which they are known.
func firsts(days []usage.Step) []time.Time {
	out := make([]time.Time, len(days))
	for i, d := range days {
		out[i] = d.From.UTC()
	}
	return out
}
