package identity

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Bounds of a password. The lower one is NIST SP 800-63B's advice for passwords that stand alone; the upper one keeps
// hashing cheap to refuse.
const (
	minPassword = 12
	maxPassword = 200
)

// Hasher hashes passwords with argon2id. Each hash takes 19 MiB, so only a few run at once; the rest wait their turn.
type Hasher struct {
	turns chan struct{}
	cost  argon2id.Params
}

// memory is in KiB. With two passes and one lane it is OWASP's second recommendation. Stored hashes carry their own
// cost, so it can rise.
const memory = 19 * 1024

// dummyHash is a hash of nothing anyone knows, at the cost above: what an unknown e-mail is compared with, so that it
// takes as long as a known one.
const dummyHash = "$argon2id$v=19$m=19456,t=2,p=1$CPmYQ2kpZTpvfcDLzHmLbQ$VldW4BK6Gt4h92BDDc5JMUOwGpMp6NCVjgqUAOdjXXY"

// NewHasher makes a Hasher that runs one hash per processor at once. kib is the memory of a hash; 0 is the right cost,
// and anything less is for tests that log in many people.
func NewHasher(kib uint32) *Hasher {
	if kib == 0 {
		kib = memory
	}
	return &Hasher{turns: make(chan struct{}, runtime.GOMAXPROCS(0)),
		cost: argon2id.Params{Memory: kib, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}}
}

// Hash gives the encoded hash to store.
func (h *Hasher) Hash(ctx context.Context, password secret.String) (string, error) {
	if err := h.wait(ctx); err != nil {
		return "", err
	}
	defer h.done()
	out, err := argon2id.CreateHash(password.Reveal(), &h.cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return out, nil
}

// Match compares in constant time. An empty hash costs the same and never matches.
func (h *Hasher) Match(ctx context.Context, password secret.String, hash string) (bool, error) {
	if err := h.wait(ctx); err != nil {
		return false, err
	}
	defer h.done()
	known := hash != ""
	if !known {
		hash = dummyHash
	}
	ok, err := argon2id.ComparePasswordAndHash(password.Reveal(), hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok && known, nil
}

func (h *Hasher) wait(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) done() { <-h.turns }

// checkPassword says why a new password is not good enough. Length beats rules about digits and signs, which only make
// people write "Password1!"; what an attacker tries first is refused.
func checkPassword(field string, password secret.String, context ...string) error {
	p := password.Reveal()
	switch {
	case !utf8.ValidString(p):
		return fault.Field(field, "Use readable characters in your password.")
	case utf8.RuneCountInString(p) < minPassword:
		return fault.Field(field, fmt.Sprintf("Use at least %d characters. A few unrelated words are easy to remember and hard to guess.", minPassword))
	case len(p) > maxPassword:
		return fault.Field(field, fmt.Sprintf("Use at most %d characters.", maxPassword))
	case guessable(p):
		return fault.Field(field, "This password is among the first that attackers try. Choose one that nobody else has.")
	}
	lower := strings.ToLower(p)
	for _, c := range context {
		c = strings.ToLower(strings.TrimSpace(c))
		if len(c) >= 4 && strings.Contains(lower, c) && len(lower)-len(c) < 8 {
			return fault.Field(field, "Your password is little more than your name, address or organization. Add words that nobody would connect with you.")
		}
	}
	return nil
}

// common are frequent beginnings of leaked passwords. Long ones are mostly one of these with a tail.
var common = []string{"password", "passw0rd", "p@ssword", "p@ssw0rd", "qwertyuiop", "qwerty", "letmein", "welcome", "admin", "administrator",
	"iloveyou", "changeme", "trustno1", "football", "baseball", "sunshine", "princess", "superman", "whatever",
	"correcthorsebatterystaple", "bodhi", "gateway", "secret", "default", "monkey", "dragon", "master", "azerty", "asdfghjkl", "zxcvbnm",
	"login", "hello", "summer", "winter", "spring", "autumn", "company", "test", "user", "root", "access", "google", "facebook", "linkedin",
	"starwars", "pokemon", "michael", "jordan", "shadow", "killer", "hunter", "soccer", "hockey", "computer", "internet", "liverpool",
	"chelsea", "arsenal", "charlie", "freedom", "batman", "ninja", "flower", "lovely", "passphrase", "1q2w3e4r", "qazwsx", "zaq12wsx",
	"asdf", "qwer", "hallo", "passwort", "motdepasse", "contrasena", "senha", "pass"}

// guessable finds repetitions, straight sequences, and common words with nothing but digits and signs around them.
func guessable(p string) bool {
	lower := strings.ToLower(p)
	for n := 1; n <= 4; n++ {
		if len(lower) >= n && strings.Trim(strings.ReplaceAll(lower, lower[:n], ""), "0123456789!") == "" {
			return true
		}
	}
	rest := lower
	for _, w := range common {
		rest = strings.ReplaceAll(rest, w, "")
	}
	rest = strings.TrimFunc(rest, func(r rune) bool { return r < 'a' || r > 'z' })
	return rest == "" || sequence(lower)
}

// sequence reports text that only counts up or down: 123456789012, abcdefghijkl.
func sequence(s string) bool {
	breaks := 0
	for i := 1; i < len(s); i++ {
		if d := int(s[i]) - int(s[i-1]); d != 1 && d != -1 {
			breaks++
		}
	}
	return breaks <= 1
}
