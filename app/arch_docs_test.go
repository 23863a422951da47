package app_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// What the reference pages list is compared with the code, in both directions.

func TestTheConfigurationPageListsEverySetting(t *testing.T) {
	t.Parallel()
	page := document(t, "docs/reference/configuration.md")
	rows := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|([^|]*)\\|([^|]*)\\|").FindAllStringSubmatch(page, -1) {
		rows[m[1]] = m[2:]
	}
	settings := reflect.TypeFor[app.Config]()
	for i := range settings.NumField() {
		field := settings.Field(i)
		name, fallback := field.Tag.Get("env"), field.Tag.Get("envDefault")
		row, ok := rows[name]
		if !ok {
			t.Errorf("docs/reference/configuration.md has no row for %s", name)
			continue
		}
		delete(rows, name)
		if fallback != "" && strings.TrimSpace(row[0]) != "`"+fallback+"`" {
			t.Errorf("%s: the page says the default is %s, the code says %s", name, row[0], fallback)
		}
		if hidden := field.Type == reflect.TypeFor[secret.String](); hidden != (strings.TrimSpace(row[1]) == "yes") {
			t.Errorf("%s: the page and the code disagree on whether it is a secret", name)
		}
	}
	for name := range rows {
		t.Errorf("docs/reference/configuration.md lists %s, which is no setting", name)
	}
}

func TestTheErrorPageListsEveryCode(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| [0-9x, ]+ \| ([^|]+) \|`).FindAllStringSubmatch(document(t, "docs/reference/errors.md"), -1) {
		for _, code := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(m[1], -1) {
			listed[code[1]] = false
		}
	}
	for _, f := range files(t, func(f *file) bool { return production(f) && !support(f.dir()) }) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			code := codeOf(n)
			if code == "" {
				return true
			}
			if _, ok := listed[code]; !ok {
				t.Errorf("%s: the code %q is not in docs/reference/errors.md", f.at(n), code)
			}
			listed[code] = true
			return true
		})
	}
	for code, used := range listed {
		if !used {
			t.Errorf("docs/reference/errors.md lists %q, which nothing answers", code)
		}
	}
}

// codeOf is the code of a refusal made here: fault.New(kind, "code", …) or fault.Error{Code: "code"}.
func codeOf(n ast.Node) string {
	var value ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		if s, ok := n.Fun.(*ast.SelectorExpr); ok && (name(s) == "fault.New" || name(s) == "fault.Newf") && len(n.Args) > 1 {
			value = n.Args[1]
		}
	case *ast.KeyValueExpr:
		if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Code" {
			value = n.Value
		}
	}
	if lit, ok := value.(*ast.BasicLit); ok {
		if code, err := strconv.Unquote(lit.Value); err == nil {
			return code
		}
	}
	return ""
}

func TestTheHeaderPageListsEveryHeader(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^x-bodhi-[a-z-]+$`)
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(x-bodhi-[a-z-]+)` \\|").FindAllStringSubmatch(document(t, "docs/reference/headers.md"), -1) {
		listed[m[1]] = false
	}
	for _, f := range files(t, func(f *file) bool { return production(f) && under(f.path, "app") }) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			text, _ := strconv.Unquote(lit.Value)
			if header := strings.ToLower(text); shape.MatchString(header) {
				if _, ok := listed[header]; !ok {
					t.Errorf("%s: %s is not in docs/reference/headers.md", f.at(n), header)
				}
				listed[header] = true
			}
			return true
		})
	}
	for header, used := range listed {
		if !used {
			t.Errorf("docs/reference/headers.md lists %s, which nothing reads or writes", header)
		}
	}
}

var direct = regexp.MustCompile(`(?m)^\t([a-z][^\s]+) v[^\s]+$`)

func TestEveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	var required, argued []string
	for _, m := range direct.FindAllStringSubmatch(document(t, "go.mod"), -1) {
		required = append(required, m[1])
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z][^`]+\\.[^`]+/[^`]+)` \\|").FindAllStringSubmatch(document(t, "CONTRIBUTING.md"), -1) {
		argued = append(argued, m[1])
	}
	slices.Sort(required)
	slices.Sort(argued)
	if !slices.Equal(required, argued) {
		t.Errorf("the dependency register in CONTRIBUTING.md and go.mod differ:\nregister %q\ngo.mod   %q", argued, required)
	}
}

// A link to a file that is gone is a promise that nobody keeps.
func TestDocumentsLinkToWhatExists(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	each(t, ".md", func(name, text string) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
			}
		}
	})
}

// A page that the list of all pages lacks is found by nobody.
func TestTheDocumentationListsEveryPage(t *testing.T) {
	t.Parallel()
	list := document(t, "docs/README.md")
	each(t, ".md", func(name, _ string) {
		if page, ours := strings.CutPrefix(name, "docs/"); ours && page != "README.md" && !strings.HasPrefix(page, "deploy/") && !strings.Contains(list, "]("+page+")") {
			t.Errorf("docs/README.md does not link to %s", page)
		}
	})
}

// Comments name decisions by number; whoever follows one finds it.
func TestEveryDecisionThatCodeNamesIsWrittenDown(t *testing.T) {
	t.Parallel()
	written := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (D[0-9]+) \| [^|]+ \| [^|]+ \| [^|]+ \|$`).FindAllStringSubmatch(document(t, "ARCHITECTURE.md"), -1) {
		if written[m[1]] {
			t.Errorf("ARCHITECTURE.md gives the number %s twice", m[1])
		}
		written[m[1]] = true
	}
	named, number := 0, regexp.MustCompile(`D[0-9]+`)
	each(t, ".go", func(name, text string) {
		for _, m := range regexp.MustCompile(`decisions? (D[0-9]+(?:, D[0-9]+)*)`).FindAllStringSubmatch(text, -1) {
			for _, d := range number.FindAllString(m[1], -1) {
				named++
				if !written[d] {
					t.Errorf("%s names decision %s, which ARCHITECTURE.md does not list", name, d)
				}
			}
		}
	})
	if named == 0 {
		t.Error("no comment names a decision: the test is broken, not the house")
	}
}

func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
