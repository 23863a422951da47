package tool

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/document"
)

// piece is what one question is about: pages with their texts, pages with their pictures (seen), or the file itself.
type piece struct {
	from, to int
	pages    []document.Page
	file     bool
	seen     bool
}

// split divides pages into pieces of about partBytes. A page is never with half of another, but one that is longer than a piece is several.
// Empty pages are left out: there is nothing to ask.
func split(pages []document.Page) (out []piece) {
	size := 0
	for _, p := range pages {
		for text := p.Text; strings.TrimSpace(text) != ""; {
			now := text
			if len(now) > partBytes {
				now = cut(text)
			}
			text = text[len(now):]
			if len(out) == 0 || size+len(now) > partBytes {
				out, size = append(out, piece{from: p.Number}), 0
			}
			last := &out[len(out)-1]
			last.pages, last.to = append(last.pages, document.Page{Number: p.Number, Name: p.Name, Text: now}), p.Number
			size += len(now)
		}
	}
	return out
}

// cut is the beginning of a long page: to the end of a line if it has any, and never within a letter.
func cut(text string) string {
	if i := strings.LastIndexByte(text[:partBytes], '\n'); i > partBytes/2 {
		return text[:i+1]
	}
	n := partBytes
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// plan says what to ask about a document. A picture, and a PDF of which most pages have no text, go to the model as they are: it has eyes,
// and we draw no pages. What is left out is told.
func plan(t Tool, ask *Ask, text document.Text) (pieces []piece, missing []Missing, warnings []string) {
	if text.Cut != "" {
		warnings = append(warnings, text.Cut)
	}
	if w := document.Misnamed(ask.Name, text.Kind); w != "" {
		warnings = append(warnings, w)
	}
	var blank []document.Page
	for _, p := range text.Pages {
		if p.Text == "" {
			blank = append(blank, p)
		}
	}
	whole := piece{from: 1, to: max(text.Total, 1), file: true}
	if text.Kind == document.Image {
		whole.to = 1
		return []piece{whole}, nil, warnings
	}
	if text.Kind == document.PDF && (t.Seen || 2*len(blank) > len(text.Pages)) {
		return []piece{whole}, nil, warnings
	}
	pieces = split(text.Pages)
	if text.Kind == document.PDF {
		for _, p := range blank {
			missing = append(missing, Missing{p.Number, p.Number, "The page has no text: it is empty, or a picture."})
		}
	}
	pieces, more := few(pieces)
	missing = append(missing, more...)
	if text.Total > len(text.Pages) {
		missing = append(missing, Missing{len(text.Pages) + 1, text.Total, "The page was not read."})
	}
	return pieces, missing, warnings
}

// few leaves out what is more than one document may ask.
func few(pieces []piece) ([]piece, []Missing) {
	if len(pieces) <= mostParts {
		return pieces, nil
	}
	rest := pieces[mostParts:]
	return pieces[:mostParts], []Missing{{rest[0].from, rest[len(rest)-1].to, fmt.Sprintf("The document is longer than %d parts, the most that is asked about at once. Split it.", mostParts)}}
}
