package web

import (
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	views "github.com/bodhi-gateway/bodhi/views/page"
)

// explained is one row of the list of errors: codes that mean the same.
type explained struct {
	part, status, when string
	codes              []string
}

var (
	errorRow = regexp.MustCompile(`^\| ([0-9x, ]+) \| ([^|]+) \| ([^|]+) \|`)
	codeWord = regexp.MustCompile("`([a-z_]+)`")
)

// explanations reads the tables of docs/reference/errors.md.
func explanations(markdown string) (out []explained) {
	part := ""
	for line := range strings.Lines(markdown) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			part = strings.TrimSpace(title)
		}
		m := errorRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		e := explained{part: part, status: strings.TrimSpace(m[1]), when: plainText(m[3])}
		for _, c := range codeWord.FindAllStringSubmatch(m[2], -1) {
			e.codes = append(e.codes, c[1])
		}
		out = append(out, e)
	}
	return out
}

// plainText is a cell without Markdown's signs.
func plainText(cell string) string {
	return strings.TrimSpace(strings.NewReplacer("`", "", "*", "", "<br>", " ").Replace(cell))
}

func errorsPage(c *Context, all []explained, only string) (views.ErrorsPage, bool) {
	p := views.ErrorsPage{Shell: c.Shell("Errors", ""), Only: only}
	for _, e := range all {
		for _, code := range e.codes {
			if only == "" || only == code {
				p.Rows = append(p.Rows, views.ErrorRow{Part: e.part, Code: code, Status: e.status, When: e.when, Href: ErrorsPath + code})
			}
		}
	}
	return p, len(p.Rows) > 0
}

func errorsRoute(markdown string) func(*Context) error {
	all := explanations(markdown)
	return func(c *Context) error {
		p, ok := errorsPage(c, all, c.Param("code"))
		if !ok {
			return fault.New(fault.NotFound, "not_found", "There is no error of this name. The list has all of them.")
		}
		return c.Render(views.Errors(p))
	}
}
