package secret_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// direct is a transaction of a store in memory.
type direct struct{ stop int } // fails the stop-th transaction, counted from 1; 0 = none

func (d *direct) Do(ctx context.Context, fn func(context.Context) error) error {
	if d.stop--; d.stop == 0 {
		return errors.New("killed")
	}
	return fn(ctx)
}

// moved is a fresh master key that knows the old one.
func moved(t *testing.T, old secret.String) (*secret.Master, secret.String) {
	t.Helper()
	text, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := secret.NewMaster(text, old)
	if err != nil {
		t.Fatal(err)
	}
	return m, text
}

func TestARotationLeavesNothingUnderTheOldKey(t *testing.T) {
	t.Parallel()
	first, old := master(t)
	s := &shelf{}
	before := secret.NewKeyring(first, s, nil)
	sealed := map[id.Org][]byte{}
	ids := id.NewSource(clock.System{}.Now, nil)
	for range 250 {
		o := id.NewOrg(ids)
		if err := before.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		var err error
		if sealed[o], err = before.Seal(t.Context(), o, "t", "c", "r", secret.New(o.String())); err != nil {
			t.Fatal(err)
		}
	}
	mac, err := first.MAC("test")
	if err != nil {
		t.Fatal(err)
	}
	kid, sum := mac.Sum("a key that somebody holds")

	next, text := moved(t, old)
	ring := secret.NewKeyring(next, s, nil)
	if _, err := ring.Rewrap(t.Context(), &direct{stop: 2}, nil); err == nil {
		t.Fatal("it was not cut off")
	}
	said := 0
	did, err := ring.Rewrap(t.Context(), &direct{}, func(done, of int) { said = done*1000 + of })
	if err != nil || did.Keys != 250 || did.Changed != 150 || did.Peppers != 1 || said != 250*1000+250 {
		t.Fatalf("%+v, said %d: %v", did, said, err)
	}
	if n, err := ring.Stale(t.Context()); n != 0 || err != nil {
		t.Errorf("%d need another key: %v", n, err)
	}

	alone, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	later, err := alone.MAC("test") // made before the peppers are read
	if err != nil {
		t.Fatal(err)
	}
	if later.Verify(kid, "a key that somebody holds", sum) {
		t.Error("the pepper is known before it was read")
	}
	after := secret.NewKeyring(alone, s, nil)
	if err := after.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for o, text := range sealed {
		if got, err := after.Open(t.Context(), o, "t", "c", "r", text); err != nil || got.Reveal() != o.String() {
			t.Errorf("%s: %v", o, err)
		}
	}
	if !later.Verify(kid, "a key that somebody holds", sum) || later.Verify(kid, "another", sum) {
		t.Error("what the old key hashed is not recognised")
	}

	// A second rotation takes the first key's pepper along.
	third, text := moved(t, text)
	ring = secret.NewKeyring(third, s, nil)
	if did, err := ring.Rewrap(t.Context(), &direct{}, nil); err != nil || did.Peppers != 2 || did.Changed != 250 {
		t.Fatalf("%+v %v", did, err)
	}
	alone, _ = secret.NewMaster(text)
	if err := secret.NewKeyring(alone, s, nil).Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last, err := alone.MAC("test"); err != nil || !last.Verify(kid, "a key that somebody holds", sum) {
		t.Errorf("a key of two rotations ago is not recognised: %v", err)
	}
}

// Progress is told once for each batch, and no batch is empty.
func TestEachBatchOfARotationIsToldOnce(t *testing.T) {
	t.Parallel()
	for keys, want := range map[int][]int{0: nil, 1: {1}, 100: {100}, 200: {100, 200}, 201: {100, 200, 201}} {
		s, old, _ := sealedOnes(t, keys)
		next, _ := moved(t, old)
		var told []int
		did, err := secret.NewKeyring(next, s, nil).Rewrap(t.Context(), &direct{}, func(done, of int) {
			if told = append(told, done); of != keys {
				t.Errorf("%d of %d", done, of)
			}
		})
		if err != nil || did.Changed != keys || !slices.Equal(told, want) {
			t.Errorf("%d keys: told %v, %+v, %v", keys, told, did, err)
		}
	}
}

func TestAProcessLearnsOfARotationThatAnotherMakes(t *testing.T) {
	t.Parallel()
	first, old := master(t)
	s := &shelf{}
	served := secret.NewKeyring(first, s, nil)
	next, text := moved(t, old)
	first.Follow(func() ([]secret.String, error) { return []secret.String{text, old}, nil })
	mac, err := first.MAC("test")
	if err != nil {
		t.Fatal(err)
	}
	ids := id.NewSource(clock.System{}.Now, nil)
	o := id.NewOrg(ids)
	if err := secret.NewKeyring(next, s, nil).Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if err := served.Load(t.Context()); err != nil {
		t.Fatalf("the new key is not looked for: %v", err)
	}
	theirs, err := next.MAC("test")
	if err != nil {
		t.Fatal(err)
	}
	if kid, sum := theirs.Sum("x"); !mac.Verify(kid, "x", sum) {
		t.Error("what is hashed under the new key is not recognised")
	}
	if first.ID() != next.ID() {
		t.Error("the old key seals on")
	}
}

func TestADestroyedOrganizationsSecretsOpenNoMore(t *testing.T) {
	t.Parallel()
	k, s, a, b := twoOrgs(t)
	mine, err := k.Seal(t.Context(), a, "t", "c", "r", secret.New("x"))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := k.Seal(t.Context(), b, "t", "c", "r", secret.New("y"))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Destroy(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := k.Import(s.keys); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Open(t.Context(), a, "t", "c", "r", mine); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("opened without a key: %v", err)
	}
	if got, err := k.Open(t.Context(), b, "t", "c", "r", theirs); err != nil || got.Reveal() != "y" {
		t.Errorf("the other's: %v", err)
	}
}

func TestAPepperPassesForNoDataKey(t *testing.T) {
	t.Parallel()
	_, old := master(t)
	s := &shelf{}
	next, _ := moved(t, old)
	if _, err := secret.NewKeyring(next, s, nil).Rewrap(t.Context(), &direct{}, nil); err != nil || len(s.keys) != 1 {
		t.Fatalf("%d kept: %v", len(s.keys), err)
	}
	s.keys[0].Org = id.NewOrg(id.NewSource(clock.System{}.Now, nil))
	if err := secret.NewKeyring(next, s, nil).Load(t.Context()); !errors.Is(err, secret.ErrTampered) {
		t.Errorf("%v", err)
	}
}
