package pii

// behind is how many bytes behind its word such a number may stand.
const behind = 48

type documentTerm struct {
	kind         Kind
	word, before string
}

// documentWords are the words, in lower case, by what must stand before them; at most behind bytes are looked at.
var documentWords = [...]documentTerm{
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
	w := documentWord(f.text, i, f.text[max(0, i-beforeWord):i])
	if w == nil {
		return i
	}
	f.expect(w.kind, i+len(w.word)+behind)
	return i + len(w.word)
}

// beforeWord is how many bytes before a word what must stand there may be.
const beforeWord = 12

// documentTails have the words by their fourth letter, which tells most of them apart.
var documentTails = func() (t [256][]*documentTerm) {
	for i := range documentWords {
		w := &documentWords[i]
		t[w.word[3]] = append(t[w.word[3]], w)
	}
	return t
}()

// documentWord is the word that begins at i of a text, with what it needs somewhere in before; nil if none does.
func documentWord(t []byte, i int, before []byte) *documentTerm {
	if i+4 > len(t) {
		return nil
	}
	for _, w := range documentTails[lowerOf(t[i+3])] {
		if len(w.word) > 4 && (i+4 >= len(t) || lowerOf(t[i+4]) != w.word[4]) {
			continue
		}
		if startsWith(t[i:], w.word) && hasFold(before, w.before) {
			return w
		}
	}
	return nil
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

// named notes what the name of the field says.
func (f *finder) named() {
	for _, k := range [...]Kind{Passport, Licence} {
		if f.hint&Of(k) != 0 {
			f.expect(k, behind)
		}
	}
}
