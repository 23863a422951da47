package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// figure is one line of the report: the values of every round, by target.
type figure struct {
	Name   string               `json:"name"`
	Unit   string               `json:"unit"`
	Rounds map[string][]float64 `json:"rounds"`
	Median map[string]float64   `json:"median"`
	// Ratio is ours to the reference: the median of the rounds' ratios, so that a round's neighbours cancel out. Between
	// dialects it is to ours within one dialect.
	Ratio float64 `json:"ratio,omitempty"`
}

type figures map[string]*figure

func (f figures) add(name, unit, target string, value float64) {
	if f[name] == nil {
		f[name] = &figure{Name: name, Unit: unit, Rounds: map[string][]float64{}, Median: map[string]float64{}}
	}
	f[name].Rounds[target] = append(f[name].Rounds[target], value)
	f[name].settle()
}

func (f *figure) settle() {
	for target, values := range f.Rounds {
		f.Median[target] = median(values)
	}
	own, other := f.Rounds[ours], f.Rounds[reference]
	if len(other) == 0 {
		other = f.Rounds[sameDialect]
	}
	var ratios []float64
	for i := range min(len(own), len(other)) {
		if other[i] > 0 {
			ratios = append(ratios, own[i]/other[i])
		}
	}
	f.Ratio = median(ratios)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// order is the report's, from what counts most.
func (f figures) order() []*figure {
	weight := func(name string) int {
		for i, part := range []string{"CPU per", "rate", "added", "requests per second", "chunk", "memory", "record"} {
			if strings.Contains(name, part) {
				return i
			}
		}
		return 99
	}
	out := make([]*figure, 0, len(f))
	for _, one := range f {
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b *figure) int {
		if d := weight(a.Name) - weight(b.Name); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// markdown is the table for people.
func (f figures) markdown(environment string) string {
	var b strings.Builder
	beside := slices.ContainsFunc(f.order(), func(one *figure) bool { return len(one.Rounds[peer]) > 0 })
	more := func(cell string) string { // in a column that is there when another gateway is
		if !beside {
			return ""
		}
		return " " + cell + " |"
	}
	fmt.Fprintf(&b, "\n%s\n\n| figure | direct | reverse proxy | Bodhi | ratio |%s\n|---|---:|---:|---:|---:|%s\n", environment, more("other gateway"), more("---:"))
	cell := func(one *figure, target string) string {
		if len(one.Rounds[target]) == 0 {
			return ""
		}
		return short(one.Median[target])
	}
	for _, one := range f.order() {
		ratio := ""
		if one.Ratio > 0 {
			ratio = fmt.Sprintf("%.2f", one.Ratio)
		}
		fmt.Fprintf(&b, "| %s (%s) | %s | %s | %s | %s |%s\n", one.Name, one.Unit, cell(one, direct), cell(one, reference), cell(one, ours), ratio, more(cell(one, peer)))
	}
	return b.String()
}

func short(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func (f figures) write(path, environment string) error {
	text, err := json.MarshalIndent(map[string]any{"environment": environment, "figures": f.order()}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// goals are what a change must not lose, already with the slack that a noisy machine needs. Latency and throughput are
// reported and never judged.
var goals = []struct {
	figure string
	ratio  bool // of the reference, else in the figure's own unit
	most   float64
	least  float64
}{
	{figure: "1 KiB prompt: CPU per request", ratio: true, most: 1.5},
	{figure: "64 KiB prompt: CPU per request", ratio: true, most: 1.2},
	{figure: "200 streams: CPU per 1,000 chunks", ratio: true, most: 1.5},
	{figure: "cached answer: CPU per request", ratio: true, most: 1}, // of asking
	{figure: "1000 open streams: memory each", most: 80},
	{figure: "memory at rest", most: 60},
	{figure: "1 KiB prompt: peak memory", most: 135},
	{figure: "64 KiB prompt: peak memory", most: 225},
	{figure: "start to first good answer", most: 375},
	{figure: "binary", most: 60},
	{figure: "requests on record, of those sent to the provider", least: 100, most: 100},
}

// judge names every goal that was missed.
func (f figures) judge() error {
	var missed []error
	for _, g := range goals {
		one := f[g.figure]
		if one == nil {
			missed = append(missed, fmt.Errorf("%s was not measured", g.figure))
			continue
		}
		got, unit := one.Median[ours], one.Unit
		if g.ratio {
			got, unit = one.Ratio, "× the reverse proxy"
		}
		if got > g.most || got < g.least {
			missed = append(missed, fmt.Errorf("%s: %s %s, allowed are %s to %s", g.figure, short(got), unit, short(g.least), short(g.most)))
		}
	}
	return errors.Join(missed...)
}

// environment says where the figures come from.
func (r *run) environment() string {
	name := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.SplitSeq(string(text), "\n") {
			if field, value, _ := strings.Cut(line, ":"); strings.TrimSpace(field) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d rounds of %s per phase, %d CPUs (%s), %s, load average at the end %s",
		r.rounds, r.phase, runtime.NumCPU(), name, runtime.Version(), loadAverage())
}

// loadAverage is how many wanted a processor in the last minute; "?" where the system does not tell.
func loadAverage() string {
	load, _ := os.ReadFile("/proc/loadavg")
	return strings.Fields(string(load) + " ?")[0]
}
