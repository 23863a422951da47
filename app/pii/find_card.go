package pii

import (
	"bytes"
)

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
	if f.wordAt(to) || to < len(f.text) && f.text[to] == '.' && f.digitAt(to+1) || !luhn(digits) || !issued(digits) {
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

// leads are the issuers' places in their list, 1 more, by the first four digits; 0 = nobody's.
var leads = func() (t [10_000]uint8) {
	for i, s := range issuers {
		for lead := s.from; lead <= s.to; lead++ {
			t[lead] = uint8(i + 1) //nolint:gosec // there are few
		}
	}
	return t
}()

// issuer is the place of whoever gives out cards that begin with these four digits; 0 = nobody does.
func issuer(digits []byte) uint8 {
	return leads[int(digits[0]-'0')*1000+int(digits[1]-'0')*100+int(digits[2]-'0')*10+int(digits[3]-'0')]
}

func issued(digits []byte) bool {
	at := issuer(digits)
	if at == 0 {
		return false
	}
	s := issuers[at-1]
	return len(digits) >= s.least && len(digits) <= s.most && !same(digits)
}

// same tells fill-ins such as 4444444444444444.
func same(digits []byte) bool {
	return len(bytes.TrimLeft(digits, string(digits[:1]))) == 0
}

// luhn is the checksum of cards, ISO/IEC 7812 annex B.
func luhn(digits []byte) bool {
	sum, i := 0, len(digits)
	for ; i >= 2; i -= 2 {
		sum += int(digits[i-1]-'0') + int(doubled[digits[i-2]-'0'])
	}
	if i == 1 {
		sum += int(digits[0] - '0')
	}
	return sum%10 == 0
}

// doubled are the digits of twice a digit, added up.
var doubled = [10]uint8{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}
