package sim

// Bug is a mistake planted into one world. Each has been made by somebody's gateway.
type Bug string

// The bugs. The comment says what they break.
const (
	NoBug               Bug = ""
	LevelSkipped        Bug = "level skipped"                // the team's budget is not held on
	ReleaseBeforeSettle Bug = "release before settle"        // the hold is freed when the answer ends, the cost comes later
	RetryOnSameHold     Bug = "retry on the same hold"       // the second attempt takes no hold and has no row
	RefundOnDisconnect  Bug = "refund on disconnect"         // a client that left pays nothing
	MissingUsageFree    Bug = "missing usage is free"        // no usage in the answer reads as zero
	ZeroUsageMissing    Bug = "zero usage reads as missing"  // an explicit zero is replaced by our own count
	DoubleGrant         Bug = "double grant"                 // the node adds a repeated answer again
	BankForgetsOps      Bug = "bank forgets ops"             // a repeated ask is lent again
	PostNotIdempotent   Bug = "posting is not idempotent"    // a repeated batch is booked again
	MarkWithoutRows     Bug = "mark moves without rows"      // the acknowledgement and the rows are not one transaction
	ReaperFrees         Bug = "reaper frees"                 // a dead node's lease becomes free money
	OverrunDropped      Bug = "overrun dropped"              // cost is cut to the hold
	VoidAfterDispatch   Bug = "void after dispatch"          // what was in flight at a crash counts as never sent
	DispatchUnjournaled Bug = "dispatch before journal"      // a crash between the two forgets the attempt
	SettleTwice         Bug = "settle twice"                 // two paths book the end of one attempt
	SurrenderFirst      Bug = "surrender before posting"     // leases are given back while costs wait in the journal
	ReturnStaysUsable   Bug = "returned lease stays usable"  // the bank has it back, the book still counts it
	OtherPeriod         Bug = "booked in the other period"   // the cost goes to the period in which the attempt ended
	LevelNotPosted      Bug = "level not posted"             // the member's spend is not moved
	HeldLeaseReturned   Bug = "lease with holds given back"  // what is held is given back as if it were idle
	GrantAboveLimit     Bug = "grant ignores what is leased" // the bank compares with what is spent only
	RecallTakesHeld     Bug = "recall takes what is held"    // another node's call is answered with money in use
	StaleSessionLent    Bug = "stale session is lent to"     // the bank does not look at epochs
	ClaimForgetsHolds   Bug = "claim forgets holds"          // a new session claims nothing for what is in flight
	ReopenKeepsFree     Bug = "new session keeps free lease" // it is not claimed, and still held against
	ReopenKeepsBack     Bug = "new session repeats a return" // what was given back by the claim is given back again
	RollbackIgnored     Bug = "failover ignored"             // a node goes on with leases that the bank forgot
	MarkJumps           Bug = "mark jumps"                   // the bank takes a batch that does not begin where its books end
	LimitCutIgnored     Bug = "limit cut ignored"            // the bank lends against the limit that was
)

// Bugs are all of them.
var Bugs = []Bug{LevelSkipped, ReleaseBeforeSettle, RetryOnSameHold, RefundOnDisconnect, MissingUsageFree, ZeroUsageMissing, DoubleGrant,
	BankForgetsOps, PostNotIdempotent, MarkWithoutRows, ReaperFrees, OverrunDropped, VoidAfterDispatch, DispatchUnjournaled, SettleTwice,
	SurrenderFirst, ReturnStaysUsable, OtherPeriod, LevelNotPosted, HeldLeaseReturned, GrantAboveLimit,
	RecallTakesHeld, StaleSessionLent, ClaimForgetsHolds, ReopenKeepsFree, ReopenKeepsBack, RollbackIgnored, MarkJumps, LimitCutIgnored}
