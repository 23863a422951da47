package main

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestOnlyUnchangedPagesOfTheProgramAreForgotten(t *testing.T) {
	t.Parallel()
	const smaps = `00400000-02000000 r-xp 00000000 fe:00 77 /opt/bo dhi
Rss:               20480 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
02000000-03000000 r--p 01c00000 fe:00 77 /opt/bo dhi
Anonymous:             4 kB
03000000-03100000 rw-p 02c00000 fe:00 77 /opt/bo dhi
Anonymous:             0 kB
03100000-03200000 r--s 02c00000 fe:00 77 /opt/bo dhi
Anonymous:             0 kB
7f0000000000-7f0000001000 r-xp 00000000 fe:00 78 /lib/other.so
Anonymous:             0 kB
7f0000002000-7f0000003000 rw-p 00000000 00:00 0
Anonymous:             0 kB
`
	got := ownPages(bufio.NewScanner(strings.NewReader(smaps)), "/opt/bo dhi")
	if !slices.Equal(got, []span{{0x400000, 0x2000000}}) {
		t.Errorf("%x", got)
	}
}

// It is this process whose pages go: it must live on, and be smaller in the end.
func TestForgottenPagesComeBack(t *testing.T) {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	if len(ownPages(bufio.NewScanner(strings.NewReader(string(smaps))), self)) == 0 {
		t.Fatal("nothing of this program's own file is found")
	}
	forgetPages()
	if got := strings.ToUpper(strings.Repeat("a", 3)); got != "AAA" {
		t.Error(got)
	}
}
