package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// OrgStore keeps organizations, teams and members.
type OrgStore struct{ db *DB }

var _ org.Store = (*OrgStore)(nil)

// NewOrgStore makes the store.
func NewOrgStore(d *DB) *OrgStore { return &OrgStore{d} }

type orgRow struct {
	ID        id.Org    `gorm:"column:id;primaryKey"`
	Slug      string    `gorm:"column:slug"`
	Name      string    `gorm:"column:name"`
	Zone      string    `gorm:"column:zone"`
	CreatedAt time.Time `gorm:"column:created_at"`
}

// TableName implements gorm's Tabler.
func (orgRow) TableName() string { return "organizations" }

func (r orgRow) organization() org.Organization {
	return org.Organization{ID: r.ID, Slug: r.Slug, Name: r.Name, Zone: r.Zone, CreatedAt: r.CreatedAt.UTC()}
}

type teamRow struct {
	Org        id.Org        `gorm:"column:org_id;primaryKey"`
	ID         id.Team       `gorm:"column:id;primaryKey"`
	Department id.Department `gorm:"column:department_id"`
	Name       string        `gorm:"column:name"`
	CreatedAt  time.Time     `gorm:"column:created_at"`
}

// TableName implements gorm's Tabler.
func (teamRow) TableName() string { return "teams" }

func (r teamRow) team() org.Team {
	return org.Team{ID: r.ID, Org: r.Org, Department: r.Department, Name: r.Name, CreatedAt: r.CreatedAt.UTC()}
}

type memberRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.Member  `gorm:"column:id;primaryKey"`
	Email     string     `gorm:"column:email"`
	Name      string     `gorm:"column:name"`
	Role      string     `gorm:"column:role"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	RemovedAt *time.Time `gorm:"column:removed_at"`
}

// TableName implements gorm's Tabler.
func (memberRow) TableName() string { return "members" }

func (r memberRow) member(teams []id.Team) org.Member {
	return org.Member{ID: r.ID, Org: r.Org, Email: r.Email, Name: r.Name, Role: org.Role(r.Role), Teams: teams,
		CreatedAt: r.CreatedAt.UTC(), RemovedAt: fromNull(r.RemovedAt)}
}

type teamMemberRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	Team   id.Team   `gorm:"column:team_id;primaryKey"`
	Member id.Member `gorm:"column:member_id;primaryKey"`
}

// TableName implements gorm's Tabler.
func (teamMemberRow) TableName() string { return "team_members" }

// AddOrganization implements org.Store.
func (s *OrgStore) AddOrganization(ctx context.Context, o org.Organization) error {
	return s.db.system(ctx, "found an organization", func(tx *gorm.DB) error {
		return taken(tx.Create(&orgRow{o.ID, o.Slug, o.Name, o.Zone, o.CreatedAt.UTC()}).Error)
	})
}

// Organization implements org.Store.
func (s *OrgStore) Organization(ctx context.Context, o id.Org) (org.Organization, error) {
	var row orgRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("id = ?", o).Take(&row).Error })
	return row.organization(), missing(err, org.Missing)
}

// BySlug implements org.Store.
func (s *OrgStore) BySlug(ctx context.Context, slug string) (org.Organization, error) {
	var row orgRow
	err := s.db.system(ctx, "find an organization by slug", func(tx *gorm.DB) error { return tx.Where("slug = ?", slug).Take(&row).Error })
	return row.organization(), missing(err, org.Missing)
}

// All gives every organization, oldest first, for checks of the whole installation.
func (s *OrgStore) All(ctx context.Context) ([]org.Organization, error) {
	var rows []orgRow
	err := s.db.system(ctx, "all organizations", func(tx *gorm.DB) error {
		return tx.Order("created_at").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]org.Organization, len(rows))
	for i, r := range rows {
		out[i] = r.organization()
	}
	return out, nil
}

// SlugTaken implements org.Store.
func (s *OrgStore) SlugTaken(ctx context.Context, slug string) (bool, error) {
	_, err := s.BySlug(ctx, slug)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// AddTeam implements org.Store.
func (s *OrgStore) AddTeam(ctx context.Context, t org.Team) error {
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return taken(tx.Create(&teamRow{t.Org, t.ID, t.Department, t.Name, t.CreatedAt.UTC()}).Error)
	})
}

// Team implements org.Store.
func (s *OrgStore) Team(ctx context.Context, o id.Org, t id.Team) (org.Team, error) {
	var row teamRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, t).Take(&row).Error
	})
	return row.team(), missing(err, org.MissingTeam)
}

// Teams implements org.Store.
func (s *OrgStore) Teams(ctx context.Context, o id.Org) ([]org.Team, error) {
	var rows []teamRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("name, id").Find(&rows).Error
	})
	out := make([]org.Team, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.team())
	}
	return out, err
}

// AddMember implements org.Store.
func (s *OrgStore) AddMember(ctx context.Context, m org.Member) error {
	return s.db.scoped(ctx, m.Org, func(tx *gorm.DB) error {
		row := memberRow{m.Org, m.ID, m.Email, m.Name, string(m.Role), m.CreatedAt.UTC(), toNull(m.RemovedAt)}
		if err := tx.Create(&row).Error; err != nil {
			return taken(err)
		}
		if len(m.Teams) == 0 {
			return nil
		}
		rows := make([]teamMemberRow, 0, len(m.Teams))
		for _, t := range m.Teams {
			rows = append(rows, teamMemberRow{m.Org, t, m.ID})
		}
		return tx.Create(&rows).Error
	})
}

// Member implements org.Store.
func (s *OrgStore) Member(ctx context.Context, o id.Org, m id.Member) (org.Member, error) {
	return s.oneMember(ctx, o, "org_id = ? AND id = ?", o, m)
}

// MemberByEmail implements org.Store.
func (s *OrgStore) MemberByEmail(ctx context.Context, o id.Org, email string) (org.Member, error) {
	return s.oneMember(ctx, o, "org_id = ? AND email = ? AND removed_at IS NULL", o, email)
}

func (s *OrgStore) oneMember(ctx context.Context, o id.Org, where string, args ...any) (out org.Member, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row memberRow
		if err := tx.Where(where, args...).Take(&row).Error; err != nil {
			return err
		}
		var in []teamMemberRow
		if err := tx.Where("org_id = ? AND member_id = ?", o, row.ID).Order("team_id").Find(&in).Error; err != nil {
			return err
		}
		out = row.member(teamsOf(in)[row.ID])
		return nil
	})
	return out, missing(err, org.MissingMember)
}

// Members implements org.Store.
func (s *OrgStore) Members(ctx context.Context, o id.Org) ([]org.Member, error) {
	var rows []memberRow
	var in []teamMemberRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Where("org_id = ? AND removed_at IS NULL", o).Order("name, id").Find(&rows).Error; err != nil {
			return err
		}
		return tx.Where("org_id = ?", o).Order("team_id").Find(&in).Error
	})
	teams := teamsOf(in)
	out := make([]org.Member, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.member(teams[r.ID]))
	}
	return out, err
}

func teamsOf(rows []teamMemberRow) map[id.Member][]id.Team {
	out := map[id.Member][]id.Team{}
	for _, r := range rows {
		out[r.Member] = append(out[r.Member], r.Team)
	}
	return out
}

// RemoveMember implements org.Store.
func (s *OrgStore) RemoveMember(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&teamMemberRow{}).Error; err != nil {
			return err
		}
		return tx.Model(&memberRow{}).Where("org_id = ? AND id = ?", o, m).Update("removed_at", at.UTC()).Error
	})
}

// SetRole implements org.Store.
func (s *OrgStore) SetRole(ctx context.Context, o id.Org, m id.Member, r org.Role) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&memberRow{}).Where("org_id = ? AND id = ?", o, m).Update("role", string(r)).Error
	})
}

// OrgKeyStore keeps organizations' wrapped data keys.
type OrgKeyStore struct{ db *DB }

var _ secret.KeyStore = (*OrgKeyStore)(nil)

// NewOrgKeyStore makes the store.
func NewOrgKeyStore(d *DB) *OrgKeyStore { return &OrgKeyStore{d} }

type orgKeyRow struct {
	Org     id.Org `gorm:"column:org_id;primaryKey"`
	Version int64  `gorm:"column:version;primaryKey;autoIncrement:false"`
	Wrapped []byte `gorm:"column:wrapped"`
}

// TableName implements gorm's Tabler.
func (orgKeyRow) TableName() string { return "org_keys" }

// OrgKeys implements secret.KeyStore.
func (s *OrgKeyStore) OrgKeys(ctx context.Context, o id.Org) ([]secret.WrappedKey, error) {
	var rows []orgKeyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Find(&rows).Error })
	return wrappedKeys(rows), err
}

// AllOrgKeys implements secret.KeyStore.
func (s *OrgKeyStore) AllOrgKeys(ctx context.Context) ([]secret.WrappedKey, error) {
	var rows []orgKeyRow
	err := s.db.system(ctx, "open all tenants' secrets at start-up", func(tx *gorm.DB) error { return tx.Find(&rows).Error })
	return wrappedKeys(rows), err
}

func wrappedKeys(rows []orgKeyRow) []secret.WrappedKey {
	out := make([]secret.WrappedKey, 0, len(rows))
	for _, r := range rows {
		out = append(out, secret.WrappedKey{Org: r.Org, Version: uint32(r.Version), Wrapped: r.Wrapped})
	}
	return out
}

// AddOrgKey implements secret.KeyStore.
func (s *OrgKeyStore) AddOrgKey(ctx context.Context, k secret.WrappedKey) error {
	return s.db.scoped(ctx, k.Org, func(tx *gorm.DB) error {
		return tx.Create(&orgKeyRow{k.Org, int64(k.Version), k.Wrapped}).Error
	})
}

// missing turns "no such row" into the entity's not_found fault.
func missing(err error, entity func() *fault.Error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return entity()
	}
	return err
}

// taken turns a broken uniqueness rule into a conflict; the service, which knows what was unique, words it.
func taken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "exists", "This exists already.").Because(err)
	}
	return err
}

// toNull is an optional time as a column.
func toNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// fromNull is an optional time from a column.
func fromNull(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
