//go:build linux || darwin

package apart

import (
	"syscall"
	"time"
)

// confine has the system hold this process to its bounds. Time of the processor is counted in whole seconds, of all threads together.
func confine(within time.Duration, memory uint64) error {
	seconds := 2 * uint64(within/time.Second+1)
	if err := syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: seconds, Max: seconds}); err != nil {
		return err
	}
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: memory, Max: memory})
}
