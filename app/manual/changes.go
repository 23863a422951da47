package manual

import (
	"cmp"
	"fmt"
	"strings"
)

// Changes renders the changelog, which lies above the documentation: its links into that lead to our pages. Its title goes, as the
// page that shows it has one.
func (m *Manual) Changes(raw string) (html string, err error) {
	var names []string
	for name := range m.pages {
		names = append(names, cmp.Or(name, "README")+".md")
	}
	if title, rest, ok := strings.Cut(raw, "\n"); ok && strings.HasPrefix(title, "# ") {
		raw = rest
	}
	p, err := render("CHANGELOG.md", []byte(strings.ReplaceAll(raw, "](docs/", "](")), names)
	if err != nil {
		return "", fmt.Errorf("the changelog: %w", err)
	}
	return p.HTML, nil
}
