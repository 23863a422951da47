// Package soak lets the real binary work for hours and looks at what it holds: memory, goroutines, descriptors and connections stay
// where they are, nothing of one organization reaches the other, and the books balance with the provider's own bill.
//
// The test runs half a minute of it, in which only what must be back at the end can be judged; `make soak` runs hours (SOAK=8h) and
// writes var/soak.json.
package soak
