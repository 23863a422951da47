package secret

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
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

// Master is the installation's key encryption key, kept outside the database, and the others it replaced or will be replaced
// by. What it derives: wrapping keys for data keys (Keyring) and peppers for keyed hashes (MAC). It learns others while it is in
// use, so a running process survives a rotation. Safe for concurrent use.
type Master struct {
	mu      sync.RWMutex
	current KeyID
	keys    map[KeyID]derived
	macs    []*MAC
	follow  func() ([]String, error) // nil = nothing to read again
}

// derived is what follows from a master key. wrap is nil where only the pepper of a key that is gone is known.
type derived struct {
	wrap   cipher.AEAD
	pepper []byte
}

// ErrMaster says that a configured master key is unusable. Its text is for the operator who set it.
var ErrMaster = errors.New("the master key must be 32 bytes in base64; make one with: openssl rand -base64 32")

// NewMaster reads BODHI_MASTER_KEY, which seals, and others that open, if any.
func NewMaster(current String, others ...String) (*Master, error) {
	m := &Master{keys: map[KeyID]derived{}}
	return m, m.Learn(current, others...)
}

// derive gives what follows from a master key in base64, and the key's name.
func derive(text String) (KeyID, derived, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text.Reveal()))
	if err != nil {
		return 0, derived{}, fmt.Errorf("%w (it is not base64)", ErrMaster)
	}
	if len(raw) != masterSize {
		return 0, derived{}, fmt.Errorf("%w (it has %d bytes)", ErrMaster, len(raw))
	}
	name, err1 := hkdf.Key(sha256.New, raw, nil, "bodhi master key id v1", 4)
	under, err2 := hkdf.Key(sha256.New, raw, nil, "bodhi data key wrapping v1", 32)
	pepper, err3 := hkdf.Key(sha256.New, raw, nil, "bodhi pepper v1", 32)
	wrap, err4 := newAEAD(under)
	var kid [4]byte
	copy(kid[:], name)
	return KeyID(binary.BigEndian.Uint32(kid[:])), derived{wrap: wrap, pepper: pepper}, errors.Join(err1, err2, err3, err4)
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

// Seed is randomness that is the same for the same master key and purpose, 512 bytes of it. It exists for one thing:
// bootstrap repeats itself without making a second key, although keys are not kept.
func (m *Master) Seed(kid KeyID, purpose string) (io.Reader, error) {
	m.mu.RLock()
	pepper := m.keys[kid].pepper
	m.mu.RUnlock()
	b, err := hkdf.Expand(sha256.New, pepper, "seed "+purpose, 512)
	return bytes.NewReader(b), err
}
