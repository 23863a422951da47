package pii

import (
	"bytes"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// strand is one text of a streamed answer, on its way to the client: what is said, the thinking, or a tool's arguments. It gives out
// what can no longer become a part of something, and keeps the rest back.
type strand struct {
	of     llm.Delta // what its pieces are of; without a text
	json   bool      // it is JSON: a tool's arguments
	before []byte    // the end of what was given out, as it came and without escapes
	held   []byte    // what is kept back, as it came
	depth  int       // of JSON
	quoted bool
	slash  bool
	whole  bool // the JSON is whole
	begun  bool
	object bool   // what is said is JSON, too: it begins like an object
	course course // of what was given out
}

// What a strand remembers of what it gave out, for words next to a number and for edges, and what it keeps back at most: longer than
// any private key. What is longer is taken as it is.
const (
	memory   = 192
	mostHeld = 64 << 10
)

// pass appends what may be given out to dst. last says that nothing more comes. False means that a rule blocks.
func (s *Sieve) pass(dst []byte, t *strand, last bool) ([]byte, bool) {
	last = last || len(t.held) > mostHeld
	text := append(s.text[:0], t.before...)
	start := len(text)
	if t.json {
		text = unescape(text, complete(t.held, last))
	} else {
		text = append(text, t.held...)
	}
	s.text = text
	s.marks = s.marks[:0]
	cut := len(text)
	if s.find(text, start); !last {
		cut = max(start, s.settled(text))
	}
	for i := len(s.marks) - 1; i >= 0; i-- { // what may still grow waits, and with it what stands before its end
		if m := &s.marks[i]; !last && m.from < cut && (m.to > cut || m.to == len(text)) {
			cut = max(start, m.from)
		}
	}
	out, ok := s.replace(dst, t, text, start, cut)
	t.before = append(t.before[:0], remembered(text[:cut])...)
	return out, ok
}

// find marks what the rules want and the placeholders, behind start.
func (s *Sieve) find(text []byte, start int) {
	g := s.guard
	if g.any {
		s.hits = Find(s.hits[:0], text, nil, s.want, maxHits)
		for _, h := range s.hits {
			if h.To <= start {
				continue
			}
			if a, by := g.bound.verdict(Answered, h, text[h.From:h.To]); a > Off {
				s.mark(max(h.From, start), h.To, Found{Detector: h.Kind.Name(), Action: a, kind: h.Kind, by: by}, words[h.Kind].mark)
			}
		}
	}
	if s.own {
		s.patterns(text, start)
	}
	if g.vault != nil {
		for i := start; i < len(text); i++ {
			n := bytes.IndexByte(text[i:], '[')
			if n < 0 {
				break
			}
			i += n
			if name, value := g.vault.at(text, i); name != "" {
				s.marks = append(s.marks, found{mark: mark{from: i, to: i + len(name), value: value}})
			}
		}
	}
	slices.SortStableFunc(s.marks, func(a, b found) int { return a.from - b.from })
}

func (s *Sieve) patterns(text []byte, start int) {
	w := s.guard.bound.book.watch()
	for _, r := range s.guard.bound.rules[:s.guard.bound.n] {
		for _, m := range r.matchers {
			if m.Answer == Off {
				continue
			}
			var whole bool
			if s.spans, whole = m.find(s.spans[:0], text, maxHits, &w); !whole && m.Answer.Strict() {
				s.mark(start, len(text), Found{Detector: m.Name, Own: true, Action: Block, kind: kindCount, by: r}, "")
			}
			for _, p := range s.spans {
				if p.to > start && !r.allows(kindCount, text[p.from:p.to]) && m.meant(text, nil, p.from) {
					s.mark(max(p.from, start), p.to, Found{Detector: m.Name, Own: true, Action: m.Answer, kind: kindCount, by: r}, placeholder(m.Name))
				}
			}
		}
	}
}

// found is something in a text, with what is done about it.
type found struct {
	mark
	is Found
}

func (s *Sieve) mark(from, to int, f Found, word string) {
	f.Place = "answer"
	m := found{mark: mark{from: from, to: to}, is: f}
	if f.Action == Mask {
		m.word = word
	}
	s.marks = append(s.marks, m)
}

// replace appends the text from start to cut as the client gets it, and takes it from what is held.
func (s *Sieve) replace(dst []byte, t *strand, text []byte, start, cut int) ([]byte, bool) {
	at, places := 0, locator{raw: t.held}
	spot := func(i int) int {
		if !t.json {
			return i - start
		}
		return places.find(i - start)
	}
	end, read := start, 0
	for i := range s.marks {
		m := &s.marks[i]
		if m.to > cut || m.from >= cut {
			continue
		}
		if m.is.Action > Off {
			s.guard.result.count(m.is)
		}
		if m.is.Action == Block {
			return dst, false
		}
		with := ""
		switch {
		case m.from < end && m.to > end && m.word != "": // it reaches beyond what was replaced before it
			at, end = spot(m.to), m.to
			continue
		case m.from < end || m.is.Action != Off && m.word == "":
			continue // noted only, or a part of what was replaced
		case m.word != "":
			m.from = s.unslashed(t, text, m.from)
			quote := false
			if from, to := numeral(text, m.from, m.to, end, cut); isDigit(text[m.from]) && t.bare(&read, spot(from)) {
				m.from, m.to, quote = from, to, true
			}
			if with = s.names().placeholder(m.word, string(text[m.from:m.to])); quote {
				with = llm.Quote(with)
			}
		default:
			with = escaped(m.value, t.levels(&read, spot(m.from)))
		}
		from := spot(m.from)
		dst = append(append(dst, t.held[at:from]...), with...)
		at, end = spot(m.to), m.to
	}
	to := spot(cut)
	dst = append(dst, t.held[at:to]...)
	t.bare(&read, to)
	t.held = append(t.held[:0], t.held[to:]...)
	return dst, true
}

// remembered is the end of a text that a strand remembers, from the beginning of a word if there is one.
func remembered(text []byte) []byte {
	if len(text) <= memory {
		return text
	}
	text = text[len(text)-memory:]
	if i := bytes.IndexAny(text[:memory/3], " \n\t"); i >= 0 {
		return text[i+1:]
	}
	return text
}
