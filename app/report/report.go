// Package report is what people read about spend and requests: totals over any span of time, the list of requests,
// everything known about one of them. It only reads; figures come from the ledger's own rows, so what a page, the
// management API and an e-mail say is the same to the nano-dollar.
//
// Whoever asks sees their part of the organization only (Reach): developers their own requests, leads and viewers
// their teams', managers those of their departments' teams, admins all.
package report

import (
	"context"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Totals is what a span of time comes to.
type Totals struct {
	Requests int64
	Errors   int64 // requests that failed or were refused
	Input    int64 // tokens
	Cached   int64 // tokens, part of Input: read from the providers' prompt caches
	Output   int64 // tokens
	Cost     money.USD
}

// CacheRate is which part of the input came from the providers' prompt caches, from 0 to 1; false without any input.
func (t Totals) CacheRate() (float64, bool) {
	if t.Input <= 0 {
		return 0, false
	}
	return float64(t.Cached) / float64(t.Input), true
}

// Add sums up. Money that does not fit is an error, never a wrong figure.
func (t *Totals) Add(o Totals) error {
	cost, err := t.Cost.Add(o.Cost)
	if err != nil {
		return err
	}
	t.Cost = cost
	t.Requests += o.Requests
	t.Errors += o.Errors
	t.Input += o.Input
	t.Cached += o.Cached
	t.Output += o.Output
	return nil
}

// Sub takes away a part of the totals.
func (t *Totals) Sub(o Totals) {
	t.Requests -= o.Requests
	t.Errors -= o.Errors
	t.Input -= o.Input
	t.Cached -= o.Cached
	t.Output -= o.Output
	t.Cost -= o.Cost
}

// Hour is the totals of one hour of the clock, UTC.
type Hour struct {
	At time.Time
	Totals
}

// Day is the totals of one calendar day in the organization's zone.
type Day struct {
	From, To time.Time // half-open
	Totals
}

// Group is the totals of one value of a dimension: a model, a key.
type Group struct {
	ID   string // the entity's printed id, or the value itself (model, connection)
	Name string // for people
	Totals
}

// By is a dimension that usage can be grouped by.
type By string

// The dimensions.
const (
	ByDay        By = "day"
	ByModel      By = "model"
	ByKey        By = "key"
	ByTeam       By = "team"
	ByMember     By = "member"
	ByConnection By = "connection"
	ByDepartment By = "department"
)

// tagDimension begins the name of a dimension that is a tag key.
const tagDimension = "tag:"

// ByTag is the dimension of a tag key's values: ByTag("project").
func ByTag(key string) By { return By(tagDimension + key) }

// Tag is the tag key that a dimension is about; false for all others.
func (b By) Tag() (key string, ok bool) { return strings.CutPrefix(string(b), tagDimension) }

// Request is the fact of one client call, with the names of who made it.
type Request struct {
	ledger.Request
	Key, Member, Team string // names; "" where the entity is gone or never was
}

// Attempt is one upstream attempt of a request with its end. Those in flight are not in the books yet.
type Attempt struct {
	ledger.Attempt
	End ledger.Settlement
}

// Choice is something a list can be narrowed to.
type Choice struct{ ID, Name string }

// Store reads the ledger's rows. All bounds are half-open and in UTC; Hours and Groups take whole hours. *db.ReportStore
// implements it.
type Store interface {
	// Hours sums the hourly rollup, oldest first, empty hours left out.
	Hours(ctx context.Context, r Reach, from, to time.Time) ([]Hour, error)
	// Span sums the facts themselves, for the parts of hours at the edges of a day.
	Span(ctx context.Context, r Reach, from, to time.Time) (Totals, error)
	// Groups sums the hourly rollup by a dimension other than ByDay, the most expensive first.
	Groups(ctx context.Context, r Reach, by By, from, to time.Time, limit int) ([]Group, error)
	// Allocate sums up everything by a dimension other than ByDay, the most expensive first: whole hours from the rollup.
	// What has no value there (no tag, no team) is left out. More than limit values are cut off.
	Allocate(ctx context.Context, r Reach, by By, from, to time.Time, limit int) ([]Group, error)
	// AllocateSpan does the same from the facts themselves, for the parts of hours at the edges of a day.
	AllocateSpan(ctx context.Context, r Reach, by By, from, to time.Time) ([]Group, error)
	// TagKeys are the tag keys that were used, by name.
	TagKeys(ctx context.Context, r Reach, from, to time.Time) ([]string, error)
	// Requests lists newest first.
	Requests(ctx context.Context, r Reach, q Query) ([]Request, error)
	// Request is Missing where there is none within reach.
	Request(ctx context.Context, r Reach, i id.Request) (Request, error)
	Attempts(ctx context.Context, r Reach, i id.Request) ([]Attempt, error)
	// Traffic sums up answered attempts of requests that a route decided, split where their input is longer than bounds.
	Traffic(ctx context.Context, o id.Org, route string, from, to time.Time, bounds []int64) ([]catalog.Workload, money.USD, error)
	// Recent lists an organization's attempts since a moment, newest first; of one connection, unless that is zero.
	Recent(ctx context.Context, o id.Org, c id.Connection, since time.Time, limit int) ([]Recent, error)
	// Keys are the keys within reach, by name, deleted ones included: their requests stay.
	Keys(ctx context.Context, r Reach) ([]Choice, error)
	// Views are a member's of a page, by name; KeepView replaces one of the same name, DropView minds none that is not there.
	Views(ctx context.Context, o id.Org, m id.Member, page string) ([]View, error)
	KeepView(ctx context.Context, o id.Org, m id.Member, page string, v View, at time.Time) error
	DropView(ctx context.Context, o id.Org, m id.Member, page, name string) error
}

// Organizations knows an organization's time zone. *db.OrgStore implements it.
type Organizations interface {
	Organization(ctx context.Context, o id.Org) (org.Organization, error)
}

// Missing is the one answer for a request that is not there, is another organization's, or is out of reach.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such request among those you may see. Requests are kept for 30 days; check the id and the organization you are logged in to.")
}
