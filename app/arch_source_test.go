package app_test

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestOnePackageDocEach(t *testing.T) {
	t.Parallel()
	docs, packages := map[string][]string{}, map[string]string{}
	for _, f := range files(t, production) {
		packages[f.dir()] = f.ast.Name.Name
		if f.ast.Doc != nil {
			docs[f.dir()] = append(docs[f.dir()], f.path)
			want := "Package " + f.ast.Name.Name + " "
			if f.ast.Name.Name == "main" {
				want = "Command "
			}
			if !strings.HasPrefix(f.ast.Doc.Text(), want) {
				t.Errorf("%s: the package comment should begin with %q. A comment that is not one needs an empty line before \"package\".", f.path, want)
			}
		}
	}
	for dir := range packages {
		if n := len(docs[dir]); n != 1 {
			t.Errorf("%s has %d package comments %v: write exactly one, about what the package is for and the trade-off it makes.", dir, n, docs[dir])
		}
	}
}

func TestNoPackageIsADrawer(t *testing.T) {
	t.Parallel()
	drawers := strings.Fields("util utils common helper helpers manager types models model misc shared base core lib internal pkg service services adapter adapters")
	for _, f := range files(t, func(f *file) bool { return true }) {
		for element := range strings.SplitSeq(f.dir(), "/") {
			if slices.Contains(drawers, element) {
				t.Errorf("%s: %q says nothing. Name the package after what it is about.", f.path, element)
			}
		}
	}
}

func TestTimeIsReadInOnePlace(t *testing.T) {
	t.Parallel()
	for _, f := range files(t, func(f *file) bool { return f.dir() != "app/clock" && !under(f.path, "e2e", "scripts") }) {
		_, bubble := f.imports()["testing/synctest"]
		f.uses(func(pkg, name string, n ast.Node) {
			switch {
			case pkg != "time":
			case name == "Now" || name == "Since" || name == "Until":
				t.Errorf("%s: time.%s. Take a clock.Clock; to measure, clock.Since.", f.at(n), name)
			case name == "Sleep" && !bubble:
				t.Errorf("%s: time.Sleep. Wait for a signal, a channel or a context; tests of waiting run in testing/synctest.", f.at(n))
			}
		})
	}
}

// A test that skips itself has not passed. What a machine lacks is said through pgtest.Missing, which fails where CI=true.
func TestOnePlaceSkips(t *testing.T) {
	t.Parallel()
	for _, f := range files(t, func(f *file) bool { return f.dir() != "db/pgtest" }) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				s, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := s.X.(*ast.Ident); ok && strings.Contains(" t b f tb ", " "+x.Name+" ") && (s.Sel.Name == "Skip" || s.Sel.Name == "Skipf" || s.Sel.Name == "SkipNow") {
					t.Errorf("%s: %s. Call pgtest.Missing, or harness.Missing in e2e.", f.at(n), s.Sel.Name)
				}
			}
			return true
		})
	}
}

// The client is for other people's programs: it calls the gateway, and is no part of a serving process.
func TestOneDoorToTheNetwork(t *testing.T) {
	t.Parallel()
	doors := strings.Fields("Get Post PostForm Head DefaultClient DefaultTransport")
	for _, f := range files(t, func(f *file) bool {
		return production(f) && f.dir() != "app/egress" && f.dir() != "app/client" && !support(f.dir()) && !under(f.path, "e2e", "scripts")
	}) {
		f.uses(func(pkg, name string, n ast.Node) {
			if pkg == "net/http" && slices.Contains(doors, name) {
				t.Errorf("%s: http.%s goes around package egress and its address check.", f.at(n), name)
			}
		})
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if s, ok := lit.Type.(*ast.SelectorExpr); ok && name(s) == "http.Client" || ok && name(s) == "http.Transport" {
					t.Errorf("%s: %s is made in package egress only, so that every connection is checked.", f.at(n), name(s))
				}
			}
			return true
		})
	}
}

func name(s *ast.SelectorExpr) string {
	if x, ok := s.X.(*ast.Ident); ok {
		return x.Name + "." + s.Sel.Name
	}
	return s.Sel.Name
}

// Money rooms count in integers. A float that looks harmless (a ratio, a share) ends in a sum sooner or later.
func TestMoneyRoomsHaveNoFloats(t *testing.T) {
	t.Parallel()
	floaty := strings.Fields("NewFromFloat NewFromFloat32 NewFromFloatWithExponent Float64 InexactFloat64 ParseFloat")
	for _, f := range files(t, func(f *file) bool {
		return production(f) && under(f.path, "app/money", "app/ledger", "app/budget", "app/limit", "app/catalog", "app/price", "app/reconcile", "billing")
	}) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if n.Name == "float64" || n.Name == "float32" {
					t.Errorf("%s: %s in a room that counts money. Use money.USD, money.Price, or per mille as an integer.", f.at(n), n.Name)
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT {
					t.Errorf("%s: the literal %s is a float. Write nano-dollars, or money.Parse(\"…\").", f.at(n), n.Value)
				}
			case *ast.SelectorExpr:
				if slices.Contains(floaty, n.Sel.Name) {
					t.Errorf("%s: %s passes money through a float.", f.at(n), n.Sel.Name)
				}
			}
			return true
		})
	}
}

// mayPanic are the places where going on would be worse, each with its reason.
var mayPanic = map[string]string{
	"app/id/source.go":            "without randomness no id and no secret can be made safely",
	"app/catalog/load.go":         "the built-in prices are part of the binary, and a test loads them",
	"app/document/pdf_drawing.go": "the library's callback has no other way to stop it; who called it recovers",
}

func TestNothingRunsBeforeMainAndNothingPanics(t *testing.T) {
	t.Parallel()
	for _, f := range files(t, func(f *file) bool { return !f.generated }) {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init() runs before anybody asked. Let app/app.go construct it.", f.at(fn))
			}
			if f.test || support(f.dir()) || under(f.path, "e2e") || f.ast.Name.Name == "main" || strings.HasPrefix(strings.ToLower(fn.Name.Name), "must") || mayPanic[f.path] != "" {
				continue
			}
			for _, call := range panics(fn) {
				t.Errorf("%s: panic. Return an error; if going on is impossible, say why in mayPanic.", f.at(call))
			}
		}
	}
}

// panics are a function's calls of panic, without net/http's own way to break off an answer, and without passing on what
// the function recovered.
func panics(fn *ast.FuncDecl) (out []*ast.CallExpr) {
	recovers := false
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		x, _ := call.Fun.(*ast.Ident)
		switch {
		case x == nil:
		case x.Name == "recover":
			recovers = true
		case x.Name == "panic" && len(call.Args) == 1:
			if s, ok := call.Args[0].(*ast.SelectorExpr); !ok || name(s) != "http.ErrAbortHandler" {
				out = append(out, call)
			}
		}
		return true
	})
	if recovers {
		return nil
	}
	return out
}

// Large files hide their seams. 300 lines are a question (a log line), 600 an answer (a failure).
func TestFilesStaySmall(t *testing.T) {
	t.Parallel()
	for _, f := range files(t, func(f *file) bool { return !f.generated }) {
		size(t, f.path, f.lines, 300, 600)
	}
	if err := walk(func(name string, text []byte) error {
		lines := strings.Count(string(text), "\n")
		switch {
		case path.Ext(name) == ".templ":
			size(t, name, lines, 300, 600)
		case under(name, "static") && path.Ext(name) == ".css":
			size(t, name, lines, 200, 300)
		case under(name, "static") && path.Ext(name) == ".js":
			size(t, name, lines, 80, 100)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, name string, lines, question, limit int) {
	t.Helper()
	switch {
	case lines > limit:
		t.Errorf("%s has %d lines, more than %d: find the second idea in it and give it a file.", name, lines, limit)
	case lines > question:
		t.Logf("%s has %d lines: is it one idea?", name, lines)
	}
}
