package db

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

var _ usage.RetentionStore = (*UsageStore)(nil)

// KeepFacts implements usage.RetentionStore.
func (s *UsageStore) KeepFacts(ctx context.Context, o id.Org) (days int, ok bool, err error) {
	var row usageSettingRow
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, false, nil
	}
	return row.Days, err == nil, err
}

// SetKeepFacts implements usage.RetentionStore.
func (s *UsageStore) SetKeepFacts(ctx context.Context, o id.Org, days int) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		put := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"keep_days"})}
		return tx.Clauses(put).Create(&usageSettingRow{OrgID: o, Days: days}).Error
	})
}

// Kept implements usage.RetentionStore.
func (s *UsageStore) Kept(ctx context.Context, otherwise int) ([]usage.Kept, error) {
	var rows []struct {
		ID   id.Org `gorm:"column:id"`
		Days *int   `gorm:"column:keep_days"`
		Held bool   `gorm:"column:held"`
	}
	err := s.db.system(ctx, "delete every organization's old facts", func(tx *gorm.DB) error {
		const held = "EXISTS (SELECT 1 FROM legal_holds h WHERE h.org_id = organizations.id AND h.ended_at IS NULL) AS held"
		return tx.Table("organizations").Select("organizations.id, usage_settings.keep_days, " + held).
			Joins("LEFT JOIN usage_settings ON usage_settings.org_id = organizations.id").Order("organizations.id").Find(&rows).Error
	})
	out := make([]usage.Kept, len(rows))
	for i, r := range rows {
		out[i] = usage.Kept{Org: r.ID, Days: otherwise}
		if r.Days != nil {
			out[i].Days = *r.Days
		}
		if r.Held {
			out[i].Days = 0 // a legal hold keeps everything
		}
	}
	return out, err
}

// Going implements usage.RetentionStore. What is gone does not come back, so the moment only moves on.
func (s *UsageStore) Going(ctx context.Context, o id.Org, days int, before time.Time) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			at := before.UTC()
			first := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoNothing: true}
			if err := tx.Clauses(first).Create(&usageSettingRow{OrgID: o, Days: days}).Error; err != nil {
				return err
			}
			return tx.Model(&usageSettingRow{}).Where("org_id = ? AND (gone_before IS NULL OR gone_before < ?)", o, at).Update("gone_before", at).Error
		})
	})
}

// forgetRows is how many facts one transaction deletes of each kind: some 50 ms.
const forgetRows = 1000

// Forget implements usage.RetentionStore. What an attempt booked on a budget's period moves to what the period opened with, so
// that spent stays opening and attempts.
func (s *UsageStore) Forget(ctx context.Context, o id.Org, before, whole time.Time) (more bool, err error) {
	if !s.db.Postgres() {
		whole = time.Time{}
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			if held, err := heldNow(tx, o); err != nil || held {
				more = false
				return err
			}
			upTo, some, err := forgettable(tx, "attempts", o, time.Time{}, before)
			if err != nil {
				return err
			}
			if some {
				more = true
				return forgetAttempts(tx, o, upTo)
			}
			if upTo, some, err = forgettable(tx, "data_incidents", o, time.Time{}, before); err != nil {
				return err
			}
			if some { // they say whose request held what, and lead to it
				more = true
				return tx.Exec("DELETE FROM data_incidents WHERE org_id = ? AND at <= ?", o, upTo).Error
			}
			if upTo, more, err = forgettable(tx, "requests", o, whole, before); err != nil || !more {
				return err
			}
			return tx.Exec("DELETE FROM requests WHERE org_id = ? AND at >= ? AND at <= ?", o, whole.UTC(), upTo).Error
		})
	})
	return more, err
}

// forgettable is up to when the next facts of a table go, and whether there are any.
func forgettable(tx *gorm.DB, table string, o id.Org, from, before time.Time) (upTo time.Time, some bool, err error) {
	var at []time.Time
	err = tx.Table(table).Where("org_id = ? AND at >= ? AND at < ?", o, from.UTC(), before.UTC()).Order("at").Limit(forgetRows).Pluck("at", &at).Error
	if err != nil || len(at) == 0 {
		return time.Time{}, false, err
	}
	return at[len(at)-1].UTC(), true, nil
}

func forgetAttempts(tx *gorm.DB, o id.Org, upTo time.Time) error {
	rows, err := tx.Raw("DELETE FROM attempts WHERE org_id = ? AND at <= ? RETURNING cost_nanos, booked_tokens, booked_requests, accounts", o, upTo).Rows()
	if err != nil {
		return err
	}
	sums := map[ledger.Account]ledger.Units{}
	err = each(rows, func() error {
		var used ledger.Amounts
		var raw []byte
		if err := rows.Scan(&used.Money, &used.Tokens, &used.Requests, &raw); err != nil {
			return err
		}
		var accounts []accountRow
		if err := json.Unmarshal(raw, &accounts); err != nil {
			return fmt.Errorf("accounts: %w", err)
		}
		for _, a := range accounts {
			sums[ledger.Account{Budget: a.Budget, Start: a.Start}] += used.Of(a.Measure)
		}
		return nil
	})
	if err != nil {
		return err
	}
	accounts := slices.SortedFunc(maps.Keys(sums), func(a, b ledger.Account) int {
		return cmp.Or(a.Budget.Compare(b.Budget), cmp.Compare(a.Start, b.Start))
	})
	for _, a := range accounts { // in the order that posting locks them in
		err := tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", o, a.Budget, time.Unix(a.Start, 0).UTC()).
			Update("opening_nanos", gorm.Expr("opening_nanos + ?", sums[a])).Error
		if err != nil {
			return err
		}
	}
	return nil
}
