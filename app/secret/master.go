package secret

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync"
)

// KeyID names one master key without telling it: four bytes derived from it. It stands in the header of whatever the
// key protects, so a wrong key is named instead of guessed at, and old keys can stay valid beside a new one.
type KeyID uint32

// String prints the id as operators see it.
func (k KeyID) String() string { return fmt.Sprintf("%08x", uint32(k)) }

// masterSize is BODHI_MASTER_KEY's length in bytes.
const masterSize = 32

// Master is the installation's key encryption key, kept outside the database, and the older ones it replaced. What it
// derives: wrapping keys for data keys (Keyring) and peppers for keyed hashes (MAC).
type Master struct {
	current KeyID
	keys    map[KeyID]derived
}

type derived struct{ wrap, pepper []byte }

// ErrMaster says that a configured master key is unusable. Its text is for the operator who set it.
var ErrMaster = errors.New("the master key must be 32 bytes in base64; make one with: openssl rand -base64 32")

// NewMaster reads BODHI_MASTER_KEY and the keys it replaced, if any.
func NewMaster(current String, previous ...String) (*Master, error) {
	m := &Master{keys: map[KeyID]derived{}}
	for i, text := range append([]String{current}, previous...) {
		kid, err := m.add(text)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			m.current = kid
		}
	}
	return m, nil
}

func (m *Master) add(text String) (KeyID, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text.Reveal()))
	if err != nil {
		return 0, fmt.Errorf("%w (it is not base64)", ErrMaster)
	}
	if len(raw) != masterSize {
		return 0, fmt.Errorf("%w (it has %d bytes)", ErrMaster, len(raw))
	}
	name, err1 := hkdf.Key(sha256.New, raw, nil, "bodhi master key id v1", 4)
	wrap, err2 := hkdf.Key(sha256.New, raw, nil, "bodhi data key wrapping v1", 32)
	pepper, err3 := hkdf.Key(sha256.New, raw, nil, "bodhi pepper v1", 32)
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, fmt.Errorf("derive keys: %w", err)
	}
	kid := KeyID(binary.BigEndian.Uint32(name))
	m.keys[kid] = derived{wrap: wrap, pepper: pepper}
	return kid, nil
}

// GenerateMaster makes a master key for a first run. random nil means the system's.
func GenerateMaster(random io.Reader) (String, error) {
	if random == nil {
		random = rand.Reader
	}
	raw := make([]byte, masterSize)
	if _, err := io.ReadFull(random, raw); err != nil {
		return String{}, fmt.Errorf("generate master key: %w", err)
	}
	return New(base64.StdEncoding.EncodeToString(raw)), nil
}

// ID names the current key.
func (m *Master) ID() KeyID { return m.current }

// MAC makes keyed hashes for one purpose: what we must recognise later but never need to read, such as keys we handed
// out. 256-bit secrets need no slow hash. Safe for concurrent use.
type MAC struct {
	current KeyID
	keys    map[KeyID]*hasher
}

// hasher is HMAC-SHA-256 under one pepper. Its states are pooled: setting one up costs more than a short message does,
// and every request of the data plane needs one.
type hasher struct{ states sync.Pool }

func newHasher(pepper []byte) *hasher {
	return &hasher{sync.Pool{New: func() any { return hmac.New(sha256.New, pepper) }}}
}

func (h *hasher) sum(message string) (out [32]byte) {
	state := h.states.Get().(hash.Hash)
	state.Reset()
	_, _ = state.Write([]byte(message)) // a hash never fails to write
	state.Sum(out[:0])
	h.states.Put(state)
	return out
}

// MAC derives the hasher for a purpose; hashes of different purposes never match.
func (m *Master) MAC(purpose string) (*MAC, error) {
	out := &MAC{current: m.current, keys: make(map[KeyID]*hasher, len(m.keys))}
	for kid, d := range m.keys {
		k, err := hkdf.Expand(sha256.New, d.pepper, purpose, 32)
		if err != nil {
			return nil, fmt.Errorf("derive pepper: %w", err)
		}
		out.keys[kid] = newHasher(k)
	}
	return out, nil
}

// Sum hashes message under the current pepper and says which that is.
func (m *MAC) Sum(message string) (KeyID, [32]byte) {
	return m.current, m.keys[m.current].sum(message)
}

// Verify reports in constant time whether mac is message's hash under the pepper kid. An unknown pepper costs the same
// and matches nothing.
func (m *MAC) Verify(kid KeyID, message string, mac [32]byte) bool {
	k, known := m.keys[kid]
	if !known {
		k = m.keys[m.current]
	}
	got := k.sum(message)
	return hmac.Equal(got[:], mac[:]) && known
}

// Seed is randomness that is the same for the same master key and purpose, 512 bytes of it. It exists for one thing:
// bootstrap repeats itself without making a second key, although keys are not kept.
func (m *Master) Seed(purpose string) (io.Reader, error) {
	b, err := hkdf.Expand(sha256.New, m.keys[m.current].pepper, "seed "+purpose, 512)
	if err != nil {
		return nil, fmt.Errorf("derive seed: %w", err)
	}
	return bytes.NewReader(b), nil
}
