package db

import (
	"context"
	"net/netip"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// recordRow is one line of Records; plain columns only, because a node reads all keys after every change.
type recordRow struct {
	Public     string
	Pepper     int64
	MAC        []byte
	Key        id.Key
	Name       string
	Org        id.Org
	Slug       string
	Department id.Department
	Team       id.Team
	Member     id.Member
	Models     []string       `gorm:"serializer:json"`
	Networks   []netip.Prefix `gorm:"serializer:json"`
	Endpoints  []string       `gorm:"serializer:json"`
	Tags       []string       `gorm:"serializer:json"`
	ExpiresAt  *time.Time
	Off, Gone  bool
	Suspended  bool
	Agent      bool
	OldPublic  *string
	OldPepper  *int64
	OldMAC     []byte
	OldUntil   *time.Time
}

func (r recordRow) record() key.Record {
	out := key.Record{Public: r.Public, KeyID: secret.KeyID(r.Pepper), MAC: r.MAC, Key: r.Key, Name: r.Name, Org: r.Org,
		OrgSlug: r.Slug, Department: r.Department, Team: r.Team, Member: r.Member, Models: r.Models, Networks: r.Networks, Endpoints: r.Endpoints, Tags: r.Tags,
		ExpiresAt: fromNull(r.ExpiresAt), Off: r.Off, Gone: r.Gone, Suspended: r.Suspended, Agent: r.Agent}
	if r.OldPublic != nil && r.OldPepper != nil {
		out.OldPublic, out.OldKeyID, out.OldMAC, out.OldUntil = *r.OldPublic, secret.KeyID(*r.OldPepper), r.OldMAC, fromNull(r.OldUntil)
	}
	return out
}

// Records implements key.Store.
func (s *KeyStore) Records(ctx context.Context, since time.Time) ([]key.Record, error) {
	var rows []recordRow
	err := s.db.system(ctx, "compile the key index", func(tx *gorm.DB) error {
		return tx.Table("keys AS k").
			Select(`k.public, k.pepper, k.mac, k.id AS "key", k.name, k.org_id AS org, o.slug, t.department_id AS department, k.team_id AS team,
				k.member_id AS member, k.models, k.networks, k.endpoints, k.tags, k.expires_at, (k.deleted_at IS NOT NULL OR o.deleted_at IS NOT NULL) AS gone, o.suspended_at IS NOT NULL AS suspended,
				k.old_public, k.old_pepper, k.old_mac, k.old_until, k.agent <> '' AS agent,
				(k.disabled_at IS NOT NULL OR `+stopped+`) AS off`).
			Joins("JOIN organizations AS o ON o.id = k.org_id").
			Joins(stoppers).
			Where("k.deleted_at IS NULL OR k.deleted_at > ?", since.UTC()).Find(&rows).Error
	})
	out := make([]key.Record, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.record())
	}
	return out, err
}
