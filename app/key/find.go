package key

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Query narrows a list of keys. Zero fields do not narrow.
type Query struct {
	Within []id.Team // only keys of these teams, and Self's; nil = all
	Self   id.Member
	Search string    // part of the key's name, its last letters, or part of its member's or service account's name
	Of     org.Scope // only keys at or below this place; tags have none
	// Account leaves only a service account's keys, Services only keys of any.
	Account  id.Account
	Services bool
	// IdleSince leaves only keys that were neither made nor used after it.
	IdleSince time.Time
	After     id.Key // only keys older than this one; it need not be there any more
	Limit     int
}

// Page is a part of the keys one may see. Next is the After of the following one, zero on the last.
type Page struct {
	Keys []Key
	Next id.Key
}

// Counts are how many keys one sees, and how many of them lie unused.
type Counts struct{ All, Idle int }

// MaxSearch is how long a text to search for may be, in characters.
const MaxSearch = 100

// Find gives a page of the keys the actor may see, newest first. The query says nothing of whose: that is the actor's.
func (s *Service) Find(ctx context.Context, actor org.Actor, q Query) (Page, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Page{}, err
	}
	if q.Search = strings.TrimSpace(q.Search); utf8.RuneCountInString(q.Search) > MaxSearch {
		return Page{}, fault.Field("q", fmt.Sprintf("Search for at most %d characters.", MaxSearch))
	}
	q = visible(actor, q)
	limit := q.Limit
	if limit > 0 {
		q.Limit++ // one more says whether there is a next page
	}
	all, err := s.Store.List(ctx, actor.Org, q)
	if err != nil {
		return Page{}, fmt.Errorf("list keys: %w", err)
	}
	p := Page{Keys: all}
	if limit > 0 && len(all) > limit {
		p.Keys, p.Next = all[:limit], all[limit-1].ID
	}
	return p, nil
}

// Count counts the keys the actor may see.
func (s *Service) Count(ctx context.Context, actor org.Actor) (Counts, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Counts{}, err
	}
	n, err := s.Store.Count(ctx, actor.Org, visible(actor, Query{IdleSince: s.Clock.Now().Add(-Idle)}))
	if err != nil {
		return Counts{}, fmt.Errorf("count keys: %w", err)
	}
	return n, nil
}

// Tally is who spends at or below a place: how many keys, how many of them since a moment, of how many people.
type Tally struct{ Keys, Lately, People int }

// Tally counts the keys at or below a place that the actor may see.
func (s *Service) Tally(ctx context.Context, actor org.Actor, of org.Scope, since time.Time) (Tally, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Tally{}, err
	}
	n, err := s.Store.Tally(ctx, actor.Org, visible(actor, Query{Of: of}), since)
	if err != nil {
		return Tally{}, fmt.Errorf("tally keys: %w", err)
	}
	return n, nil
}

// OfAccounts counts the keys of each service account, of those the actor may see. One without keys is not in the map.
func (s *Service) OfAccounts(ctx context.Context, actor org.Actor) (map[id.Account]int, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	n, err := s.Store.OfAccounts(ctx, actor.Org, visible(actor, Query{}))
	if err != nil {
		return nil, fmt.Errorf("count keys of service accounts: %w", err)
	}
	return n, nil
}

// visible narrows a query to what sees says yes to.
func visible(actor org.Actor, q Query) Query {
	q.Within, q.Self = nil, id.Member{}
	if teams, all := actor.Seen(); !all {
		q.Within, q.Self = append([]id.Team{}, teams...), actor.Member
	}
	return q
}
