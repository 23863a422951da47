package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
)

// MailStore keeps ordered letters.
type MailStore struct{ db *DB }

var _ mail.Store = (*MailStore)(nil)

// NewMailStore makes the store.
func NewMailStore(d *DB) *MailStore { return &MailStore{d} }

type mailRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.Mail    `gorm:"column:id;primaryKey"`
	Kind      string     `gorm:"column:kind"`
	To        string     `gorm:"column:recipient"`
	About     string     `gorm:"column:about"`
	Occasion  string     `gorm:"column:occasion"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	SentAt    *time.Time `gorm:"column:sent_at"`
	DroppedAt *time.Time `gorm:"column:dropped_at"`
	Tries     int64      `gorm:"column:tries"`
	Problem   string     `gorm:"column:problem"`
}

// TableName implements gorm's Tabler.
func (mailRow) TableName() string { return "mails" }

func (r mailRow) mail() mail.Mail {
	return mail.Mail{ID: r.ID, Order: mail.Order{Org: r.Org, Kind: mail.Kind(r.Kind), To: r.To, About: r.About, Once: r.Occasion}, CreatedAt: r.CreatedAt.UTC(),
		SentAt: fromNull(r.SentAt), DroppedAt: fromNull(r.DroppedAt), Tries: r.Tries, Problem: r.Problem}
}

// Add implements mail.Store.
func (s *MailStore) Add(ctx context.Context, m mail.Mail) (fresh bool, err error) {
	err = s.db.scoped(ctx, m.Org, func(tx *gorm.DB) error {
		r := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&mailRow{Org: m.Org, ID: m.ID, Kind: string(m.Kind), To: m.To, About: m.About,
			Occasion: m.Once, CreatedAt: m.CreatedAt.UTC()})
		fresh = r.RowsAffected == 1
		return r.Error
	})
	return fresh, err
}

// Mail implements mail.Store.
func (s *MailStore) Mail(ctx context.Context, o id.Org, m id.Mail) (mail.Mail, bool, error) {
	var row mailRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, m).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return mail.Mail{}, false, nil
	}
	return row.mail(), err == nil, err
}

// Tried implements mail.Store.
func (s *MailStore) Tried(ctx context.Context, o id.Org, m id.Mail) error {
	return s.set(ctx, o, m, map[string]any{"tries": gorm.Expr("tries + 1")})
}

// Sent implements mail.Store.
func (s *MailStore) Sent(ctx context.Context, o id.Org, m id.Mail, at time.Time) error {
	return s.set(ctx, o, m, map[string]any{"sent_at": at.UTC(), "dropped_at": nil, "problem": ""})
}

// Failed implements mail.Store.
func (s *MailStore) Failed(ctx context.Context, o id.Org, m id.Mail, problem string, dropped time.Time) error {
	return s.set(ctx, o, m, map[string]any{"problem": problem, "dropped_at": toNull(dropped)})
}

func (s *MailStore) set(ctx context.Context, o id.Org, m id.Mail, values map[string]any) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&mailRow{}).Where("org_id = ? AND id = ?", o, m).Updates(values).Error
	})
}

// Latest implements mail.Store.
func (s *MailStore) Latest(ctx context.Context, o id.Org, k mail.Kind, about []string) (map[string]mail.Mail, error) {
	var rows []mailRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND kind = ? AND about IN ?", o, string(k), about).Order("created_at, id").Find(&rows).Error
	})
	out := map[string]mail.Mail{}
	for _, r := range rows {
		out[r.About] = r.mail()
	}
	return out, err
}

// Recent implements mail.Store.
func (s *MailStore) Recent(ctx context.Context, k mail.Kind, to string, since time.Time) (n int64, err error) {
	err = s.db.system(ctx, "count mails to an address, against flooding it", func(tx *gorm.DB) error {
		return tx.Model(&mailRow{}).Where("recipient = ? AND kind = ? AND created_at > ?", to, string(k), since.UTC()).Count(&n).Error
	})
	return n, err
}

// Undelivered are orders of all organizations from since on that are neither sent nor given up, the oldest first.
func (s *MailStore) Undelivered(ctx context.Context, since time.Time) ([]mail.Deliver, error) {
	var rows []mailRow
	err := s.db.system(ctx, "find letters that a restored queue does not know", func(tx *gorm.DB) error {
		return tx.Where("sent_at IS NULL AND dropped_at IS NULL AND created_at >= ?", since.UTC()).Order("created_at, id").Find(&rows).Error
	})
	out := make([]mail.Deliver, len(rows))
	for i, r := range rows {
		out[i] = mail.Deliver{Org: r.Org, Mail: r.ID}
	}
	return out, err
}

// GiveUp implements mail.Store.
func (s *MailStore) GiveUp(ctx context.Context, before time.Time, problem string, at time.Time) error {
	return s.db.system(ctx, "give letters up that nobody tries any more", func(tx *gorm.DB) error {
		return tx.Model(&mailRow{}).Where("created_at < ? AND tries > 0 AND sent_at IS NULL AND dropped_at IS NULL", before.UTC()).Updates(map[string]any{"problem": problem, "dropped_at": at.UTC()}).Error
	})
}

// Sweep implements mail.Store.
func (s *MailStore) Sweep(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "delete old mail orders", func(tx *gorm.DB) error {
		return tx.Where("created_at < ? AND "+unheld("mails"), before.UTC()).Delete(&mailRow{}).Error
	})
}
