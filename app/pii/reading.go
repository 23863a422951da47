package pii

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// reading is one body on its way through the detectors.
type reading struct {
	*desk
	bound  Bound
	way    Way
	want   Set
	own    bool // some rule has patterns
	strict bool // something is masked or blocked
	left   int
	near   llm.Spot // the name of the field at hand, and what it says about numbers
	hint   Set
	watch  watch
	vault  *vault // placeholders in the body that become values; nil = none do
	blind  *rule  // refuses what cannot be read
	ctx    context.Context
	files  Files   // reads attached files; nil = nobody wants that
	known  []Known // what a model found
	inFile bool    // the text at hand is a file's
	result Result
}

// read looks at one piece.
func (w *reading) read(p *pieces) {
	raw := p.body[p.piece.From:p.piece.To]
	if p.dark && !w.document(p, p.body[p.hidden.From:p.hidden.To]) {
		w.unseen(p)
	}
	if w.attached(p, raw) {
		return
	}
	if media(p.name(), raw) {
		w.unseen(p)
		return
	}
	text, levels := w.meaning(p, raw)
	var near []byte
	if p.key != p.piece {
		near = p.name()
	}
	if w.near != p.key {
		w.near, w.hint = p.key, hinted(p.name())
	}
	hint := w.hint
	if near == nil {
		hint = 0
	}
	w.piece = w.piece[:0]
	w.look(p, text, near, hint)
	if w.vault != nil {
		w.restore(p, text)
	}
	if len(w.piece) > 0 {
		w.place(p, raw, text, levels)
	}
}

// look notes what is found in a text, and marks what is masked there.
func (w *reading) look(p *pieces, text, near []byte, hint Set) {
	if w.hits = w.hits[:0]; !p.number || len(text) >= shortestNumber {
		w.hits = find(w.hits, text, hint, w.want, w.left)
	}
	for _, h := range w.hits {
		a, by := w.bound.verdict(w.way, h, text[h.From:h.To])
		if a = w.does(a); a == Off {
			continue
		}
		w.count(Found{Detector: h.Kind.Name(), Action: a, Place: w.placeOf(p), kind: h.Kind, by: by})
		if a == Mask {
			w.piece = append(w.piece, mark{from: h.From, to: h.To, word: words[h.Kind].mark})
		}
	}
	if w.own {
		w.patterns(p, text, near)
	}
	if len(w.known) > 0 {
		w.knownIn(p, text)
	}
}

// meaning is a piece without its escapes, and how many levels of them it had.
func (w *reading) meaning(p *pieces, raw []byte) (text []byte, levels int) {
	if p.plain || p.number || bytes.IndexByte(raw, '\\') < 0 {
		return raw, 0
	}
	w.text[0] = unescape(w.text[0][:0], raw)
	if !nested(w.text[0]) {
		return w.text[0], 1
	}
	w.text[1] = unescape(w.text[1][:0], w.text[0])
	return w.text[1], 2
}

func (w *reading) placeOf(p *pieces) string {
	if w.way == Answered {
		return "answer"
	}
	if w.inFile {
		return inFile
	}
	return p.place()
}

// patterns looks for what the organization itself wants found.
func (w *reading) patterns(p *pieces, text, near []byte) {
	for _, r := range w.bound.rules[:w.bound.n] {
		for _, m := range r.matchers {
			does := w.does(m.does(w.way))
			if does == Off || w.left <= 0 {
				continue
			}
			var whole bool
			if w.spans, whole = m.find(w.spans[:0], text, w.left, &w.watch); !whole {
				w.unread(m, does, r)
			}
			for _, s := range w.spans {
				if r.allows(kindCount, text[s.from:s.to]) || !m.meant(text, near, s.from) {
					continue
				}
				w.count(Found{Detector: m.Name, Own: true, Action: does, Place: w.placeOf(p), kind: kindCount, by: r})
				if does == Mask {
					w.piece = append(w.piece, mark{from: s.from, to: s.to, word: placeholder(m.Name)})
				}
			}
		}
	}
}

// restore marks the placeholders in a text. Inside a text that is JSON itself a value is escaped twice.
func (w *reading) restore(p *pieces, text []byte) {
	levels := 0
	for i := 0; ; i++ {
		n := bytes.IndexByte(text[i:], '[')
		if n < 0 {
			return
		}
		i += n
		if name, value := w.vault.at(text, i); name != "" {
			if levels == 0 && !p.plain {
				if levels = 1; bytes.ContainsAny(text[:1], "{[") && json.Valid(text) {
					levels = 2
				}
			}
			w.piece = append(w.piece, mark{from: i, to: i + len(name), value: value, levels: levels})
		}
	}
}

// unread notes that the time was not enough for a pattern. Where it masks or blocks, what was not read may not leave.
func (w *reading) unread(m *matcher, does Action, r *rule) {
	if w.result.Unread != "" && (!does.Strict() || w.result.Action == Block) {
		return
	}
	w.result.Unread, w.result.unread = m.Name, r
	w.result.Found = append(w.result.Found, Found{Detector: m.Name, Own: true, Action: does, kind: kindCount, by: r})
	if w.result.Action = max(w.result.Action, does); does.Strict() {
		w.result.Action = Block
	}
}

// unseen notes what cannot be read, where that is refused. A provider's own state is nothing that the client wrote.
func (w *reading) unseen(p *pieces) {
	if w.blind != nil && w.way == Asked && !opaque[string(p.name())] {
		w.count(Found{Detector: Unreadable, Action: Block, Place: w.placeOf(p), kind: kindCount, by: w.blind})
	}
}

func (w *reading) count(f Found) {
	w.left--
	w.result.count(f)
}

func (r *Result) count(f Found) {
	for i := range r.Found {
		if o := &r.Found[i]; o.Detector == f.Detector && o.Own == f.Own && o.Action == f.Action && o.Place == f.Place {
			o.Count++
			return
		}
	}
	f.Count = 1
	r.Found = append(r.Found, f)
	r.Action = max(r.Action, f.Action)
}

// finish orders what was found, strictest first, and masks.
func (w *reading) finish(body []byte) {
	r := &w.result
	slices.SortStableFunc(r.Found, func(a, b Found) int { return int(b.Action) - int(a.Action) })
	if w.left <= 0 && w.strict && r.Action < Block {
		r.Action, r.TooMany = Block, true // what was not looked at may not leave
	}
	if r.Action == Block || len(w.marks) == 0 {
		return
	}
	if r.vault = w.vault; r.vault == nil {
		r.vault = newVault(body)
	}
	r.Body = masked(body, w.marks, r.vault)
}
