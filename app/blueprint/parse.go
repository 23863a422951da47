package blueprint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxText is how long a document may be, in bytes.
const maxText = 4 << 20

// Wrong is something in a document that has to be put right. Line and Column count from 1; 0 is the whole document.
type Wrong struct {
	Line, Column int
	Text         string
}

// Error implements error.
func (w *Wrong) Error() string {
	if w.Line == 0 {
		return w.Text
	}
	return fmt.Sprintf("line %d, column %d: %s", w.Line, w.Column, w.Text)
}

type position struct{ line, column int }

// wrong is what is wrong with what stands at a path of the document, such as budgets/0/limit, or with the nearest thing around it.
func (d *Document) wrong(path, format string, args ...any) error {
	for {
		if at, ok := d.at[path]; ok {
			return &Wrong{at.line, at.column, fmt.Sprintf(format, args...)}
		}
		cut := strings.LastIndex(path, "/")
		if cut < 0 {
			return &Wrong{Text: fmt.Sprintf(format, args...)}
		}
		path = path[:cut]
	}
}

// Parse reads a document. The error has everything that is wrong with its form, each a *Wrong; what only the API can know, such as
// whether an expression is one, it says when the document is applied.
func Parse(text []byte) (*Document, error) {
	if len(text) > maxText {
		return nil, &Wrong{Text: fmt.Sprintf("This is longer than %d MiB.", maxText>>20)}
	}
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, &Wrong{Text: fmt.Sprintf("The document is empty. It begins with: blueprint: %d", Format)}
	} else if err != nil {
		return nil, &Wrong{Text: "This is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ") + "."}
	}
	if err := decoder.Decode(new(yaml.Node)); err == nil {
		return nil, &Wrong{Text: "There is more than one YAML document in the file. Write one, without --- between its parts."}
	}
	d := &Document{at: map[string]position{}}
	r := reader{doc: d}
	r.check(root.Content[0], reflect.TypeFor[Document](), "", "")
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	if err := root.Decode(d); err != nil {
		return nil, &Wrong{Text: "This cannot be read: " + strings.TrimPrefix(err.Error(), "yaml: ") + "."}
	}
	if d.Format != Format {
		return nil, d.wrong("blueprint", "This program reads blueprints of the form %d. Begin the document with: blueprint: %d", Format, Format)
	}
	return d, nil
}

// reader holds a tree of YAML against the Go types, because the library's own complaints have no columns.
type reader struct {
	doc  *Document
	errs []error
}

func (r *reader) note(n *yaml.Node, format string, args ...any) {
	r.errs = append(r.errs, &Wrong{n.Line, n.Column, fmt.Sprintf(format, args...)})
}

func (r *reader) check(n *yaml.Node, t reflect.Type, path string, tag reflect.StructTag) {
	r.doc.at[path] = position{n.Line, n.Column}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.note(n, "Anchors and aliases of YAML (& and *) are not read. Write it out; quote a text that begins with one of them.")
	case n.Tag == "!!null" && path != "" && !strings.Contains(path, "/"): // a section without anything says nothing
	case t.Kind() == reflect.Struct:
		r.fields(n, t, path)
	case t.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.note(n, "Here belongs a list: each entry on a line of its own that begins with a dash.")
			return
		}
		for i, e := range n.Content {
			r.check(e, t.Elem(), fmt.Sprintf("%s/%d", path, i), "")
		}
	case t.Kind() == reflect.Map:
		if n.Kind != yaml.MappingNode {
			r.note(n, "Here belong names and values.")
			return
		}
		r.plain(n)
	default:
		r.scalar(n, t, tag)
	}
}

// plain refuses anchors and aliases in what is of any form.
func (r *reader) plain(n *yaml.Node) {
	for _, c := range n.Content {
		if c.Kind == yaml.AliasNode || c.Anchor != "" {
			r.note(c, "Anchors and aliases of YAML (& and *) are not read. Write it out; quote a text that begins with one of them.")
			continue
		}
		r.plain(c)
	}
}

func (r *reader) fields(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.MappingNode {
		r.note(n, "Here belong names and values, such as %s: …", strings.Join(names(t)[:1], ""))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		f, ok := named(t, k.Value)
		switch {
		case !ok:
			r.note(k, "There is no %q here. There is: %s.", k.Value, strings.Join(names(t), ", "))
		case seen[k.Value]:
			r.note(k, "%q is here twice.", k.Value)
		default:
			r.check(v, f.Type, strings.TrimPrefix(path+"/"+k.Value, "/"), f.Tag)
		}
		seen[k.Value] = true
	}
}

func (r *reader) scalar(n *yaml.Node, t reflect.Type, tag reflect.StructTag) {
	want := map[reflect.Kind]string{reflect.Int: "!!int", reflect.Int64: "!!int", reflect.Bool: "!!bool"}[t.Kind()]
	switch {
	case n.Kind != yaml.ScalarNode:
		r.note(n, "Here belongs one value.")
	case want == "!!int" && n.Tag != want:
		r.note(n, "%q is no whole number.", n.Value)
	case want == "!!bool" && n.Tag != want:
		r.note(n, "%q is neither true nor false.", n.Value)
	case n.Tag == "!!null":
		r.note(n, "There is no value. Leave the line out, or write one.")
	case t.Kind() == reflect.String:
		if _, err := oneForm(n.Value, tag); err != nil {
			r.note(n, "%v.", err)
		}
	}
}

// named is the field of a struct with a name in YAML.
func named(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if n, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); f.IsExported() && n == name && n != "-" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func names(t reflect.Type) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if n, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); f.IsExported() && n != "" && n != "-" {
			out = append(out, n)
		}
	}
	return out
}

// Text writes a document, as Parse reads it.
func (d *Document) Text() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return b.Bytes(), e.Close()
}
