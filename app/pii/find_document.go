package pii

import "strings"

// papers are the forms of numbers of passports and driver's licences. A is a letter, 9 a digit, * either; anything else stands for
// itself. They are short and look like order numbers, so that all but those that are sure need a word near them. A new country is a
// word here and a line in the corpus of the tests. Source: the issuers' own descriptions, as the European Commission (PRADO) and
// the American Association of Motor Vehicle Administrators collect them.
var papers = map[Kind]string{
	// US GB AU CA IN FR IT ES DE NL CH AT PL JP CN KR BR MX SE IE PT BE DK NO ZA
	Passport: "999999999 A99999999 A9999999 AA9999999 AA999999 99AA99999 AAA999999 A******** A***99999 AA9*****9 99999999 PA999999 PB9999999 E99999999",
	// GB; US states by letter and length; FR DE ES IT NL AU CA IN
	Licence: "A9999999 99999999 9999999 999999999 A999999999999 A99999999 A99999999999999 A99999999999 AA999999A A9999999999999999 999AA9999 9999999999 " +
		"999999999999 **********9 99999999A A999999999 AA9999999A 9999999999 A9999-99999-99999 AA9999999999999 AA99-99999999999 A999-9999-9999",
}

// sureLicence is Great Britain's, which nothing else looks like: five letters of the name, filled up with 9, the birth, initials and a
// check. ("MORGA657054SM9IJ")
const sureLicence = "*****999999**9AA"

// document is the end of the passport's or licence's number that the digits at i are in, noted already; 0 if there is none.
func (f *finder) document(i int) int {
	from := i
	for from > f.done && i-from < 6 && isLetter(f.text[from-1]) {
		from--
	}
	if f.wordAt(from - 1) {
		return 0
	}
	to := from
	for to < len(f.text) && to-from < 20 && (isWord(f.text[to]) && f.text[to] != '_' || f.text[to] == '-' && f.wordAt(to+1) && i < f.licence) {
		to++
	}
	code := f.text[from:to]
	if f.wordAt(to) || len(code) < 6 {
		return 0
	}
	switch {
	case f.wants(Licence) && len(code) == len(sureLicence) && british(code):
		return f.add(Licence, from, to)
	case i < f.passport && f.wants(Passport) && formed(code, papers[Passport]):
		return f.add(Passport, from, to)
	case i < f.licence && f.wants(Licence) && formed(code, papers[Licence]):
		return f.add(Licence, from, to)
	}
	return 0
}

// formed reports whether a code has one of the forms.
func formed(code []byte, forms string) bool {
	for len(forms) > 0 {
		form := forms
		if end := strings.IndexByte(forms, ' '); end >= 0 {
			form, forms = forms[:end], forms[end+1:]
		} else {
			forms = ""
		}
		if fits(code, form) {
			return true
		}
	}
	return false
}

func fits(code []byte, form string) bool {
	if len(code) != len(form) {
		return false
	}
	for i, c := range code {
		switch want := form[i]; {
		case want == '9' && !isDigit(c), want == 'A' && !isLetter(c), want == '*' && !isDigit(c) && !isLetter(c), want == '-' && c != '-':
			return false
		case want != '9' && want != 'A' && want != '*' && want != '-' && upperOf(c) != want:
			return false
		}
	}
	return true
}

// british reports whether a code is a licence of Great Britain: letters before their filling, a month (of women 50 more) and a day.
func british(code []byte) bool {
	if !fits(code, sureLicence) || !isLetter(code[0]) || !isLetter(code[11]) {
		return false
	}
	filled := false
	for _, c := range code[:5] {
		if filled = filled || c == '9'; filled && c != '9' || isDigit(c) && c != '9' {
			return false
		}
	}
	month, day := int(code[6]-'0')*10+int(code[7]-'0'), int(code[8]-'0')*10+int(code[9]-'0')
	return (month >= 1 && month <= 12 || month >= 51 && month <= 62) && day >= 1 && day <= 31
}

// startsWith compares without regard to the case of ASCII letters; word is in lower case.
func startsWith(t []byte, word string) bool {
	if len(t) < len(word) {
		return false
	}
	for i := range len(word) {
		c := t[i]
		if class[c]&upper != 0 {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

func hasFold(t []byte, word string) bool {
	if word == "" {
		return true
	}
	for i := range t {
		if lowerOf(t[i]) == word[0] && startsWith(t[i:], word) {
			return true
		}
	}
	return false
}
