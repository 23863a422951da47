package pii

import "bytes"

// chunk is a run of digits, and what stands between it and the next one.
type chunk struct {
	from, to int
	next     int // where the next one begins, if there is one
	sep      sep // behind it
}

func (c chunk) len() int { return c.to - c.from }

// sep is what may stand between the groups of one number.
type sep uint8

const (
	none sep = iota // the number ends
	blank
	hyphen
	dot
	slash
)

// maxChunks is how many groups the longest numbers have: a telephone's five pairs and a card's five groups.
const maxChunks = 5

// number decides about a number whose first digit is at i.
func (f *finder) number(i int) int {
	end := i
	for end < len(f.text) && isDigit(f.text[end]) {
		end++
	}
	if i < f.passport || i < f.licence || f.wants(Licence) && end-i >= 6 {
		if to := f.document(i); to > 0 {
			return to
		}
	}
	if end-i <= 4 && f.wants(IP) && (end < len(f.text) && f.text[end] == '.' || i+4 < len(f.text) && f.text[i+4] == ':') {
		if to := f.address(i, end); to > 0 {
			return to
		}
	}
	if i > 0 && isLetter(f.text[i-1]) {
		if f.wants(IBAN) {
			if to := f.iban(i - 2); to > 0 {
				return to
			}
		}
		return end
	}
	// A figure behind a point is a fraction, one behind a word's end is part of a name.
	if f.wordAt(i-1) || i > 1 && (f.text[i-1] == '.' || f.text[i-1] == ',') && isDigit(f.text[i-2]) {
		return end
	}
	if end-i == 1 { // nothing begins with a single digit but North America's leading 1, before an area of three
		if _, n := f.sepAt(end); f.text[i] != '1' || !f.wants(Phone) || n == 0 || !f.digitAt(end+n) || !f.digitAt(end+n+1) || !f.digitAt(end+n+2) {
			return end
		}
	}
	if !f.promising(i, end) {
		return end
	}
	chunks := f.chunks(i, end)
	if end-i == 1 {
		if f.regional(chunks[1:]) {
			return f.add(Phone, i, chunks[3].to)
		}
		return end
	}
	if f.wants(Card) && (i == 0 || f.text[i-1] != '+') {
		if to := f.card(chunks); to > 0 {
			return f.add(Card, i, to)
		}
	}
	if f.wants(SSN) {
		if to := f.ssn(chunks); to > 0 {
			return f.add(SSN, i, to)
		}
	}
	if f.wants(Phone) {
		if to := f.phone(chunks); to > 0 {
			return f.add(Phone, i, to)
		}
	}
	return end
}

// promising reports whether some number begins with a group of as many digits: it spares most figures a closer look.
func (f *finder) promising(i, end int) bool {
	switch n := end - i; {
	case f.text[i] == '0', n == 1, n == 3, n == 9, n == 10:
		return true
	case n == 4:
		return f.wants(Card) && issuer(f.text[i:]) != 0
	default:
		return n >= 13 && n <= 19 && f.wants(Card)
	}
}

// chunks reads groups of digits from i on, each separated by one sign; the first one ends at end. What it gives holds until it is
// asked again.
func (f *finder) chunks(i, end int) []chunk {
	if f.held > 1 && f.groups[1].from == i { // the number before had them but for its first one
		copy(f.groups[:], f.groups[1:f.held])
		f.held--
	} else {
		f.groups[0], f.held = f.chunk(i, end), 1
	}
	for f.held < maxChunks && f.groups[f.held-1].sep != none {
		from := f.groups[f.held-1].next
		to := from
		for to < len(f.text) && isDigit(f.text[to]) {
			to++
		}
		f.groups[f.held] = f.chunk(from, to)
		f.held++
	}
	return f.groups[:f.held]
}

// chunk is the group from..to with what stands behind it.
func (f *finder) chunk(from, to int) chunk {
	s, n := f.sepAt(to)
	if s != none && !f.digitAt(to+n) {
		s = none
	}
	return chunk{from, to, to + n, s}
}

// sepAt is the separator at i and its length in bytes: a space or a hyphen, the kinds that do not break included.
func (f *finder) sepAt(i int) (sep, int) {
	if i >= len(f.text) {
		return none, 0
	}
	switch f.text[i] {
	case ' ':
		return blank, 1
	case '-':
		return hyphen, 1
	case '.':
		return dot, 1
	case '/':
		return slash, 1
	case 0xC2:
		if bytes.HasPrefix(f.text[i:], []byte("\u00a0")) {
			return blank, 2
		}
	case 0xE2:
		for _, s := range [...]string{"\u2010", "\u2011", "\u2012", "\u2013"} {
			if bytes.HasPrefix(f.text[i:], []byte(s)) {
				return hyphen, 3
			}
		}
		if bytes.HasPrefix(f.text[i:], []byte("\u202f")) || bytes.HasPrefix(f.text[i:], []byte("\u2009")) {
			return blank, 3
		}
	}
	return none, 0
}

// ssn is the end of a social security number; 0 if there is none. Without hyphens it needs its name near it.
func (f *finder) ssn(chunks []chunk) int {
	switch {
	case shaped(chunks, []int{3, 2, 4}) && (chunks[0].sep == hyphen || chunks[0].sep == blank):
		c := chunks[2]
		if f.wordAt(c.to) || c.sep == hyphen || f.hyphenated(chunks[0].from) || !assigned(f.text[chunks[0].from:], f.text[chunks[1].from:], f.text[c.from:]) {
			return 0
		}
		if chunks[0].sep == blank && !f.nextTo(chunks[0].from, nextSSN) {
			return 0
		}
		return c.to
	case chunks[0].len() == 9 && chunks[0].sep == none:
		c := chunks[0]
		if !f.wordAt(c.to) && assigned(f.text[c.from:], f.text[c.from+3:], f.text[c.from+5:]) && f.nextTo(c.from, nextSSN) {
			return c.to
		}
	}
	return 0
}

// hyphenated reports whether a hyphen behind a word stands before i: then this is the rest of something longer.
func (f *finder) hyphenated(i int) bool { return i > 1 && f.text[i-1] == '-' && isWord(f.text[i-2]) }

// assigned reports whether the Social Security Administration can have given out a number of this area, group and serial.
func assigned(area, group, serial []byte) bool {
	a, g, s := string(area[:3]), string(group[:2]), string(serial[:4])
	return a != "000" && a != "666" && a[0] != '9' && g != "00" && s != "0000"
}
