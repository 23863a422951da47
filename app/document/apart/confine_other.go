//go:build !linux && !darwin

package apart

import "time"

// confine is a wish where the system has no such bounds: memory and stack of Go, and the time of whoever started it, hold.
func confine(time.Duration, uint64) error { return nil }
