package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// SCIMStore keeps what the company's directory says.
type SCIMStore struct{ db *DB }

var _ scim.Store = (*SCIMStore)(nil)

// NewSCIMStore makes the store.
func NewSCIMStore(d *DB) *SCIMStore { return &SCIMStore{d} }

type scimTokenRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.SCIM    `gorm:"column:id;primaryKey"`
	Name      string     `gorm:"column:name"`
	Public    string     `gorm:"column:public"`
	Last4     string     `gorm:"column:last4"`
	Pepper    int64      `gorm:"column:pepper"`
	MAC       []byte     `gorm:"column:mac"`
	CreatedBy string     `gorm:"column:created_by"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	UsedAt    *time.Time `gorm:"column:used_at"`
	ExpiresAt *time.Time `gorm:"column:expires_at"`
	RevokedAt *time.Time `gorm:"column:revoked_at"`
}

// TableName implements gorm's Tabler.
func (scimTokenRow) TableName() string { return "scim_tokens" }

func (r scimTokenRow) token() scim.Token {
	t := scim.Token{ID: r.ID, Org: r.Org, Name: r.Name, Public: r.Public, Last4: r.Last4, KeyID: secret.KeyID(r.Pepper), CreatedBy: r.CreatedBy,
		CreatedAt: r.CreatedAt.UTC(), UsedAt: fromNull(r.UsedAt), ExpiresAt: fromNull(r.ExpiresAt), RevokedAt: fromNull(r.RevokedAt)}
	copy(t.MAC[:], r.MAC)
	return t
}

// AddToken implements scim.Store.
func (s *SCIMStore) AddToken(ctx context.Context, t scim.Token) error {
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return tx.Create(&scimTokenRow{Org: t.Org, ID: t.ID, Name: t.Name, Public: t.Public, Last4: t.Last4, Pepper: int64(t.KeyID), MAC: t.MAC[:],
			CreatedBy: t.CreatedBy, CreatedAt: t.CreatedAt.UTC()}).Error
	})
}

// Tokens implements scim.Store.
func (s *SCIMStore) Tokens(ctx context.Context, o id.Org) ([]scim.Token, error) {
	var rows []scimTokenRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("created_at DESC, id DESC").Find(&rows).Error
	})
	out := make([]scim.Token, len(rows))
	for n, r := range rows {
		out[n] = r.token()
	}
	return out, err
}

// TokenByPublic implements scim.Store.
func (s *SCIMStore) TokenByPublic(ctx context.Context, public string) (scim.Token, bool, error) {
	var row scimTokenRow
	err := s.db.system(ctx, "find who holds a scim token", func(tx *gorm.DB) error { return tx.Where("public = ? AND "+ofLiving, public).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return scim.Token{}, false, nil
	}
	return row.token(), err == nil, err
}

// EndToken implements scim.Store.
func (s *SCIMStore) EndToken(ctx context.Context, o id.Org, t id.SCIM, expires, revoked time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&scimTokenRow{}).Where("org_id = ? AND id = ?", o, t).Updates(map[string]any{"expires_at": toNull(expires), "revoked_at": toNull(revoked)}).Error
	})
}

// UsedToken implements scim.Store.
func (s *SCIMStore) UsedToken(ctx context.Context, o id.Org, t id.SCIM, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&scimTokenRow{}).Where("org_id = ? AND id = ?", o, t).Update("used_at", at.UTC()).Error
	})
}

type directoryRow struct {
	Org         id.Org          `gorm:"column:org_id;primaryKey"`
	Role        string          `gorm:"column:role"`
	Departments []id.Department `gorm:"column:departments;serializer:json"`
	Teams       []id.Team       `gorm:"column:teams;serializer:json"`
}

// TableName implements gorm's Tabler.
func (directoryRow) TableName() string { return "directories" }

// Settings implements scim.Store. Without a row people become developers of no team.
func (s *SCIMStore) Settings(ctx context.Context, o id.Org) (scim.Settings, error) {
	var row directoryRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return scim.Settings{Role: org.Developer}, nil
	}
	return scim.Settings{Role: org.Role(row.Role), Departments: row.Departments, Teams: row.Teams}, err
}

// SetSettings implements scim.Store.
func (s *SCIMStore) SetSettings(ctx context.Context, o id.Org, in scim.Settings) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"role", "departments", "teams"})}).
			Create(&directoryRow{o, string(in.Role), listed(in.Departments), listed(in.Teams)}).Error
	})
}

// Lock implements scim.Store: writing the row, even as it is, keeps others waiting until the transaction ends.
func (s *SCIMStore) Lock(ctx context.Context, o id.Org) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.Assignments(map[string]any{"role": gorm.Expr("directories.role")})}).
			Create(&directoryRow{o, string(org.Developer), []id.Department{}, []id.Team{}}).Error
	})
}

// SetPerson implements scim.Store.
func (s *SCIMStore) SetPerson(ctx context.Context, o id.Org, m id.Member, name, email string, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		err := taken(tx.Model(&memberRow{}).Where("org_id = ? AND id = ?", o, m).Updates(map[string]any{"name": name, "email": email}).Error)
		if err != nil {
			return err
		}
		return taken(tx.Model(&identityRow{}).Where("org_id = ? AND member_id = ? AND issuer = ?", o, m, "password").
			Updates(map[string]any{"subject": email, "updated_at": at.UTC()}).Error)
	})
}
