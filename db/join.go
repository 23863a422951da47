package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// JoinStore keeps invitations, claimed domains and requests to join.
type JoinStore struct{ db *DB }

var _ join.Store = (*JoinStore)(nil)

// NewJoinStore makes the store.
func NewJoinStore(d *DB) *JoinStore { return &JoinStore{d} }

type invitationRow struct {
	Org         id.Org          `gorm:"column:org_id;primaryKey"`
	ID          id.Invitation   `gorm:"column:id;primaryKey"`
	Email       string          `gorm:"column:email"`
	Name        string          `gorm:"column:name"`
	Role        string          `gorm:"column:role"`
	Departments []id.Department `gorm:"column:departments;serializer:json"`
	Teams       []id.Team       `gorm:"column:teams;serializer:json"`
	Version     int64           `gorm:"column:version"`
	By          id.Member       `gorm:"column:by_id"`
	ByLabel     string          `gorm:"column:by_label"`
	CreatedAt   time.Time       `gorm:"column:created_at"`
	ExpiresAt   time.Time       `gorm:"column:expires_at"`
	AcceptedAt  *time.Time      `gorm:"column:accepted_at"`
	Member      id.Member       `gorm:"column:member_id"`
	RevokedAt   *time.Time      `gorm:"column:revoked_at"`
}

// TableName implements gorm's Tabler.
func (invitationRow) TableName() string { return "invitations" }

func (r invitationRow) invitation() join.Invitation {
	return join.Invitation{ID: r.ID, Org: r.Org, Email: r.Email, Name: r.Name, Grant: join.Grant{Role: org.Role(r.Role), Departments: r.Departments, Teams: r.Teams}, Version: r.Version,
		By: r.By, ByLabel: r.ByLabel, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), AcceptedAt: fromNull(r.AcceptedAt), Member: r.Member,
		RevokedAt: fromNull(r.RevokedAt)}
}

// AddInvitation implements join.Store.
func (s *JoinStore) AddInvitation(ctx context.Context, i join.Invitation) error {
	return s.db.scoped(ctx, i.Org, func(tx *gorm.DB) error {
		return taken(tx.Create(&invitationRow{i.Org, i.ID, i.Email, i.Name, string(i.Role), listed(i.Departments), listed(i.Teams), i.Version, i.By, i.ByLabel, i.CreatedAt.UTC(),
			i.ExpiresAt.UTC(), toNull(i.AcceptedAt), i.Member, toNull(i.RevokedAt)}).Error)
	})
}

// listed is never null in its column.
func listed[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// Invitation implements join.Store.
func (s *JoinStore) Invitation(ctx context.Context, o id.Org, i id.Invitation) (join.Invitation, error) {
	var row invitationRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, i).Take(&row).Error })
	return row.invitation(), missing(err, join.Missing)
}

// Invitations implements join.Store.
func (s *JoinStore) Invitations(ctx context.Context, o id.Org, most int) ([]join.Invitation, error) {
	var rows []invitationRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("created_at DESC, id DESC").Limit(most).Find(&rows).Error
	})
	out := make([]join.Invitation, len(rows))
	for n, r := range rows {
		out[n] = r.invitation()
	}
	return out, err
}

// Renew implements join.Store.
func (s *JoinStore) Renew(ctx context.Context, i join.Invitation) (bool, error) {
	return s.invite(ctx, i.Org, i.ID, map[string]any{"version": gorm.Expr("version + 1"), "expires_at": i.ExpiresAt.UTC(), "by_id": i.By, "by_label": i.ByLabel}, "1 = 1")
}

// Revoke implements join.Store.
func (s *JoinStore) Revoke(ctx context.Context, o id.Org, i id.Invitation, at time.Time) (bool, error) {
	return s.invite(ctx, o, i, map[string]any{"revoked_at": at.UTC()}, "1 = 1")
}

// Use implements join.Store.
func (s *JoinStore) Use(ctx context.Context, o id.Org, i id.Invitation, version int64, m id.Member, at time.Time) (bool, error) {
	return s.invite(ctx, o, i, map[string]any{"accepted_at": at.UTC(), "member_id": m}, "version = ? AND expires_at > ?", version, at.UTC())
}

// CameByLink implements join.Store.
func (s *JoinStore) CameByLink(ctx context.Context, o id.Org, m id.Member) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&invitationRow{}).Where("org_id = ? AND member_id = ? AND email = '' AND accepted_at IS NOT NULL", o, m).Count(&n).Error
	})
	return n > 0, err
}

// invite changes an invitation that nothing has come of yet, if that is still so.
func (s *JoinStore) invite(ctx context.Context, o id.Org, i id.Invitation, values map[string]any, where string, args ...any) (ok bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		r := tx.Model(&invitationRow{}).Where("org_id = ? AND id = ? AND accepted_at IS NULL AND revoked_at IS NULL", o, i).Where(where, args...).Updates(values)
		ok = r.RowsAffected == 1
		return r.Error
	})
	return ok, err
}

// RevokeExpired implements join.Store.
func (s *JoinStore) RevokeExpired(ctx context.Context, o id.Org, email string, now time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&invitationRow{}).Where("org_id = ? AND email = ? AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= ?", o, email, now.UTC()).
			Update("revoked_at", now.UTC()).Error
	})
}

type applicantRow struct {
	Org         id.Org       `gorm:"column:org_id;primaryKey"`
	ID          id.Applicant `gorm:"column:id;primaryKey"`
	Email       string       `gorm:"column:email"`
	Name        string       `gorm:"column:name"`
	Note        string       `gorm:"column:note"`
	CreatedAt   time.Time    `gorm:"column:created_at"`
	ConfirmedAt *time.Time   `gorm:"column:confirmed_at"`
	DecidedAt   *time.Time   `gorm:"column:decided_at"`
	DecidedBy   string       `gorm:"column:decided_by"`
	Approved    bool         `gorm:"column:approved"`
}

// TableName implements gorm's Tabler.
func (applicantRow) TableName() string { return "applicants" }

func (r applicantRow) applicant() join.Applicant {
	return join.Applicant{ID: r.ID, Org: r.Org, Email: r.Email, Name: r.Name, Note: r.Note, CreatedAt: r.CreatedAt.UTC(), ConfirmedAt: fromNull(r.ConfirmedAt),
		DecidedAt: fromNull(r.DecidedAt), DecidedBy: r.DecidedBy, Approved: r.Approved}
}

// AddApplicant implements join.Store.
func (s *JoinStore) AddApplicant(ctx context.Context, a join.Applicant) error {
	return s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		return taken(tx.Create(&applicantRow{Org: a.Org, ID: a.ID, Email: a.Email, Name: a.Name, Note: a.Note, CreatedAt: a.CreatedAt.UTC()}).Error)
	})
}

// Applicant implements join.Store.
func (s *JoinStore) Applicant(ctx context.Context, o id.Org, a id.Applicant) (join.Applicant, error) {
	var row applicantRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, a).Take(&row).Error })
	return row.applicant(), missing(err, join.MissingApplicant)
}

// Waiting implements join.Store.
func (s *JoinStore) Waiting(ctx context.Context, o id.Org, email string) (join.Applicant, bool, error) {
	var rows []applicantRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND email = ? AND decided_at IS NULL", o, email).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return join.Applicant{}, false, err
	}
	return rows[0].applicant(), true, nil
}

// Applicants implements join.Store.
func (s *JoinStore) Applicants(ctx context.Context, o id.Org) ([]join.Applicant, error) {
	var rows []applicantRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND confirmed_at IS NOT NULL", o).
			Order("CASE WHEN decided_at IS NULL THEN 0 ELSE 1 END, confirmed_at DESC, id DESC").Limit(500).Find(&rows).Error
	})
	out := make([]join.Applicant, len(rows))
	for n, r := range rows {
		out[n] = r.applicant()
	}
	return out, err
}

// Confirm implements join.Store.
func (s *JoinStore) Confirm(ctx context.Context, o id.Org, a id.Applicant, name, note string, at time.Time) (bool, error) {
	return s.apply(ctx, o, a, "confirmed_at IS NULL", map[string]any{"name": name, "note": note, "confirmed_at": at.UTC()})
}

// Decide implements join.Store.
func (s *JoinStore) Decide(ctx context.Context, o id.Org, a id.Applicant, approved bool, by string, at time.Time) (bool, error) {
	return s.apply(ctx, o, a, "decided_at IS NULL", map[string]any{"approved": approved, "decided_by": by, "decided_at": at.UTC()})
}

func (s *JoinStore) apply(ctx context.Context, o id.Org, a id.Applicant, where string, values map[string]any) (ok bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		r := tx.Model(&applicantRow{}).Where("org_id = ? AND id = ?", o, a).Where(where).Updates(values)
		ok = r.RowsAffected == 1
		return r.Error
	})
	return ok, err
}

// SweepApplicants implements join.Store.
func (s *JoinStore) SweepApplicants(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "forget requests to join that nobody confirmed", func(tx *gorm.DB) error {
		return tx.Where("confirmed_at IS NULL AND created_at < ?", before.UTC()).Delete(&applicantRow{}).Error
	})
}
