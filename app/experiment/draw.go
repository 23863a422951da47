package experiment

import (
	"hash/fnv"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Unit is what keeps its variant: all its requests go the same way for as long as the experiment runs.
type Unit string

// What can be a unit.
const (
	// ByUser is the end user that the app names (x-bodhi-user), else the member whose key it is, else the key.
	ByUser Unit = "user"
	// BySession is the conversation (x-bodhi-session, or what the body says of it); a request without one is drawn by itself.
	BySession Unit = "session"
)

// Units are all there are.
var Units = []Unit{ByUser, BySession}

// Draw says which variant a unit has, by the variants' percent, and in which bucket it is counted. It is a hash of the experiment and
// the unit: no memory, so that every node says the same, before and after a restart; and other experiments divide the same people
// differently. The variants' percent must add up to 100.
func Draw(e id.Experiment, unit string, variants []Variant) (variant, bucket int) {
	h := fnv.New64a()
	b := e.Bytes()
	_, _ = h.Write(b[:])
	_, _ = h.Write([]byte(unit))
	n := mix(h.Sum64())
	at := int((n >> 32) * 10_000 >> 32) // 0 to 9,999
	for i := range variants {
		if at -= variants[i].Percent * 100; at < 0 {
			return i, int(n % Buckets)
		}
	}
	return 0, int(n % Buckets)
}

// mix spreads a hash over all its bits (the finalizer of splitmix64: S. Vigna's, after D. Stafford's mix 13): FNV leaves those of
// similar names alike.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
