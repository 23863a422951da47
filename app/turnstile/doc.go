// Package turnstile keeps the gateway answering when more is asked of it than it can do: it lets in what fits, divides
// that fairly among organizations, and sends the rest away at once, told when to come back. Without it a Go server takes
// everything, everything waits, and in the end everything is answered after its client has gone.
//
// # The signal
//
// It is how long goroutines that could run wait for a processor (the runtime's /sched/latencies), and how many of them
// wait (/sched/goroutines/runnable). Both are our own time and nobody else's: a goroutine that waits for a provider is not
// runnable, so a provider that takes ten minutes, and ten thousand open streams that say nothing, look like rest.
// Libraries that limit concurrency by latency (Netflix's concurrency-limits and its ports to Go, among them
// platinummonkey/go-concurrency-limits) were weighed and left: the latency they watch is the whole request's, which here
// is the provider's, and their limiters take one lock for every request. CockroachDB watches the same two figures in its
// admission control (32 runnable goroutines a processor; scheduling latency), WeChat's DAGOR (SoCC 2018) the time that
// requests wait before they are begun, from 20 ms on.
//
// Waiting alone would also show a machine that others keep busy, where refusing helps nobody; a queue alone also a burst
// that is over in a moment. So both must hold, for a tenth of a second or longer, before anybody is refused.
//
// # What is limited
//
// Not requests in flight, most of which wait for a provider, and not new ones a second, as a stream costs most after it
// came in. It is requests in hand: those that this process did something for within a tick. A document counts when it
// comes and when its answer does, a stream while it speaks. The limit goes up a little while the wait is short and
// requests are refused, and down by a part of itself when the wait is long (AIMD). What is in hand already goes on, and
// new requests get the rest, so that those admitted finish.
//
// Streams are kept out of the scheduler's queue meanwhile and take turns, a few each millisecond, because a refusal has no
// way past what is in that queue. How late they are is the second signal: it grows with every stream that is one too many, while
// the first hardly differs between too few and too many.
//
// # Fairness
//
// Requests in hand are divided among the organizations that ask for any: nobody gets more than the water level at which
// the sum is the limit, and whoever wants less gets all of it (max-min fairness). There are no weights. An organization's
// part is spread evenly over the tick by a virtual clock of its own, an atomic number: no lock, no list, and none of it
// while nothing is wrong. Who finds no turn waits for one, but not long: 100 ms if its requests come in bursts, 10 ms if
// they have been too many for a while, because a queue that never empties only makes everybody late (Maurer, "Fail at
// Scale", ACM Queue 2015).
package turnstile
