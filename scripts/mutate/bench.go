package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bench runs the tests of one package.
type bench struct {
	how
	dir, scratch string
	program      string
	tests        [][]test // by change: those that come by it, quick ones first
}

// noticed finds the test that failed in what the tests printed.
var noticed = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)

type test struct {
	name string
	took time.Duration
}

// build makes the package's test program with the changes in it.
func (b *bench) build(overlay string) error {
	b.program = filepath.Join(b.scratch, "tests")
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.program, "./"+b.dir).CombinedOutput(); err != nil {
		return fmt.Errorf("build the tests of %s: %w: %s", b.dir, err, out)
	}
	return nil
}

// command is a run of the test program, where go test would run it.
func (b *bench) command(env string, args ...string) *exec.Cmd {
	for b.pause != "" {
		if _, err := os.Stat(b.pause); err != nil {
			break
		}
		time.Sleep(time.Second)
	}
	cmd := exec.Command(b.program, args...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), env)
	return cmd
}

// follow runs each test alone and notes which changes it comes by.
func (b *bench) follow(changes []*change) error {
	names, err := b.command("", "-test.list", "^(Test|Fuzz|Example)").Output()
	if err != nil {
		return fmt.Errorf("list the tests of %s: %w", b.dir, err)
	}
	skip, err := regexp.Compile(b.skip)
	if err != nil {
		return fmt.Errorf("read -skip: %w", err)
	}
	b.tests = make([][]test, len(changes))
	for name := range strings.FieldsSeq(string(names)) {
		if b.skip != "" && skip.MatchString(name) {
			continue
		}
		seen := filepath.Join(b.scratch, name)
		out, err := b.command("MUTANT_SEEN="+seen, "-test.run", "^"+name+"$", "-test.v").CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s fails without any change: %w: %s", name, err, out[max(0, len(out)-2000):])
		}
		t := test{name: name}
		if m := regexp.MustCompile(`(?m)^--- \w+: ` + name + ` \((\S+)\)`).FindSubmatch(out); m != nil {
			t.took, _ = time.ParseDuration(string(m[1])) // as the testing package writes it
		}
		ids, err := os.ReadFile(seen)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("read what %s came by: %w", name, err)
		}
		for line := range strings.FieldsSeq(string(ids)) {
			id, err := strconv.Atoi(line)
			if err != nil {
				return fmt.Errorf("read what %s came by: %w", name, err)
			}
			b.tests[id-1] = append(b.tests[id-1], t)
		}
	}
	for id, tests := range b.tests {
		changes[id].Tests = len(tests)
		slices.SortStableFunc(tests, func(x, y test) int { return int(x.took - y.took) })
	}
	return nil
}

// try turns one change on and judges it.
func (b *bench) try(id int, c *change) error {
	if c.Verdict = lived; c.Tests == 0 {
		c.Verdict = unseen
	}
	for tests := b.tests[id]; len(tests) > 0; {
		names, took := []string{tests[0].name}, tests[0].took
		tests = tests[1:]
		for len(tests) > 0 && len(names) < 10 && took+tests[0].took < 2*time.Second {
			names, took = append(names, tests[0].name), took+tests[0].took
			tests = tests[1:]
		}
		patience := b.patience + 6*took
		out, err := b.command("MUTANT="+strconv.Itoa(id+1), "-test.run", "^("+strings.Join(names, "|")+")$", "-test.failfast", "-test.timeout", patience.String()).CombinedOutput()
		var failed *exec.ExitError
		switch {
		case err == nil:
		case !errors.As(err, &failed):
			return fmt.Errorf("run the tests of %s: %w", b.dir, err)
		case bytes.Contains(out, []byte("panic: test timed out")):
			c.Verdict = stopped
			return nil
		default:
			if c.Verdict = killed; noticed.Match(out) {
				c.By = string(noticed.FindSubmatch(out)[1])
			}
			return nil
		}
	}
	return nil
}
