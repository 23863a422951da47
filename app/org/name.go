package org

import (
	"net/mail"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Name checks text that people give a thing: trimmed, 1 to max characters, printable, one line. field is the input's
// name and what its word in sentences.
func Name(field, what, text string, max int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", fault.Field(field, "Enter "+what+".")
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", fault.Field(field, "Use printable characters only in "+what+".")
	case utf8.RuneCountInString(text) > max:
		return "", fault.Field(field, "Shorten "+what+" to at most "+strconv.Itoa(max)+" characters.")
	}
	return text, nil
}

// Email checks an address and gives its lower-case form, which is what identifies it. It takes plain addresses only:
// no display names, no quoted local parts, no address literals.
func Email(field, text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	bad := fault.Field(field, "Enter an e-mail address like ada@example.com.")
	if text == "" || len(text) > 254 || strings.ContainsAny(text, " \t\r\n\"<>()[],;:\\\x00") || !utf8.ValidString(text) {
		return "", bad
	}
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || a.Name != "" {
		return "", bad
	}
	return text, nil
}

// maxSlug keeps slugs valid as a DNS label, with room for a counter.
const maxSlug = 40

var plainLetters = strings.NewReplacer("ä", "a", "á", "a", "à", "a", "â", "a", "å", "a", "ã", "a", "æ", "ae", "ç", "c",
	"č", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "ě", "e", "í", "i", "ï", "i", "ł", "l", "ñ", "n", "ó", "o",
	"ö", "o", "ô", "o", "ø", "o", "ř", "r", "š", "s", "ß", "ss", "ú", "u", "ü", "u", "ů", "u", "ý", "y", "ž", "z")

// Slug derives the word an organization has in URLs from its name: [a-z0-9-], at most 40 characters. It may be taken
// or reserved; see SlugCandidates.
func Slug(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range plainLetters.Replace(strings.ToLower(name)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			dash = false
			continue
		}
		dash = true
	}
	s := b.String()
	if len(s) > maxSlug {
		s = strings.TrimRight(s[:maxSlug], "-")
	}
	return s
}

// reserved words would collide with host names and paths of the installation itself.
var reserved = map[string]bool{
	"admin": true, "api": true, "app": true, "assets": true, "auth": true, "billing": true, "bodhi": true, "console": true,
	"dashboard": true, "dev": true, "docs": true, "healthz": true, "help": true, "internal": true, "log-in": true,
	"login": true, "mail": true, "metrics": true, "new": true, "operator": true, "readyz": true, "root": true, "security": true,
	"sign-up": true, "signup": true, "static": true, "status": true, "support": true, "system": true, "t": true, "v1": true,
	"v1beta": true, "www": true,
}

// SlugFree reports whether a slug is long enough and no word that the installation itself needs.
func SlugFree(slug string) bool { return len(slug) >= 3 && !reserved[slug] }

// SlugCandidates are slugs to try for a name, best first: acme, acme-2, … Reserved and too short ones are left out, so
// there is always at least one.
func SlugCandidates(name string) []string {
	base := Slug(name)
	var out []string
	if SlugFree(base) {
		out = append(out, base)
	}
	if base == "" {
		base = "org"
	}
	for n := 2; n <= 50; n++ {
		out = append(out, base+"-"+strconv.Itoa(n))
	}
	return out
}
