// Package usage answers "how much, of what, by whom, when" for pages, the management API, exports and the command line:
// one Query, one Result. It only reads, and only within the actor's reach (report.Reach).
//
// Requests are counted when they came, money and tokens when their attempt was dispatched; that is how the ledger books
// them, so every total here is a sum of the ledger's rows to the nano-dollar. Where the sums kept by the hour and by the
// day can answer, they do; the rest is added up from the attempts and requests themselves, as far back as those are kept.
package usage

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Dim is a dimension: what usage can be divided by and narrowed to.
type Dim string

// The dimensions. A tag key is one as well: Tag("project").
const (
	Department Dim = "department"
	Team       Dim = "team"
	Member     Dim = "member"
	Key        Dim = "key"
	Client     Dim = "client"     // the program that asked, told from its headers: "Claude Code"
	Asked      Dim = "asked"      // the model as the client wrote it; "" where nothing of that name was found
	Model      Dim = "model"      // the model that answered
	Connection Dim = "connection" // that answered, by its name
	Endpoint   Dim = "endpoint"   // "chat", "embeddings", …
	Cache      Dim = "cache"      // hit, semantic, miss, bypass
	Outcome    Dim = "outcome"    // answered, refused, failed; money goes by its attempt's own end
)

// Dims are all dimensions with a name of their own, in the order that messages and choices list them.
var Dims = []Dim{Department, Team, Member, Key, Client, Asked, Model, Connection, Endpoint, Cache, Outcome}

const tagDim = "tag:"

// Tag is the dimension of a tag key's values.
func Tag(key string) Dim { return Dim(tagDim + key) }

// Tag is the tag key that a dimension is about; false for all others.
func (d Dim) Tag() (key string, ok bool) {
	key, ok = strings.CutPrefix(string(d), tagDim)
	return key, ok && key != ""
}

// Outcomes, as Outcome's values.
const (
	Answered = "answered"
	Refused  = "refused" // by one of our rules, before any provider was asked
	Failed   = "failed"
)

// Grain is how a span is cut into the steps of a series.
type Grain string

// The grains. Days, weeks (from Monday) and months are those of the organization's calendar.
const (
	Whole Grain = "" // no series, one figure
	Hour  Grain = "hour"
	Day   Grain = "day"
	Week  Grain = "week"
	Month Grain = "month"
)

// Before is what a span is compared with.
type Before string

// The comparisons.
const (
	NoComparison Before = ""
	Previous     Before = "previous" // as many days, directly before
	YearBefore   Before = "year"     // the same dates, a year ago
)

// Filter keeps what has one of Values in a dimension. Of departments, teams, members and keys the values are printed ids;
// "" is what has no value there: no department, no tag.
type Filter struct {
	Dim    Dim
	Values []string
}

// Query is one question. The zero value of every field but From and To is a sensible one.
type Query struct {
	// From ≤ t < To. Both are widened to whole steps: to hours (quarters of hours in zones that need them), to whole days
	// of the organization's calendar with a Grain of days and more.
	From, To time.Time
	Grain    Grain
	By       []Dim    // at most two
	Where    []Filter // all must hold
	Compare  Before
	Top      int // rows before the rest is summed up as others: DefaultTop if 0, at most MaxTop
	Sort     Sort
	// Nameless leaves entities without their names, for who shows few of many rows: Service.Name gives them theirs.
	Nameless bool
}

// Sort is what rows are ordered by, the largest first.
type Sort string

// The orders.
const (
	ByCost     Sort = "" // the default
	ByRequests Sort = "requests"
	ByTokens   Sort = "tokens"
	ByErrors   Sort = "errors"
)

// Bounds of a query.
const (
	DefaultTop = 10
	MaxTop     = 10_000
	MaxBy      = 2
	MaxDims    = 3 // of what the room itself asks, for the finance export
	MaxFilters = 12
	MaxValues  = 200 // in one filter
	// MaxSteps bounds a series: 31 days by the hour, two years by the day.
	MaxSteps = 750
	// MaxDays bounds a span: two years and a day, so that a leap year can be compared with its predecessor.
	MaxDays = 732
	// MaxGroups bounds what is added up before the top is taken: tags and models come from clients, so somebody will put
	// an id of every request into one.
	MaxGroups = 50_000
)

// Totals is what something comes to. Money is exact.
type Totals struct {
	Requests int64 // of which:
	Refused  int64
	Failed   int64
	Attempts int64 // at providers
	Input    int64 // tokens
	Cached   int64 // tokens, part of Input: read from the providers' prompt caches
	Output   int64 // tokens
	Cost     money.USD
}

// Errors are the requests that were not answered.
func (t Totals) Errors() int64 { return t.Refused + t.Failed }

// Answered are the requests that were.
func (t Totals) Answered() int64 { return t.Requests - t.Refused - t.Failed }

// Tokens are input and output together.
func (t Totals) Tokens() int64 { return t.Input + t.Output }

// Add sums up. Money that does not fit is an error, never a wrong figure.
func (t *Totals) Add(o Totals) error {
	cost, err := t.Cost.Add(o.Cost)
	if err != nil {
		return err
	}
	t.Cost = cost
	t.Requests += o.Requests
	t.Refused += o.Refused
	t.Failed += o.Failed
	t.Attempts += o.Attempts
	t.Input += o.Input
	t.Cached += o.Cached
	t.Output += o.Output
	return nil
}

// Sub takes a part away.
func (t *Totals) Sub(o Totals) {
	t.Cost -= o.Cost
	t.Requests -= o.Requests
	t.Refused -= o.Refused
	t.Failed -= o.Failed
	t.Attempts -= o.Attempts
	t.Input -= o.Input
	t.Cached -= o.Cached
	t.Output -= o.Output
}

// Value is one value of a dimension.
type Value struct {
	ID   string // a printed id, or the value itself; "" where there is none. It is what Filter takes.
	Name string // for people; of an entity that is gone, its id
}

// Step is one part of the span: an hour, a day.
type Step struct{ From, To time.Time }

// Row is one value of the dimensions asked for, or what all others come to.
type Row struct {
	Values []Value // one for each of Query.By
	Others bool    // the sum of Folded rows below the top; no Values
	Folded int
	Totals
	Before Totals   // of the comparison
	Series []Totals // one for each of Result.Steps, if there is a Grain
}

// Result is the answer. Rows add up to Total, and each series to its row, to the nano-dollar.
type Result struct {
	Query    Query // as it was carried out: widened, defaults filled in
	Zone     *time.Location
	Steps    []Step
	Rows     []Row // the largest first, others last; one row without By
	Total    Totals
	Before   Totals // the comparison's total
	Compared Step   // the comparison's span; zero without one
	// Series and SeriesBefore are the totals of each step, with a Grain; the latter has the comparison's own steps, which
	// may be fewer or more.
	Series, SeriesBefore []Totals
	// Facts says that single requests were added up, because kept sums could not answer. It reaches back as far as those.
	Facts bool
}
