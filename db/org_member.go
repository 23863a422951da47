package db

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type memberRow struct {
	Org        id.Org     `gorm:"column:org_id;primaryKey"`
	ID         id.Member  `gorm:"column:id;primaryKey"`
	Email      string     `gorm:"column:email"`
	Name       string     `gorm:"column:name"`
	CreatedAt  time.Time  `gorm:"column:created_at"`
	DisabledAt *time.Time `gorm:"column:disabled_at"`
	RemovedAt  *time.Time `gorm:"column:removed_at"`
}

// TableName implements gorm's Tabler.
func (memberRow) TableName() string { return "members" }

// AddMember implements org.Store.
func (s *OrgStore) AddMember(ctx context.Context, m org.Member) error {
	return s.db.scoped(ctx, m.Org, func(tx *gorm.DB) error {
		row := memberRow{m.Org, m.ID, m.Email, m.Name, m.CreatedAt.UTC(), toNull(m.DisabledAt), toNull(m.RemovedAt)}
		if err := tx.Create(&row).Error; err != nil {
			return taken(err)
		}
		return assign(tx, m.Org, m.ID, m.Assignments, m.Home)
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
		all, err := withRoles(tx, o, []memberRow{row})
		if err == nil {
			out = all[0]
		}
		return err
	})
	return out, missing(err, org.MissingMember)
}

// Members implements org.Store.
func (s *OrgStore) Members(ctx context.Context, o id.Org) ([]org.Member, error) {
	return s.FindMembers(ctx, o, org.MemberQuery{})
}

// FindMembers implements org.Store.
func (s *OrgStore) FindMembers(ctx context.Context, o id.Org, q org.MemberQuery) ([]org.Member, error) {
	var out []org.Member
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		var rows []memberRow
		find := narrowMembers(tx.Where("members.org_id = ?", o), o, q).Order("members.name, members.id")
		if q.Limit > 0 {
			find = find.Limit(q.Limit)
		}
		if err := find.Find(&rows).Error; err != nil {
			return err
		}
		out, err = withRoles(tx, o, rows)
		return err
	})
	return out, err
}

// MemberIDs implements org.Store.
func (s *OrgStore) MemberIDs(ctx context.Context, o id.Org, q org.MemberQuery) (out []id.Member, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		find := narrowMembers(tx.Model(&memberRow{}).Where("members.org_id = ?", o), o, q)
		return find.Order("members.name, members.id").Pluck("members.id", &out).Error
	})
	return out, err
}

// inTeam is a condition on members: that they have a row of team_members that a further condition holds for. A list and no
// EXISTS, so that it is looked up once and not for every member.
const inTeam = "members.id IN (SELECT tm.member_id FROM team_members AS tm WHERE tm.org_id = ? AND "

const hasRole = "members.id IN (SELECT mr.member_id FROM member_roles AS mr WHERE mr.org_id = ? AND mr.role = ?)"

func narrowMembers(tx *gorm.DB, o id.Org, q org.MemberQuery) *gorm.DB {
	switch q.Status {
	case org.RemovedMember:
		tx = tx.Where("members.removed_at IS NOT NULL")
	case org.DisabledMember:
		tx = tx.Where("members.removed_at IS NULL AND members.disabled_at IS NOT NULL")
	case org.ActiveMember:
		tx = tx.Where("members.removed_at IS NULL AND members.disabled_at IS NULL")
	default:
		tx = tx.Where("members.removed_at IS NULL")
	}
	if q.Within != nil {
		tx = tx.Where("(members.id = ? OR "+inTeam+"tm.team_id IN ?))", q.Self, o, q.Within)
	}
	if q.IDs != nil {
		tx = tx.Where("members.id IN ?", q.IDs)
	}
	if !q.Team.IsZero() {
		tx = tx.Where(inTeam+"tm.team_id = ?)", o, q.Team)
	}
	if q.Search != "" {
		like := "%" + likely.Replace(strings.ToLower(q.Search)) + "%"
		tx = tx.Where(`(LOWER(members.name) LIKE ? ESCAPE '\' OR members.email LIKE ? ESCAPE '\')`, like, like)
	}
	if q.Role != "" {
		tx = tx.Where("("+hasRole+" OR "+inTeam+"tm.role = ?))", o, string(q.Role), o, string(q.Role))
	}
	if !q.After.ID.IsZero() {
		tx = tx.Where("(members.name > ? OR members.name = ? AND members.id > ?)", q.After.Name, q.After.Name, q.After.ID)
	}
	return tx
}

// likely makes text stand for itself in a LIKE.
var likely = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// OtherAdmin implements org.Store.
func (s *OrgStore) OtherAdmin(ctx context.Context, o id.Org, m id.Member) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := narrowMembers(tx.Model(&memberRow{}).Where("members.org_id = ?", o), o, org.MemberQuery{Status: org.ActiveMember})
		return q.Where(hasRole, o, string(org.Admin)).Where("members.id <> ?", m).Limit(1).Count(&n).Error
	})
	return n > 0, err
}

// DisableMember implements org.Store.
func (s *OrgStore) DisableMember(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&memberRow{}).Where("org_id = ? AND id = ?", o, m).Update("disabled_at", toNull(at)).Error
	})
}

// RemoveMember implements org.Store.
func (s *OrgStore) RemoveMember(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := assign(tx, o, m, nil, id.Team{}); err != nil {
			return err
		}
		return tx.Model(&memberRow{}).Where("org_id = ? AND id = ?", o, m).Update("removed_at", at.UTC()).Error
	})
}

// Footprint implements org.Store.
func (s *OrgStore) Footprint(ctx context.Context, o id.Org, m id.Member, now time.Time) (out org.Footprint, err error) {
	count := func(q *gorm.DB, into *int) error {
		var n int64
		err := q.Count(&n).Error
		*into = int(n)
		return err
	}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := count(tx.Model(&keyRow{}).Where("org_id = ? AND member_id = ? AND deleted_at IS NULL", o, m), &out.Keys); err != nil {
			return err
		}
		if err := count(tx.Model(&sessionRow{}).Where("member_org_id = ? AND member_id = ? AND ended_at IS NULL AND expires_at > ?", o, m, now.UTC()), &out.Sessions); err != nil {
			return err
		}
		return count(tx.Model(&tokenRow{}).Where("org_id = ? AND member_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", o, m, now.UTC()), &out.Tokens)
	})
	return out, err
}
