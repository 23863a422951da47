package secret

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// WrappedKey is one organization's data key, encrypted under a master key: safe in a database, a backup or the data
// plane's snapshot file. Deleting all of an organization's deletes what they protect.
//
// One without an organization is the pepper of a master key that is no more, wrapped under another; Version is that key's id.
type WrappedKey struct {
	Org     id.Org `json:"org"`
	Version uint32 `json:"version"` // counts up per organization; the highest seals
	Wrapped []byte `json:"wrapped"`
}

// Under names the master key that w is wrapped under.
func (w WrappedKey) Under() KeyID {
	if len(w.Wrapped) < wrappedHeader {
		return 0
	}
	return KeyID(binary.BigEndian.Uint32(w.Wrapped[1:]))
}

// KeyStore keeps wrapped data keys. *db.OrgKeyStore implements it.
type KeyStore interface {
	// OrgKeys are one organization's, in any order; none is no error.
	OrgKeys(ctx context.Context, o id.Org) ([]WrappedKey, error)
	// AllOrgKeys are everybody's, for start-up and snapshots, and the peppers.
	AllOrgKeys(ctx context.Context) ([]WrappedKey, error)
	// AddOrgKey joins the transaction in ctx.
	AddOrgKey(ctx context.Context, k WrappedKey) error
	// Rewrap puts next in the place of before, and reports false where something else stands there by now. Both are of one
	// organization and version. It joins the transaction in ctx.
	Rewrap(ctx context.Context, before, next WrappedKey) (bool, error)
	// KeepPepper keeps a pepper (WrappedKey without an organization), or replaces how it is wrapped.
	KeepPepper(ctx context.Context, k WrappedKey) error
	// DropOrgKeys deletes an organization's, for good. It joins the transaction in ctx.
	DropOrgKeys(ctx context.Context, o id.Org) error
}

// Keyring encrypts tenants' secrets at rest: AES-256-GCM under a data key of the organization, which is itself wrapped
// by the master key. A ciphertext opens only for the organization, table, column and row it was sealed for. Opened
// data keys stay in memory, so the data plane works while the database is away. Safe for concurrent use.
type Keyring struct {
	master *Master
	store  KeyStore
	random io.Reader

	mu    sync.RWMutex
	rings map[id.Org]*ring
}

// ring is one organization's data keys.
type ring struct {
	newest  uint32
	wrapped []WrappedKey
	aeads   map[uint32]cipher.AEAD
}

// Format is the first byte of everything sealed; other layouts get other numbers.
const (
	formatWrapped = 0x11 // format, master key id, nonce, encrypted data key
	formatSealed  = 0x21 // format, master key id, data key version, nonce, ciphertext
	nonceSize     = 12
	sealedHeader  = 1 + 4 + 4
	wrappedHeader = 1 + 4
)

// Errors that callers tell apart. ErrWrongMaster's text is for operators; wrapped errors name the keys.
var (
	ErrWrongMaster = errors.New("this data was encrypted under another master key")
	ErrTampered    = errors.New("secret: ciphertext does not belong here or was changed")
	ErrNoKey       = errors.New("secret: the organization has no data key")
)

// NewKeyring makes a Keyring; random nil means the system's.
func NewKeyring(m *Master, store KeyStore, random io.Reader) *Keyring {
	if random == nil {
		random = rand.Reader
	}
	return &Keyring{master: m, store: store, random: random, rings: map[id.Org]*ring{}}
}

// Load reads every organization's keys. Called at start-up it finds a wrong master key at once, with one clear error,
// and lets the data plane open secrets without a database later.
func (k *Keyring) Load(ctx context.Context) error {
	all, err := k.store.AllOrgKeys(ctx)
	if err != nil {
		return fmt.Errorf("load data keys: %w", err)
	}
	return k.Import(all)
}

// Import takes all wrapped keys there are, as read or as they stand in a snapshot file for a start without the database. An
// organization that is not among them has none any more: its secrets open no longer.
func (k *Keyring) Import(keys []WrappedKey) error {
	rings := map[id.Org]*ring{}
	for _, w := range keys {
		if w.Org.IsZero() {
			if err := k.adopt(w); err != nil {
				return err
			}
			continue
		}
		r := rings[w.Org]
		if r == nil {
			r = &ring{aeads: map[uint32]cipher.AEAD{}}
			rings[w.Org] = r
		}
		if err := k.unwrapInto(r, w); err != nil {
			return err
		}
	}
	k.mu.Lock()
	k.rings = rings
	k.mu.Unlock()
	return nil
}

// Export gives the wrapped keys in memory, for a snapshot file, in a stable order.
func (k *Keyring) Export() []WrappedKey {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var out []WrappedKey
	for _, r := range k.rings {
		out = append(out, r.wrapped...)
	}
	slices.SortFunc(out, func(a, b WrappedKey) int {
		if c := a.Org.Compare(b.Org); c != 0 {
			return c
		}
		return int(a.Version) - int(b.Version)
	})
	return out
}

// Create gives a new organization its first data key, in the transaction that makes the organization.
func (k *Keyring) Create(ctx context.Context, o id.Org) error {
	if err := k.master.refresh(); err != nil { // under a key that is being replaced it might be missed
		return err
	}
	dek := make([]byte, 32)
	if _, err := io.ReadFull(k.random, dek); err != nil {
		return fmt.Errorf("make data key: %w", err)
	}
	w, err := k.wrap(o, 1, dek)
	if err != nil {
		return fmt.Errorf("wrap data key: %w", err)
	}
	// Not kept in memory here: the transaction may yet roll back. The first Seal reads it.
	return k.store.AddOrgKey(ctx, w)
}

// Seal encrypts plaintext for one place in the database. row is the row's id as the caller will know it when opening.
func (k *Keyring) Seal(ctx context.Context, o id.Org, table, column, row string, plaintext String) ([]byte, error) {
	r, err := k.ring(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	out := make([]byte, sealedHeader+nonceSize, sealedHeader+nonceSize+len(plaintext.Reveal())+16)
	out[0] = formatSealed
	binary.BigEndian.PutUint32(out[1:], uint32(k.master.ID()))
	binary.BigEndian.PutUint32(out[5:], r.newest)
	if _, err := io.ReadFull(k.random, out[sealedHeader:]); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aad := place(out[:sealedHeader], o, table, column, row)
	return r.aeads[r.newest].Seal(out, out[sealedHeader:], []byte(plaintext.Reveal()), aad), nil
}

// Open decrypts what Seal made for the same organization, table, column and row.
func (k *Keyring) Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (String, error) {
	if len(sealed) < sealedHeader+nonceSize+16 || sealed[0] != formatSealed {
		return String{}, ErrTampered
	}
	version := binary.BigEndian.Uint32(sealed[5:])
	r, err := k.ring(ctx, o, version)
	if err != nil {
		return String{}, err
	}
	aead, known := r.aeads[version]
	if !known {
		return String{}, ErrTampered
	}
	nonce, body := sealed[sealedHeader:sealedHeader+nonceSize], sealed[sealedHeader+nonceSize:]
	plain, err := aead.Open(nil, nonce, body, place(sealed[:sealedHeader], o, table, column, row))
	if err != nil {
		return String{}, ErrTampered
	}
	return New(string(plain)), nil
}

// ring finds an organization's keys in memory, or reads them. version is one that must be among them if it exists; 0
// takes any.
func (k *Keyring) ring(ctx context.Context, o id.Org, version uint32) (*ring, error) {
	k.mu.RLock()
	r := k.rings[o]
	k.mu.RUnlock()
	if r != nil {
		if _, ok := r.aeads[version]; ok || version == 0 {
			return r, nil
		}
	}
	keys, err := k.store.OrgKeys(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("read data keys of %s: %w", o, err)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w (%s)", ErrNoKey, o)
	}
	fresh := &ring{aeads: map[uint32]cipher.AEAD{}}
	for _, w := range keys {
		if err := k.unwrapInto(fresh, w); err != nil {
			return nil, err
		}
	}
	k.remember(o, fresh)
	return fresh, nil
}

func (k *Keyring) remember(o id.Org, r *ring) {
	k.mu.Lock()
	k.rings[o] = r
	k.mu.Unlock()
}

// place is the additional authenticated data that ties a ciphertext to where it belongs. Every part is preceded by its
// length, so that no two places spell the same bytes.
func place(header []byte, o id.Org, table, column, row string) []byte {
	org := o.Bytes()
	out := append([]byte("bodhi sealed v1"), header...)
	out = append(out, org[:]...)
	for _, part := range []string{table, column, row} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}
