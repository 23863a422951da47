package secret_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

func linkMAC(t *testing.T, current secret.String, previous ...secret.String) *secret.MAC {
	t.Helper()
	m, err := secret.NewMaster(current, previous...)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := m.MAC("links")
	if err != nil {
		t.Fatal(err)
	}
	return mac
}

func TestALinkIsGoodForItsMessageOnly(t *testing.T) {
	t.Parallel()
	old, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	next, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	mac := linkMAC(t, old)
	code := mac.Link("invitation 1 ada@acme.test 1")
	if again := mac.Link("invitation 1 ada@acme.test 1"); again.Reveal() != code.Reveal() {
		t.Error("the same link has two codes: a job could not write the mail again")
	}
	if !mac.VerifyLink("invitation 1 ada@acme.test 1", code) {
		t.Error("a good link is refused")
	}
	if !linkMAC(t, next, old).VerifyLink("invitation 1 ada@acme.test 1", code) {
		t.Error("a link dies with the master key that made it, although that key is still known")
	}
	for name, bad := range map[string]bool{
		"another number":    mac.VerifyLink("invitation 1 ada@acme.test 2", code),
		"another person":    mac.VerifyLink("invitation 1 eve@acme.test 1", code),
		"nothing":           mac.VerifyLink("invitation 1 ada@acme.test 1", secret.New("")),
		"cut short":         mac.VerifyLink("invitation 1 ada@acme.test 1", secret.New(code.Reveal()[:40])),
		"not base64":        mac.VerifyLink("invitation 1 ada@acme.test 1", secret.New("!"+code.Reveal()[1:])),
		"zeros":             mac.VerifyLink("invitation 1 ada@acme.test 1", secret.New("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
		"a stranger's code": mac.VerifyLink("invitation 1 ada@acme.test 1", linkMAC(t, next).Link("invitation 1 ada@acme.test 1")),
	} {
		if bad {
			t.Errorf("%s is taken for a good link", name)
		}
	}
}
