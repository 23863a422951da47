package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/bodhi-gateway/bodhi/app/price"
)

var (
	shellBlocks = regexp.MustCompile("(?ms)^```(?:sh|bash)\n(.*?)^```")
	inlineCode  = regexp.MustCompile("`((?:bin/)?bodhi [a-z][^`\n]*)`")
	assignment  = regexp.MustCompile(`^[A-Z_]+=`)
)

// Every command that a document shows is one of the program's, with flags that it has; every block of shell is one that bash can read.
func TestDocumentsShowCommandsThatExist(t *testing.T) {
	t.Parallel()
	var c commands
	parser, err := kong.New(&c, kong.Name("bodhi"), kong.Vars{"families": price.Families})
	if err != nil {
		t.Fatal(err)
	}
	blocks, shown := 0, 0
	for path, text := range documents(t) {
		var lines []string
		for _, m := range shellBlocks.FindAllStringSubmatch(text, -1) {
			blocks++
			check := exec.CommandContext(t.Context(), "bash", "-n")
			check.Stdin = strings.NewReader(m[1])
			if out, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s: bash does not read\n%s%s", path, m[1], out)
			}
			lines = append(lines, strings.Split(strings.ReplaceAll(m[1], "\\\n", " "), "\n")...)
		}
		for _, m := range inlineCode.FindAllStringSubmatch(text, -1) {
			lines = append(lines, m[1])
		}
		for _, line := range lines {
			words := strings.Fields(line)
			for len(words) > 0 && assignment.MatchString(words[0]) {
				words = words[1:]
			}
			if len(words) < 2 || strings.TrimPrefix(words[0], "bin/") != "bodhi" {
				continue
			}
			shown++
			if wrong := misspelt(parser.Model.Node, words[1:]); wrong != "" {
				t.Errorf("%s shows %q, and there is no %s", path, line, wrong)
			}
		}
	}
	if blocks < 40 || shown < 60 {
		t.Errorf("%d blocks of shell and %d commands were found: the test looks in the wrong place", blocks, shown)
	}
}

// The reference names every command.
func TestTheReferenceNamesEveryCommand(t *testing.T) {
	t.Parallel()
	var c commands
	parser, err := kong.New(&c, kong.Name("bodhi"), kong.Vars{"families": price.Families})
	if err != nil {
		t.Fatal(err)
	}
	text := documents(t)["docs/reference/cli.md"]
	for _, n := range parser.Model.Children {
		if !n.Hidden && !regexp.MustCompile("(?m)^\\|[^|]*`(bodhi )?"+n.Name+"[` ][^|]*\\|").MatchString(text) {
			t.Errorf("docs/reference/cli.md has no row for bodhi %s", n.Name)
		}
	}
}

// documents are the texts that people read, by path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	read := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimPrefix(path, "../../")] = string(text)
	}
	read("../../README.md")
	err := filepath.WalkDir("../../docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			read(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// misspelt is the first word of a command line that is neither a command where commands stand nor a flag that the command has.
func misspelt(at *kong.Node, words []string) string {
	flags := map[string]bool{"--help": true}
	know := func(n *kong.Node) {
		for _, f := range n.Flags {
			flags["--"+f.Name] = true
			if f.Negated || f.Tag.Negatable != "" {
				flags["--no-"+f.Name] = true
			}
		}
	}
	know(at)
	for _, w := range words {
		if w == "#" || w == "|" || w == "<" || w == ">" || strings.HasPrefix(w, ";") || w == "&&" {
			break
		}
		if name, _, _ := strings.Cut(strings.Trim(w, "[],"), "="); strings.HasPrefix(name, "--") {
			if !flags[name] {
				return name
			}
			continue
		}
		if len(at.Children) == 0 {
			continue
		}
		next := child(at, w)
		switch {
		case next != nil:
			at = next
			know(at)
		case regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(w) && len(at.Positional) == 0:
			return "command " + w
		}
	}
	return ""
}

func child(of *kong.Node, name string) *kong.Node {
	for _, n := range of.Children {
		if n.Name == name {
			return n
		}
		for _, other := range n.Aliases {
			if other == name {
				return n
			}
		}
	}
	return nil
}
