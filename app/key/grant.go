// Package key is virtual keys: what an app holds instead of a provider's key. A key belongs to a team, acts as a member
// or a service account, spends along one chain, and narrows what may be done with it.
package key

import (
	"net/netip"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Grant is what authentication yields: who spends, and what the key narrows. It is part of an immutable snapshot and
// must not be changed.
type Grant struct {
	Key     id.Key
	Name    string
	OrgSlug string
	Chain   org.Chain
	// Models that may be asked for, by alias or name; empty = all the organization offers.
	Models []string
	// Networks that requests may come from; empty = any.
	Networks []netip.Prefix
	// Endpoints that it may be used for; none = all.
	Endpoints Endpoints
	// Tags are put on every request, "client=acme,project=apollo", and win over the request's own.
	Tags string
	// Agent says that a coding agent logged in as its member, without a key that somebody copied.
	Agent bool
	// Exact says that the model that is named answers or nobody: no rule of the organization, no experiment, no cheaper model of a budget
	// and no answer of the gateway's own stands in for it. No key is; the gateway itself asks so what it wants to know of a target.
	Exact bool
	// ExpiresAt is when the key stops; zero = never.
	ExpiresAt time.Time
}
