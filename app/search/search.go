// Package search finds things by a word or an id, for the dashboard's search page and its command palette. It asks the
// rooms that own them, so it finds what the actor may see and nothing else; pages are found by app/search/searchweb.
package search

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// People are members and teams within the actor's part of the organization. *identity.Service implements it.
type People interface {
	FindMembers(ctx context.Context, actor org.Actor, q org.MemberQuery) (identity.MemberPage, error)
	Member(ctx context.Context, actor org.Actor, m id.Member) (org.Member, error)
	Teams(ctx context.Context, actor org.Actor) ([]org.Team, error)
}

// Keys are virtual keys within the actor's part of the organization. *key.Service implements it.
type Keys interface {
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
	Get(ctx context.Context, actor org.Actor, k id.Key) (key.Key, error)
}

// Prompts are those of the library that the actor may see. *prompt.Service implements it.
type Prompts interface {
	Search(ctx context.Context, actor org.Actor, text string, most int) ([]prompt.Prompt, error)
}

// Kind is what was found.
type Kind string

// The kinds, in the order of results.
const (
	Request Kind = "request"
	Key     Kind = "key"
	Member  Kind = "member"
	Team    Kind = "team"
	Prompt  Kind = "prompt"
)

// Hit is one thing that was found.
type Hit struct {
	Kind  Kind
	ID    string // printed
	Label string
	Sub   string // tells it from others of its name
}

// Parts are what Service works with. All but Prompts are required.
type Parts struct {
	People People
	Keys   Keys
	// Prompts may be nil: then none are found.
	Prompts Prompts
	// Request is one line about a request within the actor's reach; any other id is a fault of kind NotFound.
	Request func(ctx context.Context, actor org.Actor, r id.Request) (string, error)
}

// Service finds things. Safe for concurrent use.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Bounds of a search.
const (
	MaxQuery = 100 // characters
	most     = 5   // of each kind
)

// Find looks a word or an id up. A blank one finds nothing; an id that is not within reach finds nothing either, as if it
// did not exist.
func (s *Service) Find(ctx context.Context, actor org.Actor, text string) ([]Hit, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	if utf8.RuneCountInString(text) > MaxQuery || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, fault.Field("q", fmt.Sprintf("Search for at most %d characters of text.", MaxQuery))
	}
	if hit, ok, err := s.byID(ctx, actor, text); ok || err != nil {
		return hit, err
	}
	return s.byWord(ctx, actor, text)
}

// byID finds what a printed id names; false if the text is no id.
func (s *Service) byID(ctx context.Context, actor org.Actor, text string) (hits []Hit, ok bool, err error) {
	var hit Hit
	if r, bad := id.ParseRequest(text); bad == nil {
		hit = Hit{Kind: Request, ID: text, Label: text}
		hit.Sub, err = s.Request(ctx, actor, r)
	} else if k, bad := id.ParseKey(text); bad == nil {
		var found key.Key
		found, err = s.Keys.Get(ctx, actor, k)
		hit = keyHit(found)
	} else if m, bad := id.ParseMember(text); bad == nil {
		var found org.Member
		found, err = s.People.Member(ctx, actor, m)
		hit = memberHit(found)
	} else {
		return nil, false, nil
	}
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.NotFound {
		return nil, true, nil
	}
	if err != nil {
		return nil, true, fmt.Errorf("search: by id: %w", err)
	}
	return []Hit{hit}, true, nil
}

func (s *Service) byWord(ctx context.Context, actor org.Actor, text string) ([]Hit, error) {
	var out []Hit
	keys, err := s.Keys.Find(ctx, actor, key.Query{Search: text, Limit: most})
	if err != nil {
		return nil, fmt.Errorf("search: keys: %w", err)
	}
	for _, k := range keys.Keys {
		out = append(out, keyHit(k))
	}
	members, err := s.People.FindMembers(ctx, actor, org.MemberQuery{Search: text, Limit: most})
	if err != nil {
		return nil, fmt.Errorf("search: members: %w", err)
	}
	for _, m := range members.Members {
		out = append(out, memberHit(m))
	}
	teams, err := s.People.Teams(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("search: teams: %w", err)
	}
	n := 0
	for _, t := range teams {
		if n < most && strings.Contains(strings.ToLower(t.Name), strings.ToLower(text)) {
			out = append(out, Hit{Kind: Team, ID: t.ID.String(), Label: t.Name})
			n++
		}
	}
	if s.Prompts == nil {
		return out, nil
	}
	prompts, err := s.Prompts.Search(ctx, actor, text, most)
	if err != nil {
		return nil, fmt.Errorf("search: prompts: %w", err)
	}
	for _, p := range prompts {
		hit := Hit{Kind: Prompt, ID: p.ID.String(), Label: p.Name, Sub: p.About}
		if p.Folder != "" {
			hit.Sub = strings.TrimSuffix(p.Folder+" · "+p.About, " · ")
		}
		out = append(out, hit)
	}
	return out, nil
}

func keyHit(k key.Key) Hit { return Hit{Kind: Key, ID: k.ID.String(), Label: k.Name, Sub: k.Hint()} }

func memberHit(m org.Member) Hit {
	h := Hit{Kind: Member, ID: m.ID.String(), Label: m.Name, Sub: m.Email}
	if h.Label == "" {
		h.Label, h.Sub = m.Email, ""
	}
	return h
}
