package provider

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// ConnectionRecord is a connection as it is stored, credential still sealed. It is JSON-able, because the last good
// snapshot lies on disk (decision D13); Open makes a Connection of it.
type ConnectionRecord struct {
	ID      id.Connection `json:"id"`
	Org     id.Org        `json:"org"`
	Name    string        `json:"name"`
	Kind    Kind          `json:"kind"`
	BaseURL string        `json:"base_url,omitempty"`
	// Service is what its owner said stands at the address: the name of a known service. An address that belongs to one wins.
	Service string `json:"service,omitempty"`
	// Sealed is the encrypted credential, empty when there is none. It opens only for this row and origin.
	Sealed []byte `json:"sealed,omitempty"`
	// KeyHint is the credential's last four characters, for people to tell keys apart.
	KeyHint string   `json:"key_hint,omitempty"`
	Models  []string `json:"models,omitempty"`
	// Listed is how the list of models came to be what it is.
	Listed   Listed `json:"listed,omitzero"`
	Disabled bool   `json:"disabled,omitempty"`
	Terms    Terms  `json:"terms,omitzero"`
	// Version counts changes; an update with an old one is refused, so nobody overwrites what they have not seen.
	Version   int64     `json:"version"`
	Check     Check     `json:"check,omitzero"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// HasCredential reports whether a credential is stored.
func (r ConnectionRecord) HasCredential() bool { return len(r.Sealed) > 0 }

// Usable reports whether traffic can go there: enabled, and not lacking a credential its kind cannot do without.
func (r ConnectionRecord) Usable() bool {
	o, known := OfferingOf(r.Kind)
	return known && !r.Disabled && (!o.NeedsKey || r.HasCredential())
}

// binding is what the credential is sealed for: the row and its origin. A ciphertext moved to another row, or a base
// URL changed behind our back, does not open (decision D18).
func (r ConnectionRecord) binding() string { return r.ID.String() + " " + Origin(r.Kind, r.BaseURL) }

// Opener opens sealed credentials; Vault is one.
type Opener interface {
	Open(ctx context.Context, org id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Vault seals credentials under the organization's key. *secret.Keyring implements it.
type Vault interface {
	Opener
	Seal(ctx context.Context, org id.Org, table, column, row string, plain secret.String) ([]byte, error)
}

// Open is the connection as the data plane uses it, credential opened.
func (r ConnectionRecord) Open(ctx context.Context, o Opener) (*Connection, error) {
	c := &Connection{ID: r.ID, Org: r.Org, Name: r.Name, Kind: r.Kind, BaseURL: r.BaseURL, Models: r.Models, Disabled: r.Disabled,
		Service: serviceOf(r.Kind, r.BaseURL, r.Service)}
	c.Residency, c.ZeroRetention, c.NoTraining = r.Lives(), r.Terms.ZeroRetention, r.Terms.NoTraining
	if !r.HasCredential() {
		return c, nil
	}
	key, err := o.Open(ctx, r.Org, sealedTable, sealedColumn, r.binding(), r.Sealed)
	if err != nil {
		return nil, err
	}
	c.Credential = key
	return c, nil
}

const sealedTable, sealedColumn = "connections", "credential"

// Errors of a Store.
var (
	ErrNotFound = errors.New("provider: no such connection")
	ErrTaken    = errors.New("provider: the name is taken")
	ErrChanged  = errors.New("provider: changed in between")
)

// Store keeps connections. Every method but All is bound to one organization.
type Store interface {
	// Insert stores a new connection, or ErrTaken.
	Insert(ctx context.Context, r ConnectionRecord) error
	// Update replaces the connection that has r's id and version and counts the version up; ErrChanged when there is
	// none, ErrTaken when the new name is another's.
	Update(ctx context.Context, r ConnectionRecord) error
	// Delete removes a connection, or ErrNotFound.
	Delete(ctx context.Context, org id.Org, c id.Connection) error
	// Get finds a connection, or ErrNotFound.
	Get(ctx context.Context, org id.Org, c id.Connection) (ConnectionRecord, error)
	// List gives an organization's connections by name.
	List(ctx context.Context, org id.Org) ([]ConnectionRecord, error)
	// All gives every organization's connections, oldest first, for the compiled index.
	All(ctx context.Context) ([]ConnectionRecord, error)
}

// Aliases are what would break without a connection. The route room implements it.
type Aliases interface {
	// Users names, for each connection, the aliases with a target on it, sorted.
	Users(ctx context.Context, org id.Org) (map[id.Connection][]string, error)
	// Wanted names, for each connection, the models that aliases ask it for, and the aliases of each, sorted.
	Wanted(ctx context.Context, org id.Org) (map[id.Connection]map[string][]string, error)
	// Release takes the connection's targets out of all aliases and deletes those left without any, with an audit
	// entry each.
	Release(ctx context.Context, actor org.Actor, c id.Connection) error
}

// URLs decides where connections may point: scheme, port, and no private addresses but those the operator allows. It
// gives the URL's normal form; its refusal is a *fault.Error. The address is checked again at every dial (decision D19).
// *egress.Egress implements it.
type URLs interface {
	CheckURL(raw string) (*url.URL, error)
}
