package paper

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/mail"
)

// lastRune is the last one that the library has a place for. What lies beyond, as emoji do, is an error to it in some calls and a
// panic in others, and names may hold it.
const lastRune = 0xFFFF

// printed are words of which every letter can be set.
func printed(s string) string {
	return strings.Map(func(r rune) rune {
		if r > lastRune {
			return '\uFFFD'
		}
		return r
	}, s)
}

func allPrinted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = printed(w)
	}
	return out
}

// settable is a copy of a document in printed words: its sections and tables are the mail's as well, which has every letter.
func settable(d Document) Document {
	d.Title, d.Lead, d.ChartTitle, d.Foot = printed(d.Title), printed(d.Lead), printed(d.ChartTitle), printed(d.Foot)
	facts := make([]mail.Fact, len(d.Facts))
	for i, x := range d.Facts {
		facts[i] = mail.Fact{Label: printed(x.Label), Value: printed(x.Value)}
	}
	sections := make([]mail.Section, len(d.Sections))
	for i, s := range d.Sections {
		s.Heading, s.Text = printed(s.Heading), allPrinted(s.Text)
		if s.Table != nil {
			t := mail.Table{Columns: allPrinted(s.Table.Columns), Rows: make([][]string, len(s.Table.Rows))}
			for j, cells := range s.Table.Rows {
				t.Rows[j] = allPrinted(cells)
			}
			s.Table = &t
		}
		sections[i] = s
	}
	d.Facts, d.Sections = facts, sections
	return d
}
