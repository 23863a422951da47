package secret

import (
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// TokenPattern is the shape of every key we hand out, as a regular expression for secret scanners. A match whose
// checksum is right (ParseToken) is a key of some Bodhi installation, practically without false alarms.
const TokenPattern = `\bbd[hts]_[a-z0-9]{2,10}_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b`

// Prefixes say what a key is for.
const (
	VirtualKey      = "bdh"
	ManagementToken = "bdt"
	SCIMToken       = "bds"
)

// Live is the environment part of keys that people copy. Agent is the other one in use.
const Live = "live"

const (
	base62     = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	publicSize = 16 // 95 bits: never twice
	secretSize = 43 // 256 bits
	crcSize    = 6  // 32 bits
)

// Token is a parsed key: prefix_env_public_secret_crc. It is as secret as the string it was read from.
type Token struct {
	Prefix string
	Env    string
	Public string // identifies the key; shown in lists and logs
	signed string // everything before the checksum; what is hashed
	last   string // the secret's last four, shown beside Public
}

// Mint makes a new key. The caller shows it once and stores only its MAC. random nil means the system's.
func Mint(random io.Reader, prefix, env string) (String, Token, error) {
	if random == nil {
		random = rand.Reader
	}
	public, err1 := randomText(random, publicSize)
	hidden, err2 := randomText(random, secretSize)
	if err := errors.Join(err1, err2); err != nil {
		return String{}, Token{}, fmt.Errorf("mint key: %w", err)
	}
	signed := prefix + "_" + env + "_" + public + "_" + hidden
	whole := signed + "_" + checksum(signed)
	t, ok := ParseToken(whole)
	if !ok {
		return String{}, Token{}, fmt.Errorf("mint key: %q_%q is not a valid prefix", prefix, env)
	}
	return New(whole), t, nil
}

// ParseToken reads a presented key and checks its shape and checksum, which needs no database: garbage and truncated
// copies are turned away for the price of a CRC. It does not say whether the key exists.
func ParseToken(s string) (Token, bool) {
	const tail = 1 + crcSize
	if len(s) < len("bdh_xx_")+publicSize+1+secretSize+tail || len(s) > len("bdh_")+10+1+publicSize+1+secretSize+tail {
		return Token{}, false
	}
	signed, crc := s[:len(s)-tail], s[len(s)-crcSize:]
	prefix, rest, _ := strings.Cut(signed, "_")
	env, rest, _ := strings.Cut(rest, "_")
	public, hidden, _ := strings.Cut(rest, "_")
	if s[len(signed)] != '_' || (prefix != VirtualKey && prefix != ManagementToken && prefix != SCIMToken) ||
		!validEnv(env) || len(public) != publicSize || len(hidden) != secretSize || !isBase62(public) || !isBase62(hidden) {
		return Token{}, false
	}
	if checksum(signed) != crc {
		return Token{}, false
	}
	return Token{Prefix: prefix, Env: env, Public: public, signed: signed, last: hidden[secretSize-4:]}, true
}

// Signed is the part a MAC covers: prefix, environment, public id and secret, so none can be exchanged.
func (t Token) Signed() string { return t.signed }

// Last four characters of the secret, by which people tell their keys apart; 24 of 256 bits.
func (t Token) Last() string { return t.last }

// String keeps the secret out of logs: the public part only.
func (t Token) String() string { return t.Prefix + "_" + t.Env + "_" + t.Public + "_…" + t.last }

// GoString does the same under %#v.
func (t Token) GoString() string { return t.String() }

func checksum(s string) string { return number(crc32.ChecksumIEEE([]byte(s))) }

// number writes 32 bits in six letters.
func number(n uint32) string {
	var out [crcSize]byte
	for i := crcSize - 1; i >= 0; i-- {
		out[i] = base62[n%62]
		n /= 62
	}
	return string(out[:])
}

// randomText draws n characters without bias: bytes that do not divide evenly by 62 are drawn again.
func randomText(random io.Reader, n int) (string, error) {
	out := make([]byte, 0, n)
	var buf [64]byte
	for len(out) < n {
		if _, err := io.ReadFull(random, buf[:]); err != nil {
			return "", err
		}
		for _, b := range buf {
			if b < 248 && len(out) < n {
				out = append(out, base62[b%62])
			}
		}
	}
	return string(out), nil
}

func isBase62(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func validEnv(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return len(s) >= 2 && len(s) <= 10
}
