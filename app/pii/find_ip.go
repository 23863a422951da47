package pii

import (
	"bytes"
	"net/netip"
)

// longestIP is how many bytes an address takes in text, with an IPv4 one in its end.
const longestIP = 45

// address is the end of an internet address whose first digits are i..end, noted already; 0 if there is none. Only public ones are
// about somebody: those of private networks, loopback and documentation of protocols are passed over.
func (f *finder) address(i, end int) int {
	if f.wordAt(i-1) || i > 0 && (f.text[i-1] == '.' || f.text[i-1] == ':') {
		return 0
	}
	six := i+5 < len(f.text) && f.text[i+4] == ':' && (f.text[i] == '2' || f.text[i] == '3') // 2000::/3 is what is given out
	if !six && (end-i > 3 || end >= len(f.text) || f.text[end] != '.') {
		return 0
	}
	to := i
	for to < len(f.text) && to-i <= longestIP && (isDigit(f.text[to]) || f.text[to] == '.' || six && (f.text[to] == ':' || isHex(f.text[to]))) {
		to++
	}
	for to > i && (f.text[to-1] == '.' || f.text[to-1] == ':') {
		to--
	}
	run := f.text[i:to]
	if six != (bytes.IndexByte(run, ':') >= 0) || f.wordAt(i+len(run)) {
		return 0
	}
	if six && !sixShaped(run) || !six && !fourShaped(run) {
		return 0
	}
	ip, err := netip.ParseAddr(string(run))
	if err != nil || !ip.IsGlobalUnicast() || ip.IsPrivate() || !six && (len(run) < 9 || f.release(i)) {
		return 0
	}
	return f.add(IP, i, i+len(run))
}

// fourShaped reports whether there are four numbers of up to three digits, the rest being the parser's to judge: it is dear to be
// refused by it.
func fourShaped(run []byte) bool {
	dots, n, value := 0, 0, 0
	for _, c := range run {
		if c == '.' {
			if n == 0 {
				return false
			}
			dots, n, value = dots+1, 0, 0
			continue
		}
		if n++; n > 1 && value == 0 {
			return false
		}
		if value = value*10 + int(c-'0'); value > 255 {
			return false
		}
	}
	return dots == 3 && n > 0
}

// sixShaped is it for groups of up to four hexadecimal digits: eight, or fewer with one gap.
func sixShaped(run []byte) bool {
	colons, gaps, n, dot := 0, 0, 0, 0
	for i, c := range run {
		switch {
		case c == ':':
			if colons++; i > 0 && run[i-1] == ':' {
				gaps++
			}
			n, dot = 0, i+1
		case c == '.':
			n = 0
		default:
			if n++; n > 4 {
				return false
			}
		}
	}
	if tail := run[dot:]; bytes.IndexByte(run, '.') >= 0 {
		return fourShaped(tail) && colons >= 3 && gaps <= 1 && (gaps == 1 || colons == 6)
	}
	return colons >= 3 && gaps <= 1 && (gaps == 1 && colons <= 7 || colons == 7)
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// releases are words that four numbers with points between them are a version after.
var releases = [...]string{"version", "ver.", "release", "build", "firmware", "oid", "section", "chapter"}

// release reports whether such a word stands just before i, or a slash as in a browser's name.
func (f *finder) release(i int) bool {
	if i > 0 && (f.text[i-1] == '/' && i > 1 && isWord(f.text[i-2]) || f.text[i-1] == '-') {
		return true
	}
	before := f.text[max(0, i-16):i]
	for k := range before {
		for _, w := range releases {
			if lowerOf(before[k]) == w[0] && startsWith(before[k:], w) {
				return true
			}
		}
	}
	return false
}
