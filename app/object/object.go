// Package object remembers which key's request made what a provider keeps: stored responses today. A provider knows one
// account for a whole organization, so without this any key could read what another one stored. The data plane notes owners
// without waiting for a database, and asks it only for objects that this process did not see being made.
package object

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Kind is what an object is.
type Kind string

// Response is a stored answer of OpenAI's Responses API.
const Response Kind = "response"

// Object is one thing that a provider keeps.
type Object struct {
	Org  id.Org
	Key  id.Key
	Kind Kind
	// Upstream is its id at the provider.
	Upstream string
	// Connection made it, and is the only one that has it.
	Connection id.Connection
	Created    time.Time
}

// Store keeps owners for good. *db.ObjectStore implements it.
type Store interface {
	// Insert adds objects of one organization; those that are there already stay as they are.
	Insert(ctx context.Context, o id.Org, list []Object) error
	// Find gives an object; false if there is none.
	Find(ctx context.Context, o id.Org, k Kind, upstream string) (Object, bool, error)
	// Delete removes objects of one organization; it does not mind those that are not there.
	Delete(ctx context.Context, o id.Org, list []Object) error
	// Sweep removes what is older, of all organizations.
	Sweep(ctx context.Context, before time.Time) error
}
