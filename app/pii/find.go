package pii

// Hit is something that a detector found: the bytes From..To of a text.
type Hit struct {
	Kind     Kind
	From, To int
	Guess    bool // it only has the form
}

// starts says at which bytes a detector may have to look closer. Everything else is passed over.
var starts = func() (t [256]Set) {
	t['@'] = Of(Email)
	t['%'] = Of(Email) // %40 in addresses of pages
	t['+'] = Of(Phone)
	t['('] = Of(Phone)
	for c := '0'; c <= '9'; c++ {
		t[c] = Of(Phone, SSN, Card, IBAN, IP, Passport, Licence)
	}
	for _, c := range "-_.AJ" {
		t[c] = Of(Secret)
	}
	for _, c := range "pP" {
		t[c] |= Of(Passport, Licence)
	}
	for _, c := range "lLfF" {
		t[c] |= Of(Licence)
	}
	return t
}()

// Find appends what the wanted detectors find in a text to dst, in order and without overlaps, until most are in it. near is
// what stands before the text, such as the key of a field ("phone"): some numbers mean something only next to such a word.
func Find(dst []Hit, text []byte, near []byte, want Set, most int) []Hit {
	return find(dst, text, hinted(near), want, most)
}

// find is Find with what the name of the field says already read: a list of many short strings has one name.
func find(dst []Hit, text []byte, hint, want Set, most int) []Hit {
	first := 0
	for first < len(text) && starts[text[first]]&want == 0 {
		first++
	}
	if first == len(text) {
		return dst
	}
	f := finder{text: text, hint: hint, want: want, hits: dst}
	f.named()
	for i := first; i < len(text) && len(f.hits) < most; {
		set := starts[text[i]] & want
		if set == 0 {
			i++
			continue
		}
		next := f.look(i)
		if next <= i {
			next = i + 1
		}
		i = next
	}
	return f.hits
}

type finder struct {
	text []byte
	hint Set // what the name of the field says
	want Set
	hits []Hit
	done int            // everything before it is decided: hits never overlap
	dull [mostForms]int // before it no secret of this form begins
	runs [mostForms]int // up to it all bytes are ones that this form takes

	groups [maxChunks]chunk // the groups of digits at hand, which are those of the next number but for its first
	held   int              // how many they are

	passport, licence int           // before it a word that such numbers stand behind is near
	learned           int           // before it words next to numbers were looked for
	said              [learners]int // where the last such word begins; 1 more, 0 = there is none
	guess             bool          // the value at hand only has the form
}

// look asks the detectors that may begin at i and gives where to go on; i itself is the next byte.
func (f *finder) look(i int) int {
	f.guess = false
	switch c := f.text[i]; {
	case c == '@':
		return f.email(i, 1)
	case c == '%':
		if i+2 < len(f.text) && f.text[i+1] == '4' && f.text[i+2] == '0' {
			return f.email(i, 3)
		}
	case c == '+', c == '(':
		return f.dialled(i)
	case isDigit(c):
		return f.number(i)
	case isLetter(c) && c != 'A' && c != 'J':
		return f.word(i)
	default:
		return f.secret(i)
	}
	return i
}

// add notes a hit, unless it reaches into the one before, and gives where to go on.
func (f *finder) add(k Kind, from, to int) int {
	if from < f.done {
		return to
	}
	f.hits = append(f.hits, Hit{k, from, to, f.guess})
	f.done = to
	return to
}

func (f *finder) wants(k Kind) bool { return f.want&Of(k) != 0 }

// Classes of bytes, as bits of one table.
const (
	digit = 1 << iota
	upper
	lower
	local // what else the part of an address before the @ holds in practice: others are signs of pages and templates
	coded // what else base64 and its variant for URLs have
)

var class = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = lower, upper
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	for _, c := range "!$'*+-._~" {
		t[c] |= local
	}
	for _, c := range "+/-_=" {
		t[c] |= coded
	}
	return t
}()

func isDigit(c byte) bool  { return class[c]&digit != 0 }
func isLetter(c byte) bool { return class[c]&(upper|lower) != 0 }
func isWord(c byte) bool   { return class[c]&(digit|upper|lower) != 0 || c == '_' }

// wordAt reports whether a letter, a digit or an underscore stands at i; false outside the text.
func (f *finder) wordAt(i int) bool { return i >= 0 && i < len(f.text) && isWord(f.text[i]) }

func (f *finder) digitAt(i int) bool { return i >= 0 && i < len(f.text) && isDigit(f.text[i]) }
