package org

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// ScopeKind is the kind of node a limit, policy or price override sits on.
type ScopeKind string

// The kinds, outermost first.
const (
	OrgScope        ScopeKind = "organization"
	DepartmentScope ScopeKind = "department"
	TeamScope       ScopeKind = "team"
	MemberScope     ScopeKind = "member"
	KeyScope        ScopeKind = "key"
	// PoolScope is what a team's keys of no person spend: the team's pool, next to its members' own limits.
	PoolScope ScopeKind = "pool"
	// TagScope is a pair such as project=apollo that clients put on requests, across the whole tree.
	TagScope ScopeKind = "tag"
)

// Scope is one node of one organization's tree that a rule sits on. It is made by the functions below only; its zero
// value is valid nowhere, so "no scope" can never read as "everything" (decision D16).
type Scope struct {
	kind ScopeKind
	org  id.Org
	node string // plain uuid, or a tag pair
}

// Of the organization itself.
func OfOrg(o id.Org) Scope { return Scope{OrgScope, o, o.UUID()} }

// OfDepartment is a department's scope.
func OfDepartment(o id.Org, d id.Department) Scope { return Scope{DepartmentScope, o, d.UUID()} }

// OfTeam is a team's scope.
func OfTeam(o id.Org, t id.Team) Scope { return Scope{TeamScope, o, t.UUID()} }

// OfMember is a member's scope.
func OfMember(o id.Org, m id.Member) Scope { return Scope{MemberScope, o, m.UUID()} }

// OfKey is a virtual key's scope.
func OfKey(o id.Org, k id.Key) Scope { return Scope{KeyScope, o, k.UUID()} }

// OfPool is the scope of a team's pool.
func OfPool(o id.Org, t id.Team) Scope { return Scope{PoolScope, o, t.UUID()} }

// OfTag is the scope of a tag pair, "project=apollo".
func OfTag(o id.Org, pair string) (Scope, error) { return ParseScope(o, string(TagScope), pair) }

// maxTag is the longest tag pair in bytes: what a request may carry.
const maxTag = 100

// ErrScope says that a stored scope makes no sense.
var ErrScope = errors.New("org: malformed scope")

// ParseScope puts a scope together again from its columns.
func ParseScope(o id.Org, kind, node string) (Scope, error) {
	s := Scope{ScopeKind(kind), o, strings.ToLower(node)}
	if s.kind == TagScope {
		return parseTag(o, node)
	}
	switch s.kind {
	case OrgScope:
		if node != o.UUID() {
			return Scope{}, ErrScope
		}
	case DepartmentScope, TeamScope, MemberScope, KeyScope, PoolScope:
	default:
		return Scope{}, ErrScope
	}
	if o.IsZero() || len(node) != 36 || node == (id.Org{}).UUID() {
		return Scope{}, ErrScope
	}
	return s, nil
}

func parseTag(o id.Org, pair string) (Scope, error) {
	key, value, ok := strings.Cut(pair, "=")
	if o.IsZero() || !ok || key == "" || value == "" || len(pair) > maxTag || strings.ContainsAny(pair, ",\x00") ||
		strings.TrimSpace(pair) != pair || !utf8.ValidString(pair) {
		return Scope{}, ErrScope
	}
	return Scope{TagScope, o, pair}, nil
}

// Kind is the kind of node.
func (s Scope) Kind() ScopeKind { return s.kind }

// Org is the organization the node belongs to.
func (s Scope) Org() id.Org { return s.org }

// Node is the node's plain uuid, or the tag pair, as its column holds it.
func (s Scope) Node() string { return s.node }

// IsZero reports the invalid zero value.
func (s Scope) IsZero() bool { return s.kind == "" }

// Chain is the path from the organization down to the virtual key that a request spends along. Department is zero for
// a team outside departments, Member for a service account's key.
type Chain struct {
	Org        id.Org
	Department id.Department
	Team       id.Team
	Member     id.Member
	Key        id.Key
}

// Scopes are the chain's nodes, outermost first, zero ones left out. Every rule on any of them binds.
func (c Chain) Scopes() []Scope {
	out := make([]Scope, 0, 5)
	out = append(out, OfOrg(c.Org))
	if !c.Department.IsZero() {
		out = append(out, OfDepartment(c.Org, c.Department))
	}
	if !c.Team.IsZero() {
		out = append(out, OfTeam(c.Org, c.Team))
	}
	if !c.Member.IsZero() {
		out = append(out, OfMember(c.Org, c.Member))
	}
	if !c.Key.IsZero() {
		out = append(out, OfKey(c.Org, c.Key))
	}
	return out
}
