package key

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Record is what the data plane must know of one key; it is also the form kept in the snapshot file. It holds no
// secret: MAC is a keyed hash of 256 random bits.
type Record struct {
	Public     string         `json:"public"`
	KeyID      secret.KeyID   `json:"pepper"`
	MAC        []byte         `json:"mac"`
	Key        id.Key         `json:"key"`
	Name       string         `json:"name"`
	Org        id.Org         `json:"org"`
	OrgSlug    string         `json:"org_slug"`
	Department id.Department  `json:"department,omitzero"`
	Team       id.Team        `json:"team"`
	Member     id.Member      `json:"member,omitzero"`
	Models     []string       `json:"models,omitempty"`
	Networks   []netip.Prefix `json:"networks,omitempty"`
	ExpiresAt  time.Time      `json:"expires_at,omitzero"`
	// Off is set for a disabled key and for one whose member left.
	Off bool `json:"off,omitempty"`
}

// publicID is a key's public part without a pointer, so that 100,000 of them cost the garbage collector nothing.
type publicID [16]byte

// index is the compiled snapshot: immutable, one map look-up per request.
type index struct {
	entries map[publicID]*entry
}

type entry struct {
	mac   [32]byte
	keyID secret.KeyID
	off   bool
	grant Grant
	noted atomic.Int64 // minute in which the use was last noted; the one thing here that changes
}

// compile turns records into an index, or refuses them all: half a snapshot would refuse valid keys.
func compile(records []Record) (*index, error) {
	x := &index{entries: make(map[publicID]*entry, len(records))}
	backing := make([]entry, len(records))
	slugs := map[id.Org]string{} // each organization's slug once, not once per key
	for i, r := range records {
		var pub publicID
		if len(r.Public) != len(pub) || len(r.MAC) != 32 || r.Org.IsZero() || r.Key.IsZero() || r.Team.IsZero() {
			return nil, fmt.Errorf("key: record of %s is incomplete", r.Key)
		}
		copy(pub[:], r.Public)
		if _, twice := x.entries[pub]; twice {
			return nil, fmt.Errorf("key: public id of %s occurs twice", r.Key)
		}
		slug, ok := slugs[r.Org]
		if !ok {
			slug = r.OrgSlug
			slugs[r.Org] = slug
		}
		e := &backing[i]
		e.keyID, e.off = r.KeyID, r.Off
		e.grant = Grant{
			Key: r.Key, Name: r.Name, OrgSlug: slug, Models: r.Models, Networks: r.Networks, ExpiresAt: r.ExpiresAt,
			Chain: org.Chain{Org: r.Org, Department: r.Department, Team: r.Team, Member: r.Member, Key: r.Key},
		}
		copy(e.mac[:], r.MAC)
		x.entries[pub] = e
	}
	return x, nil
}
