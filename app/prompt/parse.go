package prompt

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// piece is a part of a text: plain text, a variable's name, or a prompt that is included. Exactly one of them is set.
type piece struct {
	text     string
	variable string
	include  Ref
}

// mistake is what is wrong with a template, and where.
type mistake struct {
	line, column int // from 1, in characters
	why          string
}

func (m *mistake) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", m.line, m.column, m.why)
}

// parse takes a template apart. \{{ stands for two braces that begin nothing.
func parse(text string) ([]piece, error) {
	var out []piece
	plain := func(s string) {
		if n := len(out); s != "" && n > 0 && out[n-1].text != "" {
			out[n-1].text += s
		} else if s != "" {
			out = append(out, piece{text: s})
		}
	}
	at := 0
	for {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			plain(text[at:])
			return out, nil
		}
		open := at + i
		if open > at && text[open-1] == '\\' {
			plain(text[at:open-1] + "{{")
			at = open + 2
			continue
		}
		plain(text[at:open])
		end := strings.Index(text[open:], "}}")
		if end < 0 {
			return nil, where(text, open, `"{{" is never closed. Write "}}" behind the variable's name, or "\{{" for two braces`)
		}
		p, why := hole(text[open+2 : open+end])
		if why != "" {
			return nil, where(text, open, why)
		}
		out = append(out, p)
		at = open + end + 2
	}
}

// hole reads what stands between the braces.
func hole(inner string) (p piece, why string) {
	inner = strings.TrimSpace(inner)
	if name, ok := strings.CutPrefix(inner, ">"); ok {
		if p.include, ok = ParseRef(strings.TrimSpace(name)); !ok {
			return p, `write an included prompt as "{{> name@label}}" or "{{> name@v3}}"`
		}
		return p, ""
	}
	if !variableForm.MatchString(inner) {
		return p, `between "{{" and "}}" stands a variable's name (letters, digits and _), or "> name" of a prompt to include. Write "\{{" for two braces`
	}
	p.variable = inner
	return p, ""
}

func where(text string, at int, why string) *mistake {
	before := text[:at]
	line := strings.Count(before, "\n") + 1
	return &mistake{line, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1, why}
}
