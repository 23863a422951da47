package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"hash"
	"sync"
	"sync/atomic"
)

// MAC makes keyed hashes for one purpose: what we must recognise later but never need to read, such as keys we handed
// out. 256-bit secrets need no slow hash. It learns what its Master learns. Safe for concurrent use.
type MAC struct {
	purpose string
	known   atomic.Pointer[hashers]
}

// hashers are a MAC's by master key. They are replaced whole, because every request reads them.
type hashers struct {
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
	m.mu.Lock()
	defer m.mu.Unlock()
	out := &MAC{purpose: purpose}
	m.macs = append(m.macs, out)
	return out, out.learn(m.current, m.keys)
}

// learn takes over the master keys, all or none. Hashers that were there stay, with their pools.
func (m *MAC) learn(current KeyID, keys map[KeyID]derived) error {
	next := &hashers{current: current, keys: make(map[KeyID]*hasher, len(keys))}
	before := m.known.Load()
	var failed error
	for kid, d := range keys {
		if before != nil && before.keys[kid] != nil {
			next.keys[kid] = before.keys[kid]
			continue
		}
		k, err := hkdf.Expand(sha256.New, d.pepper, m.purpose, 32)
		failed = errors.Join(failed, err)
		next.keys[kid] = newHasher(k)
	}
	if failed == nil {
		m.known.Store(next)
	}
	return failed
}

// under is the hasher of a pepper; of an unknown one the current, which costs the same.
func (m *MAC) under(kid KeyID) (*hasher, bool) {
	now := m.known.Load()
	if k, known := now.keys[kid]; known {
		return k, true
	}
	return now.keys[now.current], false
}

// Sum hashes message under the current pepper and says which that is.
func (m *MAC) Sum(message string) (KeyID, [32]byte) {
	now := m.known.Load()
	return now.current, now.keys[now.current].sum(message)
}

// Verify reports in constant time whether mac is message's hash under the pepper kid. An unknown pepper costs the same
// and matches nothing.
func (m *MAC) Verify(kid KeyID, message string, mac [32]byte) bool {
	k, known := m.under(kid)
	got := k.sum(message)
	return hmac.Equal(got[:], mac[:]) && known
}
