package pii

// Words that make a number what they say, in lower case.
var (
	ssnWords   = [...]string{"ssn", "social security", "social-security", "social_security", "socialsecurity", "soc sec"}
	phoneWords = [...]string{"phone", "tel", "fon", "mobil", "cell", "call", "dial", "fax", "whatsapp", "sms", "handy", "rufnummer", "numéro", "número", "móvil"}
)

// learner is a kind of number that such words stand next to.
type learner uint8

const (
	nextSSN learner = iota
	nextPhone
	learners
)

// numberWords have the words by their first letter.
var numberWords = func() (t [256][]struct {
	of   learner
	word string
}) {
	for of, list := range [learners][]string{nextSSN: ssnWords[:], nextPhone: phoneWords[:]} {
		for _, w := range list {
			t[w[0]] = append(t[w[0]], struct {
				of   learner
				word string
			}{learner(of), w}) //nolint:gosec // one of two
		}
	}
	return t
}()

// nearby is how many bytes before a number such a word may stand.
const nearby = 32

// nextTo reports whether one of a number's words stands shortly before its first digit, or names the field that the text is in; or else
// whether guesses are wanted, which it notes. It is the last thing that is asked of a value. No byte is looked at twice, however many
// numbers stand close to each other; no word has a digit, so none reaches beyond one.
func (f *finder) nextTo(i int, of learner) bool {
	for at := max(f.learned, i-nearby); at < i; at++ {
		if word, ok := wordOf(f.text[at:i], &f.said, at+1); ok {
			at += len(word) - 1
		}
	}
	f.learned = max(f.learned, i)
	if f.said[of] > 0 && f.said[of] > i-nearby || i < nearby && f.hint&Of(hints[of]) != 0 {
		return true
	}
	f.guess = f.want&Guess != 0
	return f.guess
}

// hints are the detectors that words of each kind are for.
var hints = [learners]Kind{nextSSN: SSN, nextPhone: Phone}

// wordOf is the word that a text begins with, noted as being at a place.
func wordOf(t []byte, said *[learners]int, place int) (string, bool) {
	for _, w := range numberWords[lowerOf(t[0])] {
		if startsWith(t, w.word) {
			said[w.of] = place
			return w.word, true
		}
	}
	return "", false
}

// hinted is what the name of a field says about the numbers in it: "passport_number".
func hinted(name []byte) (s Set) {
	var said [learners]int
	for i := range name {
		switch c := lowerOf(name[i]); {
		case i >= len(name)-nearby && numberWords[c] != nil:
			wordOf(name[i:], &said, 1)
			fallthrough
		case c == 'p', c == 'l', c == 'f':
			if w := documentWord(name, i, name); w != nil {
				s |= Of(w.kind)
			}
		}
	}
	for of, at := range said {
		if at > 0 {
			s |= Of(hints[of])
		}
	}
	return s
}

func lowerOf(c byte) byte {
	if class[c]&upper != 0 {
		return c | 0x20
	}
	return c
}
