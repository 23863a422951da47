// Command bill completes the list of what is in the program (`make sbom`): it reads the licence files of every module that the linker
// took, and of the files that the dashboard serves, names each licence by its SPDX id, and writes the texts that licences want handed
// on with a binary. A licence that it does not know ends it, so that whoever adds a module looks.
//
//	bill -binary bin/bodhi -bill bin/bodhi.cdx.json -notices bin/THIRD-PARTY.txt
package main

import (
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	binary := flag.String("binary", "bin/bodhi", "the program, from whose modules everything starts")
	bill := flag.String("bill", "", "a CycloneDX list of the program as JSON, which gets licences and the files from npm; none if empty")
	notices := flag.String("notices", "", "the file for the texts of all licences; none if empty")
	flag.Parse()
	if err := run(*binary, *bill, *notices); err != nil {
		fmt.Fprintln(os.Stderr, "bill:", err)
		os.Exit(1)
	}
}

// run works in the root of the repository.
func run(binary, bill, notices string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("read what the linker put into %s (make binary builds it): %w", binary, err)
	}
	parts, err := linked(info)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	if err := nameAll(parts, used); err != nil {
		return err
	}
	if notices != "" {
		if err := os.WriteFile(notices, noticesOf(parts), 0o644); err != nil {
			return err
		}
	}
	if bill == "" {
		return nil
	}
	served, err := fromNPM(".")
	if err != nil {
		return err
	}
	if err := nameAll(served, used); err != nil {
		return err
	}
	for name := range exceptions {
		if !used[name] {
			return fmt.Errorf("scripts/bill/exception.go names %s, which is not there: take the line out", name)
		}
	}
	return complete(bill, parts, served)
}

// nameAll gives each part its licences; all that are unknown are told at once.
func nameAll(parts []*part, used map[string]bool) error {
	var unknown []error
	for _, p := range parts {
		if err := p.identify(used); err != nil {
			unknown = append(unknown, err)
		}
	}
	return errors.Join(unknown...)
}

// part is something of others inside the program.
type part struct {
	name, version string
	dir           string // where its files are
	files         []string
	texts         map[string]string // by the file's name inside dir, with slashes
	licences      []string          // SPDX ids, sorted
	hash          string            // SHA-512 in hexadecimal, of packages from npm
}

// read adds a file of the part, once.
func (p *part) read(file string) error {
	name, err := filepath.Rel(p.dir, file)
	if err != nil {
		return err
	}
	name = filepath.ToSlash(name)
	if _, have := p.texts[name]; have {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if p.texts == nil {
		p.texts = map[string]string{}
	}
	p.texts[name], p.files = string(text), append(p.files, name)
	return nil
}
