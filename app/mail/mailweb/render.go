package mailweb

import (
	"context"
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
	if l.Action.URL != "" {
		parts = append(parts, l.Action.Label+":\n"+l.Action.URL)
	}
	out := strings.Join(parts, "\n\n") + "\n"
	if len(l.Foot) > 0 {
		out += "\n-- \n"
		for _, line := range l.Foot {
			out += wrap(line) + "\n"
		}
	}
	return out
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
