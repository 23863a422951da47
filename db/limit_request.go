package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
)

type wishRow struct {
	OrgID      id.Org             `gorm:"column:org_id;primaryKey"`
	ID         id.Wish            `gorm:"column:id;primaryKey"`
	LimitID    id.Limit           `gorm:"column:limit_id"`
	Add        int64              `gorm:"column:add_amount"`
	Until      time.Time          `gorm:"column:until_at"`
	Reason     string             `gorm:"column:reason"`
	State      limit.RequestState `gorm:"column:state"`
	AskedBy    string             `gorm:"column:asked_by"`
	AskerID    id.Member          `gorm:"column:asker_id"`
	AskedAt    time.Time          `gorm:"column:asked_at"`
	ExpiresAt  time.Time          `gorm:"column:expires_at"`
	DecidedBy  string             `gorm:"column:decided_by"`
	DecidedAt  *time.Time         `gorm:"column:decided_at"`
	Note       string             `gorm:"column:note"`
	IncreaseID id.Increase        `gorm:"column:increase_id"`
}

// TableName names the table.
func (wishRow) TableName() string { return "limit_requests" }

func (r wishRow) request() limit.Request {
	return limit.Request{ID: r.ID, Limit: r.LimitID, Add: r.Add, Until: r.Until.UTC(), Reason: r.Reason, State: r.State, AskedBy: r.AskedBy, Asker: r.AskerID,
		AskedAt: r.AskedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), DecidedBy: r.DecidedBy, DecidedAt: fromNull(r.DecidedAt), Note: r.Note, Increase: r.IncreaseID}
}

// AddRequest implements limit.Store.
func (s *LimitStore) AddRequest(ctx context.Context, o id.Org, r limit.Request, now time.Time) error {
	row := wishRow{OrgID: o, ID: r.ID, LimitID: r.Limit, Add: r.Add, Until: r.Until.UTC(), Reason: r.Reason, State: r.State, AskedBy: r.AskedBy, AskerID: r.Asker,
		AskedAt: r.AskedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC()}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		err := tx.Model(&wishRow{}).Where("org_id = ? AND limit_id = ? AND state = ? AND expires_at <= ?", o, r.Limit, limit.Pending, now.UTC()).
			Update("state", limit.Expired).Error
		if err != nil {
			return err
		}
		return tx.Create(&row).Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return limit.ErrAsked
	}
	return err
}

// Requests implements limit.Store.
func (s *LimitStore) Requests(ctx context.Context, o id.Org, stored limit.RequestState, asker id.Member) ([]limit.Request, error) {
	var rows []wishRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ?", o)
		if stored != "" {
			tx = tx.Where("state = ?", stored)
		}
		if !asker.IsZero() {
			tx = tx.Where("asker_id = ?", asker)
		}
		return tx.Order("asked_at DESC, id DESC").Limit(500).Find(&rows).Error
	})
	out := make([]limit.Request, len(rows))
	for i, r := range rows {
		out[i] = r.request()
	}
	return out, err
}

// Request implements limit.Store.
func (s *LimitStore) Request(ctx context.Context, o id.Org, which id.Wish) (limit.Request, error) {
	var row wishRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, which).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = limit.ErrNotFound
	}
	return row.request(), err
}

// Decide implements limit.Store.
func (s *LimitStore) Decide(ctx context.Context, o id.Org, r limit.Request) (decided bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&wishRow{}).Where("org_id = ? AND id = ? AND state = ?", o, r.ID, limit.Pending).
			Updates(map[string]any{"state": r.State, "decided_by": r.DecidedBy, "decided_at": r.DecidedAt.UTC(), "note": r.Note, "increase_id": r.Increase})
		decided = res.RowsAffected > 0
		return res.Error
	})
	return decided, err
}

// Withdraw ends what a member has asked for and nobody has decided: they are out.
func (s *LimitStore) Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&wishRow{}).Where("org_id = ? AND asker_id = ? AND state = ?", o, m, limit.Pending).
			Updates(map[string]any{"state": limit.Withdrawn, "expires_at": at.UTC()}).Error
	})
}
