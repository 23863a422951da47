package pii

import "strings"

// lengths are how many characters the IBANs of each country have. Source: the SWIFT registry of IBAN formats.
const lengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28" +
	"HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25" +
	"QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

// ibanLength is a country's; 0 if it has none.
func ibanLength(a, b byte) int {
	a, b = a&^0x20, b&^0x20
	for i := 0; i+4 <= len(lengths); i += 4 {
		if lengths[i] == a && lengths[i+1] == b {
			return int(lengths[i+2]-'0')*10 + int(lengths[i+3]-'0')
		}
	}
	return 0
}

// iban is the end of a bank account's number whose country begins at i, noted already; 0 if there is none. Groups may be
// separated by one space or hyphen each.
func (f *finder) iban(i int) int {
	if i < 0 || !isLetter(f.text[i]) || !isLetter(f.text[i+1]) || f.wordAt(i-1) || !f.digitAt(i+3) {
		return 0
	}
	want := ibanLength(f.text[i], f.text[i+1])
	if want == 0 {
		return 0
	}
	var room [40]byte
	code, at := room[:0], i
	for len(code) < want && at < len(f.text) {
		c := f.text[at]
		if class[c]&(digit|upper|lower) == 0 {
			s, n := f.sepAt(at)
			if s != blank && s != hyphen || len(code) < 4 {
				return 0
			}
			if at += n; at >= len(f.text) || class[f.text[at]]&(digit|upper|lower) == 0 {
				return 0
			}
			c = f.text[at]
		}
		code = append(code, c)
		at++
	}
	if len(code) < want || f.wordAt(at) || !mod97(code) {
		return 0
	}
	return f.add(IBAN, i, at)
}

// mod97 is the checksum of ISO 7064 over an IBAN whose first four characters are read last.
func mod97(code []byte) bool {
	rest := 0
	for i := range code {
		c := code[(i+4)%len(code)]
		switch v := strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", upperOf(c)); {
		case v < 0:
			return false
		case v < 10:
			rest = (rest*10 + v) % 97
		default:
			rest = (rest*100 + v) % 97
		}
	}
	return rest == 1
}

func upperOf(c byte) byte {
	if class[c]&lower != 0 {
		return c - 'a' + 'A'
	}
	return c
}
