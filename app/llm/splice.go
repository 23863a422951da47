package llm

import (
	"slices"
	"unicode/utf8"
)

// Cut replaces the bytes From..To of a body. From == To adds something.
type Cut struct {
	From, To int
	With     string
}

// Replace is the cut that puts something in a spot's place.
func (s Spot) Replace(with string) Cut { return Cut{s.From, s.To, with} }

// Splice applies cuts, which must not overlap, in any order. Without any it is the body itself, else one new slice.
func Splice(body []byte, cuts []Cut) []byte {
	if len(cuts) == 0 {
		return body
	}
	slices.SortStableFunc(cuts, func(a, b Cut) int { return a.From - b.From })
	n := len(body)
	for _, c := range cuts {
		n += len(c.With) - (c.To - c.From)
	}
	out, at := make([]byte, 0, n), 0
	for _, c := range cuts {
		out = append(out, body[at:c.From]...)
		out = append(out, c.With...)
		at = c.To
	}
	return append(out, body[at:]...)
}

// Cutter is a Wire whose Edited splices cuts into the client's body, and that tells which.
type Cutter interface {
	Cuts(call *Call, edit Edit) []Cut
}

// large is what a body must have to be sent in pieces: below it a copy is cheaper than the pieces' own memory. Pieces leave
// in one write (egress), so more than that they do not cost.
const large = 16 << 10

// Sent is Body, for carrying. A large body whose bytes pass comes in pieces, parts of the client's own with what is spliced
// between them, so that it is in memory once however often it is sent; body is empty then.
func Sent(w Wire, call *Call, edit Edit) (body []byte, pieces [][]byte, err error) {
	if c, ok := w.(Cutter); ok && call.Family == w.Family() && len(call.Body) >= large {
		return []byte{}, pieced(call.Body, c.Cuts(call, edit)), nil
	}
	body, err = Body(w, call, edit)
	return body, nil, err
}

func pieced(body []byte, cuts []Cut) (out [][]byte) {
	slices.SortStableFunc(cuts, func(a, b Cut) int { return a.From - b.From })
	at := 0
	for _, c := range cuts {
		out = append(out, body[at:c.From], []byte(c.With))
		at = c.To
	}
	out = append(out, body[at:])
	return slices.DeleteFunc(out, func(p []byte) bool { return len(p) == 0 })
}

// Quote writes a JSON string.
func Quote(s string) string { return string(AppendQuoted(make([]byte, 0, len(s)+2), s)) }

// AppendQuoted appends a JSON string. <, > and & stay as they are; what is not UTF-8 becomes U+FFFD.
func AppendQuoted(out []byte, s string) []byte {
	out = append(out, '"')
	from := 0 // what stands as it is begins here
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			out = append(append(out, s[from:i]...), "\uFFFD"...)
			i++
			from = i
			continue
		}
		out = append(out, s[from:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
		i++
		from = i
	}
	return append(append(out, s[from:]...), '"')
}
