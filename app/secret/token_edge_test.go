package secret_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// A key's letters are 0-9, A-Z and a-z and no neighbours of them, its environment two to ten small letters and digits. The checksum
// is right in all of these: it is the shape that is looked at.
func TestAKeyHasItsLettersAndLengths(t *testing.T) {
	t.Parallel()
	public, hidden := "0918273645AZaz09", "09AZaz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZa"
	for signed, want := range map[string]bool{
		"bdh_live_" + public + "_" + hidden:             true,
		"bdt_az_" + public + "_" + hidden:               true,
		"bds_0123456789_" + public + "_" + hidden:       true,
		"bdh_a_" + public + "_" + hidden:                false,
		"bdh_a_" + public + "_" + hidden + "0":          false,
		"bdh_0123456789a_" + public + "_" + hidden:      false,
		"bdh_0123456789a_" + public + "_" + hidden[1:]:  false,
		"bdh_0123456789_" + public + "_" + hidden + "0": false,
		"bdh_live_" + public[1:] + "_" + hidden + "0":   false,
		"bdh_live_" + public + "0_" + hidden[1:]:        false,
		"bdh_live_" + public + "_" + hidden[1:]:         false,
		"bdh_live_" + public + "_" + hidden + "0":       false,
	} {
		if _, ok := secret.ParseToken(secret.Mended(signed)); ok != want {
			t.Errorf("%s: %v", signed, ok)
		}
	}
	for _, c := range "/:@[`{" {
		for name, signed := range map[string]string{
			"environment": "bdh_liv" + string(c) + "_" + public + "_" + hidden,
			"public part": "bdh_live_" + public[:15] + string(c) + "_" + hidden,
			"secret part": "bdh_live_" + public + "_" + hidden[:42] + string(c),
		} {
			if _, ok := secret.ParseToken(secret.Mended(signed)); ok {
				t.Errorf("%q is taken in the %s", c, name)
			}
		}
	}
	for _, c := range "AZ" {
		if _, ok := secret.ParseToken(secret.Mended("bdh_liv" + string(c) + "_" + public + "_" + hidden)); ok {
			t.Errorf("%q is taken in the environment", c)
		}
	}
	whole := secret.Mended("bdh_live_" + public + "_" + hidden)
	if _, ok := secret.ParseToken(whole[:len(whole)-7] + "-" + whole[len(whole)-6:]); ok {
		t.Error("the checksum needs no line before it")
	}
}

// Letters are drawn evenly: bytes that would favour the first ones are drawn again.
func TestNoLetterOfAKeyIsLikelier(t *testing.T) {
	t.Parallel()
	beyond := []byte{248, 249, 250, 251, 252, 253, 254, 255}
	random := bytes.NewReader(bytes.Join([][]byte{bytes.Repeat(beyond, 8), bytes.Repeat([]byte{247}, 64), bytes.Repeat([]byte{0, 61, 62, 123}, 16)}, nil))
	s, token, err := secret.Mint(random, secret.VirtualKey, secret.Live)
	if err != nil {
		t.Fatal(err)
	}
	want := "bdh_live_" + strings.Repeat("z", 16) + "_" + strings.Repeat("0z0z", 10) + "0z0"
	if token.Signed() != want || !strings.HasPrefix(s.Reveal(), want) {
		t.Errorf("%s", token.Signed())
	}
	if token.Last() != "z0z0" {
		t.Errorf("its last letters are %s", token.Last())
	}
	if random.Len() != 0 {
		t.Errorf("%d bytes were not drawn", random.Len())
	}
}
