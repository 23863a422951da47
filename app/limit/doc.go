// Package limit is rate limits: how many requests, tokens and dollars may pass in a span of time, per organization,
// department, team, member and key, narrowed to a tag, a model or an operation. Limiter is the data plane, Service the
// control plane.
//
// # The algorithm
//
// A sliding window of W is cut into slots of w = ⌈W/16⌉. A counter keeps what was taken in each of the last 17 slots
// (the 16 whole ones and the one under way); what was taken at time t lies in slot ⌊t/w⌋ and counts until that slot has
// fallen out. A request that needs n passes if the sum of all 17 slots and n is at most the limit.
//
// Never more than the limit in any window. Let T be any moment. What was taken in (T-W, T] lies in slots from ⌊(T-W)/w⌋
// on; as W ≤ 16w, that is at least ⌊T/w⌋-16, so the sum at T counts all of it. The last take before T was only admitted
// because that sum was at most the limit. A two-bucket window and GCRA cannot say this: both let nearly twice the limit
// through around the turn of a window. The price is that a take counts for up to W+w, at most 1/16 longer than W.
//
// All or nothing. A request is held against all limits that bind it under one mutex (one script in Redis) and takes its
// place on all of them or on none, so parallel requests cannot pass together where one would not, and a refused request
// is charged nowhere.
//
// Estimates. Requests are counted as they come. Tokens are taken as an estimate and settled with the true figure: what
// was taken too much goes back into the slot it was taken from, as if it had never been taken; what was taken too little
// is added now and may push the sum past the limit, so that nothing passes until it has fallen out. Cost is known only
// once a provider was chosen, so where the caller has no figure it is taken as nothing: such a limit lets a request
// through while anything is left, and the true cost closes it afterwards. Budgets hold money exactly; a cost limit is a
// brake, not a budget.
//
// # Where the counters are
//
// In memory, with one mutex for each organization and none between them; a counter that has nothing to remember is
// dropped. With Redis, one script decides for all nodes in one round trip, on Redis' own clock, and memory follows along.
// When Redis is away or slow, memory decides at once with the limit divided by the nodes that were alive, and what it
// let through is told to Redis afterwards.
package limit
