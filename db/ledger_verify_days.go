package db

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// verifyDays compares each day's sheets, those that pages may read, with its hours. One that is out of date is nobody's answer.
func verifyDays(tx *gorm.DB, r *budget.Report) error {
	var days []dayMarkRow
	if err := tx.Where("version = " + marksOf).Order("org_id, day").Find(&days).Error; err != nil {
		return err
	}
	for _, d := range days {
		var want usageRow
		err := tx.Table("usage_hours").Select(keptSums).Where("org_id = ? AND hour >= ? AND hour < ?", d.OrgID, d.Day.UTC(), d.Until.UTC()).Having("COUNT(*) > 0").Scan(&want).Error
		if err != nil {
			return err
		}
		var sheets []sheetRow
		if err := tx.Where("org_id = ? AND day = ? AND dim NOT IN ?", d.OrgID, d.Day.UTC(), []string{tagSheet, keySheet, speedSheet, loadSheet, endSheet}).Order("dim").Find(&sheets).Error; err != nil {
			return err
		}
		if len(sheets) == 0 {
			r.Violate("organization %s: the day of %s has no sums, its hours %s", d.OrgID, d.Day.UTC().Format(time.RFC3339), money.USD(want.Cost))
		}
		sums := map[string]*usage.Totals{} // all parts by members are one, as are those by teams and hours
		for _, s := range sheets {
			name, _, parted := strings.Cut(s.Dim, ":")
			if parted {
				name += " in parts"
			}
			have, err := s.total()
			if sums[name] == nil {
				sums[name] = new(usage.Totals)
			}
			if err = errors.Join(err, sums[name].Add(have)); err != nil {
				r.Violate("organization %s: the day of %s by %q cannot be read: %v", d.OrgID, d.Day.UTC().Format(time.RFC3339), s.Dim, err)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(sums)) {
			if have := *sums[name]; have != want.totals() {
				r.Violate("organization %s: the day of %s by %q says %d requests for $%s, its hours %d for $%s", d.OrgID, d.Day.UTC().Format(time.RFC3339), name,
					have.Requests, have.Cost, want.Requests, want.Cost)
			}
		}
	}
	return nil
}

// total is what a sheet comes to.
func (r *sheetRow) total() (usage.Totals, error) {
	s, err := decodeSheet(r.Content)
	if err != nil {
		return usage.Totals{}, err
	}
	f := newFold(usage.Ask{Steps: make([]usage.Step, 1)})
	if err := f.scan(s, 0, report.Reach{All: true}, "", part{}); err != nil {
		return usage.Totals{}, fmt.Errorf("adding up: %w", err)
	}
	return *f.of(spot{}), nil
}
