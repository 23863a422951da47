package secret_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// shelf is a KeyStore in memory.
type shelf struct {
	keys []secret.WrappedKey
	down bool
}

func (s *shelf) OrgKeys(_ context.Context, o id.Org) (out []secret.WrappedKey, err error) {
	if s.down {
		return nil, errors.New("down")
	}
	for _, k := range s.keys {
		if k.Org == o {
			out = append(out, k)
		}
	}
	return out, nil
}

func (s *shelf) AllOrgKeys(context.Context) ([]secret.WrappedKey, error) { return s.keys, nil }

func (s *shelf) AddOrgKey(_ context.Context, k secret.WrappedKey) error {
	s.keys = append(s.keys, k)
	return nil
}

func (s *shelf) Rewrap(_ context.Context, before, next secret.WrappedKey) (bool, error) {
	for i, k := range s.keys {
		if k.Org == before.Org && k.Version == before.Version && bytes.Equal(k.Wrapped, before.Wrapped) {
			s.keys[i] = next
			return true, nil
		}
	}
	return false, nil
}

func (s *shelf) KeepPepper(_ context.Context, k secret.WrappedKey) error {
	s.keys = slices.DeleteFunc(s.keys, func(o secret.WrappedKey) bool { return o.Org.IsZero() && o.Version == k.Version })
	s.keys = append(s.keys, k)
	return nil
}

func (s *shelf) DropOrgKeys(_ context.Context, o id.Org) error {
	s.keys = slices.DeleteFunc(s.keys, func(k secret.WrappedKey) bool { return k.Org == o })
	return nil
}

func master(t *testing.T) (*secret.Master, secret.String) {
	t.Helper()
	text, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	return m, text
}

// twoOrgs gives a keyring with data keys for two organizations.
func twoOrgs(t *testing.T) (*secret.Keyring, *shelf, id.Org, id.Org) {
	t.Helper()
	m, _ := master(t)
	s := &shelf{}
	k := secret.NewKeyring(m, s, nil)
	ids := id.NewSource(clock.System{}.Now, nil)
	a, b := id.NewOrg(ids), id.NewOrg(ids)
	for _, o := range []id.Org{a, b} {
		if err := k.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	return k, s, a, b
}

func TestASealedSecretOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	k, _, a, b := twoOrgs(t)
	sealed, err := k.Seal(t.Context(), a, "connections", "credential", "con_1", secret.New("sk-very-secret"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("sk-very")) {
		t.Fatal("the ciphertext holds the plaintext")
	}
	places := []struct {
		name               string
		org                id.Org
		table, column, row string
		opens              bool
	}{
		{"its own place", a, "connections", "credential", "con_1", true},
		{"another row", a, "connections", "credential", "con_2", false},
		{"another column", a, "connections", "note", "con_1", false},
		{"another table", a, "webhooks", "credential", "con_1", false},
		{"another tenant", b, "connections", "credential", "con_1", false},
		{"parts shifted across their border", a, "connection", "scredential", "con_1", false},
	}
	for _, p := range places {
		got, err := k.Open(t.Context(), p.org, p.table, p.column, p.row, sealed)
		if p.opens != (err == nil) || p.opens != (got.Reveal() == "sk-very-secret") {
			t.Errorf("%s: opened %v, error %v", p.name, !got.IsEmpty(), err)
		}
		if !p.opens && !errors.Is(err, secret.ErrTampered) {
			t.Errorf("%s: got %v, want ErrTampered", p.name, err)
		}
	}
}

func TestEveryFlippedBitOfACiphertextIsNoticed(t *testing.T) {
	t.Parallel()
	k, _, a, _ := twoOrgs(t)
	sealed, err := k.Seal(t.Context(), a, "t", "c", "r", secret.New("x"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		for bit := range 8 {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << bit
			if _, err := k.Open(t.Context(), a, "t", "c", "r", bad); err == nil {
				t.Fatalf("byte %d, bit %d flipped and still opened", i, bit)
			}
		}
		if _, err := k.Open(t.Context(), a, "t", "c", "r", sealed[:i]); err == nil {
			t.Fatalf("cut to %d bytes and still opened", i)
		}
	}
}

func TestSealingTwiceGivesDifferentBytes(t *testing.T) {
	t.Parallel()
	k, _, a, _ := twoOrgs(t)
	one, _ := k.Seal(t.Context(), a, "t", "c", "r", secret.New("x"))
	two, _ := k.Seal(t.Context(), a, "t", "c", "r", secret.New("x"))
	if bytes.Equal(one, two) {
		t.Fatal("a nonce was used twice")
	}
}

func TestSecretsOpenWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	m, _ := master(t)
	s := &shelf{}
	k := secret.NewKeyring(m, s, nil)
	o := id.NewOrg(id.NewSource(clock.System{}.Now, nil))
	if err := k.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal(t.Context(), o, "t", "c", "r", secret.New("x"))
	if err != nil {
		t.Fatal(err)
	}
	rebooted := secret.NewKeyring(m, &shelf{down: true}, nil)
	if _, err := rebooted.Open(t.Context(), o, "t", "c", "r", sealed); err == nil {
		t.Fatal("opened without any key")
	}
	if err := rebooted.Import(k.Export()); err != nil {
		t.Fatal(err)
	}
	if got, err := rebooted.Open(t.Context(), o, "t", "c", "r", sealed); err != nil || got.Reveal() != "x" {
		t.Fatalf("after importing the snapshot: %v", err)
	}
}

func TestAWrongMasterKeyIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	right, _ := master(t)
	s := &shelf{}
	if err := secret.NewKeyring(right, s, nil).Create(t.Context(), id.NewOrg(id.NewSource(clock.System{}.Now, nil))); err != nil {
		t.Fatal(err)
	}
	wrong, _ := master(t)
	err := secret.NewKeyring(wrong, s, nil).Load(t.Context())
	if !errors.Is(err, secret.ErrWrongMaster) || !strings.Contains(err.Error(), right.ID().String()) || !strings.Contains(err.Error(), "BODHI_MASTER_KEY") {
		t.Fatalf("got %v", err)
	}
}

func TestAReplacedMasterKeyStillOpens(t *testing.T) {
	t.Parallel()
	old, oldText := master(t)
	s := &shelf{}
	k := secret.NewKeyring(old, s, nil)
	o := id.NewOrg(id.NewSource(clock.System{}.Now, nil))
	if err := k.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	sealed, _ := k.Seal(t.Context(), o, "t", "c", "r", secret.New("x"))
	fresh, _ := secret.GenerateMaster(nil)
	both, err := secret.NewMaster(fresh, oldText)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secret.NewKeyring(both, s, nil).Open(t.Context(), o, "t", "c", "r", sealed); err != nil {
		t.Fatal(err)
	}
	oldMAC, _ := old.MAC("p")
	kid, sum := oldMAC.Sum("m")
	newMAC, _ := both.MAC("p")
	if !newMAC.Verify(kid, "m", sum) {
		t.Fatal("a hash under the replaced key no longer verifies")
	}
}

func TestMasterKeysAreCheckedInWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":           "0 bytes",
		"not base64": "not base64",
		base64.StdEncoding.EncodeToString(make([]byte, 31)): "31 bytes",
		base64.StdEncoding.EncodeToString(make([]byte, 33)): "33 bytes",
	} {
		_, err := secret.NewMaster(secret.New(text))
		if !errors.Is(err, secret.ErrMaster) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestMACsOfDifferentPurposesAndPeppersDiffer(t *testing.T) {
	t.Parallel()
	m, _ := master(t)
	other, _ := master(t)
	keys, _ := m.MAC("keys")
	tokens, _ := m.MAC("tokens")
	foreign, _ := other.MAC("keys")
	kid, sum := keys.Sum("x")
	if !keys.Verify(kid, "x", sum) {
		t.Error("own hash does not verify")
	}
	if tokens.Verify(kid, "x", sum) || foreign.Verify(kid, "x", sum) || keys.Verify(kid, "y", sum) || keys.Verify(kid+1, "x", sum) {
		t.Error("a foreign hash verifies")
	}
}

func TestTokensAreMintedParsedAndRecognisedByScanners(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(secret.TokenPattern)
	seen := map[string]bool{}
	for range 1000 {
		s, tok, err := secret.Mint(nil, secret.VirtualKey, secret.Live)
		if err != nil {
			t.Fatal(err)
		}
		text := s.Reveal()
		if seen[text] || seen[tok.Public] {
			t.Fatal("minted twice")
		}
		seen[text], seen[tok.Public] = true, true
		if pattern.FindString("key="+text+";") != text {
			t.Fatalf("the scanner pattern misses %d characters", len(text))
		}
		again, ok := secret.ParseToken(text)
		if !ok || again != tok || again.Public != tok.Public || !strings.HasPrefix(text, tok.Signed()) {
			t.Fatal("does not parse back")
		}
	}
}

func TestAnyChangeToATokenIsRejectedOffline(t *testing.T) {
	t.Parallel()
	s, _, err := secret.Mint(nil, secret.VirtualKey, secret.Live)
	if err != nil {
		t.Fatal(err)
	}
	text := s.Reveal()
	for i := range len(text) {
		for _, c := range []byte{'0', 'z', '_', ' ', 0, 0xff} {
			if text[i] == c {
				continue
			}
			bad := text[:i] + string(rune(c)) + text[i+1:]
			if _, ok := secret.ParseToken(bad); ok {
				t.Fatalf("accepted with position %d changed", i)
			}
		}
		if _, ok := secret.ParseToken(text[:i]); ok {
			t.Fatalf("accepted cut to %d", i)
		}
	}
	for _, bad := range []string{text + "x", " " + text, strings.Repeat("bdh_", 100), "bdx" + text[3:]} {
		if _, ok := secret.ParseToken(bad); ok {
			t.Errorf("accepted %q", bad[:8])
		}
	}
}

func TestATokenNeverPrintsItsSecret(t *testing.T) {
	t.Parallel()
	s, tok, err := secret.Mint(nil, secret.ManagementToken, secret.Live)
	if err != nil {
		t.Fatal(err)
	}
	hidden := strings.Split(s.Reveal(), "_")[3]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if out := fmt.Sprintf(verb+verb, tok, s); strings.Contains(out, hidden) {
			t.Errorf("%s prints it", verb)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	s, _, _ := secret.Mint(nil, secret.VirtualKey, secret.Live)
	f.Add(s.Reveal())
	f.Add("bdh_live_x_y_z")
	f.Fuzz(func(t *testing.T, text string) {
		tok, ok := secret.ParseToken(text)
		if ok && !regexp.MustCompile("^"+secret.TokenPattern+"$").MatchString(text) {
			t.Fatalf("accepted %q, which the pattern does not match", tok)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	text, _ := secret.GenerateMaster(nil)
	m, _ := secret.NewMaster(text)
	mac, _ := m.MAC("keys")
	s, _, _ := secret.Mint(nil, secret.VirtualKey, secret.Live)
	tok, _ := secret.ParseToken(s.Reveal())
	kid, sum := mac.Sum(tok.Signed())
	b.ReportAllocs()
	for b.Loop() {
		tok, _ := secret.ParseToken(s.Reveal())
		if !mac.Verify(kid, tok.Signed(), sum) {
			b.Fatal("no")
		}
	}
}
