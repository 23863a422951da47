package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"maps"
	"slices"
	"strings"
)

// finding is one vulnerability, as near to us as it comes.
type finding struct {
	id, summary, module, version string
	fixed                        string // the version without it, "" if there is none
	near                         int
}

// How near it is.
const (
	required = iota // the module is on the list, and no package with it in the program
	imported        // a package with it is in the program
	called          // something leads there
)

// read takes what govulncheck writes: a stream of objects, of which each has one field.
func read(from io.Reader) ([]finding, error) {
	type frame struct{ Module, Version, Package, Function string }
	var message struct {
		OSV     *struct{ ID, Summary string } `json:"osv"`
		Finding *struct {
			OSV   string  `json:"osv"`
			Fixed string  `json:"fixed_version"`
			Trace []frame `json:"trace"`
		} `json:"finding"`
	}
	summaries, found := map[string]string{}, map[string]finding{}
	for d := json.NewDecoder(from); ; {
		message.OSV, message.Finding = nil, nil
		if err := d.Decode(&message); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if message.OSV != nil {
			summaries[message.OSV.ID] = message.OSV.Summary
		}
		f := message.Finding
		if f == nil || len(f.Trace) == 0 {
			continue
		}
		at, near := f.Trace[0], required
		if at.Package != "" {
			near = imported
		}
		if at.Function != "" {
			near = called
		}
		if old, ok := found[f.OSV]; !ok || near > old.near {
			found[f.OSV] = finding{id: f.OSV, module: at.Module, version: at.Version, fixed: f.Fixed, near: near}
		}
	}
	for id, f := range found {
		f.summary = summaries[id]
		found[id] = f
	}
	return slices.SortedFunc(maps.Values(found), func(a, b finding) int { return strings.Compare(a.id, b.id) }), nil
}

// verdict is what is printed, and the error if somebody has to look.
type verdict struct {
	text string
	err  error
}

// judge tells what has to be looked at. What the Go of go.mod's toolchain line has no more is not in what we ship, whatever Go this
// machine has; a reason for something that is not found any more has to go.
func judge(found []finding, accepted map[string]string, wanted string) verdict {
	var b strings.Builder
	var open []string
	known, far, older := map[string]bool{}, 0, ""
	for _, f := range found {
		reason, looked := accepted[f.id]
		known[f.id] = true
		switch {
		case f.near == required:
			far++
		case looked:
			fmt.Fprintf(&b, "  %s (%s %s): %s\n    accepted: %s\n", f.id, f.module, f.version, f.summary, reason)
		case f.module == "stdlib" && f.fixed != "" && version.Compare("go"+strings.TrimPrefix(f.fixed, "v"), wanted) <= 0:
			older = f.version
		default:
			open = append(open, f.id)
			fmt.Fprintf(&b, "  %s (%s %s, fixed in %s): %s\n", f.id, f.module, f.version, orNone(f.fixed), f.summary)
		}
	}
	if older != "" {
		fmt.Fprintf(&b, "  Go %s here is older than go.mod's toolchain, and has what that one has mended: build with GOTOOLCHAIN=%s\n", older, wanted)
	}
	for _, id := range slices.Sorted(maps.Keys(accepted)) {
		if !known[id] {
			open = append(open, id)
			fmt.Fprintf(&b, "  %s is in scripts/vuln/accepted.go and was not found: take its line out\n", id)
		}
	}
	v := verdict{text: fmt.Sprintf("%d to look at, %d accepted, %d in parts of modules that are not in the program\n%s", len(open), len(accepted), far, b.String())}
	if len(open) > 0 {
		v.err = fmt.Errorf("%s: update the module, or write into scripts/vuln/accepted.go why it is none of ours", strings.Join(open, ", "))
	}
	return v
}

func orNone(fixed string) string {
	if fixed == "" {
		return "no version yet"
	}
	return fixed
}
