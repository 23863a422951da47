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

// Refusal says why an answer that was found for a like question was not given.
type Refusal uint8

// The refusals.
const (
	OnlyWritten Refusal = iota // the policy's mode is shadow
	TooFar                     // the two vectors are further apart than the policy's threshold
	TooDear                    // asking the judge costs more than it saves, or nobody knows what it costs
	NoWord                     // the judge failed, or said nothing
	Disagreed                  // the judge said no
	Unwritten                  // it cannot be written down, and what leaves no trace is not given
	refusals
)

// Refusals are their names, in order.
var Refusals = [refusals]string{"shadow", "threshold", "cost", "judge_failed", "judge_no", "not_written"}

// counters are what a Desk did since it began.
type counters struct {
	memoryHits, storeHits, lastResorts, bypassed, waits, nodeWaits, handed atomic.Int64
	misses                                                                 [reasons]atomic.Int64
	errors                                                                 [errorKinds]atomic.Int64
	likeFound, likeServed, judgeYes, judgeNo, embedErrors                  atomic.Int64
	likeRefused                                                            [refusals]atomic.Int64
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
	// Of questions that are worded differently: answers found and given, and the others by Refusals; what judges said; vectors that a
	// model did not make; and the bytes of the index.
	LikeFound, LikeServed int64
	LikeRefused           [refusals]int64
	JudgeYes, JudgeNo     int64
	EmbedErrors           int64
	LikeBytes             int64
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
	s.LikeFound, s.LikeServed, s.JudgeYes, s.JudgeNo, s.EmbedErrors, s.LikeBytes = c.likeFound.Load(), c.likeServed.Load(), c.judgeYes.Load(), c.judgeNo.Load(), c.embedErrors.Load(), d.Liking()
	for i := range s.LikeRefused {
		s.LikeRefused[i] = c.likeRefused[i].Load()
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

// Unembedded notes that a model made no vector of a question.
func (d *Desk) Unembedded() { d.count.embedErrors.Add(1) }

// Refused notes why a doubtful answer is not given: its judge was not asked (TooDear), or said nothing (NoWord). What Judged and Saw learn
// they count themselves.
func (d *Desk) Refused(why Refusal) { d.count.likeRefused[why].Add(1) }

// sighted counts an answer that was found, and why one that nobody is asked about is not given.
func (d *Desk) sighted(l *Likeness) {
	d.count.likeFound.Add(1)
	switch {
	case l.Serve || l.Doubt:
	case l.mode == Shadow:
		d.Refused(OnlyWritten)
	default:
		d.Refused(TooFar)
	}
}
