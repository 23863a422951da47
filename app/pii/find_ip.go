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
	run := bytes.TrimRight(f.text[i:to], ".:")
	if six != (bytes.IndexByte(run, ':') >= 0) || f.wordAt(i+len(run)) {
		return 0
	}
	if six && bytes.Count(run, []byte(":")) < 3 {
		return 0
	}
	ip, err := netip.ParseAddr(string(run))
	if err != nil || !ip.IsGlobalUnicast() || ip.IsPrivate() || !six && (len(run) < 9 || f.release(i)) {
		return 0
	}
	return f.add(IP, i, i+len(run))
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// releases are words that four numbers with points between them are a version after.
var releases = [...][]byte{[]byte("version"), []byte("ver."), []byte("release"), []byte("build"), []byte("firmware"), []byte("oid"), []byte("section"), []byte("chapter")}

// release reports whether such a word stands just before i, or a slash as in a browser's name.
func (f *finder) release(i int) bool {
	if i > 0 && (f.text[i-1] == '/' && i > 1 && isWord(f.text[i-2]) || f.text[i-1] == '-') {
		return true
	}
	before := bytes.ToLower(f.text[max(0, i-16):i])
	for _, w := range releases {
		if bytes.Contains(before, w) {
			return true
		}
	}
	return false
}
