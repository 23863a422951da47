// Package health knows which targets are worth asking. A breaker for every connection, and one for every model of it,
// counts how attempts end: it opens when too many fail, keeps requests away for a while that grows with every relapse, and
// lets one probe at a time find out whether the provider is back. Only what a provider did counts; a client's own mistake
// and a client that left say nothing about it.
//
// The breaker is a state machine without I/O, goroutines or a clock of its own. sony/gobreaker was weighed: it neither
// lets its time be injected, nor its cool-down grow, nor a state be set by hand or by another node, and those are most of
// what is here.
//
// A target that never failed has no breaker: asking for one is a look into a map that finds nothing. So health costs the
// good path next to nothing, and names that clients make up take no memory.
package health
