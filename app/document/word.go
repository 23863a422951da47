package document

import (
	"errors"
	"strings"
)

// word reads a Word document: paragraphs, tables by rows, and what was inserted by tracked changes; not what was deleted, nor fields'
// instructions. Pages end where Word last ended them.
func word(z *packed, k *keep) error {
	w := &wordPages{keep: k, number: 1}
	err := z.each("word/document.xml", w.piece)
	if errors.Is(err, errStop) {
		return errEnough
	}
	if err != nil && w.out.Len() == 0 {
		return err
	}
	if !w.end() {
		return errEnough
	}
	for _, part := range []string{"word/footnotes.xml", "word/endnotes.xml"} {
		w := &wordPages{keep: k, number: w.number}
		if err := z.each(part, w.piece); err != nil && !errors.Is(err, errStop) {
			return err
		}
		if text := clean(w.out.String()); text != "" && len(k.text.Pages) > 0 {
			last := &k.text.Pages[len(k.text.Pages)-1]
			last.Text += "\n\n" + text
			k.bytes += len(text) + 2
		}
	}
	return err
}

type wordPages struct {
	keep   *keep
	out    strings.Builder
	number int
	inText bool // within w:t
	cells  int  // depth in cells of tables
}

func (w *wordPages) piece(e *element) error {
	if w.out.Len() > w.keep.limits.Text {
		w.end()
		return errStop
	}
	switch {
	case e.name == "":
		if w.inText {
			w.out.WriteString(e.text)
		}
	case e.name == "t":
		w.inText = e.begins
	case e.name == "tc":
		if w.cells += map[bool]int{true: 1, false: -1}[e.begins]; !e.begins {
			w.out.WriteByte('\t')
		}
	case !e.begins && e.name == "p" && w.cells > 0:
		w.out.WriteByte(' ')
	case !e.begins && (e.name == "p" || e.name == "tr"):
		w.out.WriteByte('\n')
	case e.begins && (e.name == "tab" || e.name == "ptab"):
		w.out.WriteByte(' ')
	case e.begins && (e.name == "lastRenderedPageBreak" || e.name == "br" && e.attr("type") == "page"):
		if strings.TrimSpace(w.out.String()) != "" && w.cells == 0 {
			if !w.end() {
				return errStop
			}
		}
	case e.begins && (e.name == "br" || e.name == "cr"):
		w.out.WriteByte('\n')
	}
	return nil
}

// end ends a page.
func (w *wordPages) end() bool {
	p := Page{Number: w.number, Text: w.out.String()}
	w.out.Reset()
	w.number++
	return w.keep.page(p, w.number-1)
}
