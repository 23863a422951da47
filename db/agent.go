package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// AgentStore keeps the sessions of coding agents and what organizations send them.
type AgentStore struct{ db *DB }

// NewAgentStore makes the store.
func NewAgentStore(d *DB) *AgentStore { return &AgentStore{d} }

var _ agent.Store = (*AgentStore)(nil)

type agentSessionRow struct {
	Org         id.Org     `gorm:"column:org_id;primaryKey"`
	Key         id.Key     `gorm:"column:key_id;primaryKey"`
	Member      id.Member  `gorm:"column:member_id"`
	Public      string     `gorm:"column:public"`
	Pepper      int64      `gorm:"column:pepper"`
	MAC         []byte     `gorm:"column:mac"`
	OldPublic   *string    `gorm:"column:old_public"`
	OldPepper   *int64     `gorm:"column:old_pepper"`
	OldMAC      []byte     `gorm:"column:old_mac"`
	OldUntil    *time.Time `gorm:"column:old_until"`
	CreatedAt   time.Time  `gorm:"column:created_at;autoCreateTime:false"`
	RefreshedAt time.Time  `gorm:"column:refreshed_at"`
	EndsAt      time.Time  `gorm:"column:ends_at"`
}

// TableName implements gorm's Tabler.
func (agentSessionRow) TableName() string { return "agent_sessions" }

func agentSessionRowOf(s agent.Session) agentSessionRow {
	r := agentSessionRow{Org: s.Org, Key: s.Key, Member: s.Member, Public: s.Current.Public, Pepper: int64(s.Current.KeyID), MAC: s.Current.MAC[:],
		CreatedAt: s.CreatedAt.UTC(), RefreshedAt: s.RefreshedAt.UTC(), EndsAt: s.EndsAt.UTC()}
	if !s.OldUntil.IsZero() {
		pepper := int64(s.Old.KeyID)
		r.OldPublic, r.OldPepper, r.OldMAC, r.OldUntil = &s.Old.Public, &pepper, s.Old.MAC[:], toNull(s.OldUntil)
	}
	return r
}

func (r agentSessionRow) session() agent.Session {
	s := agent.Session{Org: r.Org, Key: r.Key, Member: r.Member, Current: agent.Refresh{Public: r.Public, KeyID: secret.KeyID(r.Pepper)},
		CreatedAt: r.CreatedAt.UTC(), RefreshedAt: r.RefreshedAt.UTC(), EndsAt: r.EndsAt.UTC()}
	copy(s.Current.MAC[:], r.MAC)
	if r.OldPublic != nil && r.OldPepper != nil {
		s.Old, s.OldUntil = agent.Refresh{Public: *r.OldPublic, KeyID: secret.KeyID(*r.OldPepper)}, fromNull(r.OldUntil)
		copy(s.Old.MAC[:], r.OldMAC)
	}
	return s
}

// Add implements agent.Store.
func (s *AgentStore) Add(ctx context.Context, x agent.Session) error {
	row := agentSessionRowOf(x)
	return s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// whoseAgent is why these statements name no organization.
const whoseAgent = "a presented token says whose it is only once it is found"

// ByRefresh implements agent.Store.
func (s *AgentStore) ByRefresh(ctx context.Context, public string) (agent.Session, bool, error) {
	return s.find(ctx, func(tx *gorm.DB) *gorm.DB { return tx.Where("public = ? OR old_public = ?", public, public) })
}

// ByKey implements agent.Store.
func (s *AgentStore) ByKey(ctx context.Context, public string) (agent.Session, bool, error) {
	return s.find(ctx, func(tx *gorm.DB) *gorm.DB {
		return tx.Joins("JOIN keys AS k ON k.org_id = agent_sessions.org_id AND k.id = agent_sessions.key_id").Where("k.public = ?", public)
	})
}

func (s *AgentStore) find(ctx context.Context, where func(tx *gorm.DB) *gorm.DB) (agent.Session, bool, error) {
	var row agentSessionRow
	err := s.db.system(ctx, whoseAgent, func(tx *gorm.DB) error {
		return where(tx.Model(&agentSessionRow{})).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return agent.Session{}, false, nil
	}
	return row.session(), err == nil, err
}

// Renew implements agent.Store.
func (s *AgentStore) Renew(ctx context.Context, x agent.Session, from string) (moved bool, err error) {
	row := agentSessionRowOf(x)
	err = s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error {
		done := tx.Model(&agentSessionRow{}).Where("org_id = ? AND key_id = ? AND public = ?", x.Org, x.Key, from).
			Select("public", "pepper", "mac", "old_public", "old_pepper", "old_mac", "old_until", "refreshed_at").Updates(&row)
		moved = done.RowsAffected == 1
		return done.Error
	})
	return moved, err
}

// Sweep implements agent.Store.
func (s *AgentStore) Sweep(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "sessions that ended, whose ever they were", func(tx *gorm.DB) error {
		return tx.Where("ends_at < ?", before.UTC()).Delete(&agentSessionRow{}).Error
	})
}

type agentSettingsRow struct {
	Org       id.Org    `gorm:"column:org_id;primaryKey"`
	Body      string    `gorm:"column:body"`
	UpdatedAt time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
	UpdatedBy string    `gorm:"column:updated_by"`
}

// TableName implements gorm's Tabler.
func (agentSettingsRow) TableName() string { return "agent_settings" }

func (r agentSettingsRow) settings() agent.Settings {
	return agent.Settings{Org: r.Org, Body: []byte(r.Body), UpdatedAt: r.UpdatedAt.UTC(), UpdatedBy: r.UpdatedBy}
}

// Settings implements agent.Store.
func (s *AgentStore) Settings(ctx context.Context, o id.Org) (agent.Settings, bool, error) {
	var row agentSettingsRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return agent.Settings{}, false, nil
	}
	return row.settings(), err == nil, err
}

// SetSettings implements agent.Store.
func (s *AgentStore) SetSettings(ctx context.Context, x agent.Settings) error {
	row := agentSettingsRow{x.Org, string(x.Body), x.UpdatedAt.UTC(), x.UpdatedBy}
	return s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"body", "updated_at", "updated_by"})}).Create(&row).Error
	})
}

// DropSettings implements agent.Store.
func (s *AgentStore) DropSettings(ctx context.Context, o id.Org) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Delete(&agentSettingsRow{}).Error })
}

// AllSettings implements agent.Store.
func (s *AgentStore) AllSettings(ctx context.Context) ([]agent.Settings, error) {
	var rows []agentSettingsRow
	err := s.db.system(ctx, "what agents of all organizations are sent", func(tx *gorm.DB) error { return tx.Find(&rows).Error })
	out := make([]agent.Settings, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.settings())
	}
	return out, err
}
