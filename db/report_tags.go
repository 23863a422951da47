package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// mostTagKeys bounds the keys that are offered for choice.
const mostTagKeys = 200

// TagKeys implements report.Store: of the whole organization from days' sheets where there are such.
func (s *ReportStore) TagKeys(ctx context.Context, r report.Reach, from, to time.Time) (keys []string, err error) {
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) (err error) {
		found := map[string]bool{}
		pieces := []piece{{Step: usage.Step{From: from, To: to}}}
		if r.All && r.Under.IsZero() {
			if pieces, err = piecesOf(tx, r.Org, usage.Ask{Steps: []usage.Step{pieces[0].Step}}); err != nil {
				return err
			}
		}
		for _, p := range pieces {
			rest, err := addTagKeys(tx, r, p, found)
			if err != nil {
				return err
			}
			if n := len(rest); n > 0 {
				if err := hourTagKeys(tx, r, usage.Step{From: rest[0].From, To: rest[n-1].To}, found); err != nil {
					return err
				}
			}
		}
		keys = slices.Sorted(maps.Keys(found))
		keys = keys[:min(len(keys), mostTagKeys)]
		return nil
	})
	return keys, err
}

// addTagKeys adds the keys of a piece's days, and gives the days that are known by the hour only.
func addTagKeys(tx *gorm.DB, r report.Reach, p piece, found map[string]bool) (rest []usage.Step, err error) {
	if p.days == nil {
		return []usage.Step{p.Step}, nil
	}
	var sheets []sheetRow
	err = tx.Where("org_id = ? AND day >= ? AND day < ? AND dim = ?", r.Org, p.From.UTC(), p.To.UTC(), keySheet).Find(&sheets).Error
	if err != nil {
		return nil, err
	}
	rest = slices.Clone(p.days)
	for _, row := range sheets {
		s, err := decodeSheet(row.Content)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", keySheet, row.Day.UTC(), err)
		}
		c, err := s.column("tag_key")
		if err != nil {
			return nil, err
		}
		for _, v := range c.values {
			found[string(v)] = true
		}
		rest = slices.DeleteFunc(rest, func(d usage.Step) bool { return d.From.Equal(row.Day) })
	}
	return rest, nil
}

func hourTagKeys(tx *gorm.DB, r report.Reach, d usage.Step, found map[string]bool) error {
	var keys []string
	err := within(tx.Table("usage_tags").Distinct("tag_key"), "usage_tags", r).
		Where("usage_tags.hour >= ? AND usage_tags.hour < ?", d.From.UTC(), d.To.UTC()).
		Order("tag_key").Limit(mostTagKeys).Pluck("tag_key", &keys).Error
	for _, k := range keys {
		found[k] = true
	}
	return err
}
