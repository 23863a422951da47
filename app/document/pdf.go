package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ledongthuc/pdf"
)

// Here reads a PDF in this process: an Apart for tests, and what package apart runs in the process that it starts. It can end neither a
// reading that eats memory nor one whose nesting eats the stack; those end the process.
func Here(ctx context.Context, data []byte, l Limits, tell func(p Page, total int) bool) (err error) {
	defer func() {
		if r := recover(); r != nil { // the library reports some damage so
			if err = broken("its structure is damaged", fmt.Errorf("%v", r)); ctx.Err() != nil {
				err = late(l)
			}
		}
	}()
	f, err := pdfFile(ctx, data)
	if err != nil {
		return err
	}
	r, err := pdf.NewReader(f, int64(len(f.data)))
	if err != nil {
		if errors.Is(err, pdf.ErrInvalidPassword) || bytes.Contains(data, []byte("/Encrypt")) {
			return encrypted()
		}
		return broken("its list of contents is missing or damaged", err)
	}
	w := &pdfWalk{ctx: ctx, limits: l, tell: tell, data: f.data, total: max(r.NumPage(), 1)}
	if r.Trailer().Key("Encrypt").Kind() != pdf.Null {
		w.limits.Pictures = 0 // they lie there encrypted
	}
	if !w.node(r.Trailer().Key("Root").Key("Pages"), pdf.Value{}, 0) {
		if ctx.Err() != nil {
			return late(l)
		}
		return errEnough
	}
	if w.number == 0 {
		return broken("it has no pages", nil)
	}
	return nil
}

func late(l Limits) error { return costly(fmt.Sprintf("reading it took more than %s", l.Time)) }

// pdfBytes is a file that stops being readable when its time is over: the library asks nobody else whether to go on.
type pdfBytes struct {
	ctx  context.Context // of one reading
	data []byte
}

func (f *pdfBytes) ReadAt(b []byte, at int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	return bytes.NewReader(f.data).ReadAt(b, at)
}

// pdfFile cuts off what others put before and after a PDF, and names version 2 as 1.7, which the library reads alike.
func pdfFile(ctx context.Context, data []byte) (*pdfBytes, error) {
	begin := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-"))
	end := bytes.LastIndex(data, []byte("%%EOF"))
	if begin < 0 || end < begin+120 || len(data)-end > 4096 {
		return nil, broken("it is cut off", nil)
	}
	data = bytes.Clone(data[begin : end+len("%%EOF")])
	copy(data, "%PDF-1.7\n")
	return &pdfBytes{ctx, data}, nil
}

// pdfWalk goes through a PDF's tree of pages once, in order.
type pdfWalk struct {
	ctx    context.Context // of one reading
	limits Limits
	tell   func(p Page, total int) bool
	total  int // as the file says, which may be wrong
	number int
	data   []byte // of the file
	seen   int    // bytes of pictures that were handed out
}

// deepest is how deep a tree of pages, and forms in forms, may be.
const deepest = 32

// node walks a part of the tree; false ends the walk. Resources are handed down to pages that have none.
func (w *pdfWalk) node(v, resources pdf.Value, depth int) bool {
	if depth > deepest {
		return true
	}
	if own := v.Key("Resources"); own.Kind() == pdf.Dict {
		resources = own
	}
	kids := v.Key("Kids")
	if kids.Kind() != pdf.Array {
		return w.page(v, resources)
	}
	for i := range kids.Len() {
		if w.ctx.Err() != nil || !w.node(kids.Index(i), resources, depth+1) {
			return false
		}
	}
	return true
}

func (w *pdfWalk) page(v, resources pdf.Value) bool {
	if v.Key("Type").Name() != "Page" && v.Key("Contents").IsNull() {
		return true
	}
	w.number++
	w.total = max(w.total, w.number)
	p := Page{Number: w.number}
	var drawn []pdf.Value
	if p.Text, drawn = w.text(v, resources); strings.TrimSpace(p.Text) == "" && w.limits.Pictures > 0 {
		p.Picture = w.picture(drawn)
	}
	return w.tell(p, w.total)
}

// text reads one page, and finds the pictures on it; one that is damaged has what came before the damage.
func (w *pdfWalk) text(v, resources pdf.Value) (text string, drawn []pdf.Value) {
	d := &pdfDrawing{walk: w, most: w.limits.Text}
	defer func() {
		if r := recover(); r != nil && w.ctx.Err() != nil {
			panic(r)
		}
		text, drawn = legible(d.out.String()), d.drawn
	}()
	d.stream(v.Key("Contents"), resources, 0)
	return "", nil
}

// legible is a text if it is one: fonts that do not say which letters they draw give numbers.
func legible(s string) string {
	s = clean(s)
	bad := strings.Count(s, "\ufffd")
	if all := len([]rune(s)); all > 0 && bad*3 > all {
		return ""
	}
	return s
}
