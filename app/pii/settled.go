package pii

import (
	"bytes"
	"unicode/utf8"
)

// What is kept back of a text that goes on, beside what was found at its end: its last word, because it may become longer; the groups of
// a number before that, because another may follow; the beginning of a private key's first line; the beginning of a placeholder; and
// where an organization's own patterns look on, the longest match that is promised to be found (overlap).
const (
	longestWord   = 512 // longer than an address; secrets that are longer are found before they end
	mostGroups    = 10
	longestHeader = 48
)

// settled is where the part of a text begins that may still become something.
func (s *Sieve) settled(text []byte) int {
	word := wordStart(text, max(0, len(text)-longestWord))
	at := groupStart(text, word)
	if i := bytes.LastIndex(text[max(0, len(text)-longestHeader):], []byte("-----BEGIN")); i >= 0 {
		at = min(at, max(0, len(text)-longestHeader)+i)
	}
	if s.own {
		at = min(at, max(0, len(text)-overlap))
	}
	if v := s.guard.vault; v != nil {
		if i, ok := v.begun(text); ok {
			at = min(at, i)
		}
	}
	if !s.guard.any { // nothing is looked for but placeholders
		at = len(text)
		if i, ok := s.guard.vault.begun(text); ok {
			at = i
		}
	}
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// wordStart is where the last word of a text begins, at least least. Signs that no value has end words, and so do scripts that put no
// space between them.
func wordStart(text []byte, least int) int {
	i := len(text)
	for i > least && !ends(text, i-1) {
		i--
	}
	for i < len(text) && !utf8.RuneStart(text[i]) { // the rest of the rune that ended it
		i++
	}
	return i
}

// ends reports whether the byte at i ends words.
func ends(text []byte, i int) bool {
	switch c := text[i]; {
	case c <= ' ', c == ',', c == ';', c == '"', c == '<', c == '>', c == '{', c == '}', c == '|':
		return true
	case c < 0xCA || c == 0xE2: // ASCII, Latin letters, spaces and hyphens of printers
		return false
	case c < utf8.RuneSelf+0x40: // inside a rune: what its first byte says
		return false
	}
	return true
}

// groupStart is where the groups of a number begin that the last word may go on: of digits, or of an IBAN.
func groupStart(text []byte, word int) int {
	best, at := word, word
	last := text[word:]
	digits, iban := digitish(last), ibanish(last)
	for n := 0; n < mostGroups && (digits || iban); n++ {
		gap := blankBefore(text, at)
		if gap == 0 {
			break
		}
		from := wordStart(text[:at-gap], max(0, at-gap-longestIBAN))
		part := text[from : at-gap]
		if len(part) == 0 {
			break
		}
		if off := lastOther(part); digits && off < len(part) {
			best = from + off
			digits = off == 0
		} else {
			digits = false
		}
		if off := ibanIn(part); iban && off >= 0 {
			best = min(best, from+off)
		}
		iban = iban && ibanish(part)
		at = from
	}
	return best
}

const longestIBAN = 34

// blankBefore is the width of the one space before i; 0 without one.
func blankBefore(text []byte, i int) int {
	switch {
	case i > 0 && text[i-1] == ' ':
		return 1
	case bytes.HasSuffix(text[:i], []byte("\u00a0")):
		return 2
	case bytes.HasSuffix(text[:i], []byte("\u202f")), bytes.HasSuffix(text[:i], []byte("\u2009")):
		return 3
	}
	return 0
}

// digitish reports whether a word can be a group of a number, or nothing yet.
func digitish(w []byte) bool { return lastOther(w) == 0 }

// lastOther is where behind the last sign that no number has a word goes on.
func lastOther(w []byte) int {
	for i := len(w); i > 0; i-- {
		if c := w[i-1]; !isDigit(c) && c != '(' && c != ')' && c != '+' && c != '-' && c != '.' && c != '/' && c < utf8.RuneSelf {
			return i
		}
	}
	return 0
}

// ibanIn is where in a word an IBAN may begin that reaches to its end; -1 if none does.
func ibanIn(w []byte) int {
	for i := 0; i+4 <= len(w); i++ {
		if (i == 0 || !isWord(w[i-1])) && isLetter(w[i]) && isDigit(w[i+2]) && isDigit(w[i+3]) && ibanLength(w[i], w[i+1]) > 0 && ibanish(w[i:]) {
			return i
		}
	}
	return -1
}

func ibanish(w []byte) bool {
	for _, c := range w {
		if !isDigit(c) && !isLetter(c) && c != '-' && c < utf8.RuneSelf {
			return false
		}
	}
	return len(w) <= longestIBAN+8
}
