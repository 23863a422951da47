package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/object"
)

type objectRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	Kind         string        `gorm:"column:kind;primaryKey"`
	UpstreamID   string        `gorm:"column:upstream_id;primaryKey"`
	KeyID        id.Key        `gorm:"column:key_id"`
	ConnectionID id.Connection `gorm:"column:connection_id"`
	CreatedAt    time.Time     `gorm:"column:created_at;autoCreateTime:false"`
	Detail       string        `gorm:"column:detail"`
}

// TableName names the table.
func (objectRow) TableName() string { return "owned_objects" }

// ObjectStore keeps the owners of what providers keep.
type ObjectStore struct{ db *DB }

// NewObjectStore makes the store.
func NewObjectStore(d *DB) *ObjectStore { return &ObjectStore{d} }

var _ object.Store = (*ObjectStore)(nil)

// Insert implements object.Store.
func (s *ObjectStore) Insert(ctx context.Context, o id.Org, list []object.Object) error {
	rows := make([]objectRow, len(list))
	for i, x := range list {
		rows[i] = objectRow{OrgID: o, Kind: string(x.Kind), UpstreamID: x.Upstream, KeyID: x.Key, ConnectionID: x.Connection, CreatedAt: x.Created, Detail: x.Detail}
		clean(&rows[i].Detail)
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
	})
}

// Find implements object.Store.
func (s *ObjectStore) Find(ctx context.Context, o id.Org, k object.Kind, upstream string) (object.Object, bool, error) {
	var rows []objectRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND kind = ? AND upstream_id = ?", o, string(k), upstream).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return object.Object{}, false, err
	}
	return rows[0].object(), true, nil
}

func (r *objectRow) object() object.Object {
	return object.Object{Org: r.OrgID, Key: r.KeyID, Kind: object.Kind(r.Kind), Upstream: r.UpstreamID, Connection: r.ConnectionID, Created: r.CreatedAt.UTC(), Detail: r.Detail}
}

// mostListed bounds a list of objects; a key that owns more sees its newest.
const mostListed = 10_000

// List implements object.Store.
func (s *ObjectStore) List(ctx context.Context, o id.Org, key id.Key, k object.Kind) ([]object.Object, error) {
	var rows []objectRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND kind = ? AND key_id = ?", o, string(k), key).Order("created_at DESC, upstream_id DESC").Limit(mostListed).Find(&rows).Error
	})
	out := make([]object.Object, len(rows))
	for i := range rows {
		out[i] = rows[i].object()
	}
	return out, err
}

// Delete implements object.Store.
func (s *ObjectStore) Delete(ctx context.Context, o id.Org, list []object.Object) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		for _, x := range list {
			if err := tx.Where("org_id = ? AND kind = ? AND upstream_id = ?", o, string(x.Kind), x.Upstream).Delete(&objectRow{}).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// Sweep implements object.Store.
func (s *ObjectStore) Sweep(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "sweep owners of what providers have dropped", func(tx *gorm.DB) error {
		return tx.Where("created_at < ? AND kind = ?", before, string(object.Response)).Delete(&objectRow{}).Error
	})
}
