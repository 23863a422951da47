package app

import "syscall"

// mostUnsent is how much of an answer the kernel keeps for a client that has no room for it: what fills a connection of 5 Mbit/s
// with 100 ms. By itself it keeps megabytes, for each of thousands of streams that nobody reads.
const mostUnsent = 64 << 10

// notSentLowat is TCP_NOTSENT_LOWAT (linux/tcp.h); package syscall does not know it. What is under way does not count, so a
// connection that is fast and far away stays fast.
const notSentLowat = 25

// lean sets a listener up; connections inherit it. A kernel that does not know the option serves as it did before.
func lean(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, notSentLowat, mostUnsent)
	})
}
