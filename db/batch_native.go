package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type nativeBatchRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	BatchID      id.Batch      `gorm:"column:batch_id;primaryKey"`
	ID           string        `gorm:"column:id;primaryKey"`
	ConnectionID id.Connection `gorm:"column:connection_id"`
	Provider     string        `gorm:"column:provider"`
	Model        string        `gorm:"column:model"`
	Path         string        `gorm:"column:path"`
	State        string        `gorm:"column:state"`
	Remote       string        `gorm:"column:ticket"`
	Why          string        `gorm:"column:why"`
	Lines        int           `gorm:"column:lines"`
	Done         int           `gorm:"column:done"`
	Since        time.Time     `gorm:"column:since"`
	TakenBackAt  *time.Time    `gorm:"column:recalled_at"`
}

// TableName names the table.
func (nativeBatchRow) TableName() string { return "batch_loads" }

type parcelRow struct {
	OrgID   id.Org   `gorm:"column:org_id;primaryKey"`
	BatchID id.Batch `gorm:"column:batch_id;primaryKey"`
	LoadID  string   `gorm:"column:load_id;primaryKey"`
	Number  int      `gorm:"column:number;primaryKey;autoIncrement:false"`
	Deposit string   `gorm:"column:deposit"`
}

// TableName names the table.
func (parcelRow) TableName() string { return "batch_parcels" }

var _ batch.NativeStore = (*BatchStore)(nil)

// Loads implements batch.NativeStore. Ids grow with time.
func (s *BatchStore) NativeBatches(ctx context.Context, o id.Org, b id.Batch) (out []batch.NativeBatch, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []nativeBatchRow
		err := tx.Where("org_id = ? AND batch_id = ?", o, b).Order("id").Find(&rows).Error
		for _, r := range rows {
			out = append(out, batch.NativeBatch{Org: r.OrgID, Batch: r.BatchID, ID: r.ID, Connection: r.ConnectionID, Provider: r.Provider, Model: r.Model, Path: r.Path, State: batch.NativeState(r.State),
				Remote: r.Remote, Why: r.Why, Lines: r.Lines, Done: r.Done, Since: r.Since.UTC(), TakenBackAt: orZero(r.TakenBackAt)})
		}
		return err
	})
	return out, err
}

// SaveNative implements batch.NativeStore.
func (s *BatchStore) SaveNative(ctx context.Context, l batch.NativeBatch, token string) error {
	return s.lines(ctx, l.Org, l.Batch, token, func(tx *gorm.DB) error { return saveLoad(tx, &l) })
}

func saveLoad(tx *gorm.DB, l *batch.NativeBatch) error {
	why := l.Why
	clean(&why)
	row := nativeBatchRow{OrgID: l.Org, BatchID: l.Batch, ID: l.ID, ConnectionID: l.Connection, Provider: l.Provider, Model: l.Model, Path: l.Path, State: string(l.State), Remote: l.Remote, Why: why,
		Lines: l.Lines, Done: l.Done, Since: l.Since.UTC(), TakenBackAt: orNull(l.TakenBackAt)}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "batch_id"}, {Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"state", "ticket", "why", "lines", "done", "since", "recalled_at"})}).Create(&row).Error
}

// Known implements batch.NativeStore.
func (s *BatchStore) Known(ctx context.Context, o id.Org, ticket string) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&nativeBatchRow{}).Where("org_id = ? AND ticket = ?", o, ticket).Count(&n).Error
	})
	return n > 0, err
}

// Pack implements batch.NativeStore.
func (s *BatchStore) SaveHanded(ctx context.Context, l batch.NativeBatch, token string, packed []batch.HandedLine) error {
	items, rows := make([]batch.SealedItem, len(packed)), make([]parcelRow, len(packed))
	for n := range packed {
		text, err := json.Marshal(packed[n].Deposit)
		if err != nil {
			return fmt.Errorf("batch %s: line %d: %w", l.Batch, packed[n].Number, err)
		}
		items[n] = batch.SealedItem{Item: packed[n].Item, Sealed: packed[n].Sealed}
		rows[n] = parcelRow{l.Org, l.Batch, l.ID, packed[n].Number, string(text)}
	}
	return s.lines(ctx, l.Org, l.Batch, token, func(tx *gorm.DB) error {
		if err := saveLoad(tx, &l); err != nil || len(rows) == 0 {
			return err
		}
		if err := putItems(tx, l.Org, l.Batch, items); err != nil {
			return err
		}
		return tx.Create(&rows).Error
	})
}

// OpenHanded implements batch.NativeStore.
func (s *BatchStore) OpenHanded(ctx context.Context, l batch.NativeBatch, numbers []int, after, limit int) (out []batch.HandedLine, err error) {
	err = s.db.scoped(ctx, l.Org, func(tx *gorm.DB) error {
		var parcels []parcelRow
		find := tx.Where("org_id = ? AND batch_id = ? AND load_id = ? AND number > ?", l.Org, l.Batch, l.ID, after)
		if numbers != nil {
			find = find.Where("number IN ?", numbers)
		}
		if err := find.Order("number").Limit(limit).Find(&parcels).Error; err != nil || len(parcels) == 0 {
			return err
		}
		found := make([]int, len(parcels))
		for n := range parcels {
			found[n] = parcels[n].Number
		}
		var items []batchItemRow
		if err := tx.Where("org_id = ? AND batch_id = ? AND number IN ?", l.Org, l.Batch, found).Order("number").Find(&items).Error; err != nil {
			return err
		}
		if len(items) != len(parcels) {
			return fmt.Errorf("batch %s: %d lines of %d that were handed over", l.Batch, len(items), len(parcels))
		}
		for n := range items {
			p := batch.HandedLine{Item: items[n].item(), Sealed: items[n].Sealed}
			if err := json.Unmarshal([]byte(parcels[n].Deposit), &p.Deposit); err != nil {
				return fmt.Errorf("batch %s: line %d: %w", l.Batch, p.Number, err)
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// Return implements batch.NativeStore. Lines and ledger change together: nothing is settled twice, whoever is killed when.
func (s *BatchStore) SaveResults(ctx context.Context, l batch.NativeBatch, token string, items []batch.SealedItem, booked budget.Batch) error {
	books := NewLedgerStore(s.db)
	if err := books.ensureDaysOf(ctx, booked); err != nil {
		return err
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		err := s.lines(ctx, l.Org, l.Batch, token, func(tx *gorm.DB) error {
			if err := putItems(tx, l.Org, l.Batch, items); err != nil {
				return err
			}
			numbers := make([]int, len(items))
			for n := range items {
				numbers[n] = items[n].Number
			}
			res := tx.Where("org_id = ? AND batch_id = ? AND load_id = ? AND number IN ?", l.Org, l.Batch, l.ID, numbers).Delete(&parcelRow{})
			if res.Error == nil && int(res.RowsAffected) != len(items) {
				return fmt.Errorf("batch %s: %d lines came back, %d of them are handed over", l.Batch, len(items), res.RowsAffected)
			}
			return res.Error
		})
		if err != nil || len(booked.Attempts) == 0 {
			return err
		}
		return s.db.system(ctx, "settle what was handed over", func(tx *gorm.DB) error { return books.correct(tx, booked) })
	})
}

// correct books settlements of what was booked before, in its periods and hours, on no node's lease: what is given back is free for all
// nodes at once.
func (s *LedgerStore) correct(tx *gorm.DB, b budget.Batch) error {
	costs, owners := costsOf(b)
	b, late, err := ensurePeriods(tx, owners, b)
	if err != nil {
		return err
	}
	if err := s.insertFacts(tx, b); err != nil {
		return err
	}
	if err := s.addUsage(tx, b); err != nil {
		return err
	}
	if err := addIncidents(tx, b); err != nil {
		return err
	}
	locked, err := lockAccounts(tx, owners)
	if err != nil {
		return err
	}
	if err := passOn(tx, locked, b); err != nil {
		return err
	}
	if err := bookLate(tx, locked, late); err != nil {
		return err
	}
	for a, p := range locked {
		err := tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", p.period.OrgID, a.Budget, p.period.StartsAt).
			Updates(map[string]any{"spent_nanos": p.period.Spent + costs[a], "opening_nanos": p.period.Opening}).Error
		if err != nil {
			return err
		}
	}
	return nil
}
