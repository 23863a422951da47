package ingress

import (
	"net"
	"syscall"
)

// noSYN is a filter of packets, as the listening socket sees them from the TCP header on: none that asks for a new connection.
// The last packet of a handshake passes, and data that stands for it.
var noSYN = []syscall.SockFilter{
	{Code: syscall.BPF_LD | syscall.BPF_B | syscall.BPF_ABS, K: 13}, // the flags
	{Code: syscall.BPF_JMP | syscall.BPF_JSET | syscall.BPF_K, Jf: 1, K: 0x02},
	{Code: syscall.BPF_RET | syscall.BPF_K, K: 0},
	{Code: syscall.BPF_RET | syscall.BPF_K, K: 0xffffffff},
}

// still lets the kernel begin no new connections at l, and reports whether it does. Who asks for one hears nothing, asks again
// after a second and is refused then: nothing was sent that could be lost.
func still(l *net.TCPListener) bool {
	raw, err := l.SyscallConn()
	if err != nil {
		return false
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		//lint:ignore SA1019 what it names instead serves no listeners of TCP
		refused = syscall.AttachLsf(int(fd), noSYN)
	})
	return err == nil && refused == nil
}
