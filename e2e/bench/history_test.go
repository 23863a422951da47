package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the history into docs/performance.md")

// The history on the page is the one in the file beside it.
func TestThePageHasTheHistory(t *testing.T) {
	t.Parallel()
	const page, begin, end = "../../docs/performance.md", "<!-- history -->\n", "<!-- end of history -->"
	runs, err := readHistory("../../docs/performance.csv")
	if err != nil || len(runs) == 0 {
		t.Fatalf("%d runs: %v", len(runs), err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	is, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		t.Fatal("the page has no place for the history")
	}
	want := historyTable(runs)
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		return
	}
	if is != want {
		t.Error("the page is not what docs/performance.csv says; write it with go test ./e2e/bench -run ThePageHasTheHistory -update")
	}
}

// A run is added behind the others, and what it did not measure stays empty.
func TestARunIsRecorded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.csv")
	f := figures{}
	f.add("1 KiB prompt: CPU per request", "µs", reference, 100)
	f.add("1 KiB prompt: CPU per request", "µs", ours, 104)
	f.add("binary", "MB", ours, 61.5)
	for _, name := range []string{"first", "second"} {
		if err := f.record(path, name, time.Date(2026, 11, 27, 1, 0, 0, 0, time.UTC), "0.8"); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 3 || lines[1] != "2026-11-27,first,0.8,1.04,104,,,,,,,,,61.5" || !strings.HasPrefix(lines[2], "2026-11-27,second,") {
		t.Errorf("the file says %q", lines)
	}
	if err := os.WriteFile(path, []byte("date,commit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.record(path, "third", time.Now(), "1"); err == nil {
		t.Error("a file of another form was written over")
	}
}
