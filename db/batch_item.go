package db

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

type batchItemRow struct {
	OrgID     id.Org     `gorm:"column:org_id;primaryKey"`
	BatchID   id.Batch   `gorm:"column:batch_id;primaryKey"`
	Number    int        `gorm:"column:number;primaryKey;autoIncrement:false"`
	Place     int64      `gorm:"column:place"`
	Length    int        `gorm:"column:length"`
	Step      string     `gorm:"column:step"`
	Tries     int        `gorm:"column:tries"`
	Losses    int        `gorm:"column:losses"`
	CostNanos int64      `gorm:"column:cost_nanos"`
	LostNanos int64      `gorm:"column:lost_nanos"`
	Status    int        `gorm:"column:status"`
	Code      string     `gorm:"column:code"`
	RequestID id.Request `gorm:"column:request_id"`
	TookUS    int64      `gorm:"column:took_us"`
	Size      int64      `gorm:"column:size"`
	Sealed    []byte     `gorm:"column:sealed"`
}

// TableName names the table.
func (batchItemRow) TableName() string { return "batch_items" }

func (r *batchItemRow) item() batch.Item {
	return batch.Item{Org: r.OrgID, Batch: r.BatchID, Number: r.Number, At: r.Place, Length: r.Length, Step: batch.Step(r.Step), Tries: r.Tries, Losses: r.Losses,
		Cost: money.USD(r.CostNanos), Lost: money.USD(r.LostNanos), Status: r.Status, Code: r.Code, Request: r.RequestID, Took: time.Duration(r.TookUS) * time.Microsecond}
}

// Clear implements batch.Store.
func (s *BatchStore) Clear(ctx context.Context, o id.Org, b id.Batch, token string) error {
	return s.lines(ctx, o, b, token, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND batch_id = ?", o, b).Delete(&batchItemRow{}).Error
	})
}

// lines changes lines, in one transaction that finds the batch to be the node's: touching its row first keeps another node from taking
// it until the transaction ends.
func (s *BatchStore) lines(ctx context.Context, o id.Org, b id.Batch, token string, do func(tx *gorm.DB) error) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.leased(ctx, o, b, token, map[string]any{"lease": token}); err != nil {
			return err
		}
		return s.db.scoped(ctx, o, do)
	})
}

// Index implements batch.Store.
func (s *BatchStore) Index(ctx context.Context, o id.Org, b id.Batch, token string, items []batch.Item) error {
	rows := make([]batchItemRow, len(items))
	for n := range items {
		i := &items[n]
		rows[n] = batchItemRow{OrgID: o, BatchID: b, Number: i.Number, Place: i.At, Length: i.Length, Step: string(i.Step)}
	}
	return s.lines(ctx, o, b, token, func(tx *gorm.DB) error {
		return inParts(rows, linesAtOnce, func(part []batchItemRow) error { return tx.Create(&part).Error })
	})
}

// Open implements batch.Store.
func (s *BatchStore) Open(ctx context.Context, o id.Org, b id.Batch, after, limit int) (out []batch.Item, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []batchItemRow
		err := tx.Omit("sealed").Where("org_id = ? AND batch_id = ? AND number > ? AND step IN ?", o, b, after, []string{string(batch.Waiting), string(batch.Sent)}).
			Order("number").Limit(limit).Find(&rows).Error
		for i := range rows {
			out = append(out, rows[i].item())
		}
		return err
	})
	return out, err
}

// Put implements batch.Store.
func (s *BatchStore) Put(ctx context.Context, o id.Org, b id.Batch, token string, items []batch.SealedItem) error {
	return s.lines(ctx, o, b, token, func(tx *gorm.DB) error { return putItems(tx, o, b, items) })
}

func putItems(tx *gorm.DB, o id.Org, b id.Batch, items []batch.SealedItem) error {
	for n := range items {
		i := &items[n]
		row := batchItemRow{Step: string(i.Step), Tries: i.Tries, Losses: i.Losses, CostNanos: int64(i.Cost), LostNanos: int64(i.Lost), Status: i.Status, Code: i.Code, RequestID: i.Request,
			TookUS: i.Took.Microseconds(), Size: i.Size, Sealed: i.Sealed}
		err := tx.Model(&batchItemRow{}).Where("org_id = ? AND batch_id = ? AND number = ?", o, b, i.Number).
			Select("step", "tries", "losses", "cost_nanos", "lost_nanos", "status", "code", "request_id", "took_us", "size", "sealed").Updates(&row).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// Lines implements batch.Store.
func (s *BatchStore) Lines(ctx context.Context, o id.Org, b id.Batch, which batch.Which, after, limit int) (out []batch.SealedItem, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ? AND batch_id = ? AND number > ?", o, b, after)
		switch which {
		case batch.Good:
			tx = tx.Where("step = ?", string(batch.Done))
		case batch.Bad:
			tx = tx.Where("step IN ?", []string{string(batch.Refused), string(batch.Lapsed), string(batch.Dropped)})
		default:
			tx = tx.Where("step NOT IN ?", []string{string(batch.Waiting), string(batch.Sent), string(batch.Handed)})
		}
		var sizes, rows []batchItemRow
		if err := tx.Session(&gorm.Session{}).Select("number", "size").Order("number").Limit(limit).Find(&sizes).Error; err != nil || len(sizes) == 0 {
			return err
		}
		err := tx.Where("number IN ?", together(sizes)).Order("number").Find(&rows).Error
		for i := range rows {
			out = append(out, batch.SealedItem{Item: rows[i].item(), Sealed: rows[i].Sealed, Size: rows[i].Size})
		}
		return err
	})
	return out, err
}

// together are the numbers of the first lines, as many as are read at once.
func together(rows []batchItemRow) (numbers []int) {
	var size int64
	for _, r := range rows {
		if size += r.Size; len(numbers) > 0 && size > batch.PageBytes {
			break
		}
		numbers = append(numbers, r.Number)
	}
	return numbers
}

// Tally implements batch.Store.
func (s *BatchStore) Tally(ctx context.Context, o id.Org, b id.Batch) (batch.Tally, error) {
	all, err := s.Tallies(ctx, o, []id.Batch{b})
	if t, ok := all[b]; ok {
		return t, err
	}
	return batch.Tally{Steps: map[batch.Step]int{}}, err
}

// tallyRow is what a batch's lines of one step come to.
type tallyRow struct {
	BatchID                          id.Batch
	Step                             string
	Count, Cost, Lost, Dearest, Size int64
}

// Tallies implements batch.Store.
func (s *BatchStore) Tallies(ctx context.Context, o id.Org, of []id.Batch) (map[id.Batch]batch.Tally, error) {
	out := make(map[id.Batch]batch.Tally, len(of))
	if len(of) == 0 {
		return out, nil
	}
	var rows []tallyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&batchItemRow{}).Where("org_id = ? AND batch_id IN ?", o, of).Group("batch_id, step").
			Select("batch_id, step, COUNT(*) AS count, CAST(SUM(cost_nanos) AS BIGINT) AS cost, CAST(SUM(lost_nanos) AS BIGINT) AS lost, MAX(cost_nanos) AS dearest, CAST(SUM(size) AS BIGINT) AS size").Find(&rows).Error
	})
	for _, r := range rows {
		t, ok := out[r.BatchID]
		if !ok {
			t.Steps = map[batch.Step]int{}
		}
		t.Steps[batch.Step(r.Step)] = int(r.Count)
		t.Cost, t.Lost, t.Dearest = t.Cost+money.USD(r.Cost), t.Lost+money.USD(r.Lost), max(t.Dearest, money.USD(r.Dearest))
		if batch.Step(r.Step) == batch.Done {
			t.Good += r.Size
		} else {
			t.Bad += r.Size
		}
		out[r.BatchID] = t
	}
	if err != nil || !slices.ContainsFunc(rows, func(r tallyRow) bool { return r.Step == string(batch.Handed) }) {
		return out, err
	}
	return out, s.back(ctx, o, out)
}

// back adds how many of the lines that are handed over were answered when somebody last looked.
func (s *BatchStore) back(ctx context.Context, o id.Org, tallies map[id.Batch]batch.Tally) error {
	var rows []struct {
		BatchID id.Batch
		Done    int64
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&nativeBatchRow{}).Where("org_id = ? AND batch_id IN ? AND state <> ?", o, slices.Collect(maps.Keys(tallies)), string(batch.NativeOver)).Group("batch_id").
			Select("batch_id, CAST(SUM(done) AS BIGINT) AS done").Find(&rows).Error
	})
	for _, r := range rows {
		t := tallies[r.BatchID]
		t.Back = int(r.Done)
		tallies[r.BatchID] = t
	}
	return err
}
