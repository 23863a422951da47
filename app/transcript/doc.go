// Package transcript keeps what requests and their answers say, where a team wants that: to look at a single answer again, to ask
// another model the same, to make cases for evaluations of answers that people judged.
//
// Nothing is kept unless a team's manager turned it on, and the organization may forbid it or bound for how long. What is kept is
// sealed under the organization's data key, is in no log and no journal, and is gone when its time is over. Data rules come first: what
// they mask is kept masked, and of a request or an answer that they block nothing is kept.
//
// A request never waits for it: when it is over, its bytes go into a queue of bounded size, and Desk.Run reads, seals and writes them.
// What finds no room there is not kept, and counted. A node that is killed takes along what it had not written.
package transcript

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Topic says on the bus that somebody changed what is kept.
const Topic live.Topic = "transcripts"

// The bounds of how long texts are kept, in days. Organizations that said nothing allow their teams DefaultMost, as long as the facts
// of requests are kept, without which a text has no page.
const (
	LeastDays   = 1
	MostDays    = 365
	DefaultMost = 30
)

// MostText is how much of a request's text and of an answer's is kept, in bytes each. What is longer is cut and marked.
const MostText = 256 << 10

// Who may do what. MayBound is for the whole organization, MaySet in the team's department; texts are read by whoever asked, and by
// whoever leads the team (MayRead).
const (
	MayBound = org.Admin
	MaySet   = org.Manager
	MayRead  = org.Lead
)

// How much waits to be written: in all, and of one organization. A request is admitted to an empty queue however large it is.
const (
	mostQueued = 64 << 20
	mostOfOne  = 32 << 20
	// mostHeard is how much of answers is held in memory while they are given, over all requests; MostRaw of a single one: streams are
	// some twenty times as long as what they say.
	mostHeard = 128 << 20
	MostRaw   = 8 << 20
)

const (
	batch    = 50
	pause    = time.Second
	attempts = 5 // to write what is taken from the queue
)
