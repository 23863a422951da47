//go:build !linux

package main

// forgetPages has nothing to do here.
func forgetPages() {}
