package document

import (
	"errors"
	"strings"
)

// sheets reads a workbook, sheet by sheet: a line for each row, its cells divided by tabs, formulas as what they last came to. A sheet of
// encoding/xml instead of a spreadsheet library: those that we weighed build the whole book in memory, and bring ten modules.
func sheets(z *packed, k *keep) error {
	const part = "xl/workbook.xml"
	parts, err := z.related(part)
	if err != nil {
		return err
	}
	b := &book{pack: z, keep: k}
	type sheet struct{ name, part string }
	var all []sheet
	if err := z.each(part, func(e *element) error {
		switch {
		case e.begins && e.name == "workbookPr":
			b.since1904 = e.attr("date1904") == "1" || e.attr("date1904") == "true"
		case e.begins && e.name == "sheet" && len(all) < mostEntries:
			all = append(all, sheet{e.attr("name"), parts[e.attr("id")]})
		}
		return nil
	}); err != nil {
		return err
	}
	if err := errors.Join(b.strings(), b.styles()); err != nil {
		return err
	}
	for i, s := range all {
		text, err := b.rows(s.part)
		if err != nil && text == "" {
			return err
		}
		if !k.page(Page{Number: i + 1, Name: s.name, Text: text}, len(all)) {
			return errEnough
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type book struct {
	pack      *packed
	keep      *keep
	shared    []string // texts that cells point to
	dated     []bool   // styles that show a day or an hour
	since1904 bool     // days are counted from 1904, as old Macintoshes did
}

// strings reads the shared texts.
func (b *book) strings() error {
	var text strings.Builder
	in, sounds := false, 0
	return b.pack.each("xl/sharedStrings.xml", func(e *element) error {
		switch {
		case e.name == "rPh":
			sounds += map[bool]int{true: 1, false: -1}[e.begins] // how Japanese is pronounced is no text
		case e.name == "t":
			in = e.begins
		case e.name == "" && in && sounds == 0:
			text.WriteString(e.text)
		case e.name == "si" && !e.begins:
			b.shared = append(b.shared, text.String())
			text.Reset()
		}
		return nil
	})
}

// rows reads one sheet.
func (b *book) rows(part string) (string, error) {
	var out strings.Builder
	var c cell
	col, in := 0, false
	err := b.pack.each(part, func(e *element) error {
		switch {
		case out.Len() > b.keep.limits.Text:
			return errStop
		case e.name == "row":
			if col = 0; !e.begins {
				out.WriteByte('\n')
			}
		case e.name == "c" && e.begins:
			c = cell{kind: e.attr("t"), style: e.attr("s")}
			at := column(e.attr("r"))
			if at < 0 {
				at = col
			}
			for ; col < min(at, mostColumns); col++ {
				out.WriteByte('\t')
			}
		case e.name == "c":
			out.WriteString(strings.Join(strings.Fields(b.shown(c)), " "))
		case e.name == "v" || e.name == "t":
			in = e.begins
		case e.name == "" && in:
			c.value += e.text
		}
		return nil
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return out.String(), err
}

// mostColumns is how many columns Excel has.
const mostColumns = 16_384
