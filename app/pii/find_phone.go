package pii

import (
	"strconv"
	"strings"
)

// phone is the end of a telephone number that begins with the first group, without a + or a bracket before it; 0 if none
// does.
func (f *finder) phone(chunks []chunk) int {
	first := chunks[0]
	if n := first.len(); n != 3 && n != 10 && f.text[first.from] != '0' || f.hyphenated(first.from) {
		return 0
	}
	digits, last := 0, 0
	for i, c := range chunks {
		if digits+c.len() > 15 {
			break
		}
		digits, last = digits+c.len(), i
	}
	to := chunks[last].to
	switch {
	case f.regional(chunks):
		return chunks[2].to
	case shaped(chunks, []int{2, 2, 2, 2, 2}) && f.text[first.from] == '0' && f.text[first.from+1] != '0' && !f.more(chunks, 4):
		return chunks[4].to // France's pairs
	case f.more(chunks, last) || digits < 7:
	case last == 0 && digits == 10 && american(f.text[first.from:], f.text[first.from+3:]) && f.nextTo(first.from, nextPhone):
		return to
	case f.text[first.from] == '0' && digits >= 9 && (f.text[first.from+1] != '0' || f.abroad(chunks[:last+1], digits)) && f.nextTo(first.from, nextPhone):
		return to
	}
	return 0
}

// regional reports whether groups begin with a number as North America writes it: 415-555-2671. With spaces alone it could
// be any three figures, so it needs its name near it.
func (f *finder) regional(chunks []chunk) bool {
	if len(chunks) < 3 || chunks[0].len() != 3 || chunks[1].len() != 3 || chunks[2].len() != 4 || f.more(chunks, 2) ||
		!american(f.text[chunks[0].from:], f.text[chunks[1].from:]) {
		return false
	}
	if s := chunks[1].sep; s == hyphen || s == dot && chunks[0].sep == dot {
		return chunks[0].sep != slash
	}
	return chunks[0].sep == blank && chunks[1].sep == blank && f.nextTo(chunks[0].from, nextPhone)
}

// more reports whether the number goes on behind a group, so that what was read is a part of something else.
func (f *finder) more(chunks []chunk, last int) bool {
	return f.wordAt(chunks[last].to) || chunks[last].sep != none && chunks[last].sep != blank
}

// american reports whether an area and an exchange can be ones of the North American plan.
func american(area, exchange []byte) bool {
	return area[0] >= '2' && exchange[0] >= '2' && string(area[1:3]) != "11" && string(exchange[1:3]) != "11"
}

// abroad reports whether groups that begin with 00 and have so many digits go on with a country.
func (f *finder) abroad(chunks []chunk, digits int) bool {
	if digits <= 9 {
		return false
	}
	var room [6]byte // a country's code has three at most, behind the two
	first := room[:0]
	for _, c := range chunks {
		for i := c.from; i < c.to && len(first) < len(room); i++ {
			first = append(first, f.text[i])
		}
	}
	return country(first[2:]) > 0
}

// longestDialled is how many bytes 15 digits take with everything that people put between them.
const longestDialled = 40

// dialled decides about a + or an opening bracket, which begin international numbers and North American ones.
func (f *finder) dialled(i int) int {
	if f.wordAt(i-1) || !f.digitAt(i+1) && (f.text[i] == '(' || !f.digitAt(i+2) || f.text[i+1] != '(') {
		return i
	}
	most := 15
	if f.text[i] == '(' {
		if most = 10; i+4 >= len(f.text) || f.text[i+4] != ')' { // an area in brackets
			return i
		}
	}
	var room [15]byte
	digits, at, to := room[:0], i, i
	for at < len(f.text) && at-i < longestDialled {
		c := f.text[at]
		if isDigit(c) {
			if len(digits) == most {
				return i // longer than any telephone number
			}
			digits = append(digits, c)
			at++
			to = at
			continue
		}
		if at == i || c == '(' || c == ')' {
			at++
			continue
		}
		s, n := f.sepAt(at)
		if s == none || at+n < len(f.text) && !isDigit(f.text[at+n]) && f.text[at+n] != '(' {
			break
		}
		at += n
	}
	if len(digits) == 0 || f.wordAt(to) {
		return i
	}
	if f.text[i] == '(' {
		if len(digits) == 10 && to-i >= 12 && american(digits, digits[3:]) {
			return f.add(Phone, i, to)
		}
		return i
	}
	if len(digits) >= 8 && country(digits) > 0 && (digits[0] != '1' || len(digits) == 11 && american(digits[1:], digits[4:])) {
		return f.add(Phone, i, to)
	}
	return i
}

// countries are the calling codes of ITU-T E.164 that are given out.
const countries = " 1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98" +
	" 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249" +
	" 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359" +
	" 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593" +
	" 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 808 850 852 853 855 856" +
	" 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998 "

// codes are the countries' codes by their length and value.
var codes = func() (t [4][1000]bool) {
	for code := range strings.FieldsSeq(countries) {
		n, _ := strconv.Atoi(code) // the list is ours
		t[len(code)][n] = true
	}
	return t
}()

// country is how many digits of a number are its country's code; 0 if none has it.
func country(digits []byte) int {
	value := 0
	for n := 1; n <= min(3, len(digits)-1); n++ {
		if value = value*10 + int(digits[n-1]-'0'); codes[n][value] {
			return n
		}
	}
	return 0
}
