package report

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Outcome narrows a list by how requests ended.
type Outcome string

// The outcomes.
const (
	AnyOutcome Outcome = ""
	Answered   Outcome = "answered" // whole, with a status below 400
	Unanswered Outcome = "errors"   // Refused or Failed
	Refused    Outcome = "refused"  // by one of our rules, before any provider was asked
	Failed     Outcome = "failed"   // at a provider
)

// Valid reports whether o is one of the outcomes.
func (o Outcome) Valid() bool {
	switch o {
	case AnyOutcome, Answered, Unanswered, Refused, Failed:
		return true
	}
	return false
}

// Query narrows the list of requests. Zero fields do not narrow.
type Query struct {
	From, To   time.Time // half-open
	Outcome    Outcome
	Key        id.Key
	Scope      org.Scope  // what was spent under: a team, a member, a tag
	Code       string     // of the refusal
	Budget     id.Budget  // that refused
	Model      string     // what was asked for, or what answered
	Connection string     // that answered
	Client     string     // the program that asked, as it was recognised
	ID         id.Request // exactly this one
	// Where keeps what has one of the values, in each of several columns; Tags what carries all pairs "project=apollo",
	// Untagged what carries no tag of these keys.
	Where    []Filter
	Tags     []string
	Untagged []string
	// HTTPFrom and HTTPTo bound the status that the client got, both included; CostFrom and CostTo what was booked, both
	// included; TookFrom and TookTo how long it took, half-open.
	HTTPFrom, HTTPTo int
	CostFrom, CostTo *money.USD
	TookFrom, TookTo time.Duration
	Oldest           bool   // the oldest first, instead of the newest
	After            Cursor // the page that follows this place
	Limit            int    // DefaultLimit if 0, at most MaxLimit
}

// Bounds of Query.Limit.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// Cursor is a place in the list of requests, newest first. The zero Cursor is the top.
type Cursor struct {
	At time.Time
	ID id.Request
}

// IsZero reports the top of the list.
func (c Cursor) IsZero() bool { return c.ID.IsZero() }

// String is the cursor in URLs; "" at the top.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixNano()))
	raw := c.ID.Bytes()
	return base64.RawURLEncoding.EncodeToString(append(b, raw[:]...))
}

// ParseCursor reads what String printed.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 24 {
		return Cursor{}, fault.Field("after", "This place in the list is not known. Begin at the top again.")
	}
	var i id.Request
	if err := i.Scan(b[8:]); err != nil || i.IsZero() {
		return Cursor{}, fault.Field("after", "This place in the list is not known. Begin at the top again.")
	}
	return Cursor{At: time.Unix(0, int64(binary.BigEndian.Uint64(b))).UTC(), ID: i}, nil
}

// Page is a part of the list of requests.
type Page struct {
	Requests []Request
	Next     Cursor // zero at the end
}

// MaxExport bounds how many requests Each tells of: a file of more than that is better made in parts.
const MaxExport = 200_000

// Each tells of all requests that a query keeps, page by page, up to MaxExport; more says that there were more. Every page is
// read by itself, so a long file holds no lock; requests that come in meanwhile are newer than its first line.
func (s *Service) Each(ctx context.Context, a org.Actor, q Query, tell func(Request) error) (more bool, err error) {
	q.Limit = MaxLimit
	for told := 0; ; {
		page, err := s.Requests(ctx, a, q)
		if err != nil {
			return false, err
		}
		for _, r := range page.Requests {
			if told == MaxExport {
				return true, nil
			}
			if err := tell(r); err != nil {
				return false, err
			}
			told++
		}
		if q.After = page.Next; q.After.IsZero() {
			return false, nil
		}
	}
}

// Requests lists requests within the actor's reach, newest first unless the query says otherwise.
func (s *Service) Requests(ctx context.Context, a org.Actor, q Query) (Page, error) {
	r, err := reach(a)
	if err != nil {
		return Page{}, err
	}
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	limit := q.Limit
	q.Limit++ // one more says whether there is a next page
	list, err := s.store.Requests(ctx, r, q)
	if err != nil {
		return Page{}, fmt.Errorf("report: requests: %w", err)
	}
	p := Page{Requests: list}
	if len(list) > limit {
		p.Requests = list[:limit]
		last := p.Requests[limit-1]
		p.Next = Cursor{At: last.At, ID: last.ID}
	}
	return p, nil
}

// Detail is everything known about one request.
type Detail struct {
	Request
	Attempts []Attempt // in order
}

// Request is one request with its attempts, or Missing.
func (s *Service) Request(ctx context.Context, a org.Actor, i id.Request) (Detail, error) {
	r, err := reach(a)
	if err != nil {
		return Detail{}, err
	}
	if i.IsZero() {
		return Detail{}, Missing()
	}
	found, err := s.store.Request(ctx, r, i)
	if err != nil {
		return Detail{}, fmt.Errorf("report: request: %w", err)
	}
	attempts, err := s.store.Attempts(ctx, r, i)
	if err != nil {
		return Detail{}, fmt.Errorf("report: attempts: %w", err)
	}
	return Detail{Request: found, Attempts: attempts}, nil
}

// choiceDays is how far back Choices looks for models and connections.
const choiceDays = 7

// Choices are what the list can be narrowed to: keys within reach, models and connections of the last days.
type Choices struct {
	Keys, Models, Connections []Choice
}

// Choices looks them up.
func (s *Service) Choices(ctx context.Context, a org.Actor) (Choices, error) {
	r, err := reach(a)
	if err != nil {
		return Choices{}, err
	}
	var out Choices
	if out.Keys, err = s.store.Keys(ctx, r); err != nil {
		return out, fmt.Errorf("report: keys: %w", err)
	}
	to := s.clock.Now().Truncate(time.Hour).Add(time.Hour)
	from := to.AddDate(0, 0, -choiceDays)
	for _, c := range []struct {
		by   By
		into *[]Choice
	}{{ByModel, &out.Models}, {ByConnection, &out.Connections}} {
		groups, err := s.store.Groups(ctx, r, c.by, from, to, 200)
		if err != nil {
			return out, fmt.Errorf("report: %ss: %w", c.by, err)
		}
		for _, g := range groups {
			*c.into = append(*c.into, Choice{ID: g.ID, Name: g.Name})
		}
	}
	return out, nil
}
