package manual

import (
	"cmp"
	"fmt"
	"strings"
)

// Changes renders the changelog, which lies above the documentation: its links into that lead to our pages.
func (m *Manual) Changes(raw string) (html string, err error) {
	var names []string
	for name := range m.pages {
		names = append(names, cmp.Or(name, "README")+".md")
	}
	p, err := render("CHANGELOG.md", []byte(strings.ReplaceAll(raw, "](docs/", "](")), names)
	if err != nil {
		return "", fmt.Errorf("the changelog: %w", err)
	}
	return p.HTML, nil
}
