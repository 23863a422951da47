package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// wrap encrypts a data key, or the pepper of a master key (o zero), under the current master key.
func (k *Keyring) wrap(o id.Org, version uint32, plain []byte) (WrappedKey, error) {
	kid := k.master.ID()
	aead, _ := k.master.wrapping(kid) // the current one is always there
	out := make([]byte, wrappedHeader+nonceSize, wrappedHeader+nonceSize+len(plain)+16)
	out[0] = formatWrapped
	binary.BigEndian.PutUint32(out[1:], uint32(kid))
	if _, err := io.ReadFull(k.random, out[wrappedHeader:]); err != nil {
		return WrappedKey{}, err
	}
	aad := wrappedPlace(out[:wrappedHeader], o, version)
	return WrappedKey{Org: o, Version: version, Wrapped: aead.Seal(out, out[wrappedHeader:], plain, aad)}, nil
}

// unwrap gives what wrap encrypted. A master key that is not known is looked for once more where keys are configured.
func (k *Keyring) unwrap(w WrappedKey) ([]byte, error) {
	what := "data key of " + w.Org.String()
	if w.Org.IsZero() {
		what = "pepper of master key " + KeyID(w.Version).String()
	}
	if len(w.Wrapped) < wrappedHeader+nonceSize+16 || w.Wrapped[0] != formatWrapped {
		return nil, fmt.Errorf("%s: %w", what, ErrTampered)
	}
	outer, known := k.master.wrapping(w.Under())
	if !known {
		if err := k.master.refresh(); err != nil {
			return nil, err
		}
		if outer, known = k.master.wrapping(w.Under()); !known {
			return nil, fmt.Errorf("%w: it needs master key %s, the configured one is %s; put the right key into BODHI_MASTER_KEY or BODHI_MASTER_KEY_FILE, or beside it into BODHI_OTHER_MASTER_KEYS", ErrWrongMaster, w.Under(), k.master.ID())
		}
	}
	nonce, body := w.Wrapped[wrappedHeader:wrappedHeader+nonceSize], w.Wrapped[wrappedHeader+nonceSize:]
	plain, err := outer.Open(nil, nonce, body, wrappedPlace(w.Wrapped[:wrappedHeader], w.Org, w.Version))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, ErrTampered)
	}
	return plain, nil
}

func (k *Keyring) unwrapInto(r *ring, w WrappedKey) error {
	dek, err := k.unwrap(w)
	if err != nil {
		return err
	}
	inner, err := newAEAD(dek)
	if err != nil {
		return err
	}
	r.aeads[w.Version] = inner
	r.wrapped = append(r.wrapped, w)
	r.newest = max(r.newest, w.Version)
	return nil
}

// adopt learns a pepper that was kept.
func (k *Keyring) adopt(w WrappedKey) error {
	pepper, err := k.unwrap(w)
	if err != nil {
		return err
	}
	return k.master.adopt(KeyID(w.Version), pepper)
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// wrappedPlace ties what is wrapped to whose it is. A pepper's is spelled apart, so that it never passes for a data key.
func wrappedPlace(header []byte, o id.Org, version uint32) []byte {
	label := "bodhi data key v1"
	if o.IsZero() {
		label = "bodhi pepper kept v1"
	}
	org := o.Bytes()
	out := append([]byte(label), header...)
	out = append(out, org[:]...)
	return binary.BigEndian.AppendUint32(out, version)
}
