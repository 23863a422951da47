package cache

import "sync/atomic"

// Reason says why nothing was given.
type Reason uint8

// The reasons.
const (
	Absent     Reason = iota // there is none, or it was cleared
	Old                      // its time is over
	Unreadable               // it cannot be opened, or is no answer
	OtherForm                // it is kept in a form that this client cannot be told
	StoreAway                // it is not in this process, and the store did not say in time
	Renewed                  // the client wanted a new one
	reasons
)

// Reasons are their names, in order.
var Reasons = [reasons]string{"absent", "old", "unreadable", "other_form", "store_away", "refresh"}

// What a store may fail at.
const (
	getErrors = iota
	putErrors
	dropErrors
	countErrors
	leaseErrors
	errorKinds
)

// ErrorKinds are their names, in order.
var ErrorKinds = [errorKinds]string{"get", "put", "drop", "count", "lease"}

// counters are what a Desk did since it began.
type counters struct {
	memoryHits, storeHits, lastResorts, bypassed, waits, nodeWaits, handed atomic.Int64
	misses                                                                 [reasons]atomic.Int64
	errors                                                                 [errorKinds]atomic.Int64
}

// Stats are what a Desk did since it began, and how full this process is.
type Stats struct {
	Entries                     int
	Bytes                       int64
	OwnEvictions, FullEvictions int64 // answers that left this process: their organization had its share, or the room was full
	// Hits by where they were found; last resorts are given because no provider answered.
	MemoryHits, StoreHits, LastResorts int64
	Misses                             [reasons]int64 // of requests that a policy would have answered, by Reasons
	Bypassed                           int64          // requests that a policy is for, but does not answer
	Waits                              int64          // requests that waited for another one's answer in this process
	NodeWaits                          int64          // questions that another node was waited for with
	Handed                             int64          // leads that went on to somebody who waited
	Waiting                            int            // requests that wait right now
	Errors                             [errorKinds]int64
	Lost                               int64 // answers that were not written because too many waited
}

// Stats counts. It is for metrics: nothing in it names anybody.
func (d *Desk) Stats() Stats {
	c := &d.count
	s := Stats{MemoryHits: c.memoryHits.Load(), StoreHits: c.storeHits.Load(), LastResorts: c.lastResorts.Load(), Bypassed: c.bypassed.Load(), Waits: c.waits.Load(),
		NodeWaits: c.nodeWaits.Load(), Handed: c.handed.Load(), Waiting: d.Waiting()}
	s.Entries, s.Bytes, s.OwnEvictions, s.FullEvictions = d.memory.count()
	for i := range s.Misses {
		s.Misses[i] = c.misses[i].Load()
	}
	for i := range s.Errors {
		s.Errors[i] = c.errors[i].Load()
	}
	d.writer.mu.Lock()
	s.Lost = d.writer.lost
	d.writer.mu.Unlock()
	return s
}

// Missed notes that a request got nothing and goes to a provider, for whatever reason the last look gave.
func (d *Desk) Missed(s *Slot) {
	if !s.looked {
		s.why = Renewed
	}
	d.count.misses[s.why].Add(1)
}
