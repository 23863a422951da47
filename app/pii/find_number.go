package pii

import "bytes"

// chunk is a run of digits, and what stands between it and the next one.
type chunk struct {
	from, to int
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
	if f.wants(IP) && end-i <= 4 {
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
	var room [maxChunks]chunk
	chunks := f.chunks(room[:0], i)
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

// chunks reads groups of digits from i on, each separated by one sign.
func (f *finder) chunks(out []chunk, i int) []chunk {
	for len(out) < maxChunks {
		to := i
		for to < len(f.text) && isDigit(f.text[to]) {
			to++
		}
		s, n := f.sepAt(to)
		if s != none && !f.digitAt(to+n) {
			s = none
		}
		out = append(out, chunk{i, to, s})
		if s == none {
			return out
		}
		i = to + n
	}
	return out
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

// cardShapes are how people group the digits of cards.
var cardShapes = [...][]int{{4, 4, 4, 4, 3}, {4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}}

// card is the end of a payment card's number that begins with the first group; 0 if none does.
func (f *finder) card(chunks []chunk) int {
	if n := chunks[0].len(); n >= 13 && n <= 19 {
		return f.checkedCard(chunks[:1])
	}
	if chunks[0].len() != 4 || chunks[0].sep != blank && chunks[0].sep != hyphen {
		return 0
	}
	for _, shape := range cardShapes {
		if shaped(chunks, shape) {
			if to := f.checkedCard(chunks[:len(shape)]); to > 0 {
				return to
			}
		}
	}
	return 0
}

// shaped reports whether the first groups have these lengths and one kind of separator.
func shaped(chunks []chunk, shape []int) bool {
	if len(chunks) < len(shape) {
		return false
	}
	for i, n := range shape {
		if chunks[i].len() != n || i < len(shape)-1 && chunks[i].sep != chunks[0].sep {
			return false
		}
	}
	return true
}

func (f *finder) checkedCard(chunks []chunk) int {
	var room [19]byte
	digits := room[:0]
	for _, c := range chunks {
		digits = append(digits, f.text[c.from:c.to]...)
	}
	to := chunks[len(chunks)-1].to
	if f.wordAt(to) || to < len(f.text) && f.text[to] == '.' && f.digitAt(to+1) || !issued(digits) || !luhn(digits) {
		return 0
	}
	return to
}

// issuers are the leading digits of cards and how long such a number is. Source: ISO/IEC 7812 and the networks' own
// documentation for merchants.
var issuers = []struct {
	from, to    int // of the first four digits
	least, most int
}{
	{4000, 4999, 13, 19}, // Visa
	{5100, 5599, 16, 16}, // Mastercard
	{2221, 2720, 16, 16}, // Mastercard
	{3400, 3499, 15, 15}, // American Express
	{3700, 3799, 15, 15},
	{6011, 6011, 16, 19}, // Discover
	{6440, 6599, 16, 19},
	{3000, 3059, 14, 19}, // Diners Club
	{3095, 3095, 14, 19},
	{3600, 3699, 14, 19},
	{3800, 3999, 14, 19},
	{3528, 3589, 16, 19}, // JCB
	{6200, 6299, 16, 19}, // UnionPay
	{5018, 5018, 13, 19}, // Maestro
	{5020, 5020, 13, 19},
	{5038, 5038, 13, 19},
	{5893, 5893, 13, 19},
	{6304, 6304, 13, 19},
	{6759, 6763, 13, 19},
	{2200, 2204, 16, 19}, // Mir
	{6060, 6099, 16, 19}, // RuPay
}

func issued(digits []byte) bool {
	lead := 0
	for _, d := range digits[:4] {
		lead = lead*10 + int(d-'0')
	}
	for _, s := range issuers {
		if lead >= s.from && lead <= s.to && len(digits) >= s.least && len(digits) <= s.most {
			return !same(digits)
		}
	}
	return false
}

// same tells fill-ins such as 4444444444444444.
func same(digits []byte) bool {
	return len(bytes.TrimLeft(digits, string(digits[:1]))) == 0
}

// luhn is the checksum of cards, ISO/IEC 7812 annex B.
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// ssn is the end of a social security number; 0 if there is none. Without hyphens it needs its name near it.
func (f *finder) ssn(chunks []chunk) int {
	switch {
	case shaped(chunks, []int{3, 2, 4}) && (chunks[0].sep == hyphen || chunks[0].sep == blank):
		c := chunks[2]
		if f.wordAt(c.to) || c.sep == hyphen || f.hyphenated(chunks[0].from) || !assigned(f.text[chunks[0].from:], f.text[chunks[1].from:], f.text[c.from:]) {
			return 0
		}
		if chunks[0].sep == blank && !f.nextTo(chunks[0].from, ssnWords[:]) {
			return 0
		}
		return c.to
	case chunks[0].len() == 9 && chunks[0].sep == none:
		c := chunks[0]
		if !f.wordAt(c.to) && assigned(f.text[c.from:], f.text[c.from+3:], f.text[c.from+5:]) && f.nextTo(c.from, ssnWords[:]) {
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
