// Package route turns what a client asked for into an ordered list of targets. An alias is a tenant's name for a route;
// a Plan is a pure function of the compiled index and the call, with a reason for each target.
package route

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Alias is a tenant's name for a route: apps ask for it as "model".
type Alias struct {
	ID   id.Alias
	Org  id.Org
	Name string // [a-z0-9._-], unique in the organization
	// Targets in fallback order, each "connection/model".
	Targets []TargetRef
}

// TargetRef is a target as stored: a connection's id and an upstream model name.
type TargetRef struct {
	Connection id.Connection `json:"connection"`
	Model      string        `json:"model"`
}

// Target is one connection and model that a request can be sent to.
type Target struct {
	Connection *provider.Connection
	Model      string // upstream model name
	Why        string // why it is at this place, for the decision log
}

// Plan is where a request goes, in order.
type Plan struct {
	Route   string // the alias or rule that decided, for x-bodhi-route
	Targets []Target
}
