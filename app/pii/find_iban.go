package pii

// lengths are how many characters the IBANs of each country have. Source: the SWIFT registry of IBAN formats.
const lengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28" +
	"HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25" +
	"QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

// ibanLengths are they by the country's two letters.
var ibanLengths = func() (t [26 * 26]uint8) {
	for i := 0; i+4 <= len(lengths); i += 4 {
		t[int(lengths[i]-'A')*26+int(lengths[i+1]-'A')] = (lengths[i+2]-'0')*10 + lengths[i+3] - '0'
	}
	return t
}()

// ibanLength is a country's; 0 if it has none.
func ibanLength(a, b byte) int {
	if !isLetter(a) || !isLetter(b) {
		return 0
	}
	return int(ibanLengths[int(a&^0x20-'A')*26+int(b&^0x20-'A')])
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
	t, at, sum := f.text, i, uint64(0)
	var first [4]uint8 // which the checksum reads last
	for n := 0; n < want; n++ {
		if at >= len(t) {
			return 0
		}
		v := figures[t[at]]
		if v == noFigure {
			s, width := blank, 1
			if t[at] != ' ' {
				s, width = f.sepAt(at)
			}
			if at += width; n < 4 || s != blank && s != hyphen || at >= len(t) {
				return 0
			}
			if v = figures[t[at]]; v == noFigure {
				return 0
			}
		}
		if at++; n < 4 {
			first[n] = v
			continue
		}
		if sum >= 1<<56 { // only the remainder by 97 matters; it is taken as rarely as there is room
			sum %= 97
		}
		if v < 10 {
			sum = sum*10 + uint64(v)
		} else {
			sum = sum*100 + uint64(v)
		}
	}
	if f.wordAt(at) {
		return 0
	}
	for _, v := range first {
		sum = joined(sum, v)
	}
	if sum%97 != 1 {
		return 0
	}
	return f.add(IBAN, i, at)
}

// figures are what letters and digits stand for in the checksum of ISO 7064.
var figures = func() (t [256]uint8) {
	for c := range t {
		switch b := byte(c); { //nolint:gosec // of a table of bytes
		case isDigit(b):
			t[c] = b - '0'
		case isLetter(b):
			t[c] = b&^0x20 - 'A' + 10
		default:
			t[c] = noFigure
		}
	}
	return t
}()

const noFigure = 0xFF

// joined appends a figure to a number of which only the remainder by 97 matters; it is taken as rarely as there is room.
func joined(sum uint64, v uint8) uint64 {
	if sum >= 1<<56 {
		sum %= 97
	}
	if v < 10 {
		return sum*10 + uint64(v)
	}
	return sum*100 + uint64(v)
}

func upperOf(c byte) byte {
	if class[c]&lower != 0 {
		return c - 'a' + 'A'
	}
	return c
}
