package pii

// behind is how many bytes behind its word such a number may stand.
const behind = 48

// documentWords are the words, in lower case, by what must stand before them; at most behind bytes are looked at.
var documentWords = [...]struct {
	kind         Kind
	word, before string
}{
	{Passport, "passport", ""}, {Passport, "passeport", ""}, {Passport, "passaport", ""}, {Passport, "pasaporte", ""}, {Passport, "paspoort", ""}, {Passport, "paszport", ""},
	{Passport, "pass-nr", ""}, {Passport, "pass nr", ""}, {Passport, "pass no", ""}, {Passport, "pass", "reise"},
	{Licence, "licen", "driv"}, {Licence, "licencia de condu", ""}, {Licence, "führerschein", ""}, {Licence, "fuehrerschein", ""},
	{Licence, "permis de conduire", ""}, {Licence, "patente di guida", ""}, {Licence, "prawo jazdy", ""},
}

// word notes that a word which passports' or licences' numbers stand behind begins at i.
func (f *finder) word(i int) int {
	if i+4 > len(f.text) || !opens(f.text[i+1]|0x20, f.text[i+2]|0x20) {
		return i
	}
	for k := range documentWords {
		if w := &documentWords[k]; startsWith(f.text[i:], w.word) && (w.before == "" || hasFold(f.text[max(0, i-12):i], w.before)) {
			f.expect(w.kind, i+len(w.word)+behind)
			return i + len(w.word)
		}
	}
	return i
}

// opens reports whether two bytes, in lower case, stand second and third in one of the words.
func opens(a, b byte) bool {
	switch b {
	case 's':
		return a == 'a' // pass
	case 't':
		return a == 'a' // patente
	case 'c':
		return a == 'i' // licence
	case 'r':
		return a == 'e' // permis
	case 'a':
		return a == 'r' // prawo
	case 'e':
		return a == 'u' // fuehrerschein
	}
	return a == 0xC3|0x20 // führerschein
}

func (f *finder) expect(k Kind, until int) {
	if k == Passport && f.wants(Passport) {
		f.passport = until
	} else if k == Licence && f.wants(Licence) {
		f.licence = until
	}
}

// named notes what the name of a field says: "passport_number".
func (f *finder) named(near []byte) {
	for i := range documentWords {
		if w := &documentWords[i]; hasFold(near, w.word) && hasFold(near, w.before) {
			f.expect(w.kind, behind)
		}
	}
}
