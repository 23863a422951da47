package key

import (
	"fmt"
	"net/netip"
	"strings"
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
	Endpoints  []string       `json:"endpoints,omitempty"`
	Tags       []string       `json:"tags,omitempty"`
	ExpiresAt  time.Time      `json:"expires_at,omitzero"`
	// Agent is set for the session of a coding agent.
	Agent bool `json:"agent,omitempty"`
	// Off is set for a disabled key and for one whose member left.
	Off bool `json:"off,omitempty"`
	// Gone is set for a deleted key: it is refused like one that never was, but its use is told.
	Gone bool `json:"gone,omitempty"`
	// Suspended is set where the operator keeps the organization from models.
	Suspended bool `json:"suspended,omitempty"`
	// OldPublic, OldKeyID and OldMAC are the secret before the last rotation, which works until OldUntil; empty = none.
	OldPublic string       `json:"old_public,omitempty"`
	OldKeyID  secret.KeyID `json:"old_pepper,omitempty"`
	OldMAC    []byte       `json:"old_mac,omitempty"`
	OldUntil  time.Time    `json:"old_until,omitzero"`
}

// publicID is a key's public part without a pointer, so that 100,000 of them cost the garbage collector nothing.
type publicID [16]byte

// index is the compiled snapshot: immutable, one look-up per request.
type index struct {
	*table
	known int // how many entries are keys': without any there is one that nobody's id is
	// replaced is closed when a newer index is in use.
	replaced chan struct{}
}

// entry is one secret. A key that was rotated has two.
type entry struct {
	mac   [32]byte
	keyID secret.KeyID
	off   bool
	gone  bool
	// suspended is the organization's state: not the key's end, so its use is no refusal to be told of.
	suspended bool
	until     time.Time // when a replaced secret stops; zero for the key's own
	grant     Grant
	// noted is the minute in which the use was last noted, told the hour in which a refusal was: what changes here.
	noted, told atomic.Int64
}

// compile turns records into an index, or refuses them all: half a snapshot would refuse valid keys.
func compile(records []Record) (*index, error) {
	n := len(records)
	for i := range records {
		if records[i].OldPublic != "" {
			n++
		}
	}
	b := builder{map[publicID]bool{}, make([]publicID, 0, n), make([]entry, max(n, 1))}
	slugs := map[id.Org]string{} // each organization's slug once, not once per key
	for _, r := range records {
		if r.Org.IsZero() || r.Key.IsZero() || r.Team.IsZero() {
			return nil, fmt.Errorf("key: record of %s is incomplete", r.Key)
		}
		slug, ok := slugs[r.Org]
		if !ok {
			slug = r.OrgSlug
			slugs[r.Org] = slug
		}
		grant := Grant{
			Key: r.Key, Name: r.Name, OrgSlug: slug, Models: r.Models, Networks: r.Networks, Endpoints: StoredEndpoints(r.Endpoints), ExpiresAt: r.ExpiresAt, Agent: r.Agent, Tags: strings.Join(r.Tags, ","),
			Chain: org.Chain{Org: r.Org, Department: r.Department, Team: r.Team, Member: r.Member, Key: r.Key},
		}
		if err := b.add(&r, r.Public, r.KeyID, r.MAC, time.Time{}, grant); err != nil {
			return nil, err
		}
		if r.OldPublic != "" {
			if err := b.add(&r, r.OldPublic, r.OldKeyID, r.OldMAC, r.OldUntil, grant); err != nil {
				return nil, err
			}
		}
	}
	return &index{newTable(b.ids, b.entries), len(b.ids), make(chan struct{})}, nil
}

// builder collects what an index is made of.
type builder struct {
	seen    map[publicID]bool
	ids     []publicID // of the first entries
	entries []entry
}

func (b *builder) add(r *Record, public string, pepper secret.KeyID, mac []byte, until time.Time, g Grant) error {
	var pub publicID
	if len(public) != len(pub) || len(mac) != 32 {
		return fmt.Errorf("key: record of %s is incomplete", r.Key)
	}
	copy(pub[:], public)
	if b.seen[pub] || pub == (publicID{}) {
		return fmt.Errorf("key: public id of %s occurs twice", r.Key)
	}
	e := &b.entries[len(b.ids)]
	e.keyID, e.off, e.gone, e.suspended, e.until, e.grant = pepper, r.Off, r.Gone, r.Suspended, until, g
	copy(e.mac[:], mac)
	b.seen[pub], b.ids = true, append(b.ids, pub)
	return nil
}
