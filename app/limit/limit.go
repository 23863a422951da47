package limit

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Unit is what a limit counts.
type Unit string

// The units.
const (
	Requests Unit = "requests"
	Tokens   Unit = "tokens" // input and output together
	Cost     Unit = "cost"   // nano-dollars
)

// Units are all of them, in the order in which people choose.
var Units = []Unit{Requests, Tokens, Cost}

// Valid reports whether u is one of Units.
func (u Unit) Valid() bool { return u == Requests || u == Tokens || u == Cost }

// Value is an amount of the unit as JSON carries it: a count, or a decimal of USD.
func (u Unit) Value(n int64) any {
	if u == Cost {
		return money.USD(n)
	}
	return n
}

// Limit is how much may pass in a window on one node of the tree.
type Limit struct {
	ID    id.Limit
	Org   id.Org
	Scope org.Scope
	// Tag, Model and Endpoint narrow what is counted; "" is everything. Tag is one pair, "project=apollo". Model is the
	// name as it was asked for, an alias or a model: the limit binds before a target is chosen, so a fallback does not
	// escape it, but another name for the same model does. Endpoint is the operation.
	Tag      string
	Model    string
	Endpoint llm.Operation
	Name     string // for people; defaults to what is limited
	Unit     Unit
	Amount   int64 // of Unit: requests, tokens or nano-dollars
	Window   time.Duration
	// Soft lets up to twice the amount through with a warning, and its refusals say where to ask for more.
	Soft      bool
	Burst     Burst
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Burst is a rise of a limit for a while, at most once a day (in the organization's zone), which begins by itself when
// the limit is hit. After its end Cool must pass before the next one. The zero Burst is none.
type Burst struct {
	Percent  int64 // of the limit while it lasts: 100 to 1000
	Duration time.Duration
	Cool     time.Duration
}

// Any reports whether there is one.
func (b Burst) Any() bool { return b.Percent > 100 && b.Duration > 0 }

// Increase raises a limit until a moment: by Add of the limit's unit, to Percent of its amount, or both. It is a row
// beside the limit, which is not edited (decision D11).
type Increase struct {
	ID        id.Increase
	Limit     id.Limit
	Add       int64
	Percent   int64 // 100 is the limit itself; the largest of all increases counts, while Adds are summed
	Until     time.Time
	Reason    string
	CreatedBy string
	CreatedAt time.Time
}

// Ask is one request, before it runs.
type Ask struct {
	Chain org.Chain
	Tags  string // "client=acme,project=apollo", sorted
	Model string // as the client wrote it
	// Operation is what it asks for.
	Operation llm.Operation
	// Tokens is the estimate of input and output. Least is the part of it that is certain: where the estimate alone is
	// larger than a limit, but Least is not, the whole limit is taken instead.
	Tokens, Least int64
	// Cost is the estimate of the cost; 0 where no price is known yet.
	Cost money.USD
}

// Used is what a request used in the end.
type Used struct {
	// Void says that nothing was sent to a provider and nothing was answered: the request counts nowhere.
	Void   bool
	Tokens int64
	Cost   money.USD
}

// Standing is where a limit stands, for headers, pages and GET /v1/key.
type Standing struct {
	Limit    id.Limit
	Scope    org.Scope
	Tag      string
	Name     string
	Unit     Unit
	Window   time.Duration
	Soft     bool
	Amount   int64 // in force now: with increases and burst
	Used     int64
	Bursting bool
	// Reset is how long it takes until nothing counts any more, if nothing is added.
	Reset time.Duration
}

// Left is what still passes; never below 0.
func (s Standing) Left() int64 { return max(0, s.Amount-s.Used) }
