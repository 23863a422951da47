package cache

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// reach is what an actor may know of: who reads everything sees all entries, without what is in them.
func reach(a org.Actor) Reach {
	teams, all := a.Reads()
	return Reach{All: all, Teams: append(teams, a.Teams...), Member: a.Member}
}

// PageSize is how many entries a page shows.
const PageSize = 50

// Entries lists what is kept within the actor's reach, without content, PageSize of them unless the query says how many, and
// whether there is more.
func (s *Service) Entries(ctx context.Context, actor org.Actor, q Query, prompt string) (list []Shelved, more bool, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, false, err
	}
	if prompt = strings.TrimSpace(prompt); prompt != "" {
		q.Prompt = s.promptOf(prompt)
	}
	size := PageSize
	if q.Limit > 0 {
		size = q.Limit
	}
	q.Now, q.Limit, q.Offset = s.Clock.Now(), size+1, max(q.Offset, 0)
	if list, err = s.Rules.Entries(ctx, actor.Org, reach(actor), q); err != nil {
		return nil, false, fmt.Errorf("cache: entries: %w", err)
	}
	if more = len(list) > size; more {
		list = list[:size]
	}
	return list, more, nil
}

func (s *Service) promptOf(text string) Key {
	return (&Desk{Parts: Parts{MAC: s.MAC}}).PromptOf(text)
}

// Entry gives one entry within reach. Its content is there for those who would be given it if they asked the same: the member
// whose own it is, the team's members, everybody. Nobody else reads it, whatever their role.
func (s *Service) Entry(ctx context.Context, actor org.Actor, k Key) (e Shelved, content *Answer, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return e, nil, err
	}
	if e, err = s.entry(ctx, actor, k); err != nil || !shares(actor, e.Entry) {
		return e, nil, err
	}
	sealed, err := s.bodies().Get(ctx, actor.Org, k)
	if err != nil {
		return e, nil, nil // it is gone from where answers lie, or that is away
	}
	plain, err := s.Vault.Open(ctx, actor.Org, table, column, k.String(), sealed.Sealed)
	if err != nil {
		return e, nil, nil
	}
	content, _ = decodeAnswer([]byte(plain.Reveal()))
	return e, content, nil
}

func (s *Service) entry(ctx context.Context, actor org.Actor, k Key) (Shelved, error) {
	list, err := s.Rules.Entries(ctx, actor.Org, reach(actor), Query{Key: k, Limit: 1, Now: s.Clock.Now()})
	if err != nil {
		return Shelved{}, fmt.Errorf("cache: entry: %w", err)
	}
	if len(list) == 0 || k == (Key{}) {
		return Shelved{}, fault.New(fault.NotFound, "not_found", "There is no such cached answer. It may have been cleared, or its time is over.")
	}
	return list[0], nil
}

func (s *Service) bodies() Store {
	if s.Bodies != nil {
		return s.Bodies
	}
	store, _ := s.Rules.(Store)
	return store
}

// shares reports whether an actor would be given an entry that they asked for.
func shares(a org.Actor, e Entry) bool {
	switch e.Sharing {
	case Org:
		return e.Node == a.Org.UUID()
	case Team:
		for _, t := range a.Teams {
			if t.UUID() == e.Node {
				return true
			}
		}
		return false
	}
	return !a.Member.IsZero() && e.Node == a.Member.UUID()
}

// Looked is how many requests were looked up in [from, to) within the actor's reach: a sum, which says nothing of anybody.
func (s *Service) Looked(ctx context.Context, actor org.Actor, from, to time.Time) (out int64, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return 0, err
	}
	hours, err := s.Rules.Savings(ctx, actor.Org, reach(actor), ByHour, from, to)
	if err != nil {
		return 0, fmt.Errorf("cache: looked up: %w", err)
	}
	for _, h := range hours {
		out += h.Hits + h.Misses
	}
	return out, nil
}

// Savings are what hits saved in [from, to), of those whose requests the actor reads: developers their own, though their team shares answers.
func (s *Service) Savings(ctx context.Context, actor org.Actor, by Division, from, to time.Time) ([]Saving, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	teams, all := actor.Reads()
	out, err := s.Rules.Savings(ctx, actor.Org, Reach{All: all, Teams: teams, Member: actor.Member}, by, from, to)
	if err != nil {
		return nil, fmt.Errorf("cache: savings: %w", err)
	}
	return out, nil
}
