package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// switches is what a changed package has besides: the switches, and both forms of each sum.
//
//go:embed switch.txt
var switches string

// listed is a package as go list tells of it.
type listed struct {
	ImportPath, Dir, Name, Export string
	GoFiles                       []string
}

// list is the package in dir, and where the compiled form is of each that it stands on.
func list(dir string) (self listed, exports map[string]string, err error) {
	var said bytes.Buffer
	cmd := exec.Command("go", "list", "-deps", "-export", "-json=ImportPath,Dir,Name,Export,GoFiles", "./"+dir)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return self, nil, fmt.Errorf("list %s: %w: %s", dir, err, said.String())
	}
	exports = map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed // a new one each time: what is not told must not be the one's before
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return self, exports, nil
		} else if err != nil {
			return self, nil, fmt.Errorf("list %s: %w", dir, err)
		}
		exports[p.ImportPath], self = p.Export, p // the one that was asked for comes last
	}
}

// rewrite writes the package's files anew into scratch, and an overlay that has the go command read those instead.
func rewrite(dir, scratch string) (changes []*change, overlay string, err error) {
	self, exports, err := list(dir)
	if err != nil {
		return nil, "", err
	}
	fset := token.NewFileSet()
	files := make([]*ast.File, len(self.GoFiles))
	for i, name := range self.GoFiles {
		if files[i], err = parser.ParseFile(fset, filepath.Join(self.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, "", fmt.Errorf("read %s: %w", name, err)
		}
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	if _, err := conf.Check(self.ImportPath, fset, files, info); err != nil {
		return nil, "", fmt.Errorf("check its types: %w", err)
	}
	instead := map[string]string{}
	put := func(name, text string) error {
		to := filepath.Join(scratch, name)
		instead[filepath.Join(self.Dir, name)] = to
		return os.WriteFile(to, []byte(text), 0o600)
	}
	for i, f := range files {
		src, err := os.ReadFile(filepath.Join(self.Dir, self.GoFiles[i]))
		if err != nil {
			return nil, "", fmt.Errorf("read: %w", err)
		}
		w := &writer{fset: fset, info: info, src: src, steps: map[ast.Stmt]bool{}, changes: &changes}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt:
				w.steps[n.Post] = true
			case *ast.IfStmt:
				w.steps[n.Init] = true
			}
			return true
		})
		if err := put(self.GoFiles[i], w.text(f)); err != nil {
			return nil, "", fmt.Errorf("write: %w", err)
		}
	}
	if err := put("mutant_switches.go", "package "+self.Name+"\n\n"+switches); err != nil {
		return nil, "", fmt.Errorf("write: %w", err)
	}
	text, err := json.Marshal(map[string]any{"Replace": instead})
	if err != nil {
		return nil, "", fmt.Errorf("write: %w", err)
	}
	overlay = filepath.Join(scratch, "overlay.json")
	return changes, overlay, os.WriteFile(overlay, text, 0o600)
}
