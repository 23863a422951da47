package main

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// limitMemory tells the collector how much memory the container gives, so that it works harder before the kernel ends the
// process. A tenth is left to what Go does not count: the program's file, threads, SQLite's pages. GOMEMLIMIT has the last word.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	if n := containerMemory(os.DirFS("/")); n > 0 {
		debug.SetMemoryLimit(n / 10 * 9)
	}
}

// containerMemory is the least memory limit of the control groups that this process is in; 0 without one. root is the file
// system's root. Both versions of control groups are read, as seen from inside a container and from outside.
func containerMemory(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0 // not Linux
	}
	least := int64(math.MaxInt64)
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		base, file := "sys/fs/cgroup", "memory.max"
		if parts[1] == "memory" {
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if parts[1] != "" {
			continue
		}
		// A parent's limit binds too.
		for at := path.Clean("/" + parts[2]); ; at = path.Dir(at) {
			least = min(least, number(root, path.Join(base, at, file)))
			if at == "/" {
				break
			}
		}
	}
	if least >= math.MaxInt64/2 { // "max", or version 1's way of saying it
		return 0
	}
	return least
}

func number(root fs.FS, name string) int64 {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return math.MaxInt64
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || n <= 0 {
		return math.MaxInt64
	}
	return n
}
