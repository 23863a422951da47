package app_test

import (
	"bytes"
	"go/format"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"
)

// The content security policy allows our own files only; what stands inline would be dropped by the browser in silence.
var inline = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?i)\sstyle\s*=`), "use a class, a <progress> or SVG attributes"},
	{regexp.MustCompile(`(?i)<style\b`), "put it into static/css"},
	{regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>`), "put it into static/js and load it with src"},
	{regexp.MustCompile(`(?i)\son[a-z]+\s*=`), "bind it in static/js by a data- attribute"},
	{regexp.MustCompile(`(?i)hx-on|hx-vals\s*=\s*["']js:|javascript:`), "evaluating is switched off; use a data- attribute and static/js"},
	{regexp.MustCompile(`(?m)^(?:script|css)\s+\w+\(`), "templ's script and css blocks are inline; use static/js and static/css"},
	{regexp.MustCompile(`templ\.(?:Raw|JSFuncCall|ComponentScript|SafeScript)\b`), "it writes unescaped or inline code"},
}

// raw are templates that may write unescaped text, each with its reason.
var raw = map[string]string{
	"views/ui/icon.templ": "the drawings are files of our own build, never input",
}

func TestTemplatesKeepTheContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	each(t, ".templ", func(name, text string) {
		if under(name, "views/mail") && path.Base(name) == "letter.templ" {
			return // a letter is no page of ours: mail clients know neither our style sheet nor a policy, and load nothing
		}
		for _, rule := range inline {
			if strings.Contains(rule.pattern.String(), "templ") && raw[name] != "" {
				continue
			}
			for _, span := range rule.pattern.FindAllStringIndex(text, -1) {
				found := text[span[0]:span[1]]
				if strings.HasPrefix(found, "<script") && strings.Contains(found, "src=") {
					continue
				}
				t.Errorf("%s:%d: %q: %s.", name, line(text, span[0]), strings.TrimSpace(found), rule.instead)
			}
		}
	})
}

// colour is one written out: after a colon in CSS, as an attribute's value in a template.
var colour = map[string]*regexp.Regexp{
	".css":   regexp.MustCompile(`:[^;{}]*?(#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\()[^;{}]*[;}]`),
	".templ": regexp.MustCompile(`(?:fill|stroke|color)="#[0-9a-fA-F]{3,8}"`),
}

func TestColoursAreTokens(t *testing.T) {
	t.Parallel()
	for ext, pattern := range colour {
		each(t, ext, func(name, text string) {
			if path.Base(name) == "tokens.css" {
				return
			}
			for _, span := range pattern.FindAllStringIndex(text, -1) {
				t.Errorf("%s:%d: a colour is written out: %q. Name it in static/css/tokens.css, for light and dark.", name, line(text, span[0]), text[span[0]:span[1]])
			}
		})
	}
}

func TestGeneratedTemplatesAreCurrent(t *testing.T) {
	t.Parallel()
	each(t, ".templ", func(name, text string) {
		parsed, err := parser.ParseString(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		var out bytes.Buffer
		if _, err := generator.Generate(parsed, &out, generator.WithVersion(templ.Version()), generator.WithFileName(name)); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		want, err := format.Source(out.Bytes())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		have, err := os.ReadFile(filepath.Join("..", strings.TrimSuffix(name, ".templ")+"_templ.go"))
		if err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s: the Go code next to it is not what it generates (%v). Run \"make generate\" and commit both.", name, err)
		}
	})
	if err := walk(func(name string, _ []byte) error {
		if source, ok := strings.CutSuffix(name, "_templ.go"); ok {
			if _, err := os.Stat(filepath.Join("..", source+".templ")); err != nil {
				t.Errorf("%s has no template: delete it.", name)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// each visits all files of one kind; there must be some, else the test checks nothing.
func each(t *testing.T, ext string, visit func(name, text string)) {
	t.Helper()
	seen := 0
	if err := walk(func(name string, text []byte) error {
		if path.Ext(name) == ext {
			seen++
			visit(name, string(text))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Errorf("there is no %s file to look at: the test is broken, not the house", ext)
	}
}

func line(text string, at int) int { return 1 + strings.Count(text[:at], "\n") }
