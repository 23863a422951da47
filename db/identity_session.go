package db

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
)

var _ identity.LoginStore = (*IdentityStore)(nil)

// sessionColumns are what saving a session again may change: never ended_at, so that one that ended stays so.
var sessionColumns = []string{"member_org_id", "member_id", "data", "expires_at", "id", "method", "ip", "agent", "began_at", "seen_at",
	"provider_id", "provider_session", "provider_subject"}

// describe reads from app/web's JSON whose session it is and how it was made; a session before a log-in is nobody's.
func (r *sessionRow) describe() {
	var v struct {
		Values struct {
			Org      id.Org      `json:"org"`
			Member   id.Member   `json:"member"`
			ID       id.Session  `json:"id"`
			Method   string      `json:"method"`
			IP       string      `json:"ip"`
			Agent    string      `json:"agent"`
			Began    string      `json:"began"`
			Seen     string      `json:"seen"`
			Provider id.Provider `json:"provider"`
			SID      string      `json:"provider_session"`
			Subject  string      `json:"provider_subject"`
		} `json:"values"`
	}
	if err := json.Unmarshal(r.Data, &v); err != nil {
		return
	}
	in := v.Values
	r.Org, r.Member, r.ID, r.Method, r.IP, r.Agent = in.Org, in.Member, in.ID, in.Method, in.IP, in.Agent
	r.BeganAt, r.SeenAt = unix(in.Began), unix(in.Seen)
	r.Provider, r.ProviderSession, r.ProviderSubject = in.Provider, in.SID, in.Subject
}

func unix(text string) *time.Time {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil
	}
	at := time.Unix(seconds, 0).UTC()
	return &at
}

// Sessions implements identity.LoginStore.
func (s *IdentityStore) Sessions(ctx context.Context, o id.Org, m id.Member, now time.Time) ([]identity.Session, error) {
	var rows []sessionRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("member_org_id = ? AND member_id = ? AND ended_at IS NULL AND expires_at > ? AND id IS NOT NULL", o, m, now.UTC()).
			Order("seen_at DESC, id DESC").Find(&rows).Error
	})
	out := make([]identity.Session, 0, len(rows))
	for _, r := range rows {
		out = append(out, identity.Session{ID: r.ID, Org: r.Org, Member: r.Member, Method: identity.Method(r.Method), IP: r.IP, Agent: r.Agent,
			BeganAt: fromNull(r.BeganAt), SeenAt: fromNull(r.SeenAt), ExpiresAt: r.ExpiresAt.UTC()})
	}
	return out, err
}

// EndSome implements identity.LoginStore.
func (s *IdentityStore) EndSome(ctx context.Context, o id.Org, which identity.Which, at time.Time) (int64, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Model(&sessionRow{}).Where("member_org_id = ? AND ended_at IS NULL AND expires_at > ?", o, at.UTC())
		if !which.Member.IsZero() {
			q = q.Where("member_id = ?", which.Member)
		}
		if !which.Only.IsZero() {
			q = q.Where("id = ?", which.Only)
		}
		if !which.But.IsZero() {
			q = q.Where("(id IS NULL OR id <> ?)", which.But)
		}
		if !which.ButMember.IsZero() {
			q = q.Where("member_id <> ?", which.ButMember)
		}
		if len(which.Methods) > 0 {
			q = q.Where("method IN ?", which.Methods)
		}
		if !which.Provider.IsZero() {
			q = q.Where("provider_id = ?", which.Provider)
		}
		if which.ProviderSession != "" {
			q = q.Where("provider_session = ?", which.ProviderSession)
		}
		if which.ProviderSubject != "" {
			q = q.Where("provider_subject = ?", which.ProviderSubject)
		}
		done := q.Updates(map[string]any{"ended_at": at.UTC(), "data": []byte{}})
		n = done.RowsAffected
		return done.Error
	})
	return n, err
}
