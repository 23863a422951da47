// Package object remembers which key's request made what a provider keeps: stored responses and files. A provider knows one
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

// The kinds.
const (
	Response Kind = "response" // a stored answer of OpenAI's Responses API
	File     Kind = "file"     // an uploaded file; known until it is deleted
)

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
	// Detail is what the provider said of it when it was made, a JSON object: a file's name, size and purpose. "" without.
	Detail string
}

// Store keeps owners for good. *db.ObjectStore implements it.
type Store interface {
	// Insert adds objects of one organization; those that are there already stay as they are.
	Insert(ctx context.Context, o id.Org, list []Object) error
	// Find gives an object; false if there is none.
	Find(ctx context.Context, o id.Org, k Kind, upstream string) (Object, bool, error)
	// List gives a key's objects of one kind, newest first.
	List(ctx context.Context, o id.Org, key id.Key, k Kind) ([]Object, error)
	// Delete removes objects of one organization; it does not mind those that are not there.
	Delete(ctx context.Context, o id.Org, list []Object) error
	// Sweep removes responses that are older, of all organizations. Files stay until they are deleted.
	Sweep(ctx context.Context, before time.Time) error
}
