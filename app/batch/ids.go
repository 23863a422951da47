package batch

import "crypto/sha256"

// ids are the custom ids of a file, and where they stand. Each is remembered by a piece of its hash: as they are, those of a full batch
// would come to 25 MiB.
type ids map[[16]byte]int32

// add remembers one; twice says that it was there, at before.
func (s ids) add(customID string, at int) (before int, twice bool) {
	sum := sha256.Sum256([]byte(customID))
	k := [16]byte(sum[:])
	if n, ok := s[k]; ok {
		return int(n), true
	}
	s[k] = int32(at) // lines are bounded
	return 0, false
}
