package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Query narrows the log. Its zero value is everything.
type Query struct {
	Actor  string    // part of the actor's label
	Action string    // "key.created", or "key" for all that begin with "key."
	Target string    // a printed id, or part of the name
	Via    org.Via   // the door
	From   time.Time // inclusive
	To     time.Time // exclusive
	Text   string    // part of any of the words above, the address, the request id, the values
	Before int64     // older than this entry's number; 0 = from the newest
	Limit  int       // 1 to MaxLimit and one; 50 otherwise

	// own narrows to the asker's acts; the service sets it.
	own org.Actor
}

// MaxLimit is the longest page. One entry more may be asked for, which tells whether there are more.
const MaxLimit = 1000

// Own is whose acts the query is narrowed to; zero for everybody's. For stores.
func (q Query) Own() org.Actor { return q.own }

// Search gives a page of the log, newest first: organization admins see everything, others what they did themselves.
func (c *Chain) Search(ctx context.Context, actor org.Actor, q Query) ([]Record, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	if actor.Role != org.Admin {
		q.own = actor
	}
	if q.Limit < 1 || q.Limit > MaxLimit+1 {
		q.Limit = 50
	}
	return c.store.Search(ctx, actor.Org, q)
}

// List is Search for everything older than an entry.
func (c *Chain) List(ctx context.Context, actor org.Actor, before int64, limit int) ([]Record, error) {
	return c.Search(ctx, actor, Query{Before: before, Limit: limit})
}

// Walk gives all that a query matches, newest first, page by page, for exports. What is appended meanwhile is not in it.
func (c *Chain) Walk(ctx context.Context, actor org.Actor, q Query) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		q.Limit = 500
		for {
			page, err := c.Search(ctx, actor, q)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
				q.Before = r.Seq
			}
			if len(page) < q.Limit {
				return
			}
		}
	}
}

// Get gives one entry, by the same rule as Search.
func (c *Chain) Get(ctx context.Context, actor org.Actor, a id.Audit) (Record, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Record{}, err
	}
	r, ok, err := c.store.Get(ctx, actor.Org, a)
	if err != nil {
		return Record{}, err
	}
	if !ok || actor.Role != org.Admin && !r.by(actor) {
		return Record{}, Missing()
	}
	return r, nil
}

func (r Record) by(a org.Actor) bool {
	if a.Member.IsZero() {
		return r.Member.IsZero() && r.Actor == a.Label
	}
	return r.Member == a.Member
}

// Change is one field of an entry: what it was and what it is, as compact JSON, "" for absent.
type Change struct{ Field, Before, After string }

// Changes are the entry's fields, by name.
func (r Record) Changes() []Change {
	before, after := fields(r.Before), fields(r.After)
	names := slices.Collect(maps.Keys(before))
	for k := range after {
		if _, ok := before[k]; !ok {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	out := make([]Change, 0, len(names))
	for _, k := range names {
		out = append(out, Change{k, string(before[k]), string(after[k])})
	}
	return out
}

func fields(text string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	_ = json.NewDecoder(bytes.NewBufferString(text)).Decode(&out) // our own canonical JSON, or nothing
	return out
}
