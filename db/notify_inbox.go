package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
)

type noticeRow struct {
	OrgID    id.Org      `gorm:"column:org_id;primaryKey"`
	ID       id.Notice   `gorm:"column:id;primaryKey"`
	MemberID id.Member   `gorm:"column:member_id"`
	Kind     notify.Kind `gorm:"column:kind"`
	Title    string      `gorm:"column:title"`
	Href     string      `gorm:"column:href"`
	Said     string      `gorm:"column:said"`
	At       time.Time   `gorm:"column:at"`
	ReadAt   *time.Time  `gorm:"column:read_at"`
}

// TableName names the table.
func (noticeRow) TableName() string { return "notices" }

func (r noticeRow) notice() notify.Notice {
	return notify.Notice{ID: r.ID, Org: r.OrgID, Member: r.MemberID, Kind: r.Kind, Title: r.Title, Href: r.Href, Once: r.Said, At: r.At.UTC(), ReadAt: fromNull(r.ReadAt)}
}

// NoticeStore keeps what people are told.
type NoticeStore struct{ db *DB }

// NewNoticeStore makes the store.
func NewNoticeStore(d *DB) *NoticeStore { return &NoticeStore{d} }

var _ notify.Store = (*NoticeStore)(nil)

// Add implements notify.Store.
func (s *NoticeStore) Add(ctx context.Context, o id.Org, all []notify.Notice) error {
	rows := make([]noticeRow, len(all))
	for i, n := range all {
		rows[i] = noticeRow{o, n.ID, n.Member, n.Kind, n.Title, n.Href, n.Once, n.At.UTC(), toNull(n.ReadAt)}
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error })
}

// List implements notify.Store. Ids are made of times, so they order a list and are its place.
func (s *NoticeStore) List(ctx context.Context, o id.Org, m id.Member, q notify.Query) ([]notify.Notice, error) {
	var rows []noticeRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ? AND member_id = ?", o, m)
		if q.UnreadOnly {
			tx = tx.Where("read_at IS NULL")
		}
		if !q.Before.IsZero() {
			tx = tx.Where("id < ?", q.Before)
		}
		return tx.Order("id DESC").Limit(q.Limit).Find(&rows).Error
	})
	out := make([]notify.Notice, len(rows))
	for i, r := range rows {
		out[i] = r.notice()
	}
	return out, err
}

// Unread implements notify.Store. It reads no more than it counts.
func (s *NoticeStore) Unread(ctx context.Context, o id.Org, m id.Member) (int, error) {
	var found []id.Notice
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&noticeRow{}).Where("org_id = ? AND member_id = ? AND read_at IS NULL", o, m).Limit(notify.Most).Pluck("id", &found).Error
	})
	return len(found), err
}

// Get implements notify.Store.
func (s *NoticeStore) Get(ctx context.Context, o id.Org, m id.Member, n id.Notice) (notify.Notice, bool, error) {
	var rows []noticeRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ? AND id = ?", o, m, n).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return notify.Notice{}, false, err
	}
	return rows[0].notice(), true, nil
}

// Read implements notify.Store.
func (s *NoticeStore) Read(ctx context.Context, o id.Org, m id.Member, n id.Notice, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&noticeRow{}).Where("org_id = ? AND member_id = ? AND id = ? AND read_at IS NULL", o, m, n).Update("read_at", at.UTC()).Error
	})
}

// ReadAll implements notify.Store.
func (s *NoticeStore) ReadAll(ctx context.Context, o id.Org, m id.Member, at time.Time) (n int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		done := tx.Model(&noticeRow{}).Where("org_id = ? AND member_id = ? AND read_at IS NULL", o, m).Update("read_at", at.UTC())
		n = done.RowsAffected
		return done.Error
	})
	return n, err
}

// Sweep implements notify.Store.
func (s *NoticeStore) Sweep(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "sweep old notices", func(tx *gorm.DB) error {
		return tx.Where("at < ? AND "+unheld("notices"), before.UTC()).Delete(&noticeRow{}).Error
	})
}
