package main

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	rule    = "--------------------------------------------------------------------------------"
	opening = `Software of others in Bodhi Gateway

The program contains Go's own library and the modules below, each under its own licence; this file goes
with the program, as their licences want. NOTICE names the data and the dashboard's files that it holds as
well. All modules are used as their authors publish them: the source of each, those under MPL-2.0 among them,
is at the address that its name is, and at https://proxy.golang.org. Portions of this software are copyright (c) The FreeType Project (www.freetype.org). All rights
reserved.

`
)

// noticesOf is the file that goes with a binary: every part with its licences, then every text once, under the names of all parts that
// have it.
func noticesOf(parts []*part) []byte {
	var out bytes.Buffer
	out.WriteString(opening)
	var order []string
	whose := map[string][]string{}
	for _, p := range parts {
		fmt.Fprintf(&out, "%s %s: %s\n", p.name, p.version, strings.Join(p.licences, " AND "))
		for _, file := range p.files {
			text := strings.TrimSpace(strings.ReplaceAll(p.texts[file], "\r\n", "\n"))
			if x, ok := exceptions[p.name+"/"+file]; ok && x.licence == "" {
				continue // nothing in the program is under it
			}
			if whose[text] == nil {
				order = append(order, text)
			}
			whose[text] = append(whose[text], p.name+" ("+file+")")
		}
	}
	for _, text := range order {
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", rule, strings.Join(whose[text], "\n"), text)
	}
	return out.Bytes()
}
