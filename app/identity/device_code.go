package identity

import (
	"crypto/rand"
	"fmt"
	"io"
	"strings"
)

// codeLetters are RFC 8628's: no vowels, so no words, and nothing that looks like something else.
const codeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// userCode is eight letters, each as likely as any other.
func (s *Service) userCode() (string, error) {
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	var out []byte
	for len(out) < 8 {
		b := make([]byte, 16)
		if _, err := io.ReadFull(random, b); err != nil {
			return "", fmt.Errorf("start device log-in: %w", err)
		}
		for _, x := range b {
			if int(x) < 256-256%len(codeLetters) && len(out) < 8 {
				out = append(out, codeLetters[int(x)%len(codeLetters)])
			}
		}
	}
	return string(out), nil
}

// Printed is a user code as people read it: WDJB-MJHT.
func (d Device) Printed() string { return d.UserCode[:4] + "-" + d.UserCode[4:] }

// ReadCode is a typed code without what does not count: case, spaces, dashes.
func ReadCode(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(codeLetters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(text))
}
