package blueprint

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed template/*.yaml
var files embed.FS

// Template is a blueprint to begin with. It names no connection: its routes lead to the aliases "smart" and "fast", which every
// organization starts with, so that it fits whichever provider stands behind them.
type Template struct {
	Name  string `json:"name"`  // "engineering"
	Title string `json:"title"` // "Engineering"
	About string `json:"about"` // one sentence
	Text  string `json:"yaml"`  // with its comments
}

// order is how templates are listed: from the one that most begin with.
var order = []string{"company", "engineering", "marketing", "support", "sales", "research"}

// Templates are all that the program brings along.
func Templates() []Template {
	out := make([]Template, len(order))
	for i, name := range order {
		out[i], _ = TemplateOf(name) // a test reads all of them
	}
	return out
}

// TemplateOf is one template; false if there is none of that name.
func TemplateOf(name string) (Template, bool) {
	if strings.ContainsAny(name, "/.") {
		return Template{}, false
	}
	text, err := files.ReadFile(fmt.Sprintf("template/%s.yaml", name))
	if err != nil {
		return Template{}, false
	}
	title, rest, _ := strings.Cut(string(text), "\n")
	about, _, _ := strings.Cut(rest, "\n")
	return Template{Name: name, Title: strings.TrimPrefix(title, "# "), About: strings.TrimPrefix(about, "# "), Text: string(text)}, true
}
