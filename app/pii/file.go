package pii

import (
	"bytes"
	"context"
	"encoding/base64"
)

// Files reads the text of documents that people attach to requests.
type Files interface {
	// Text is a document's text; false if it has none that can be read whole: a picture, a scan, a protected or broken file, or one
	// that takes too long. It may be called by many at once, and ends with its context.
	Text(ctx context.Context, data []byte) ([]byte, bool)
}

// inFile is where findings inside of attached files are.
const inFile = "file"

// carried are the names of fields in which requests carry files; what stands there may be shorter than media are otherwise.
var carried = map[string]bool{"data": true, "file_data": true, "bytes": true}

// leastFile is the shortest base64 that is taken for a file in such a field: texts of a word or two are texts.
const leastFile = 64

// attached looks into a string that carries a file, if some rule wants that; false if it does not carry one, or nobody can read it.
func (w *reading) attached(p *pieces, raw []byte) bool {
	if w.files == nil || w.way != Asked {
		return false
	}
	code := raw
	if bytes.HasPrefix(code, []byte("data:")) {
		_, rest, ok := bytes.Cut(code, []byte(";base64,"))
		if !ok {
			return false
		}
		code = rest
	} else if len(code) < shortestMedia && (len(code) < leastFile || !carried[string(p.name())]) {
		return false
	}
	data, ok := decoded(code)
	return ok && w.document(p, data)
}

// decoded is what base64 in either of its alphabets stands for, padded or not.
func decoded(code []byte) ([]byte, bool) {
	code = bytes.TrimRight(code, "=")
	form := base64.RawStdEncoding
	if bytes.ContainsAny(code, "-_") {
		form = base64.RawURLEncoding
	}
	data := make([]byte, form.DecodedLen(len(code)))
	n, err := form.Decode(data, code)
	return data[:n], err == nil && n > 0
}

// document looks for what the rules want in a file's text; false if nobody can read that.
func (w *reading) document(p *pieces, data []byte) bool {
	if w.files == nil || w.way != Asked {
		return false
	}
	text, ok := w.files.Text(w.ctx, data)
	if !ok {
		return false
	}
	w.result.Read++
	w.inFile = true
	w.look(p, text, nil, 0)
	w.inFile = false
	w.piece = w.piece[:0] // nothing can be put in its place inside of a file
	return true
}

// does is what an action comes to here: what cannot be masked is refused.
func (w *reading) does(a Action) Action {
	if w.inFile && a == Mask {
		return Block
	}
	return a
}

// scans is whether some rule wants the text of files looked at.
func (b *Bound) scans() bool {
	for _, r := range b.rules[:b.n] {
		if r.Files {
			return true
		}
	}
	return false
}
