package main

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// exception is a file that was read by a person, because no sentence tells what it is.
type exception struct {
	licence string // SPDX, several with AND; empty if nothing in the program is under it
	file    string // where the text itself is, if the file only names it
	because string
}

// exceptions are by part and file. One that meets nothing ends the program.
var exceptions = map[string]exception{
	"github.com/golang/freetype/LICENSE": {"FTL", "licenses/ftl.txt",
		"offers the FreeType licence or the GPL, the user's choice: the first is chosen"},
	"github.com/DataDog/sketches-go/LICENSE-3rdparty.csv": {"", "", "lists what its tests use"},
	"modernc.org/memory/LICENSE-LOGO":                     {"", "", "the address of a drawing in its README"},
	"modernc.org/sqlite/LICENSE-SQLITE":                   {"blessing", "", "SQLite's dedication to the public domain, which SPDX calls by its last line"},
	"modernc.org/libc/LICENSE-3RD-PARTY.md": {"BSD-2-Clause AND BSD-3-Clause AND MIT", "",
		"Go's, musl's and two more, the longest of them musl's list of who wrote which part, all BSD or MIT"},
	"modernc.org/sqlite/LICENSE-3RD-PARTY.md": {"", "",
		"its own list of what it links, tests with and has in its graph: what is linked are modules of their own here, SQLite and musl"},
	"@tabler/core/package.json": {"MIT", "", "the package has no licence file; this one, the head of its style sheet and its repository say MIT"},
}

// identify names the part's licences; which exceptions were needed is noted in used.
func (p *part) identify(used map[string]bool) error {
	found := map[string]bool{}
	for _, file := range slices.Clone(p.files) {
		name := path.Join(p.name, file)
		if x, ok := exceptions[name]; ok {
			used[name] = true
			if x.licence != "" {
				for id := range strings.SplitSeq(x.licence, " AND ") {
					found[id] = true
				}
			}
			if x.file != "" {
				if err := p.read(path.Join(p.dir, x.file)); err != nil {
					return err
				}
			}
			continue
		}
		if strings.HasPrefix(strings.ToLower(path.Base(file)), "notice") {
			continue // whom to name; handed on as it is
		}
		ids, err := licencesOf(p.texts[file])
		if err != nil {
			return fmt.Errorf("%s %s: %s: %w. Read it: if it may be linked, give it a kind in scripts/bill/licence.go or a line in exception.go with the reason; if not, do without %s",
				p.name, p.version, file, err, p.name)
		}
		for _, id := range ids {
			found[id] = true
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("%s %s has no licence file: without one nobody may hand it on. Ask its authors, or do without it", p.name, p.version)
	}
	p.licences = slices.Sorted(maps.Keys(found))
	return nil
}
