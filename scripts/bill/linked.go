package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// legal are the names of files that say under which terms a directory's files are, or whom to name.
var legal = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice)([.\-_].*)?$`)

// linked are Go's own library and the modules of a program, each with the licence files that stand over a package of it that is linked:
// in the package's directory or above it. What only tests and unused packages are under is left out.
func linked(info *buildinfo.BuildInfo) ([]*part, error) {
	std := &part{name: "std", version: info.GoVersion}
	parts := map[string]*part{}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		parts[m.Path] = &part{name: m.Path, version: m.Version}
	}
	list := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Root,Module", info.Path)
	list.Stderr, list.Env = os.Stderr, os.Environ()
	for _, s := range info.Settings {
		if strings.HasPrefix(s.Key, "GO") || s.Key == "CGO_ENABLED" { // for which machine
			list.Env = append(list.Env, s.Key+"="+s.Value)
		}
	}
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages of %s: %w", info.Path, err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var found pkg
		if err := d.Decode(&found); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		if err := found.addTo(parts, std); err != nil {
			return nil, err
		}
	}
	all := []*part{std}
	for _, p := range parts {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *part) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// pkg is what `go list` says of a package.
type pkg struct {
	Dir, Root string
	Standard  bool
	Module    *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version string }
	}
}

// addTo reads the licence files over the package.
func (f *pkg) addTo(parts map[string]*part, std *part) error {
	if f.Standard {
		std.dir = f.Root
		return std.read(filepath.Join(f.Root, "LICENSE"))
	}
	if f.Module == nil || f.Module.Main {
		return nil
	}
	path, version := f.Module.Path, f.Module.Version
	if r := f.Module.Replace; r != nil {
		path, version = r.Path, r.Version
	}
	p := parts[path]
	if p == nil || p.version != version {
		return fmt.Errorf("the tree needs %s %s, which the program was not built with: build it anew (make binary)", path, version)
	}
	p.dir = f.Module.Dir
	for dir := f.Dir; ; dir = filepath.Dir(dir) {
		if err := p.readAll(dir); err != nil {
			return err
		}
		if dir == p.dir || len(dir) <= len(p.dir) {
			return nil
		}
	}
}

// readAll reads the licence files of a directory.
func (p *part) readAll(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !legal.MatchString(e.Name()) || filepath.Ext(e.Name()) == ".go" {
			continue
		}
		if err := p.read(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
