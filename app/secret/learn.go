package secret

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ID names the current key.
func (m *Master) ID() KeyID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.current
}

// IDs names every key whose pepper is known, the current one first.
func (m *Master) IDs() []KeyID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := []KeyID{m.current}
	for _, kid := range slices.Sorted(maps.Keys(m.keys)) {
		if kid != m.current {
			out = append(out, kid)
		}
	}
	return out
}

// Learn makes current the key that seals, and lets others open too. Nothing that was known is forgotten.
func (m *Master) Learn(current String, others ...String) error {
	found, first := map[KeyID]derived{}, KeyID(0)
	for i, text := range append([]String{current}, others...) {
		kid, d, err := derive(text)
		if err != nil {
			return err
		}
		found[kid] = d
		if i == 0 {
			first = kid
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(m.keys, found)
	m.current = first
	return m.tell()
}

// Follow names where the configured keys can be read again, the sealing one first: a process learns of a rotation when it
// meets something under a key that it does not know, or makes a data key.
func (m *Master) Follow(read func() ([]String, error)) { m.follow = read }

// refresh reads the configured keys again, where that can be done.
func (m *Master) refresh() error {
	if m.follow == nil {
		return nil
	}
	texts, err := m.follow()
	if err == nil && len(texts) == 0 {
		err = ErrMaster
	}
	if err != nil {
		return fmt.Errorf("read the master key again: %w", err)
	}
	return m.Learn(texts[0], texts[1:]...)
}

// adopt learns the pepper of a key that is configured no more, so that what was hashed under it is still recognised.
func (m *Master) adopt(kid KeyID, pepper []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.keys[kid]; known {
		return nil
	}
	m.keys[kid] = derived{pepper: pepper}
	return m.tell()
}

// tell has every MAC know what is known. It is called with mu held.
func (m *Master) tell() error {
	var failed error
	for _, mac := range m.macs {
		failed = errors.Join(failed, mac.learn(m.current, m.keys))
	}
	return failed
}

// wrapping is what wraps data keys under the master key kid.
func (m *Master) wrapping(kid KeyID) (cipher.AEAD, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	d := m.keys[kid]
	return d.wrap, d.wrap != nil
}

// pepper is what hashes are keyed with under the master key kid.
func (m *Master) pepper(kid KeyID) []byte {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.keys[kid].pepper
}
