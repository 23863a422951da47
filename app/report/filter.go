package report

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// Column is something about a request that a list can be narrowed to values of.
type Column string

// The columns. Of the first four the values are plain uuids.
const (
	DepartmentColumn Column = "department"
	TeamColumn       Column = "team"
	MemberColumn     Column = "member"
	KeyColumn        Column = "key"
	ClientColumn     Column = "client"
	AskedColumn      Column = "asked" // the model as the client wrote it
	ConnectionColumn Column = "connection"
	EndpointColumn   Column = "endpoint"
	CacheColumn      Column = "cache"
	AnsweredColumn   Column = "answered" // the model that answered
	FoundColumn      Column = "found"    // as asked, but "" where nothing of that name was found: what usage divides by
)

// Columns are all of them, in the order that messages list them.
var Columns = []Column{DepartmentColumn, TeamColumn, MemberColumn, KeyColumn, ClientColumn, AskedColumn, ConnectionColumn, EndpointColumn, CacheColumn, AnsweredColumn, FoundColumn}

// Filter keeps what has one of Values in a column; "" is what has no value there.
type Filter struct {
	Column Column
	Values []string
}

// Bounds of Query.Where, and of Query.Tags and Query.Untagged together.
const (
	MaxChosen = 100 // values in one filter
	MaxTags   = 5
)

// Sees reports whether a request lies within the reach: in Go what stores say in SQL, for requests that were read already.
func (r Reach) Sees(c org.Chain) bool {
	if c.Org != r.Org || r.Org.IsZero() || !r.Under.IsZero() && !under(c, "", r.Under) {
		return false
	}
	return r.All || !c.Team.IsZero() && slices.Contains(r.Teams, c.Team) || !r.Member.IsZero() && c.Member == r.Member
}

// Keeps reports whether a request passes the query's filters, its place in the list left out: in Go what stores say in SQL.
func (q *Query) Keeps(r *Request) bool {
	refusedOrFailed := r.Status >= 400 || r.Code != ""
	switch q.Outcome {
	case Answered:
		if refusedOrFailed {
			return false
		}
	case Unanswered:
		if !refusedOrFailed {
			return false
		}
	case Refused:
		if !refusedOrFailed || r.Attempts > 0 {
			return false
		}
	case Failed:
		if !refusedOrFailed || r.Attempts == 0 {
			return false
		}
	}
	for _, differs := range []bool{
		!q.From.IsZero() && r.At.Before(q.From), !q.To.IsZero() && !r.At.Before(q.To),
		!q.Key.IsZero() && r.Chain.Key != q.Key, q.Code != "" && r.Code != q.Code, !q.Budget.IsZero() && r.Refusal.Budget != q.Budget,
		q.Model != "" && r.Asked != q.Model && r.Model != q.Model, q.Connection != "" && r.Provider != q.Connection,
		q.Client != "" && r.Client != q.Client, !q.ID.IsZero() && r.ID != q.ID,
		q.HTTPFrom > 0 && r.Status < q.HTTPFrom, q.HTTPTo > 0 && r.Status > q.HTTPTo,
		q.CostFrom != nil && r.Cost < *q.CostFrom, q.CostTo != nil && r.Cost > *q.CostTo,
		q.TookFrom > 0 && r.Duration < q.TookFrom, q.TookTo > 0 && r.Duration >= q.TookTo,
		!q.Scope.IsZero() && !under(r.Chain, r.Tags, q.Scope),
	} {
		if differs {
			return false
		}
	}
	for _, tag := range q.Untagged {
		if strings.Contains(","+r.Tags, ","+tag+"=") {
			return false
		}
	}
	for _, pair := range q.Tags {
		if !carries(r.Tags, pair) {
			return false
		}
	}
	return !slices.ContainsFunc(q.Where, func(f Filter) bool { return !slices.Contains(f.Values, r.in(f.Column)) })
}

// in is a request's value in a column, as Filter takes it.
func (r *Request) in(c Column) string {
	switch c {
	case DepartmentColumn:
		return node(r.Chain.Department)
	case TeamColumn:
		return node(r.Chain.Team)
	case MemberColumn:
		return node(r.Chain.Member)
	case KeyColumn:
		return node(r.Chain.Key)
	case ClientColumn:
		return r.Client
	case AskedColumn:
		return r.Asked
	case ConnectionColumn:
		return r.Provider
	case EndpointColumn:
		return r.Endpoint
	case AnsweredColumn:
		return r.Model
	case FoundColumn:
		if r.Attempts == 0 && r.Route == "" {
			return ""
		}
		return r.Asked
	}
	return r.Cache
}

func under(c org.Chain, tags string, s org.Scope) bool {
	switch s.Kind() {
	case org.OrgScope:
		return true
	case org.PoolScope:
		return c.Team.UUID() == s.Node() && c.Member.IsZero()
	case org.TagScope:
		return carries(tags, s.Node())
	case org.DepartmentScope:
		return c.Department.UUID() == s.Node()
	case org.TeamScope:
		return c.Team.UUID() == s.Node()
	case org.MemberScope:
		return c.Member.UUID() == s.Node()
	case org.KeyScope:
		return c.Key.UUID() == s.Node()
	}
	return false
}

func carries(tags, pair string) bool { return strings.Contains(","+tags+",", ","+pair+",") }

// node is a plain uuid, "" for none.
func node[T interface {
	IsZero() bool
	UUID() string
}](v T) string {
	if v.IsZero() {
		return ""
	}
	return v.UUID()
}
