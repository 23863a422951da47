package secret_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// No data key is made under a master key that may have been replaced: where the configured one cannot be read, none is made.
func TestNoDataKeyIsMadeUnderAKeyThatMayBeOld(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	for name, c := range map[string]struct {
		read func() ([]secret.String, error)
		want error
	}{
		"the file is gone":    {func() ([]secret.String, error) { return nil, errBroken }, errBroken},
		"no key is there":     {func() ([]secret.String, error) { return nil, nil }, secret.ErrMaster},
		"what is there is no": {func() ([]secret.String, error) { return []secret.String{secret.New("nonsense")}, nil }, secret.ErrMaster},
	} {
		m, _ := master(t)
		m.Follow(c.read)
		s := &shelf{}
		err := secret.NewKeyring(m, s, nil).Create(t.Context(), id.NewOrg(ids))
		if !errors.Is(err, c.want) || strings.Contains(err.Error(), "%!") || len(s.keys) != 0 {
			t.Errorf("%s: %d keys, %v", name, len(s.keys), err)
		}
		// Nor is what another key wrapped taken for lost before the configured keys were looked at.
		other, _ := master(t)
		foreign, err := secret.NewKeyring(other, s, nil).Wrap(id.NewOrg(ids), 1, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		if err := secret.NewKeyring(m, s, nil).Import([]secret.WrappedKey{foreign}); !errors.Is(err, c.want) {
			t.Errorf("%s: a foreign key: %v", name, err)
		}
	}
}

func TestWithoutRandomnessNoDataKeyIsMade(t *testing.T) {
	t.Parallel()
	m, _ := master(t)
	for _, n := range []int64{0, 31, 32, 32 + 11} {
		s := &shelf{}
		err := secret.NewKeyring(m, s, only(n)).Create(t.Context(), id.NewOrg(id.NewSource(clock.System{}.Now, nil)))
		if !errors.Is(err, errBroken) || len(s.keys) != 0 {
			t.Errorf("%d bytes: %d keys, %v", n, len(s.keys), err)
		}
	}
}

// The highest version seals, older ones open, and a snapshot has all of them in one order, however they came.
func TestOlderDataKeysOpenAndTheNewestSeals(t *testing.T) {
	t.Parallel()
	m, _ := master(t)
	ids := id.NewSource(clock.System{}.Now, nil)
	a, b := id.NewOrg(ids), id.NewOrg(ids)
	s := &shelf{}
	k := secret.NewKeyring(m, s, nil)
	var sorted []secret.WrappedKey
	for _, o := range []id.Org{a, b} {
		for version := range uint32(3) {
			w, err := k.Wrap(o, version+1, bytes.Repeat([]byte{byte(version)}, 32))
			if err != nil {
				t.Fatal(err)
			}
			sorted = append(sorted, w)
		}
	}
	s.keys = sorted[:1]
	first, err := k.Seal(t.Context(), a, "t", "c", "r", secret.String{})
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {2, 0, 4, 1, 5, 3}} {
		var keys []secret.WrappedKey
		for _, i := range order {
			keys = append(keys, sorted[i])
		}
		k := secret.NewKeyring(m, &shelf{down: true}, nil)
		if err := k.Import(keys); err != nil {
			t.Fatal(err)
		}
		same := func(x, y secret.WrappedKey) bool {
			return x.Org == y.Org && x.Version == y.Version && bytes.Equal(x.Wrapped, y.Wrapped)
		}
		if got := k.Export(); !slices.EqualFunc(got, sorted, same) {
			t.Errorf("%v: the snapshot is %v", order, got)
		}
		if got, err := k.Open(t.Context(), a, "t", "c", "r", first); err != nil || !got.IsEmpty() {
			t.Errorf("%v: what the first key sealed: %v", order, err)
		}
		text, err := k.Seal(t.Context(), a, "t", "c", "r", secret.New("x"))
		if err != nil || text[8] != 3 {
			t.Errorf("%v: sealed under key %v, %v", order, text[5:9], err)
		}
	}
	// A process that has not heard of a newer key reads it when it meets it; a version that nobody has opens nothing.
	s.keys = sorted
	newer, err := secret.NewKeyring(m, s, nil).Seal(t.Context(), a, "t", "c", "r", secret.New("newer"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.Open(t.Context(), a, "t", "c", "r", newer); err != nil || got.Reveal() != "newer" {
		t.Errorf("what a newer key sealed: %v", err)
	}
	newer[8] = 9
	if _, err := k.Open(t.Context(), a, "t", "c", "r", newer); !errors.Is(err, secret.ErrTampered) {
		t.Errorf("a version that nobody has: %v", err)
	}
}

// A seed is the same for one key and purpose, and for those alone.
func TestASeedIsOfItsKeyAndPurpose(t *testing.T) {
	t.Parallel()
	m, old := master(t)
	both, _ := moved(t, old)
	seed := func(m *secret.Master, kid secret.KeyID, purpose string) string {
		r, err := m.Seed(kid, purpose)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil || len(b) != 512 {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		return string(b)
	}
	want := seed(m, m.ID(), "first key")
	if seed(both, m.ID(), "first key") != want {
		t.Error("with a new key beside it, the old one's seed is another")
	}
	for name, other := range map[string]string{"another purpose": seed(m, m.ID(), "second key"), "another key": seed(both, both.ID(), "first key")} {
		if other == want {
			t.Errorf("%s has the same seed", name)
		}
	}
	if ids := both.IDs(); len(ids) != 2 || ids[0] != both.ID() || ids[1] != m.ID() {
		t.Errorf("known are %v", ids)
	}
}
