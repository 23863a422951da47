//go:build !onewall

package db

// standing are the walls that a process begins with: all of them, but for the tests of one.
func standing() walls { return walls{} }
