package app_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The arch_*_test.go files hold the shape of the house: who may import whom, where time, money and the network may be
// touched, how large a file may grow. They parse the tree instead of asking the go command, whose answers to a test can
// come from the test cache after the violation was made. Each failure says what to do.

const module = "github.com/bodhi-gateway/bodhi/"

// file is one Go file of the tree, by its path from the root.
type file struct {
	path      string
	ast       *ast.File
	lines     int
	test      bool
	generated bool
}

func (f *file) dir() string { return path.Dir(f.path) }

// at is a place in the tree, for messages.
func (f *file) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.path, positions.Position(n.Pos()).Line)
}

var positions = token.NewFileSet()

// house is every Go file of the tree, parsed once.
var house = sync.OnceValues(func() ([]*file, error) {
	var out []*file
	err := walk(func(name string, text []byte) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out = append(out, &file{
			path: name, ast: parsed, lines: strings.Count(string(text), "\n"),
			test: strings.HasSuffix(name, "_test.go"), generated: ast.IsGenerated(parsed),
		})
		return nil
	})
	return out, err
})

// files are the Go files that keep accepts.
func files(t *testing.T, keep func(*file) bool) []*file {
	t.Helper()
	all, err := house()
	if err != nil {
		t.Fatal(err)
	}
	var out []*file
	for _, f := range all {
		if keep(f) {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		t.Fatal("no files to look at: the test is broken, not the house")
	}
	return out
}

// walk visits every file of ours, by its path from the root.
func walk(visit func(name string, text []byte) error) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	return fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch name {
			case ".git", "bin", "var", "node_modules", "static/vendor":
				return fs.SkipDir
			}
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		return visit(name, text)
	})
}

func production(f *file) bool { return !f.test && !f.generated }

// imports are what a file imports: path → the node, for its line.
func (f *file) imports() map[string]ast.Node {
	out := map[string]ast.Node{}
	for _, spec := range f.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out[p] = spec
		}
	}
	return out
}

// calls visits every selector on an imported package, "time.Now": what is used, from which import path.
func (f *file) uses(visit func(pkg, name string, n ast.Node)) {
	local := map[string]string{}
	for p, spec := range f.imports() {
		name := path.Base(p)
		if named := spec.(*ast.ImportSpec).Name; named != nil {
			name = named.Name
		}
		local[name] = p
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && local[x.Name] != "" {
				visit(local[x.Name], s.Sel.Name, n)
			}
		}
		return true
	})
}

// graph is which of our packages imports which, without tests.
func graph(t *testing.T) map[string]map[string]*file {
	t.Helper()
	out := map[string]map[string]*file{}
	for _, f := range files(t, func(f *file) bool { return !f.test }) {
		if out[f.dir()] == nil {
			out[f.dir()] = map[string]*file{}
		}
		for p := range f.imports() {
			out[f.dir()][strings.TrimPrefix(p, module)] = f
		}
	}
	return out
}

// chain is the shortest way by imports from one package to one that hit accepts, or nil.
func chain(g map[string]map[string]*file, from string, hit func(string) bool) []string {
	queue, seen := [][]string{{from}}, map[string]bool{from: true}
	for len(queue) > 0 {
		way := queue[0]
		queue = queue[1:]
		last := way[len(way)-1]
		if hit(last) {
			return way
		}
		for _, next := range slices.Sorted(maps.Keys(g[last])) {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, append(slices.Clone(way), next))
			}
		}
	}
	return nil
}

// under reports whether a path is one of the roots or below it.
func under(p string, roots ...string) bool {
	for _, r := range roots {
		if p == r || strings.HasPrefix(p, r+"/") {
			return true
		}
	}
	return false
}
