package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// FactorStore keeps second factors.
type FactorStore struct{ db *DB }

var _ factor.Store = (*FactorStore)(nil)

// NewFactorStore makes the store.
func NewFactorStore(d *DB) *FactorStore { return &FactorStore{d} }

type totpRow struct {
	Org         id.Org     `gorm:"column:org_id;primaryKey"`
	Member      id.Member  `gorm:"column:member_id;primaryKey"`
	Sealed      []byte     `gorm:"column:sealed"`
	LastStep    int64      `gorm:"column:last_step"`
	CreatedAt   time.Time  `gorm:"column:created_at"`
	ConfirmedAt *time.Time `gorm:"column:confirmed_at"`
}

// TableName implements gorm's Tabler.
func (totpRow) TableName() string { return "totp_secrets" }

// App implements factor.Store.
func (s *FactorStore) App(ctx context.Context, o id.Org, m id.Member) (factor.App, bool, error) {
	var row totpRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND member_id = ?", o, m).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return factor.App{}, false, nil
	}
	return factor.App{Sealed: row.Sealed, LastStep: row.LastStep, CreatedAt: row.CreatedAt.UTC(), ConfirmedAt: fromNull(row.ConfirmedAt)}, err == nil, err
}

// SetApp implements factor.Store.
func (s *FactorStore) SetApp(ctx context.Context, o id.Org, m id.Member, a factor.App) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			if err := tx.Where("org_id = ? AND member_id = ? AND confirmed_at IS NULL", o, m).Delete(&totpRow{}).Error; err != nil {
				return err
			}
			err := taken(tx.Create(&totpRow{o, m, a.Sealed, a.LastStep, a.CreatedAt.UTC(), toNull(a.ConfirmedAt)}).Error)
			if fault.Is(err, fault.Conflict) {
				return fault.New(fault.Conflict, "exists", "You have an authenticator app already. Remove it first to set up another.")
			}
			return err
		})
	})
}

// UseStep implements factor.Store.
func (s *FactorStore) UseStep(ctx context.Context, o id.Org, m id.Member, step int64, confirm bool, at time.Time) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		change := map[string]any{"last_step": step}
		q := tx.Model(&totpRow{}).Where("org_id = ? AND member_id = ? AND last_step < ?", o, m, step)
		if confirm {
			change["confirmed_at"] = at.UTC()
			q = q.Where("confirmed_at IS NULL")
		}
		done := q.Updates(change)
		n = done.RowsAffected
		return done.Error
	})
	return n == 1, err
}

// DropApp implements factor.Store.
func (s *FactorStore) DropApp(ctx context.Context, o id.Org, m id.Member) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&totpRow{}).Error
	})
}

type recoveryRow struct {
	Org    id.Org     `gorm:"column:org_id;primaryKey"`
	Member id.Member  `gorm:"column:member_id;primaryKey"`
	Number int64      `gorm:"column:number;primaryKey"`
	Pepper int64      `gorm:"column:pepper"`
	MAC    []byte     `gorm:"column:mac"`
	UsedAt *time.Time `gorm:"column:used_at"`
}

// TableName implements gorm's Tabler.
func (recoveryRow) TableName() string { return "recovery_codes" }

// Codes implements factor.Store.
func (s *FactorStore) Codes(ctx context.Context, o id.Org, m id.Member) ([]factor.Recovery, error) {
	var rows []recoveryRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ?", o, m).Order("number").Find(&rows).Error
	})
	out := make([]factor.Recovery, len(rows))
	for i, r := range rows {
		out[i] = factor.Recovery{Number: r.Number, KeyID: secret.KeyID(r.Pepper), UsedAt: fromNull(r.UsedAt)}
		copy(out[i].MAC[:], r.MAC)
	}
	return out, err
}

// SetCodes implements factor.Store.
func (s *FactorStore) SetCodes(ctx context.Context, o id.Org, m id.Member, codes []factor.Recovery) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			if err := tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&recoveryRow{}).Error; err != nil || len(codes) == 0 {
				return err
			}
			rows := make([]recoveryRow, len(codes))
			for i, c := range codes {
				rows[i] = recoveryRow{o, m, c.Number, int64(c.KeyID), c.MAC[:], toNull(c.UsedAt)}
			}
			return tx.Create(&rows).Error
		})
	})
}

// UseCode implements factor.Store.
func (s *FactorStore) UseCode(ctx context.Context, o id.Org, m id.Member, number int64, at time.Time) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		done := tx.Model(&recoveryRow{}).Where("org_id = ? AND member_id = ? AND number = ? AND used_at IS NULL", o, m, number).Update("used_at", at.UTC())
		n = done.RowsAffected
		return done.Error
	})
	return n == 1, err
}

type passkeyRow struct {
	Org        id.Org     `gorm:"column:org_id;primaryKey"`
	ID         id.Passkey `gorm:"column:id;primaryKey"`
	Member     id.Member  `gorm:"column:member_id"`
	Handle     string     `gorm:"column:handle"`
	Name       string     `gorm:"column:name"`
	Credential string     `gorm:"column:credential"`
	CreatedAt  time.Time  `gorm:"column:created_at"`
	LastUsedAt *time.Time `gorm:"column:last_used_at"`
}

// TableName implements gorm's Tabler.
func (passkeyRow) TableName() string { return "passkeys" }

// Passkeys implements factor.Store.
func (s *FactorStore) Passkeys(ctx context.Context, o id.Org, m id.Member) ([]factor.Passkey, error) {
	var rows []passkeyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ?", o, m).Order("created_at, id").Find(&rows).Error
	})
	out := make([]factor.Passkey, 0, len(rows))
	for _, r := range rows {
		out = append(out, factor.Passkey{ID: r.ID, Org: r.Org, Member: r.Member, Handle: r.Handle, Name: r.Name, Credential: []byte(r.Credential),
			CreatedAt: r.CreatedAt.UTC(), LastUsedAt: fromNull(r.LastUsedAt)})
	}
	return out, err
}

// AddPasskey implements factor.Store.
func (s *FactorStore) AddPasskey(ctx context.Context, p factor.Passkey) error {
	row := passkeyRow{p.Org, p.ID, p.Member, p.Handle, p.Name, string(p.Credential), p.CreatedAt.UTC(), toNull(p.LastUsedAt)}
	return s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error { return taken(tx.Create(&row).Error) })
}

// UsedPasskey implements factor.Store.
func (s *FactorStore) UsedPasskey(ctx context.Context, o id.Org, p id.Passkey, credential []byte, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&passkeyRow{}).Where("org_id = ? AND id = ?", o, p).
			Updates(map[string]any{"credential": string(credential), "last_used_at": at.UTC()}).Error
	})
}

// DropPasskey implements factor.Store.
func (s *FactorStore) DropPasskey(ctx context.Context, o id.Org, m id.Member, p id.Passkey) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		done := tx.Where("org_id = ? AND member_id = ? AND id = ?", o, m, p).Delete(&passkeyRow{})
		n = done.RowsAffected
		return done.Error
	})
	return n == 1, err
}

// DropPasskeys implements factor.Store.
func (s *FactorStore) DropPasskeys(ctx context.Context, o id.Org, m id.Member) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&passkeyRow{}).Error
	})
}
