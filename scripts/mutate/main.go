// Command mutate changes packages in small ways, one at a time, and tells which changes their tests do not notice:
//
//	go run ./scripts/mutate app/money app/ledger
//
// A package is compiled once, with all changes in it and a switch for each. So a change costs no more than running those tests
// that come by it, quick ones first, until one fails. Only the package's own tests run; rooms inside a room are not part of it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The verdicts on a change.
const (
	killed  = "killed"  // a test failed
	stopped = "stopped" // the tests ran on, and were stopped
	lived   = "lived"   // no test noticed
	unseen  = "unseen"  // no test comes by it
)

// change is one small change of the code.
type change struct {
	Where   string // file:line:column
	What    string // "< → <="
	Code    string
	Verdict string
	Tests   int    // that come by it
	By      string `json:",omitempty"` // the test that failed
}

// how is how packages are judged.
type how struct {
	out      string        // directory of the reports
	at       string        // only changes whose place begins so, or so, by commas
	skip     string        // tests that match are left out; "" = none
	pause    string        // start nothing while this file exists; "" = never
	patience time.Duration // for tests that run on, on top of six times what they take
}

func main() {
	var h how
	flag.StringVar(&h.out, "out", "var", "directory of the reports, mutation-app-money.json and so on")
	flag.StringVar(&h.at, "at", "", "only changes whose place begins so, such as desk.go:,node.go:17")
	flag.StringVar(&h.skip, "skip", "", "leave out the tests that match, such as slow ones; what lives then may be told by those")
	flag.StringVar(&h.pause, "pause", "", "start nothing while this file exists")
	flag.DurationVar(&h.patience, "patience", 10*time.Second, "how long tests may run on, on top of six times what they take")
	flag.Parse()
	for _, dir := range flag.Args() {
		if err := h.judge(filepath.Clean(dir)); err != nil {
			fmt.Fprintln(os.Stderr, "mutate:", err)
			os.Exit(1)
		}
	}
}

// judge changes one package and writes its report.
func (h how) judge(dir string) error {
	scratch, err := os.MkdirTemp("", "mutate-*")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	changes, overlay, err := rewrite(dir, scratch)
	if err != nil {
		return fmt.Errorf("change %s: %w", dir, err)
	}
	b := &bench{how: h, dir: dir, scratch: scratch}
	if err := b.build(overlay); err != nil {
		return err
	}
	if err := b.follow(changes); err != nil {
		return err
	}
	count := map[string]int{}
	for id, c := range changes {
		if !slices.ContainsFunc(strings.Split(h.at, ","), func(at string) bool { return strings.HasPrefix(c.Where, at) }) {
			continue
		}
		if err := b.try(id, c); err != nil {
			return err
		}
		count[c.Verdict]++
		if c.Verdict != killed {
			fmt.Printf("%-8s %s  %s  in  %s\n", c.Verdict, c.Where, c.What, strings.Join(strings.Fields(c.Code), " "))
		}
	}
	fmt.Printf("%s: %d changes, %d killed, %d stopped, %d lived, %d unseen\n", dir, len(changes), count[killed], count[stopped], count[lived], count[unseen])
	text, err := json.MarshalIndent(changes, "", " ")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return os.WriteFile(filepath.Join(h.out, "mutation-"+strings.ReplaceAll(dir, "/", "-")+".json"), text, 0o600)
}
