package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kept are the figures that a line of the history has, in its order: with ratio the ratio to the reference, else ours.
var kept = []struct {
	column, figure string
	ratio          bool
}{
	{"1 KiB, CPU ratio", "1 KiB prompt: CPU per request", true},
	{"1 KiB, CPU µs", "1 KiB prompt: CPU per request", false},
	{"64 KiB, CPU ratio", "64 KiB prompt: CPU per request", true},
	{"streams, CPU ratio", "200 streams: CPU per 1,000 chunks", true},
	{"added p50 ratio", "500/s, provider 60 ms: added p50", true},
	{"added p99 ratio", "500/s, provider 60 ms: added p99", true},
	{"at rest MiB", "memory at rest", false},
	{"flat out MiB", "1 KiB prompt: peak memory", false},
	{"a stream KiB", "1000 open streams: memory each", false},
	{"start ms", "start to first good answer", false},
	{"binary MB", "binary", false},
}

// record adds a run to the history, a file of comma-separated values with a line of names. What was not measured is empty.
func (f figures) record(path, commit string, at time.Time, load string) error {
	line := []string{at.UTC().Format(time.DateOnly), commit, load}
	for _, k := range kept {
		one, value := f[k.figure], 0.0
		if one != nil {
			if value = one.Median[ours]; k.ratio {
				value = one.Ratio
			}
		}
		if value == 0 {
			line = append(line, "")
			continue
		}
		line = append(line, short(value))
	}
	runs, err := readHistory(path)
	if err != nil {
		return err
	}
	file, err := os.Create(path) //nolint:gosec // the path is the developer's
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	if err := w.WriteAll(append([][]string{historyHead()}, append(runs, line)...)); err != nil {
		return err
	}
	return file.Close()
}

func historyHead() []string {
	head := []string{"date", "commit", "load"}
	for _, k := range kept {
		head = append(head, k.column)
	}
	return head
}

// readHistory gives the runs, oldest first; none, if there is no file yet.
func readHistory(path string) ([][]string, error) {
	file, err := os.Open(path) //nolint:gosec // the path is the developer's
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || !slices.Equal(rows[0], historyHead()) {
		return nil, fmt.Errorf("%s: its first line is not %q", path, strings.Join(historyHead(), ","))
	}
	for _, r := range rows[1:] {
		for i, v := range r[3:] {
			if _, err := strconv.ParseFloat(v, 64); v != "" && err != nil {
				return nil, fmt.Errorf("%s: %s of %s is %q", path, rows[0][3+i], r[1], v)
			}
		}
	}
	return rows[1:], nil
}

// historyTable is the history for people, the newest run first.
func historyTable(runs [][]string) string {
	var b strings.Builder
	head := historyHead()
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat("---|", 3)+strings.Repeat("---:|", len(head)-3))
	for _, r := range slices.Backward(runs) {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(r, " | "))
	}
	return b.String()
}

// commit is the tree's, with a mark if something was changed since; "unknown" where git is not at hand.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty", "--abbrev=8").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
