//go:build !linux

package app

import "syscall"

// lean does nothing where nobody has said how.
func lean(_, _ string, _ syscall.RawConn) error { return nil }
