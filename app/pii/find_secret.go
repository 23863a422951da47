package pii

import (
	"bytes"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// secret decides about one of the bytes that stand in the prefixes of secrets.
func (f *finder) secret(i int) int {
	t := f.text
	var prev, next byte
	if i > 0 {
		prev = t[i-1]
	}
	if i+1 < len(t) {
		next = t[i+1]
	}
	switch t[i] { // what a prefix cannot have around the byte is told first
	case 'A':
		if next == 'c' && bytes.HasPrefix(t[i:], []byte("AccessKey")) && bytes.HasSuffix(t[:i], []byte("Secret")) {
			return f.assigned(i + len("AccessKey"))
		}
		if class[prev]&(digit|upper|lower) != 0 {
			return i
		}
	case 'J':
		if prev != 'y' {
			return i
		}
	case '-':
		if next == '-' && bytes.HasPrefix(t[i:], []byte("-----BEGIN ")) {
			return f.privateKey(i)
		}
		if closes[prev]&hyphened == 0 {
			return i
		}
	case '_':
		if next|0x20 == 's' && (bytes.HasPrefix(t[i:], []byte("_secret_access_key")) || bytes.HasPrefix(t[i:], []byte("_SECRET_ACCESS_KEY"))) {
			return f.assigned(i + len("_secret_access_key"))
		}
		if closes[prev]&underscored == 0 {
			return i
		}
	case '.':
		if prev != 'G' {
			return i
		}
	}
	from := i
	for from > f.done && i-from < maxWord && class[t[from-1]]&(digit|upper|lower) != 0 {
		from--
	}
	if f.wordAt(from-1) && t[from-1] != '_' || from >= len(t) {
		return i
	}
	for _, s := range shapes[t[from]] {
		if from < f.dull[s.index] || len(t)-from <= len(s.prefix) || t[from+1] != s.prefix[1] || t[from+2] != s.prefix[2] || len(s.prefix) > 3 && t[from+3] != s.prefix[3] || i >= from+len(s.prefix) || string(t[from:from+len(s.prefix)]) != s.prefix {
			continue
		}
		if to := f.end(s, from); to > 0 {
			return f.add(Secret, from, to)
		}
	}
	return i
}

// end is where a secret of this form that begins at from ends; 0 if it is none. What is none is remembered to its end: of an
// endless form no later beginning in it can be one, as it has the same end and less before it.
func (f *finder) end(s *shape, from int) int {
	t, at := f.text, from+len(s.prefix)
	to := max(at, f.runs[s.index])
	for to < len(t) && s.takes[t[to]] && to-at <= s.most {
		to++
	}
	run := to
	if f.runs[s.index] = run; run-at > s.most {
		return 0
	}
	for to > at && (t[to-1] == '.' || t[to-1] == '-') { // the sentence's
		to--
	}
	n := to - at
	if n < s.least || n > s.most || s.digits && !bytes.ContainsAny(t[at:to], "0123456789") || s.check != nil && !s.check(t[from:to]) {
		if s.most == endless {
			f.dull[s.index] = run
		}
		return 0
	}
	return to
}

// random reports whether a name of several words has a part that can only be random: 16 letters and digits with a figure
// among them.
func random(s []byte) bool {
	run, figures := 0, false
	for _, c := range s {
		if class[c]&(digit|upper|lower) == 0 {
			run, figures = 0, false
			continue
		}
		run++
		if figures = figures || isDigit(c); figures && run >= 16 {
			return true
		}
	}
	return false
}

// shouted reports whether there are only capitals and digits.
func shouted(s []byte) bool {
	for _, c := range s {
		if class[c]&(digit|upper) == 0 {
			return false
		}
	}
	return true
}

// token reports whether a JSON web token is in there: a header, a payload that is an object, and a signature.
func token(s []byte) bool {
	for {
		at := bytes.Index(s, []byte(".eyJ"))
		if at < 0 {
			return false
		}
		s = s[at+1:]
		if _, signature, ok := bytes.Cut(s, []byte(".")); ok && len(signature) >= 16 && bytes.IndexByte(signature[:16], '.') < 0 {
			return true
		}
	}
}

// ours reports whether the checksum is that of a key of ours.
func ours(s []byte) bool {
	_, ok := secret.ParseToken(string(s))
	return ok
}

// awsSecret is how long the secret half of an AWS key is. It tells nothing of itself, so it needs its name before it.
const awsSecret = 40

// assigned decides about what is assigned to a name that ends at i.
func (f *finder) assigned(i int) int {
	from := i
	for from < len(f.text) && from-i < 8 && strings.IndexByte(" \t:=\"'>", f.text[from]) >= 0 {
		from++
	}
	to := from
	for to < len(f.text) && to-from <= awsSecret && class[f.text[to]]&(digit|upper|lower|coded) != 0 {
		to++
	}
	if from == i || to-from != awsSecret {
		return i
	}
	return f.add(Secret, from, to)
}

// privateKey decides about a PEM block. One without an end reaches to the end of the text: a part of a key is one.
func (f *finder) privateKey(i int) int {
	const mark, tail = "PRIVATE KEY", "-----"
	head := f.text[i:min(len(f.text), i+64)]
	at := bytes.Index(head, []byte(mark))
	if line := bytes.IndexByte(head, '\n'); at < 0 || line >= 0 && line < at {
		return i + len(tail)
	}
	to := len(f.text)
	if end := bytes.Index(f.text[i:], []byte("-----END ")); end > 0 {
		from := i + end + len("-----END ")
		if last := bytes.Index(f.text[from:], []byte(tail)); last >= 0 {
			to = from + last + len(tail)
		}
	}
	return f.add(Secret, i, to)
}
