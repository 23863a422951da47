package db

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// IdentityStore keeps how members log in, and management tokens.
type IdentityStore struct{ db *DB }

var _ identity.Store = (*IdentityStore)(nil)

// NewIdentityStore makes the store.
func NewIdentityStore(d *DB) *IdentityStore { return &IdentityStore{d} }

type identityRow struct {
	Org       id.Org      `gorm:"column:org_id;primaryKey"`
	ID        id.Identity `gorm:"column:id;primaryKey"`
	Member    id.Member   `gorm:"column:member_id"`
	Issuer    string      `gorm:"column:issuer"`
	Subject   string      `gorm:"column:subject"`
	Hash      string      `gorm:"column:hash"`
	CreatedAt time.Time   `gorm:"column:created_at"`
	UpdatedAt time.Time   `gorm:"column:updated_at"`
}

// TableName implements gorm's Tabler.
func (identityRow) TableName() string { return "identities" }

func (r identityRow) identity() identity.Identity {
	return identity.Identity{ID: r.ID, Org: r.Org, Member: r.Member, Issuer: r.Issuer, Subject: r.Subject, Hash: r.Hash, CreatedAt: r.CreatedAt.UTC()}
}

// AddIdentity implements identity.Store.
func (s *IdentityStore) AddIdentity(ctx context.Context, i identity.Identity) error {
	return s.db.scoped(ctx, i.Org, func(tx *gorm.DB) error {
		at := i.CreatedAt.UTC()
		return taken(tx.Create(&identityRow{i.Org, i.ID, i.Member, i.Issuer, i.Subject, i.Hash, at, at}).Error)
	})
}

// ByLogin implements identity.Store.
func (s *IdentityStore) ByLogin(ctx context.Context, issuer, subject string) ([]identity.Identity, error) {
	var rows []identityRow
	err := s.db.system(ctx, "find who logs in", func(tx *gorm.DB) error {
		return tx.Where("issuer = ? AND subject = ? AND "+ofLiving, issuer, subject).Order("created_at, id").Find(&rows).Error
	})
	out := make([]identity.Identity, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.identity())
	}
	return out, err
}

// OfMember implements identity.Store.
func (s *IdentityStore) OfMember(ctx context.Context, o id.Org, m id.Member, issuer string) (identity.Identity, bool, error) {
	var row identityRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ? AND issuer = ?", o, m, issuer).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Identity{}, false, nil
	}
	return row.identity(), err == nil, err
}

// SetHash implements identity.Store.
func (s *IdentityStore) SetHash(ctx context.Context, o id.Org, i id.Identity, hash string, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&identityRow{}).Where("org_id = ? AND id = ?", o, i).
			Updates(map[string]any{"hash": hash, "updated_at": at.UTC()}).Error
	})
}

// DropIdentities implements identity.Store.
func (s *IdentityStore) DropIdentities(ctx context.Context, o id.Org, m id.Member) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&identityRow{}).Error
	})
}

// EndSessions implements identity.Store.
func (s *IdentityStore) EndSessions(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("member_org_id = ? AND member_id = ? AND ended_at IS NULL", o, m).
			Updates(map[string]any{"ended_at": at.UTC(), "data": []byte{}}).Error
	})
}

type tokenRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.Token   `gorm:"column:id;primaryKey"`
	Name      string     `gorm:"column:name"`
	Role      string     `gorm:"column:role"`
	Public    string     `gorm:"column:public"`
	Last4     string     `gorm:"column:last4"`
	Pepper    int64      `gorm:"column:pepper"`
	MAC       []byte     `gorm:"column:mac"`
	CreatedBy string     `gorm:"column:created_by"`
	Member    id.Member  `gorm:"column:member_id"`
	NodeKind  string     `gorm:"column:node_kind"`
	Node      string     `gorm:"column:node_id"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	ExpiresAt *time.Time `gorm:"column:expires_at"`
	RevokedAt *time.Time `gorm:"column:revoked_at"`
	Scopes    string     `gorm:"column:scopes"`
	UsedAt    *time.Time `gorm:"column:last_used_at"`
	Personal  bool       `gorm:"column:personal"`
}

// TableName implements gorm's Tabler.
func (tokenRow) TableName() string { return "tokens" }

func (r tokenRow) token() identity.Token {
	t := identity.Token{ID: r.ID, Org: r.Org, Name: r.Name, Role: org.Role(r.Role), Public: r.Public, Last4: r.Last4,
		KeyID: secret.KeyID(r.Pepper), CreatedBy: r.CreatedBy, Maker: r.Member, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: fromNull(r.ExpiresAt), RevokedAt: fromNull(r.RevokedAt),
		Scopes: strings.Fields(r.Scopes), LastUsedAt: fromNull(r.UsedAt), Personal: r.Personal}
	copy(t.MAC[:], r.MAC)
	t.At, _ = org.ParseScope(r.Org, r.NodeKind, r.Node) // what is none is the zero scope: nowhere
	return t
}

// AddToken implements identity.Store.
func (s *IdentityStore) AddToken(ctx context.Context, t identity.Token) error {
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return tx.Create(&tokenRow{t.Org, t.ID, t.Name, string(t.Role), t.Public, t.Last4, int64(t.KeyID), t.MAC[:], t.CreatedBy,
			t.Maker, string(t.At.Kind()), t.At.Node(), t.CreatedAt.UTC(), toNull(t.ExpiresAt), toNull(t.RevokedAt), strings.Join(t.Scopes, " "), toNull(t.LastUsedAt), t.Personal}).Error
	})
}

// TokenUsed implements identity.Store.
func (s *IdentityStore) TokenUsed(ctx context.Context, o id.Org, t id.Token, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&tokenRow{}).Where("org_id = ? AND id = ?", o, t).Update("last_used_at", at.UTC()).Error
	})
}

// Tokens implements identity.Store.
func (s *IdentityStore) Tokens(ctx context.Context, o id.Org) ([]identity.Token, error) {
	var rows []tokenRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("created_at DESC, id DESC").Find(&rows).Error
	})
	out := make([]identity.Token, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.token())
	}
	return out, err
}

// TokenByPublic implements identity.Store.
func (s *IdentityStore) TokenByPublic(ctx context.Context, public string) (identity.Token, bool, error) {
	var row tokenRow
	err := s.db.system(ctx, "find who holds a token", func(tx *gorm.DB) error { return tx.Where("public = ? AND "+ofLiving, public).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Token{}, false, nil
	}
	return row.token(), err == nil, err
}

// RevokeToken implements identity.Store.
func (s *IdentityStore) RevokeToken(ctx context.Context, o id.Org, t id.Token, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&tokenRow{}).Where("org_id = ? AND id = ? AND revoked_at IS NULL", o, t).Update("revoked_at", at.UTC()).Error
	})
}

// RevokeTokensOf implements identity.Store.
func (s *IdentityStore) RevokeTokensOf(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&tokenRow{}).Where("org_id = ? AND member_id = ? AND revoked_at IS NULL", o, m).Update("revoked_at", at.UTC()).Error
	})
}

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
