// Package secrettest makes data keys and ciphertexts, and tells which of them a master key opens, for tests that see an
// installation's database and files from outside, as somebody who replaces its master key does.
package secrettest

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Key is an organization's data key as its database has it.
type Key struct {
	Org     string // a uuid
	Version uint32
	Wrapped []byte
}

// Sealed is a data key and a text that was encrypted under it.
type Sealed struct {
	Key
	Text []byte
}

// Master makes a master key, as it stands in a configuration.
func Master() (string, error) {
	m, err := secret.GenerateMaster(nil)
	return m.Reveal(), err
}

// Plant makes data keys under a master key for organizations that nobody has yet.
func Plant(ctx context.Context, master string, many int) ([]Sealed, error) {
	m, err := secret.NewMaster(secret.New(master))
	if err != nil {
		return nil, err
	}
	s := &shelf{}
	ring, ids := secret.NewKeyring(m, s, nil), id.NewSource(clock.System{}.Now, nil)
	out := make([]Sealed, many)
	for i := range out {
		o := id.NewOrg(ids)
		s.keys = nil
		if err := ring.Create(ctx, o); err != nil {
			return nil, err
		}
		text, err := ring.Seal(ctx, o, "t", "c", "r", secret.New(o.String()))
		if err != nil {
			return nil, err
		}
		out[i] = Sealed{Key{o.UUID(), s.keys[0].Version, s.keys[0].Wrapped}, text}
	}
	return out, nil
}

// Opened counts the keys that a master key alone opens.
func Opened(master string, keys []Key) (n int, err error) {
	m, err := secret.NewMaster(secret.New(master))
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		w, err := wrapped(k)
		if err != nil {
			return 0, err
		}
		if secret.NewKeyring(m, nil, nil).Import([]secret.WrappedKey{w}) == nil {
			n++
		}
	}
	return n, nil
}

// Lost counts the texts that nobody can read any more who has a master key and the data keys as they are now.
func Lost(ctx context.Context, master string, texts []Sealed, now []Key) (n int, err error) {
	m, err := secret.NewMaster(secret.New(master))
	if err != nil {
		return 0, err
	}
	all := make([]secret.WrappedKey, len(now))
	for i, k := range now {
		if all[i], err = wrapped(k); err != nil {
			return 0, err
		}
	}
	ring := secret.NewKeyring(m, &shelf{}, nil)
	if err := ring.Import(all); err != nil { // it takes all or none
		return len(texts), err
	}
	for _, s := range texts {
		o, err := id.ParseOrg(s.Org)
		if err != nil {
			return 0, err
		}
		if got, err := ring.Open(ctx, o, "t", "c", "r", s.Text); err != nil || got.Reveal() != o.String() {
			n++
		}
	}
	return n, nil
}

func wrapped(k Key) (secret.WrappedKey, error) {
	o, err := id.ParseOrg(k.Org)
	return secret.WrappedKey{Org: o, Version: k.Version, Wrapped: k.Wrapped}, err
}

// shelf keeps wrapped keys in memory.
type shelf struct{ keys []secret.WrappedKey }

func (s *shelf) OrgKeys(_ context.Context, o id.Org) ([]secret.WrappedKey, error) {
	return slices.DeleteFunc(slices.Clone(s.keys), func(k secret.WrappedKey) bool { return k.Org != o }), nil
}

func (s *shelf) AllOrgKeys(context.Context) ([]secret.WrappedKey, error) { return s.keys, nil }

func (s *shelf) AddOrgKey(_ context.Context, k secret.WrappedKey) error {
	s.keys = append(s.keys, k)
	return nil
}

func (s *shelf) Rewrap(context.Context, secret.WrappedKey, secret.WrappedKey) (bool, error) {
	return false, nil
}

func (s *shelf) KeepPepper(context.Context, secret.WrappedKey) error { return nil }

func (s *shelf) DropOrgKeys(context.Context, id.Org) error { return nil }
