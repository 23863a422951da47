package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/price"
)

type refreshRow struct {
	ID      id.Refresh    `gorm:"column:id;primaryKey"`
	At      time.Time     `gorm:"column:at"`
	Source  string        `gorm:"column:source"`
	Verdict price.Verdict `gorm:"column:verdict"`
	Message string        `gorm:"column:message"`
	Version string        `gorm:"column:version"`
	ETag    string        `gorm:"column:etag"`
	Body    []byte        `gorm:"column:body"`
}

// TableName names the table.
func (refreshRow) TableName() string { return "price_refreshes" }

func (r refreshRow) refresh() price.Refresh {
	return price.Refresh{At: r.At.UTC(), Source: r.Source, Verdict: r.Verdict, Message: r.Message, Version: r.Version, ETag: r.ETag, Body: r.Body}
}

// RefreshStore keeps what refreshes of the catalogue found.
type RefreshStore struct {
	db  *DB
	ids *id.Source
}

// NewRefreshStore makes the store.
func NewRefreshStore(d *DB, ids *id.Source) *RefreshStore { return &RefreshStore{d, ids} }

var _ price.Refreshes = (*RefreshStore)(nil)

// keptRefreshes are how long verdicts stay for people to look at; the catalogue in use stays for as long as it is.
const keptRefreshes = 30 * 24 * time.Hour

// Append implements price.Refreshes.
func (s *RefreshStore) Append(ctx context.Context, r price.Refresh) error {
	row := refreshRow{ID: id.NewRefresh(s.ids), At: r.At.UTC(), Source: r.Source, Verdict: r.Verdict, Message: r.Message, Version: r.Version,
		ETag: r.ETag, Body: r.Body}
	return s.db.system(ctx, "keep a refresh of prices", func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if r.Verdict == price.Accepted {
			if err := tx.Where("verdict = ? AND id <> ?", price.Accepted, row.ID).Delete(&refreshRow{}).Error; err != nil {
				return err
			}
		}
		return tx.Where("at < ? AND verdict <> ?", r.At.UTC().Add(-keptRefreshes), price.Accepted).Delete(&refreshRow{}).Error
	})
}

// Last implements price.Refreshes.
func (s *RefreshStore) Last(ctx context.Context) (price.Refresh, bool, error) {
	return s.take(ctx, func(tx *gorm.DB) *gorm.DB { return tx.Omit("body") })
}

// InUse implements price.Refreshes.
func (s *RefreshStore) InUse(ctx context.Context) (price.Refresh, bool, error) {
	return s.take(ctx, func(tx *gorm.DB) *gorm.DB { return tx.Where("verdict = ?", price.Accepted) })
}

func (s *RefreshStore) take(ctx context.Context, which func(*gorm.DB) *gorm.DB) (price.Refresh, bool, error) {
	var row refreshRow
	err := s.db.system(ctx, "read refreshes of prices", func(tx *gorm.DB) error {
		return which(tx).Order("at DESC, id DESC").Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return price.Refresh{}, false, nil
	}
	return row.refresh(), err == nil, err
}
