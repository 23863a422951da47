package secret_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var errBroken = errors.New("the disk is gone")

// broken is a shelf on which calls fail: fails["Rewrap"] = 2 lets one through and fails the second.
type broken struct {
	*shelf
	fails map[string]int
}

func (b *broken) failed(call string) error {
	if b.fails == nil {
		return nil
	}
	if b.fails[call]--; b.fails[call] == 0 {
		return errBroken
	}
	return nil
}

func (b *broken) AllOrgKeys(ctx context.Context) ([]secret.WrappedKey, error) {
	if err := b.failed("AllOrgKeys"); err != nil {
		return nil, err
	}
	return b.shelf.AllOrgKeys(ctx)
}

func (b *broken) Rewrap(ctx context.Context, before, next secret.WrappedKey) (bool, error) {
	if err := b.failed("Rewrap"); err != nil {
		return false, err
	}
	return b.shelf.Rewrap(ctx, before, next)
}

func (b *broken) KeepPepper(ctx context.Context, k secret.WrappedKey) error {
	if err := b.failed("KeepPepper"); err != nil {
		return err
	}
	return b.shelf.KeepPepper(ctx, k)
}

// only gives so many random bytes, and then none.
func only(n int64) io.Reader {
	return io.MultiReader(io.LimitReader(rand.Reader, n), iotest.ErrReader(errBroken))
}

// sealedOnes are organizations whose keys are on a shelf under a first master key, with what was sealed for each.
func sealedOnes(t *testing.T, n int) (s *shelf, old secret.String, texts map[id.Org][]byte) {
	t.Helper()
	first, old := master(t)
	s, texts = &shelf{}, map[id.Org][]byte{}
	k := secret.NewKeyring(first, s, nil)
	for ids := id.NewSource(clock.System{}.Now, nil); len(texts) < n; {
		o := id.NewOrg(ids)
		if err := k.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		text, err := k.Seal(t.Context(), o, "t", "c", "r", secret.New(o.String()))
		if err != nil {
			t.Fatal(err)
		}
		texts[o] = text
	}
	return s, old, texts
}

// opened fails the test unless a keyring opens all of them.
func opened(t *testing.T, name string, k *secret.Keyring, texts map[id.Org][]byte) {
	t.Helper()
	for o, text := range texts {
		if got, err := k.Open(t.Context(), o, "t", "c", "r", text); err != nil || got.Reveal() != o.String() {
			t.Errorf("%s: %s is lost: %v", name, o, err)
		}
	}
}

// Wherever a rotation breaks off, everything still opens with both keys, and a second run ends it.
func TestARotationThatBreaksLosesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fails  map[string]int
		random io.Reader
		stop   int
	}{
		"the peppers are not read":          {fails: map[string]int{"AllOrgKeys": 1}},
		"the keys are not read":             {fails: map[string]int{"AllOrgKeys": 2}},
		"the keys are not read again":       {fails: map[string]int{"AllOrgKeys": 3}},
		"the pepper is not kept":            {fails: map[string]int{"KeepPepper": 1}},
		"the first key is not replaced":     {fails: map[string]int{"Rewrap": 1}},
		"the last key is not replaced":      {fails: map[string]int{"Rewrap": 5}},
		"the transaction does not commit":   {stop: 1},
		"no randomness for the pepper":      {random: only(11)},
		"no randomness for the first key":   {random: only(12)},
		"no randomness for the second key":  {random: only(12 + 12 + 11)},
		"no randomness for the last of all": {random: only(12 + 5*12 - 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, old, texts := sealedOnes(t, 5)
			next, text := moved(t, old)
			ring := secret.NewKeyring(next, &broken{s, c.fails}, c.random)
			if _, err := ring.Rewrap(t.Context(), &direct{stop: c.stop}, nil); err == nil {
				t.Fatal("nothing was said of it")
			}
			opened(t, "in between", secret.NewKeyring(next, s, nil), texts)
			ring = secret.NewKeyring(next, s, nil)
			if did, err := ring.Rewrap(t.Context(), &direct{}, nil); err != nil || did.Keys != 5 || did.Peppers != 1 {
				t.Fatalf("%+v, %v", did, err)
			}
			alone, err := secret.NewMaster(text)
			if err != nil {
				t.Fatal(err)
			}
			opened(t, "afterwards", secret.NewKeyring(alone, s, nil), texts)
		})
	}
}

// What is not known is an error and no count: nobody takes a master key away on the word of a database that did not answer.
func TestWhatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	s, old, texts := sealedOnes(t, 3)
	next, _ := moved(t, old)
	k := secret.NewKeyring(next, &broken{s, map[string]int{"AllOrgKeys": 1}}, nil)
	if n, err := k.Stale(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("%d need another key: %v", n, err)
	}
	if n, err := k.Stale(t.Context()); n != 3 || err != nil {
		t.Errorf("%d need another key: %v", n, err)
	}
	if err := secret.NewKeyring(next, &broken{s, map[string]int{"AllOrgKeys": 1}}, nil).Load(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("loaded: %v", err)
	}
	for o := range texts {
		if _, err := secret.NewKeyring(next, &shelf{down: true}, nil).Seal(t.Context(), o, "t", "c", "r", secret.New("x")); err == nil {
			t.Error("sealed without a key")
		}
		if _, err := secret.NewKeyring(next, s, only(11)).Seal(t.Context(), o, "t", "c", "r", secret.New("x")); !errors.Is(err, errBroken) {
			t.Errorf("sealed without randomness: %v", err)
		}
	}
}

// A data key that was changed, is of another kind or of another length opens nothing, and says which one it is.
func TestADamagedDataKeyIsNamed(t *testing.T) {
	t.Parallel()
	m, _ := master(t)
	o := id.NewOrg(id.NewSource(clock.System{}.Now, nil))
	whole, err := secret.NewKeyring(m, &shelf{}, nil).Wrap(o, 1, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	short, err := secret.NewKeyring(m, &shelf{}, nil).Wrap(o, 1, []byte("five!"))
	if err != nil {
		t.Fatal(err)
	}
	none, err := secret.NewKeyring(m, &shelf{}, nil).Wrap(o, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change   func(w *secret.WrappedKey)
		tampered bool
	}{
		"nothing":             {func(w *secret.WrappedKey) { w.Wrapped = nil }, true},
		"half a header":       {func(w *secret.WrappedKey) { w.Wrapped = w.Wrapped[:4] }, true},
		"a header alone":      {func(w *secret.WrappedKey) { w.Wrapped = w.Wrapped[:5] }, true},
		"a nonce alone":       {func(w *secret.WrappedKey) { w.Wrapped = w.Wrapped[:5+12+15] }, true},
		"another format":      {func(w *secret.WrappedKey) { w.Wrapped = append([]byte{0x21}, w.Wrapped[1:]...) }, true},
		"a bit":               {func(w *secret.WrappedKey) { w.Wrapped = append(bytes.Clone(w.Wrapped[:40]), w.Wrapped[40]^1) }, true},
		"another version":     {func(w *secret.WrappedKey) { w.Version = 2 }, true},
		"a key of five bytes": {func(w *secret.WrappedKey) { *w = short }, false},
		"a key of no bytes":   {func(w *secret.WrappedKey) { *w = none }, false},
	} {
		w := whole
		c.change(&w)
		if w.Wrapped == nil && w.Under() != 0 {
			t.Errorf("%s: it is under %s", name, w.Under())
		}
		if len(w.Wrapped) == 5 && w.Under() != m.ID() { // whoever looks for the key still learns which one it needs
			t.Errorf("%s: it is under %s", name, w.Under())
		}
		if err := secret.NewKeyring(m, nil, nil).Import([]secret.WrappedKey{w}); err == nil || errors.Is(err, secret.ErrTampered) != c.tampered {
			t.Errorf("%s: %v", name, err)
		} else if c.tampered && !strings.Contains(err.Error(), o.String()) {
			t.Errorf("%s: whose key it is, is not said: %v", name, err)
		}
		k := secret.NewKeyring(m, &shelf{keys: []secret.WrappedKey{w}}, nil)
		if _, err := k.Seal(t.Context(), o, "t", "c", "r", secret.New("x")); err == nil {
			t.Errorf("%s: something was sealed under it", name)
		}
		if _, err := k.Rewrap(t.Context(), &direct{}, nil); w.Under() != m.ID() && err == nil {
			t.Errorf("%s: it was rewrapped", name)
		}
	}
}

// The pepper of a key that is gone is checked as a data key is: a damaged one stops the start, for no key that it hashed would
// be recognised.
func TestADamagedPepperIsNamed(t *testing.T) {
	t.Parallel()
	first, old := master(t)
	s := &shelf{}
	next, text := moved(t, old)
	if _, err := secret.NewKeyring(next, s, nil).Rewrap(t.Context(), &direct{}, nil); err != nil || len(s.keys) != 1 {
		t.Fatalf("%d kept: %v", len(s.keys), err)
	}
	s.keys[0].Wrapped[30] ^= 1
	alone, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	k := secret.NewKeyring(alone, s, nil)
	if err := k.Load(t.Context()); !errors.Is(err, secret.ErrTampered) || !strings.Contains(err.Error(), first.ID().String()) {
		t.Errorf("loaded: %v", err)
	}
	if _, err := k.Rewrap(t.Context(), &direct{}, nil); !errors.Is(err, secret.ErrTampered) {
		t.Errorf("rewrapped: %v", err)
	}
}

// A new wrapping replaces the old one only if it gives back the same key.
func TestAWrappingThatDoesNotOpenReplacesNothing(t *testing.T) {
	t.Parallel()
	m, _ := master(t)
	o := id.NewOrg(id.NewSource(clock.System{}.Now, nil))
	k := secret.NewKeyring(m, &shelf{}, nil)
	dek := bytes.Repeat([]byte{7}, 32)
	w, err := k.Wrap(o, 1, dek)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Proves(w, dek); err != nil {
		t.Errorf("a good one: %v", err)
	}
	damaged := w
	damaged.Wrapped = bytes.Clone(w.Wrapped)
	damaged.Wrapped[40] ^= 1
	for name, err := range map[string]error{"one that is damaged": k.Proves(damaged, dek), "one of another key": k.Proves(w, bytes.Repeat([]byte{8}, 32))} {
		if !errors.Is(err, secret.ErrTampered) || !strings.Contains(err.Error(), o.String()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
