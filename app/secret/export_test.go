package secret

import "github.com/bodhi-gateway/bodhi/app/id"

// Mended gives a text the checksum that makes it a token.
func Mended(signed string) string { return signed + "_" + checksum(signed) }

// Wrap wraps any bytes as if they were a data key.
func (k *Keyring) Wrap(o id.Org, version uint32, plain []byte) (WrappedKey, error) {
	return k.wrap(o, version, plain)
}

// Proves is what is asked of a new wrapping before it replaces an old one.
func (k *Keyring) Proves(w WrappedKey, dek []byte) error { return k.proves(w, dek) }
