package db

import (
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type usageSettingRow struct {
	OrgID id.Org `gorm:"column:org_id;primaryKey"`
	Days  int    `gorm:"column:keep_days"`
	// Gone is the beginning of a day in UTC, so no hourly sum is partly before it. Facts before it may be gone; those of
	// late journals may lie there still.
	Gone *time.Time `gorm:"column:gone_before"`
}

// TableName names the table.
func (usageSettingRow) TableName() string { return "usage_settings" }

// goneBefore is the moment before which an organization's facts may be gone: sums must answer there. Zero if none are.
func goneBefore(tx *gorm.DB, o id.Org) (time.Time, error) {
	var row usageSettingRow
	err := tx.Where("org_id = ?", o).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && row.Gone == nil {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return row.Gone.UTC(), nil
}

func earliest(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// spentInHours is spentUnder by hourly sums. Periods begin with an hour or a quarter of one, as sums do.
func spentInHours(tx *gorm.DB, s org.Scope, m ledger.Measure, from, to time.Time) (sum ledger.Units, err error) {
	table := "usage_hours"
	if s.Kind() == org.TagScope {
		table = "usage_tags"
	}
	q := tx.Table(table).Where("org_id = ? AND hour >= ? AND hour < ?", s.Org(), from.UTC(), to.UTC())
	switch s.Kind() {
	case org.OrgScope:
	case org.PoolScope:
		q = q.Where("team_id = ? AND member_id = ?", s.Node(), nobody)
	case org.TagScope:
		key, value, _ := strings.Cut(s.Node(), "=")
		q = q.Where("tag_key = ? AND tag_value = ?", key, value)
	default:
		q = under(q, s)
	}
	err = q.Select("COALESCE(SUM(" + booked[m] + "), 0)").Scan(&sum).Error
	return sum, err
}
