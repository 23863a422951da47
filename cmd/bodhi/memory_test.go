package main

import (
	"testing"
	"testing/fstest"
)

func TestTheContainersMemoryIsFound(t *testing.T) {
	t.Parallel()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"no Linux":                     {fstest.MapFS{}, 0},
		"version 2 in a container":     {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("536870912\n")}, 536870912},
		"version 2 without a limit":    {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("max\n")}, 0},
		"version 2, the parent's":      {fstest.MapFS{"proc/self/cgroup": file("0::/a/b\n"), "sys/fs/cgroup/a/b/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.max": file("1000\n")}, 1000},
		"version 1 in a container":     {fstest.MapFS{"proc/self/cgroup": file("5:devices:/x\n4:memory:/x\n0::/\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("2000\n")}, 2000},
		"version 1 without a limit":    {fstest.MapFS{"proc/self/cgroup": file("4:memory:/x\n"), "sys/fs/cgroup/memory/x/memory.limit_in_bytes": file("9223372036854771712\n")}, 0},
		"what nobody can make head of": {fstest.MapFS{"proc/self/cgroup": file("hello\n"), "sys/fs/cgroup/memory.max": file("5\n")}, 0},
	} {
		if got := containerMemory(c.files); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
