package cache

import (
	"context"
	"errors"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Clearing says what to clear.
type Clearing struct {
	Kind  CutKind
	Value string // a model's name, an entry's key, a prompt as it was written; a printed or plain id of a member, team or key
}

// Clear ends what is kept: nothing of it is given any more on any node within a second, nor what is under way. Everybody clears
// what is theirs alone, leads their teams', admins everything.
func (s *Service) Clear(ctx context.Context, actor org.Actor, c Clearing) (cleared int, err error) {
	if err := actor.Require(org.Developer); err != nil {
		return 0, err
	}
	cut := Cut{Org: actor.Org, Kind: c.Kind, Value: strings.TrimSpace(c.Value), At: s.now(), By: actor.Label}
	target := string(c.Kind)
	return s.end(ctx, actor, &cut, &target, func(ctx context.Context) error { return s.mayClear(ctx, actor, &cut, &target) })
}

// Forget ends what is kept of a person, who may have left: nobody else looks whether there is such a member. Organization admins, for
// erasing people.
func (s *Service) Forget(ctx context.Context, actor org.Actor, m id.Member) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	target := "everything of a member"
	_, err := s.end(ctx, actor, &Cut{Org: actor.Org, Kind: CutMember, Value: m.UUID(), At: s.now(), By: actor.Label}, &target, func(context.Context) error { return nil })
	return err
}

// end carries a cut out, if it may be; that completes the cut and says what it ends.
func (s *Service) end(ctx context.Context, actor org.Actor, cut *Cut, target *string, may func(context.Context) error) (cleared int, err error) {
	var keys []Key
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := may(ctx); err != nil {
			return err
		}
		if keys, err = s.Rules.Cut(ctx, *cut); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "cache.cleared", Target: string(cut.Kind), TargetName: *target, After: map[string]any{"what": string(cut.Kind), "entries": len(keys)}})
	})
	if err != nil {
		return 0, public("clear", err)
	}
	s.changed(ctx)
	if s.Bodies != nil && len(keys) > 0 { // they are ended already; this only frees their room
		if err := s.Bodies.Drop(ctx, actor.Org, keys); err != nil {
			s.Log.Warn("cleared answers still take room in the cache's store", "error", err)
		}
	}
	return len(keys), nil
}

// mayClear refuses what is not the actor's to clear, and puts the cut's value into its stored form.
func (s *Service) mayClear(ctx context.Context, actor org.Actor, c *Cut, target *string) error {
	switch c.Kind {
	case CutEntry:
		k, _ := ParseKey(c.Value)
		e, err := s.entry(ctx, actor, k)
		if err != nil {
			return err
		}
		*target = "an answer of " + e.Model
		return s.mayClearNode(ctx, actor, e.Sharing, e.Node)
	case CutNode:
		node, sharing, err := nodeOf(actor, c.Value)
		if err != nil {
			return err
		}
		c.Value, *target = node, "everything of a "+string(sharing)
		return s.mayClearNode(ctx, actor, sharing, node)
	case CutModel:
		if c.Value == "" {
			return fault.Field("value", "Say which model's answers are to be cleared.")
		}
		*target = "answers of " + c.Value
	case CutPrompt:
		if c.Value == "" {
			return fault.Field("value", "Write the prompt whose answers are to be cleared, as it was sent: the last message.")
		}
		c.Value, *target = s.promptOf(c.Value).String(), "answers to a prompt"
	case CutMember:
		m, err := id.ParseMember(c.Value)
		if err != nil {
			return fault.Field("value", "There is no such member.")
		}
		c.Value, *target = m.UUID(), "everything of a member"
		if m == actor.Member {
			return nil
		}
		if actor.Role == org.Admin {
			return s.mayClearNode(ctx, actor, User, c.Value) // there must be such a member
		}
	case CutAll:
		c.Value, *target = "", "everything"
	default:
		return fault.Field("kind", `Clear "all", or what is of a "model", "prompt", "entry", "node" or "member".`)
	}
	if actor.Require(org.Admin) != nil {
		return fault.New(fault.Forbidden, "forbidden", "This clears other people's answers too, so an organization admin does it. You can clear single answers, and what is yours or your team's.")
	}
	return nil
}

// nodeOf finds who shares: "me", a team, a member, a key or the organization.
func nodeOf(a org.Actor, value string) (node string, s Sharing, err error) {
	if value == "" || value == "me" {
		if a.Member.IsZero() {
			return "", "", fault.Field("value", "A token is nobody. Name a team, a member, a key or the organization.")
		}
		return a.Member.UUID(), User, nil
	}
	if t, err := id.ParseTeam(value); err == nil {
		return t.UUID(), Team, nil
	}
	if m, err := id.ParseMember(value); err == nil {
		return m.UUID(), User, nil
	}
	if k, err := id.ParseKey(value); err == nil {
		return k.UUID(), User, nil
	}
	if o, err := id.ParseOrg(value); err == nil && o == a.Org {
		return o.UUID(), Org, nil
	}
	return "", "", fault.Field("value", "There is no such team, member, key or organization.")
}

func (s *Service) mayClearNode(ctx context.Context, a org.Actor, sharing Sharing, node string) error {
	if sharing == User && !a.Member.IsZero() && node == a.Member.UUID() {
		return nil
	}
	kinds := map[Sharing][]org.ScopeKind{Org: {org.OrgScope}, Team: {org.TeamScope}, User: {org.MemberScope, org.KeyScope}}
	for _, kind := range kinds[sharing] {
		scope, err := org.ParseScope(a.Org, string(kind), node)
		if err != nil {
			continue
		}
		place, err := s.Rules.Place(ctx, scope)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && a.Sees(scope, place.place()) {
			if a.Role == org.Admin {
				return nil
			}
			return may(a, scope, place)
		}
	}
	return noScope()
}

// MayClear reports whether the actor may clear an entry without a look at the tree: for the button on its page. Leads of the team
// that an entry's member is in may as well, by its key.
func MayClear(a org.Actor, e Entry) bool {
	if a.Role == org.Admin {
		return true
	}
	if e.Sharing == Team {
		t, err := id.ParseTeam(e.Node)
		return err == nil && a.InTeam(t, org.Lead)
	}
	return e.Sharing == User && !a.Member.IsZero() && e.Node == a.Member.UUID()
}

// Cuts are what was cleared lately, newest first, for those who may clear everything.
func (s *Service) Cuts(ctx context.Context, actor org.Actor) ([]Cut, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	return s.Rules.Cuts(ctx, actor.Org)
}
