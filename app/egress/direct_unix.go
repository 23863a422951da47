//go:build unix

package egress

import "syscall"

// look reads without waiting; what an idle connection has to say is that it ends, and anything else is out of turn.
func (c *conn) look(fd uintptr) bool {
	var b [1]byte
	n, err := syscall.Read(int(fd), b[:])
	c.still = n < 0 && err == syscall.EAGAIN
	return true
}
