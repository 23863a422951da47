package price

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Override is a tenant's own price: a negotiated discount, a server of its own. It is JSON-able, because the last good
// snapshot lies on disk (decision D13).
type Override struct {
	ID  id.Override `json:"id"`
	Org id.Org      `json:"org"`
	// Provider is a kind or a provider of the catalogue; Connection is one account. At most one is set; neither means that
	// it holds wherever the model is asked for.
	Provider   string        `json:"provider,omitempty"`
	Connection id.Connection `json:"connection,omitzero"`
	// Model is the name as the provider writes it, in lower case; a star at its end stands for the rest of the name.
	Model string `json:"model"`
	// From and Until are when it holds, [From, Until); a zero Until is open.
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
	// Prices are pico-dollars per token, request or search. Classes left out are charged as the wider class.
	Prices    map[catalog.Class]money.Price `json:"prices"`
	Note      string                        `json:"note,omitempty"`
	Version   int64                         `json:"version"` // counts changes; attempts name it
	CreatedAt time.Time                     `json:"created_at"`
	UpdatedAt time.Time                     `json:"updated_at"`
}

// PriceVersion is what attempts store that were priced by it.
func (o *Override) PriceVersion() string { return fmt.Sprintf("override/%s.%d", o.ID, o.Version) }

// Holds reports whether it is in force.
func (o *Override) Holds(at time.Time) bool {
	return !at.Before(o.From) && (o.Until.IsZero() || at.Before(o.Until))
}

// Covers reports whether it is for a model of a connection that pays a provider, at whatever time.
func (o *Override) Covers(provider string, connection id.Connection, model string) bool {
	name, prefix := strings.CutSuffix(o.Model, "*")
	c := own{Override: *o, connection: o.Connection.String(), prefix: prefix, name: name}
	return c.is(provider, catalog.ProviderID(provider), connection.String(), strings.ToLower(model))
}

// rivals reports whether two overrides could both claim the same call, at the same rank, at some time.
func (o *Override) rivals(p *Override) bool {
	return o.Provider == p.Provider && o.Connection == p.Connection && o.Model == p.Model &&
		(o.Until.IsZero() || p.From.Before(o.Until)) && (p.Until.IsZero() || o.From.Before(p.Until))
}

// Input is what a person says about an override.
type Input struct {
	Provider    string
	Connection  id.Connection
	Model       string
	From, Until time.Time // a zero From is now
	Prices      map[catalog.Class]money.Price
	Note        string
	// Seen is when the override had last been changed that an Update was typed over; zero overwrites whatever is there.
	Seen time.Time
}

const (
	maxModel = 200
	maxNote  = 300
)

// Remembered is how long an override that ended is still among those that are compiled: lines of a batch come back from a provider up to
// a day after they were handed over, and cost what they did then.
const Remembered = 48 * time.Hour

// checked is the input in its normal form, or everything that is wrong with it, a *fault.Error per field.
func (in Input) checked(now time.Time, knows func(provider string) bool) (Input, error) {
	in.Provider, in.Model, in.Note = strings.ToLower(strings.TrimSpace(in.Provider)), strings.ToLower(strings.TrimSpace(in.Model)), strings.TrimSpace(in.Note)
	if in.From.IsZero() {
		in.From = now
	}
	in.From, in.Until = in.From.UTC().Truncate(time.Microsecond), in.Until.UTC().Truncate(time.Microsecond)
	var errs []error
	wrong := func(bad bool, field, text string) {
		if bad {
			errs = append(errs, fault.Field(field, text))
		}
	}
	name := strings.TrimSuffix(in.Model, "*")
	wrong(in.Model == "" || len(in.Model) > maxModel || strings.ContainsAny(name, "* \t\n"), "model",
		"Give the model's name as the provider writes it, at most 200 characters without spaces, such as gpt-5.5; gpt-5* stands for all names that begin so.")
	wrong(in.Provider != "" && !in.Connection.IsZero(), "provider", "Name a provider or a connection, not both.")
	wrong(in.Provider != "" && in.Connection.IsZero() && !knows(in.Provider), "provider",
		fmt.Sprintf("There is no provider %q. Use a kind such as openai, or a provider of the catalogue such as groq.", in.Provider))
	wrong(!in.Until.IsZero() && !in.Until.After(in.From), "until", "The end must be after the beginning. Leave it empty to keep the price until you end it.")
	wrong(!clock.Storable(in.From), "from", "Choose a beginning between the years 1970 and 9998, or leave it empty for now.")
	wrong(!in.Until.IsZero() && !clock.Storable(in.Until), "until", "Choose an end before the year 9999, or leave it empty to keep the price until you end it.")
	wrong(len(in.Note) > maxNote, "note", "A note has at most 300 characters.")
	if _, err := (catalog.Override{Prices: in.Prices}).Quote(nil); err != nil {
		errs = append(errs, err)
	}
	return in, errors.Join(errs...)
}

// Errors of a Store.
var (
	ErrNotFound = errors.New("price: no such override")
	ErrChanged  = errors.New("price: changed in between")
)

// Store keeps overrides. Every method but All is bound to one organization.
type Store interface {
	// Insert stores a new override.
	Insert(ctx context.Context, o Override) error
	// Update replaces the override that has o's id and version and counts the version up; ErrChanged when there is none.
	Update(ctx context.Context, o Override) error
	// Delete removes an override, or ErrNotFound.
	Delete(ctx context.Context, org id.Org, o id.Override) error
	// Get finds an override, or ErrNotFound.
	Get(ctx context.Context, org id.Org, o id.Override) (Override, error)
	// List gives an organization's overrides, newest first.
	List(ctx context.Context, org id.Org) ([]Override, error)
	// All gives every organization's overrides that hold at a moment or later, for the compiled table.
	All(ctx context.Context, at time.Time) ([]Override, error)
}
