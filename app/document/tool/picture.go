package tool

import (
	"net/http"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/document"
)

// Of the pages of a scan, so many are shown to a model at once, of so many bytes: less than any provider takes.
const (
	shownPages = 4
	shownBytes = 6 << 20
)

// blind says that the model may have eyes and yet take no PDF: it was sent the file, and that was what it refused.
func blind(pieces []piece, parts []Part, text document.Text) bool {
	return text.Kind == document.PDF && len(pieces) == 1 && pieces[0].file &&
		slices.Contains([]int{http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity}, parts[0].status)
}

// pictured says what to ask about a scan whose file a model does not take: the pictures that its pages are, and the texts of the others.
// Without a picture there is nothing that the model was not asked already.
func pictured(text document.Text) (pieces []piece, missing []Missing) {
	size := 0
	for _, p := range text.Pages {
		switch {
		case p.Text != "":
		case p.Picture == nil:
			missing = append(missing, Missing{p.Number, p.Number, "The page is empty, or no single JPEG: the model would have to take PDFs."})
		default:
			if n := len(pieces); n == 0 || len(pieces[n-1].pages) == shownPages || size+len(p.Picture) > shownBytes {
				pieces, size = append(pieces, piece{from: p.Number, seen: true}), 0
			}
			last := &pieces[len(pieces)-1]
			last.pages, last.to = append(last.pages, p), p.Number
			size += len(p.Picture)
		}
	}
	if len(pieces) == 0 {
		return nil, nil
	}
	pieces = append(pieces, split(text.Pages)...)
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.from - b.from })
	pieces, more := few(pieces)
	return pieces, append(missing, more...)
}
