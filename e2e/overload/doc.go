// Package overload shows with the real binary what happens when more is asked of it than it can do. The short form shows
// that a flood is turned away, that another organization does not notice, and that it passes; `make proof` runs the long
// one, which measures it: a minute at five times the capacity, the gateway on one processor and all else on another.
package overload
