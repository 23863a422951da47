package pii

import (
	"bytes"
	"slices"
)

// maxHits is how much may be found in one request. More than that is a list of people; where anything is masked or blocked it is
// refused, because the rest was not looked at.
const maxHits = 10_000

// Found is how often one detector found something, and what happened to it.
type Found struct {
	Detector string `json:"detector"` // a Kind's name, or a pattern's
	Own      bool   `json:"own,omitempty"`
	Action   Action `json:"action"`
	Count    int    `json:"count"`

	kind Kind
	by   *rule
}

// Result is what screening a request came to. Its zero value says that nothing was found.
type Result struct {
	Action Action // the strictest
	Found  []Found
	// Body is the request with placeholders, nil if nothing is masked. The request's own is never changed.
	Body []byte
	// Unread is the pattern that the time was not enough for, "" if all was read. Where it masks or blocks, Action is Block.
	Unread string
	// TooMany says that maxHits was reached.
	TooMany bool

	unread *rule
}

// desk is what screening one request needs, kept for the next one.
type desk struct {
	hits  []Hit
	spans []span
	text  [2][]byte
	piece []mark // of the piece at hand, places in its meaning
	marks []mark // of the body
}

// mark is something to mask.
type mark struct {
	from, to int
	word     string // in the placeholder
	value    string
	quote    bool // it is a number: the placeholder is a string
}

// reading is one request on its way through the detectors.
type reading struct {
	*desk
	bound  Bound
	want   Set
	own    bool // some rule has patterns
	strict bool // something is masked or blocked
	left   int
	watch  watch
	result Result
}

// Screen looks for what the rules want in a request's body. Without rules it does nothing; without findings it allocates
// nothing that lasts.
func (b Bound) Screen(body []byte) Result {
	if b.n == 0 || len(body) == 0 {
		return Result{}
	}
	d, _ := b.book.desks.Get().(*desk)
	defer b.book.desks.Put(d)
	d.marks = d.marks[:0]
	w := reading{desk: d, bound: b, left: maxHits}
	w.want, w.own, w.strict = b.wanted()
	if w.own {
		w.watch = watch{clock: b.book.clock, until: b.book.clock.Now().Add(Budget)}
	}
	for p := piecesOf(body); w.left > 0 && p.next(); {
		w.read(&p)
	}
	w.finish(body)
	clear(d.marks[:cap(d.marks)]) // no value outlives its request here
	clear(d.piece[:cap(d.piece)])
	return w.result
}

// read looks at one piece.
func (w *reading) read(p *pieces) {
	raw := p.body[p.piece.From:p.piece.To]
	if media(p.name(), raw) {
		return
	}
	text, levels := raw, 0
	if !p.plain && !p.number && bytes.IndexByte(raw, '\\') >= 0 {
		w.text[0] = unescape(w.text[0][:0], raw)
		text, levels = w.text[0], 1
		if nested(text) {
			w.text[1] = unescape(w.text[1][:0], text)
			text, levels = w.text[1], 2
		}
	}
	var near []byte
	if p.key != p.piece {
		near = p.name()
	}
	w.piece = w.piece[:0]
	w.hits = Find(w.hits[:0], text, near, w.want, w.left)
	for _, h := range w.hits {
		value := text[h.From:h.To]
		a, by := w.bound.verdict(h.Kind, value)
		if a == Off {
			continue
		}
		w.count(Found{Detector: h.Kind.Name(), Action: a, kind: h.Kind, by: by})
		if a == Mask {
			w.piece = append(w.piece, mark{from: h.From, to: h.To, word: words[h.Kind].mark})
		}
	}
	if w.own {
		w.patterns(text)
	}
	if len(w.piece) > 0 {
		w.place(p, raw, text, levels)
	}
}

// patterns looks for what the organization itself wants found.
func (w *reading) patterns(text []byte) {
	for _, r := range w.bound.rules[:w.bound.n] {
		for _, m := range r.matchers {
			if m.Action == Off || w.left <= 0 {
				continue
			}
			var whole bool
			if w.spans, whole = m.find(w.spans[:0], text, w.left, &w.watch); !whole {
				w.unread(m, r)
			}
			for _, s := range w.spans {
				if r.allows(kindCount, text[s.from:s.to]) {
					continue
				}
				w.count(Found{Detector: m.Name, Own: true, Action: m.Action, kind: kindCount, by: r})
				if m.Action == Mask {
					w.piece = append(w.piece, mark{from: s.from, to: s.to, word: placeholder(m.Name)})
				}
			}
		}
	}
}

// unread notes that the time was not enough for a pattern. Where it masks or blocks, what was not read may not leave.
func (w *reading) unread(m *matcher, r *rule) {
	if w.result.Unread != "" && (m.Action <= Log || w.result.Action == Block) {
		return
	}
	w.result.Unread, w.result.unread = m.Name, r
	w.result.Found = append(w.result.Found, Found{Detector: m.Name, Own: true, Action: m.Action, kind: kindCount, by: r})
	if w.result.Action = max(w.result.Action, m.Action); m.Action > Log {
		w.result.Action = Block
	}
}

// place takes the marks of a piece to the bytes of the body that they come from. What overlaps becomes one.
func (w *reading) place(p *pieces, raw, text []byte, levels int) {
	slices.SortStableFunc(w.piece, func(a, b mark) int { return a.from - b.from })
	outer, inner := locator{raw: raw}, locator{raw: w.text[0]}
	end := 0
	for i := 0; i < len(w.piece); {
		m := w.piece[i]
		for i++; i < len(w.piece) && w.piece[i].from < m.to; i++ {
			m.to = max(m.to, w.piece[i].to)
		}
		if m.from < end {
			continue
		}
		end = m.to
		m.value, m.quote = string(text[m.from:m.to]), p.number
		for _, at := range [...]*int{&m.from, &m.to} {
			if levels == 2 {
				*at = inner.find(*at)
			}
			if levels > 0 {
				*at = outer.find(*at)
			}
			*at += p.piece.From
		}
		if p.number { // a part of a number cannot be a string
			m.from, m.to = p.piece.From, p.piece.To
		}
		if n := len(w.marks); n > 0 && w.marks[n-1].to > m.from {
			continue
		}
		w.marks = append(w.marks, m)
	}
}

// nested reports whether a text is JSON itself, as a tool's arguments are: then escapes in it mean something.
func nested(text []byte) bool {
	text = bytes.TrimLeft(text, " \n\r\t")
	return len(text) > 1 && (text[0] == '{' || text[0] == '[') && bytes.IndexByte(text, '\\') >= 0
}

func (w *reading) count(f Found) {
	w.left--
	for i := range w.result.Found {
		if o := &w.result.Found[i]; o.Detector == f.Detector && o.Own == f.Own && o.Action == f.Action {
			o.Count++
			return
		}
	}
	f.Count = 1
	w.result.Found = append(w.result.Found, f)
	w.result.Action = max(w.result.Action, f.Action)
}

// finish orders what was found, strictest first, and masks.
func (w *reading) finish(body []byte) {
	r := &w.result
	slices.SortStableFunc(r.Found, func(a, b Found) int { return int(b.Action) - int(a.Action) })
	if w.left <= 0 && w.strict && r.Action < Block {
		r.Action, r.TooMany = Block, true // what was not looked at may not leave
	}
	if r.Action < Block && len(w.marks) > 0 {
		r.Body = masked(body, w.marks)
	}
}
