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

// abroad reports whether groups that begin with 00 and have so many digits go on with a number of some country.
func (f *finder) abroad(chunks []chunk, digits int) bool {
	if digits <= 9 {
		return false
	}
	var room [15]byte
	all := room[:0]
	for _, c := range chunks {
		for i := c.from; i < c.to && len(all) < len(room); i++ {
			all = append(all, f.text[i])
		}
	}
	return country(all[2:]) > 0
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

// national are the calling codes of ITU-T E.164 that are given out, each with how many digits follow it: of fixed, mobile and service
// numbers alike, as libphonenumber's metadata has them: all 215 were held against nyaruka/phonenumbers 1.8.1. The 16 and 17 digits that
// some service numbers of Indonesia and Japan have are left out, for no number that is dialled from abroad has more than 15.
const national = "1:10 7:10,14 20:8-10 27:5-10 30:10-12 31:5-11 32:8-9 33:9 34:9 36:8-9 39:6-12 40:6,9 41:9,12 43:4-13 44:7,9-10 45:8 46:6-10,12 47:5,8 48:6-10 49:4-15 " +
	"51:8-9 52:10 53:6-8,10 54:10-11 55:8-11 56:9-11 57:8,10-11 58:10 60:8-10 61:5-10,12 62:7-15 63:6,8-13 64:5-10 65:8,10-11 66:8-10,13 81:8-15 " +
	"82:5-6,8-14 84:7-10 86:7-12 90:7,10,12-13 91:8-13 92:8-12 93:9 94:9 95:6-10 98:4-7,10 211:9 212:9 213:8-9 216:8 218:9 220:7 221:9 222:8 223:8 224:8-9 " +
	"225:10 226:8 227:8 228:8 229:8,10 230:7-8,10 231:7-9 232:8 233:8-9 234:10-14 235:8 236:8 237:8-9 238:7 239:7 240:9 241:7-8 242:9 243:7-10 244:9 " +
	"245:7,9 246:7 247:5-6 248:7 249:9 250:8-9 251:9 252:6-9 253:8 254:7-10 255:9 256:9 257:8 258:8-9 260:9 261:9 262:9 263:5-10 264:8-9 265:7,9 266:8 " +
	"267:7-8,10 268:8-9 269:7 290:4-5 291:7 297:7 298:6 299:6 350:8 351:9 352:4-11 353:7-10 354:7,9 355:6-9 356:8 357:8 358:5-12 359:6-9,12 370:8 371:8 " +
	"372:7-8,10 373:8 374:8 375:6-11 376:6,8-9 377:8-9 378:8,10 380:9-10 381:6-12 382:8-9 383:8-12 385:7-9 386:5-8 387:8-9 389:8 420:9-12 421:6-7,9 423:7,9 " +
	"500:5 501:7,11 502:8,11 503:7-8,11 504:8,11 505:8 506:8,10 507:7-8,10-11 508:6,9 509:8 590:9 591:8-9 592:7 593:8-11 594:9 595:6-11 596:9 597:6-7 " +
	"598:4-13 599:7-8 670:7-8 672:6 673:7 674:7 675:7-8 676:5,7 677:5,7 678:5,7 679:7,11 680:7 681:6,9 682:5 683:4,7 685:5-7,10 686:5,8 687:6 688:5-7 " +
	"689:6,8-9 690:4-7 691:7 692:7 800:8 808:8 850:8,10 852:5-9,11 853:7-8 855:8-10 856:8-10 870:9,12 878:12 880:6-10 881:9-10 882:7-12 883:8-12 886:7-11 " +
	"888:11 960:7,10 961:7-8 962:8-9 963:8-9 964:8-10 965:7-8 966:9-10 967:7-9 968:7-9 970:8-10 971:5-12 972:7-12 973:8 974:7-9,11 975:7-8 976:8-10 " +
	"977:8,10-11 979:9 992:9 993:8 994:9 995:9 996:9-10 998:9 "

// codes say by a country's code which lengths there are: bit n is n digits behind it.
var codes = func() (t [1000]uint16) {
	for entry := range strings.FieldsSeq(national) {
		code, all, _ := strings.Cut(entry, ":")
		at, _ := strconv.Atoi(code) // the list is ours
		for one := range strings.SplitSeq(all, ",") {
			from, to, more := strings.Cut(one, "-")
			if !more {
				to = from
			}
			n, _ := strconv.Atoi(from)
			for last, _ := strconv.Atoi(to); n <= last; n++ {
				t[at] |= 1 << n
			}
		}
	}
	return t
}()

// country is how many digits of a number are its country's code; 0 if none has it, or none of its numbers is so long. A 0 behind the
// code, which people write in brackets and nobody dials, counts or not.
func country(digits []byte) int {
	value := 0
	for n := 1; n <= min(3, len(digits)-1); n++ {
		value = value*10 + int(digits[n-1]-'0')
		lengths := codes[value]
		if lengths == 0 || digits[0] == '0' {
			continue
		}
		left := len(digits) - n
		if lengths&(1<<left) != 0 || digits[n] == '0' && lengths&(1<<(left-1)) != 0 {
			return n
		}
		return 0 // no code is the beginning of another
	}
	return 0
}
