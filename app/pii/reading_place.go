package pii

import (
	"bytes"
	"encoding/json"
	"slices"
)

// place takes the marks of a piece to the bytes of the body that they come from. What overlaps becomes one.
func (w *reading) place(p *pieces, raw, text []byte, levels int) {
	slices.SortStableFunc(w.piece, func(a, b mark) int { return a.from - b.from })
	outer, inner := locator{raw: raw}, locator{raw: w.text[0]}
	source := source{text: text}
	if levels == 2 {
		source.text = w.text[0]
	}
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
		if m.quote = p.number; m.word != "" {
			m.value = string(text[m.from:m.to])
		}
		if levels == 2 {
			m.from, m.to = inner.find(m.from), inner.find(m.to)
		}
		if m.word != "" && !p.number && source.bare(m.from) {
			m.from, m.to = numeral(source.text, m.from, m.to, 0, len(source.text))
			if m.value, m.quote = string(source.text[m.from:m.to]), true; !p.plain {
				m.levels = 1
			}
		}
		for _, at := range [...]*int{&m.from, &m.to} {
			if levels > 0 {
				*at = outer.find(*at)
			}
			*at += p.piece.From
		}
		if p.number { // a part of a number cannot be a string, nor may its sign stand before one
			m.from, m.to = numeral(p.body, p.piece.From, p.piece.To, 0, len(p.body))
			m.value = string(p.body[m.from:m.to])
		}
		if n := len(w.marks); n > 0 && w.marks[n-1].to > m.from {
			continue
		}
		w.marks = append(w.marks, m)
	}
}

// source is a text that may be JSON itself, as a tool's arguments are.
type source struct {
	text   []byte
	asked  bool // whether it is one
	sound  bool
	read   int
	course course
}

// bare reports whether a number stands at a place, outside of any string of the JSON. Places must ascend.
func (s *source) bare(at int) bool {
	if at >= len(s.text) || !isDigit(s.text[at]) {
		return false
	}
	if !s.asked {
		begin := bytes.TrimLeft(s.text, " \n\r\t")
		s.asked, s.sound = true, bytes.ContainsAny(begin[:1], "{[") && json.Valid(s.text)
	}
	if !s.sound {
		return false
	}
	s.course.over(s.text[s.read:at])
	s.read = at
	return !s.course.quoted
}
