package secret_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// A machine without randomness makes no key: neither a short one nor one of zeros.
func TestWithoutRandomnessNothingIsMade(t *testing.T) {
	t.Parallel()
	none := errors.New("no entropy")
	for name, random := range map[string]func() io.Reader{
		"none at all": func() io.Reader { return iotest.ErrReader(none) },
		"too little":  func() io.Reader { return io.MultiReader(bytes.NewReader(make([]byte, 31)), iotest.ErrReader(none)) },
		"none for the secret half": func() io.Reader {
			return io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), iotest.ErrReader(none))
		},
	} {
		if s, _, err := secret.Mint(random(), secret.VirtualKey, secret.Live); !errors.Is(err, none) || !s.IsEmpty() {
			t.Errorf("%s: a key %v, %v", name, s, err)
		}
	}
	if s, err := secret.GenerateMaster(io.MultiReader(bytes.NewReader(make([]byte, 31)), iotest.ErrReader(none))); !errors.Is(err, none) || !s.IsEmpty() {
		t.Errorf("a master key %v, %v", s, err)
	}
}

func TestKeysAreMintedOfKnownKindsOnly(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"", secret.Live}, {"BDH", secret.Live}, {"bdh", ""}, {"bdh", "pro duction"}, {"b_d", secret.Live}} {
		if s, _, err := secret.Mint(nil, c[0], c[1]); err == nil || !s.IsEmpty() {
			t.Errorf("%q was minted: %v", c, err)
		}
	}
}
