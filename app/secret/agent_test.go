package secret_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

func TestAnAgentsTokenProvesItsEnd(t *testing.T) {
	t.Parallel()
	text, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	master, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := master.MAC("test")
	if err != nil {
		t.Fatal(err)
	}
	key, minted, err := secret.Mint(nil, secret.VirtualKey, secret.Live)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	token := mac.AgentToken(minted.Public, until).Reveal()
	parsed, ok := secret.ParseToken(token)
	if !ok || parsed.Public != minted.Public || parsed.Env != secret.Agent {
		t.Fatalf("%v %v", parsed, ok)
	}
	if at, ok := mac.VerifyAgentToken(parsed); !ok || !at.Equal(until) {
		t.Errorf("%v %v", at, ok)
	}
	if later := mac.AgentToken(minted.Public, until.Add(time.Second)).Reveal(); later == token {
		t.Error("the end is not in the token")
	}
	whole, _ := secret.ParseToken(key.Reveal())
	if _, ok := mac.VerifyAgentToken(whole); ok {
		t.Error("a key passes as an agent's token")
	}
	other, err := master.MAC("other")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := other.VerifyAgentToken(parsed); ok {
		t.Error("another purpose's token passes")
	}
}

// TestNoLetterOfAnAgentsTokenCanBeChanged changes each one in turn, and mends the checksum as a forger would.
func TestNoLetterOfAnAgentsTokenCanBeChanged(t *testing.T) {
	t.Parallel()
	text, _ := secret.GenerateMaster(nil)
	master, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := master.MAC("test")
	if err != nil {
		t.Fatal(err)
	}
	_, minted, _ := secret.Mint(nil, secret.VirtualKey, secret.Live)
	token := mac.AgentToken(minted.Public, time.Unix(2_000_000_000, 0)).Reveal()
	signed := token[:strings.LastIndex(token, "_")]
	for i := len("bdh_agent_"); i < len(signed); i++ {
		if signed[i] == '_' {
			continue
		}
		letter := byte('0')
		if signed[i] == '0' {
			letter = '1'
		}
		forged, ok := secret.ParseToken(secret.Mended(signed[:i] + string(letter) + signed[i+1:]))
		if !ok {
			t.Fatalf("letter %d: not a token", i)
		}
		if _, ok := mac.VerifyAgentToken(forged); ok {
			t.Errorf("letter %d can be changed", i)
		}
	}
}
