package mailweb

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/mail"
	views "github.com/bodhi-gateway/bodhi/views/mail"
)

// Render lays a letter out as plain text and as HTML, from the same parts, so that the text lacks nothing.
func Render(l mail.Letter) (text, html string, err error) {
	v := views.Letter{Subject: l.Subject, Heading: l.Heading, Text: l.Text, ActionLabel: l.Action.Label, ActionTo: l.Action.URL, Foot: l.Foot}
	for _, f := range l.Facts {
		v.Facts = append(v.Facts, views.Fact{Label: f.Label, Value: f.Value})
	}
	for _, a := range l.Links {
		v.Links = append(v.Links, views.Link{Label: a.Label, To: a.URL})
	}
	for _, s := range l.Sections {
		one := views.Section{Heading: s.Heading, Text: s.Text}
		if s.Table != nil {
			one.Columns, one.Rows = s.Table.Columns, s.Table.Rows
		}
		if p := s.Picture; p != nil {
			one.Picture = &views.Picture{Source: "cid:" + p.Name, Alt: p.Alt, Width: strconv.Itoa(p.Width), Height: strconv.Itoa(p.Height)}
		}
		v.Sections = append(v.Sections, one)
	}
	var b strings.Builder
	if err := views.HTML(v).Render(context.Background(), &b); err != nil {
		return "", "", err
	}
	return plain(l), b.String(), nil
}

// columns is where lines of plain text end; addresses stay whole.
const columns = 76

func plain(l mail.Letter) string {
	parts := []string{l.Heading}
	for _, p := range l.Text {
		parts = append(parts, wrap(p))
	}
	if len(l.Facts) > 0 {
		var lines []string
		for _, f := range l.Facts {
			lines = append(lines, f.Label+": "+f.Value)
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	for _, s := range l.Sections {
		parts = append(parts, section(s))
	}
	if l.Action.URL != "" {
		parts = append(parts, l.Action.Label+":\n"+l.Action.URL)
	}
	out := strings.Join(parts, "\n\n") + "\n"
	if len(l.Foot)+len(l.Links) > 0 {
		out += "\n-- \n"
	}
	for _, line := range l.Foot {
		out += wrap(line) + "\n"
	}
	for _, a := range l.Links {
		out += wrap(a.Label+": "+a.URL) + "\n"
	}
	return out
}

// section is a part under its heading. A row of a table is a line of its own: the first cell names it, and each other one
// stands after its column's name, because columns do not line up in every mail program.
func section(s mail.Section) string {
	lines := []string{strings.ToUpper(s.Heading)}
	for _, p := range s.Text {
		lines = append(lines, wrap(p))
	}
	if s.Picture != nil {
		lines = append(lines, wrap(s.Picture.Alt))
	}
	if s.Table != nil {
		for _, row := range s.Table.Rows {
			cells := make([]string, 0, len(row))
			for i, cell := range row[1:] {
				if cell != "" {
					cells = append(cells, s.Table.Columns[i+1]+" "+cell)
				}
			}
			lines = append(lines, wrap("- "+row[0]+": "+strings.Join(cells, ", ")))
		}
	}
	return strings.Join(lines, "\n")
}

func wrap(p string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(p) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case width+1+n > columns:
			b.WriteByte('\n')
			width = 0
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += n
	}
	return b.String()
}
