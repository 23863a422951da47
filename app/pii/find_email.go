package pii

import (
	"bytes"
	"unicode/utf8"
)

// Bounds of an address, RFC 5321: 64 bytes before the @, 255 behind it.
const (
	maxLocal  = 64
	maxDomain = 255
)

// pictures are endings that no top-level domain has: "icon@2x.png" is a file.
var pictures = map[string]bool{"png": true, "jpg": true, "jpeg": true, "gif": true, "webp": true, "svg": true, "ico": true, "pdf": true, "json": true, "html": true,
	"css": true, "scss": true, "js": true, "jsx": true, "tsx": true, "xml": true, "yaml": true, "yml": true, "txt": true, "log": true, "exe": true, "dll": true, "jar": true, "git": true}

// email looks around an @ of so many bytes at i.
func (f *finder) email(i, width int) int {
	t := f.text
	from := i
	for from > f.done && i-from < maxLocal {
		c := t[from-1]
		if class[c]&(digit|upper|lower|local) != 0 {
			from--
			continue
		}
		if n := latinBefore(t[f.done:from]); n > 0 {
			from -= n
			continue
		}
		break
	}
	for from < i && class[t[from]]&(digit|upper|lower) == 0 && t[from] != '_' && t[from] < utf8.RuneSelf {
		from++ // quotes, brackets and signs of other things around an address are not part of it
	}
	name := t[from:i]
	if len(name) == 0 || name[len(name)-1] == '.' || string(name) == "git" {
		return i + width
	}
	to := domain(t, i+width)
	if to == 0 {
		return i + width
	}
	return f.add(Email, from, to)
}

// latinBefore is the length of the Latin letter beyond ASCII that a text ends in; 0 if it ends in none.
func latinBefore(t []byte) int {
	if len(t) == 0 || t[len(t)-1] < utf8.RuneSelf {
		return 0
	}
	r, n := utf8.DecodeLastRune(t)
	return latin(r, n)
}

// latin tells letters such as ü, which addresses may have, from scripts that put no space in front of an address.
func latin(r rune, n int) int {
	if r >= 0xC0 && r <= 0x24F && r != 0xD7 && r != 0xF7 {
		return n
	}
	return 0
}

// domain is the end of the domain that begins at i, 0 if there is none: at least two labels, the last of letters.
func domain(t []byte, i int) int {
	to := i
	for to < len(t) && to-i < maxDomain {
		c := t[to]
		if class[c]&(digit|upper|lower) != 0 || c == '-' || c == '.' && to > i && t[to-1] != '.' {
			to++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, n := utf8.DecodeRune(t[to:]); latin(r, n) > 0 {
				to += n
				continue
			}
		}
		break
	}
	for name := t[i:to]; ; {
		for len(name) > 0 && (name[len(name)-1] == '.' || name[len(name)-1] == '-') {
			name = name[:len(name)-1]
		}
		dot := len(name) - 1
		for dot > 0 && name[dot] != '.' {
			dot--
		}
		if dot <= 0 {
			return 0
		}
		if topLevel(name[dot+1:]) && (isWord(name[0]) || name[0] >= utf8.RuneSelf) {
			return i + len(name)
		}
		name = name[:dot]
	}
}

func topLevel(s []byte) bool {
	if len(s) < 2 || len(s) > 63 {
		return false
	}
	if bytes.HasPrefix(s, []byte("xn--")) {
		return true
	}
	var low [5]byte
	for i, c := range s {
		if !isLetter(c) {
			return false
		}
		if i < len(low) {
			low[i] = c | 0x20
		}
	}
	return len(s) > len(low) || !pictures[string(low[:len(s)])]
}
