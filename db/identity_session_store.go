package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// SessionStore keeps browser sessions for scs, which gives it hashed tokens. It implements scs.CtxStore.
type SessionStore struct{ db *DB }

// NewSessionStore makes the store.
func NewSessionStore(d *DB) *SessionStore { return &SessionStore{d} }

type sessionRow struct {
	Token     string     `gorm:"column:token;primaryKey"`
	Org       id.Org     `gorm:"column:member_org_id"`
	Member    id.Member  `gorm:"column:member_id"`
	Data      []byte     `gorm:"column:data"`
	ExpiresAt time.Time  `gorm:"column:expires_at"`
	EndedAt   *time.Time `gorm:"column:ended_at"`

	ID              id.Session  `gorm:"column:id"`
	Method          string      `gorm:"column:method"`
	IP              string      `gorm:"column:ip"`
	Agent           string      `gorm:"column:agent"`
	BeganAt         *time.Time  `gorm:"column:began_at"`
	SeenAt          *time.Time  `gorm:"column:seen_at"`
	Provider        id.Provider `gorm:"column:provider_id"`
	ProviderSession string      `gorm:"column:provider_session"`
	ProviderSubject string      `gorm:"column:provider_subject"`
}

// TableName implements gorm's Tabler.
func (sessionRow) TableName() string { return "sessions" }

// FindCtx implements scs.CtxStore.
func (s *SessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var row sessionRow
	err := s.db.system(ctx, "find a session by its cookie", func(tx *gorm.DB) error {
		return tx.Where("token = ? AND ended_at IS NULL AND expires_at > ?", token, s.db.clock.Now().UTC()).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, false, nil
	}
	return row.Data, err == nil, err
}

// CommitCtx implements scs.CtxStore. A session that ended meanwhile stays ended.
func (s *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	row := sessionRow{Token: token, Data: data, ExpiresAt: expiry.UTC()}
	row.describe()
	return s.db.system(ctx, "save a session", func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "token"}},
			DoUpdates: clause.AssignmentColumns(sessionColumns),
		}).Create(&row).Error
	})
}

// DeleteCtx implements scs.CtxStore. It marks the session as ended; Sweep deletes it later.
func (s *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.system(ctx, "end a session", func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("token = ? AND ended_at IS NULL", token).
			Updates(map[string]any{"ended_at": s.db.clock.Now().UTC(), "data": []byte{}}).Error
	})
}

// Sweep deletes sessions whose time is over, for a periodic job, and says how many.
func (s *SessionStore) Sweep(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.system(ctx, "delete expired sessions", func(tx *gorm.DB) error {
		r := tx.Where("expires_at <= ?", s.db.clock.Now().UTC()).Delete(&sessionRow{})
		n = r.RowsAffected
		return r.Error
	})
	return n, err
}

var errNoContext = errors.New("db: sessions are reached with a context")

// Find completes scs.Store; scs calls FindCtx.
func (s *SessionStore) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit completes scs.Store; scs calls CommitCtx.
func (s *SessionStore) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete completes scs.Store; scs calls DeleteCtx.
func (s *SessionStore) Delete(string) error { return errNoContext }
