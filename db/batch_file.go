package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type batchFileRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	ID        id.File   `gorm:"column:id;primaryKey"`
	KeyID     id.Key    `gorm:"column:key_id"`
	MemberID  id.Member `gorm:"column:member_id"`
	Purpose   string    `gorm:"column:purpose"`
	Name      string    `gorm:"column:name"`
	Size      int64     `gorm:"column:size"`
	BatchID   id.Batch  `gorm:"column:batch_id"`
	Bad       int64     `gorm:"column:bad"`
	Ready     int64     `gorm:"column:ready"`
	CreatedAt time.Time `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt time.Time `gorm:"column:expires_at"`
}

// TableName names the table.
func (batchFileRow) TableName() string { return "batch_files" }

func (r *batchFileRow) file() batch.File {
	return batch.File{ID: r.ID, Org: r.OrgID, Key: r.KeyID, Member: r.MemberID, Purpose: batch.Purpose(r.Purpose), Name: r.Name, Size: r.Size, Batch: r.BatchID, Bad: r.Bad != 0, Ready: r.Ready != 0,
		CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC()}
}

func fileRow(f *batch.File) batchFileRow {
	return batchFileRow{f.Org, f.ID, f.Key, f.Member, string(f.Purpose), f.Name, f.Size, f.Batch, bit(f.Bad), bit(f.Ready), f.CreatedAt.UTC(), f.ExpiresAt.UTC()}
}

type batchPartRow struct {
	OrgID  id.Org  `gorm:"column:org_id;primaryKey"`
	FileID id.File `gorm:"column:file_id;primaryKey"`
	Number int     `gorm:"column:number;primaryKey;autoIncrement:false"`
	Sealed []byte  `gorm:"column:sealed"`
}

// TableName names the table.
func (batchPartRow) TableName() string { return "batch_file_parts" }

// BatchStore keeps files, batches and their lines.
type BatchStore struct{ db *DB }

// NewBatchStore makes the store.
func NewBatchStore(d *DB) *BatchStore { return &BatchStore{d} }

var _ batch.Store = (*BatchStore)(nil)

// Lock implements batch.Store.
func (s *BatchStore) Lock(ctx context.Context, o id.Org) error {
	return (&OrgStore{s.db}).Hold(ctx, o)
}

func batchMissing(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return batch.ErrNotFound
	}
	return err
}

// InsertFile implements batch.Store.
func (s *BatchStore) InsertFile(ctx context.Context, f batch.File) error {
	row := fileRow(&f)
	return s.db.scoped(ctx, f.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// FinishFile implements batch.Store.
func (s *BatchStore) FinishFile(ctx context.Context, o id.Org, f id.File, size int64, expires time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&batchFileRow{}).Where("org_id = ? AND id = ?", o, f).Updates(map[string]any{"size": size, "ready": 1, "expires_at": expires.UTC()})
		if res.Error == nil && res.RowsAffected == 0 {
			return batch.ErrNotFound
		}
		return res.Error
	})
}

// File implements batch.Store.
func (s *BatchStore) File(ctx context.Context, o id.Org, f id.File) (out batch.File, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row batchFileRow
		err := tx.Where("org_id = ? AND id = ?", o, f).Take(&row).Error
		out = row.file()
		return err
	})
	return out, batchMissing(err)
}

// Files implements batch.Store.
func (s *BatchStore) Files(ctx context.Context, o id.Org, key id.Key) (out []batch.File, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []batchFileRow
		err := tx.Where("org_id = ? AND key_id = ? AND ready = 1 AND purpose IN ?", o, key, []string{string(batch.ForBatch), string(batch.ForOutput)}).Order("created_at DESC, id DESC").Find(&rows).Error
		for i := range rows {
			out = append(out, rows[i].file())
		}
		return err
	})
	return out, err
}

// DeleteFile implements batch.Store.
func (s *BatchStore) DeleteFile(ctx context.Context, o id.Org, f id.File) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, f).Delete(&batchFileRow{}).Error
	})
}

// Stored implements batch.Store.
func (s *BatchStore) Stored(ctx context.Context, o id.Org) (n int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&batchFileRow{}).Where("org_id = ?", o).Select("CAST(COALESCE(SUM(size), 0) AS BIGINT)").Scan(&n).Error
	})
	return n, err
}

// Reads implements batch.Store.
func (s *BatchStore) Reads(ctx context.Context, o id.Org, f id.File) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&batchRow{}).Where("org_id = ? AND input_id = ? AND ended_at IS NULL", o, f).Count(&n).Error
	})
	return n > 0, err
}

// InsertPart implements batch.Store.
func (s *BatchStore) InsertPart(ctx context.Context, o id.Org, f id.File, number int, sealed []byte) error {
	row := batchPartRow{o, f, number, sealed}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// Part implements batch.Store.
func (s *BatchStore) Part(ctx context.Context, o id.Org, f id.File, number int) ([]byte, error) {
	var row batchPartRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND file_id = ? AND number = ?", o, f, number).Take(&row).Error
	})
	return row.Sealed, batchMissing(err)
}
