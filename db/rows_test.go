package db_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// row is a struct GORM maps, as the source says it.
type row struct {
	name    string
	table   string
	columns []string
	embeds  []string
}

// rows reads this package's source: row structs are unexported, and a list kept by hand would be forgotten.
func rows(t *testing.T) map[string]*row {
	t.Helper()
	out := map[string]*row{}
	of := func(name string) *row {
		if out[name] == nil {
			out[name] = &row{name: name}
		}
		return out[name]
	}
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok {
					readFields(of(n.Name.Name), s)
				}
			case *ast.FuncDecl:
				if n.Name.Name == "TableName" && n.Recv != nil {
					r := of(strings.TrimPrefix(types(n.Recv.List[0].Type), "*"))
					ast.Inspect(n.Body, func(n ast.Node) bool {
						if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
							r.table, _ = strconv.Unquote(lit.Value)
						}
						return true
					})
				}
			}
			return true
		})
	}
	return out
}

func types(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "*" + types(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func readFields(r *row, s *ast.StructType) {
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			if len(f.Names) == 0 {
				r.embeds = append(r.embeds, types(f.Type))
			}
			continue
		}
		raw, _ := strconv.Unquote(f.Tag.Value)
		for _, part := range strings.Split(reflect.StructTag(raw).Get("gorm"), ";") {
			if key, value, ok := strings.Cut(part, ":"); ok && key == "column" {
				r.columns = append(r.columns, value)
			}
			if part == "embedded" {
				r.embeds = append(r.embeds, types(f.Type))
			}
		}
	}
}

func TestEveryRowStructFitsItsTable(t *testing.T) {
	t.Parallel()
	s := readSchema(t, dbtest.SQLite(t))
	all := rows(t)
	mapped := map[string]bool{}
	for _, r := range all {
		if r.table == "" {
			continue
		}
		mapped[r.table] = true
		columns := slices.Clone(r.columns)
		for _, e := range r.embeds {
			if all[e] != nil {
				columns = append(columns, all[e].columns...)
			}
		}
		if s.columns[r.table] == nil {
			t.Errorf("%s maps the table %s, which no migration makes", r.name, r.table)
			continue
		}
		for _, c := range columns {
			if _, ok := s.columns[r.table][c]; !ok {
				t.Errorf("%s has the column %s, which %s has not (it has %v)", r.name, c, r.table, slices.Sorted(maps.Keys(s.columns[r.table])))
			}
		}
		for name, c := range s.columns[r.table] {
			if !slices.Contains(columns, name) {
				t.Errorf("%s lacks the column %s of %s (required: %v)", r.name, name, r.table, c.Required)
			}
		}
	}
	if len(mapped) == 0 {
		t.Error("no row struct found: the test is broken")
	}
}
