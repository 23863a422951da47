package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// forgetPages gives the pages of the program's own file back that are in memory unchanged: starting runs through code and
// tables that nothing reads again (migrations, templates being parsed, the catalogue), and the kernel maps sixteen pages for
// each one that is touched. They stay in the kernel's cache while it has room, and what is needed again is mapped again from
// there. Nothing depends on it, so errors are nobody's business.
func forgetPages() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	for _, r := range ownPages(bufio.NewScanner(f), self) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, r.from, r.to-r.from, syscall.MADV_DONTNEED)
	}
}

type span struct{ from, to uintptr }

// ownPages finds in smaps where file is mapped for reading only, without a page that differs from the file: what differs
// (tables that a linker adjusted at the start) would be lost.
func ownPages(smaps *bufio.Scanner, file string) (out []span) {
	var at span
	for smaps.Scan() {
		head := strings.Fields(smaps.Text())
		switch {
		case len(head) >= 6 && len(head[1]) == 4: // from-to rwxp offset device inode file
			at = span{}
			if head[1][0] == 'r' && head[1][1] == '-' && head[1][3] == 'p' && strings.Join(head[5:], " ") == file {
				at = spanOf(head[0])
			}
		case len(head) == 3 && head[0] == "Anonymous:" && head[1] == "0" && at.to > at.from:
			out = append(out, at)
		}
	}
	return out
}

func spanOf(s string) span {
	from, to, _ := strings.Cut(s, "-")
	a, err := strconv.ParseUint(from, 16, 64)
	b, also := strconv.ParseUint(to, 16, 64)
	if err != nil || also != nil {
		return span{}
	}
	return span{uintptr(a), uintptr(b)}
}
