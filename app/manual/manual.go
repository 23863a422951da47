// Package manual turns the documentation's Markdown into pages. Raw HTML in it is not passed through, links between its files become
// links between pages, and links to what is not part of it become plain text. Pictures are left out: they are of the dashboard, in
// which these pages are read.
package manual

import (
	"bytes"
	"fmt"
	"html"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Root is where the pages are.
const Root = "/docs"

// Page is one page.
type Page struct {
	Name  string // "how-to/keys"; "" is the first page
	Title string
	HTML  string // safe: made from our own files, raw HTML left out
}

// Href is where it is.
func (p Page) Href() string { return strings.TrimSuffix(Root+"/"+p.Name, "/") }

// Part is the pages of one kind.
type Part struct {
	Title string
	Pages []Page
}

// Manual is all pages, made once.
type Manual struct {
	Parts []Part
	pages map[string]Page
}

// parts are the folders, in the order in which they are shown.
var parts = []struct{ folder, title string }{{"how-to", "To do"}, {"reference", "To look up"}, {"explanation", "To understand"}}

// markdown writes no inline style, which the content security policy would drop.
var markdown = goldmark.New(goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// New reads and renders all pages.
func New(files fs.FS) (*Manual, error) {
	m := &Manual{pages: map[string]Page{}}
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		more, err := fs.Glob(files, p.folder+"/*.md")
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		p, err := render(name, raw, names)
		if err != nil {
			return nil, fmt.Errorf("docs/%s: %w", name, err)
		}
		m.pages[p.Name] = p
	}
	for _, x := range parts {
		part := Part{Title: x.title}
		for name, p := range m.pages {
			if path.Dir(name) == x.folder {
				part.Pages = append(part.Pages, p)
			}
		}
		slices.SortFunc(part.Pages, func(a, b Page) int { return strings.Compare(a.Title, b.Title) })
		m.Parts = append(m.Parts, part)
	}
	return m, nil
}

// Find is a page by its name; false if there is none.
func (m *Manual) Find(name string) (Page, bool) {
	p, ok := m.pages[strings.Trim(name, "/")]
	return p, ok
}

func pageName(file string) string {
	return strings.TrimSuffix(strings.TrimSuffix(file, ".md"), "README")
}

func render(file string, raw []byte, all []string) (Page, error) {
	p := Page{Name: pageName(file)}
	tree := markdown.Parser().Parse(text.NewReader(raw))
	var gone []*ast.Link
	var pictures []ast.Node
	err := ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Heading:
			if entering && n.Level == 1 && p.Title == "" {
				p.Title = plain(n, raw)
			}
		case *ast.Link:
			if entering {
				to, ok := target(file, string(n.Destination), all)
				if n.Destination = []byte(to); !ok {
					gone = append(gone, n)
				}
			}
		case *ast.Image:
			if entering {
				pictures = append(pictures, n)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return p, err
	}
	for _, l := range gone { // the words stay, the link goes
		for child := l.FirstChild(); child != nil; child = l.FirstChild() {
			l.Parent().InsertBefore(l.Parent(), l, child)
		}
		l.Parent().RemoveChild(l.Parent(), l)
	}
	for _, n := range pictures {
		remove(n)
	}
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, raw, tree); err != nil {
		return p, err
	}
	// A caption for screen readers, and no heading without words; what may be wider than the screen must take the focus to be
	// scrolled without a mouse.
	caption := `<table tabindex="0"><caption class="visually-hidden">` + html.EscapeString(p.Title) + "</caption>"
	p.HTML = strings.NewReplacer("<table>", caption, "<pre>", `<pre tabindex="0">`, "<th></th>", "<td></td>").Replace(b.String())
	return p, nil
}

// remove takes a node out, and with it the paragraph that had nothing else.
func remove(n ast.Node) {
	around := n.Parent()
	if around.RemoveChild(around, n); around.ChildCount() == 0 {
		remove(around)
	}
}

// target is where a link of a file leads among the pages; false if that is not part of the manual.
func target(file, to string, all []string) (string, bool) {
	if strings.HasPrefix(to, "#") || strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") || strings.HasPrefix(to, "/") {
		return to, true
	}
	to, fragment, _ := strings.Cut(to, "#")
	at := path.Join(path.Dir(file), to)
	if !slices.Contains(all, at) {
		return "", false
	}
	href := Page{Name: pageName(at)}.Href()
	if fragment != "" {
		href += "#" + fragment
	}
	return href, true
}

// plain is the text of a node without its marks.
func plain(n ast.Node, raw []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(x ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := x.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(raw))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
