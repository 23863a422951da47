package document

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// mostEntries is how many files may be packed in one: each costs memory before anything is read. Decks with a thousand slides have 5,000.
const mostEntries = 20_000

// directoryEntry begins each line of a ZIP's directory.
var directoryEntry = []byte("PK\x01\x02")

// office says which program of an Office made a ZIP.
func office(data []byte) (Kind, error) {
	z, err := open(data)
	if err != nil {
		return "", err
	}
	for _, f := range z.File {
		switch f.Name {
		case "word/document.xml":
			return Word, nil
		case "xl/workbook.xml":
			return Sheet, nil
		case "ppt/presentation.xml":
			return Deck, nil
		case "META-INF/manifest.xml":
			return "", unknown("This is an OpenDocument file; save it as docx, xlsx, pptx or PDF.")
		}
	}
	return "", unknown("This is an archive; take out what is to be read.")
}

func open(data []byte) (*zip.Reader, error) {
	if n := bytes.Count(data, directoryEntry); n > mostEntries {
		return nil, costly(fmt.Sprintf("%d files are packed in it", n))
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, broken("it is cut off or damaged", err)
	}
	return z, nil
}

// packed is an Office file. What is unpacked of all its parts together is bounded, whatever they say of their sizes.
type packed struct {
	ctx   context.Context // of one reading, which ends before Text returns
	parts map[string]*zip.File
	left  int64
}

func unpack(ctx context.Context, data []byte, l Limits) (*packed, error) {
	z, err := open(data)
	if err != nil {
		return nil, err
	}
	p := &packed{ctx: ctx, parts: make(map[string]*zip.File, len(z.File)), left: int64(l.Unpacked)}
	for _, f := range z.File {
		p.parts[f.Name] = f
	}
	return p, nil
}

// Read implements io.Reader for one part, and counts for all.
type partReader struct {
	of   *packed
	from io.Reader
}

func (r *partReader) Read(b []byte) (int, error) {
	if err := r.of.ctx.Err(); err != nil {
		return 0, err
	}
	if r.of.left <= 0 {
		return 0, costly("what is packed in it is too large")
	}
	n, err := r.from.Read(b[:min(int64(len(b)), r.of.left)])
	r.of.left -= int64(n)
	return n, err
}

// element is a piece of a part: an element's begin or end, or a text. Names are without their namespaces: those that are read mean the
// same in all that are used.
type element struct {
	name, text string
	begins     bool
	attrs      []xml.Attr
}

func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

var errStop = errors.New("stop")

// each tells the pieces of a part in order; errStop from tell ends it early. A part that is not there has none.
func (p *packed) each(part string, tell func(e *element) error) error {
	f := p.parts[part]
	if f == nil {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return broken("a part of it is packed in a way that Office does not use", err)
	}
	defer func() { _ = in.Close() }() // nothing is written
	d := xml.NewDecoder(&partReader{p, in})
	d.Strict, d.CharsetReader = false, func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		t, err := d.RawToken() // RawToken keeps no stack, so depth costs nothing
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return p.why(part, err)
		}
		e := element{}
		switch t := t.(type) {
		case xml.StartElement:
			e.name, e.begins, e.attrs = t.Name.Local, true, t.Attr
		case xml.EndElement:
			e.name = t.Name.Local
		case xml.CharData:
			e.text = string(t)
		default:
			continue
		}
		if err := tell(&e); err != nil {
			return err
		}
	}
}

func (p *packed) why(part string, err error) error {
	if p.ctx.Err() != nil {
		return p.ctx.Err()
	}
	if p.left <= 0 {
		return costly("what is packed in it is too large")
	}
	return broken("its part "+path.Base(part)+" is damaged", err)
}

// related gives the parts that a part points to, by the id that it uses.
func (p *packed) related(part string) (map[string]string, error) {
	dir, file := path.Split(part)
	out := map[string]string{}
	err := p.each(dir+"_rels/"+file+".rels", func(e *element) error {
		if e.begins && e.name == "Relationship" && e.attr("TargetMode") != "External" {
			target := e.attr("Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join(dir, target)
			}
			out[e.attr("Id")] = strings.TrimPrefix(target, "/")
		}
		return nil
	})
	return out, err
}
