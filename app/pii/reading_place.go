package pii

import "slices"

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
		if m.quote = p.number; m.word != "" {
			m.value = string(text[m.from:m.to])
		}
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
