// Package factor is what members show besides their password: codes of an authenticator app, recovery codes, and
// passkeys, which can also stand alone. It keeps them, checks them, and lets an admin take them away from somebody who
// lost them. When one is asked for is identity's to say.
//
// A TOTP secret is sealed under the organization's key, because it must be read to be checked; recovery codes are kept
// as keyed hashes; a passkey's record holds public keys only.
package factor

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// RecoveryPurpose is the name under which app derives the recovery codes' MAC from the master key.
const RecoveryPurpose = "recovery codes v1"

// App is a member's authenticator app.
type App struct {
	Sealed []byte
	// LastStep is the newest 30-second step whose code was used: no code works twice.
	LastStep    int64
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero while it is being set up: it opens nothing yet
}

// Recovery is one recovery code, as kept.
type Recovery struct {
	Number int64
	KeyID  secret.KeyID
	MAC    [32]byte
	UsedAt time.Time
}

// Passkey is one of a member's passkeys.
type Passkey struct {
	ID     id.Passkey
	Org    id.Org
	Member id.Member
	Handle string // the credential's own id, in hex
	Name   string
	// Credential is the library's record as JSON: public key, counter, flags.
	Credential []byte
	CreatedAt  time.Time
	LastUsedAt time.Time
}

// State is what a member has.
type State struct {
	AppSince time.Time // zero = no authenticator app
	Passkeys []Passkey
	// CodesLeft are the recovery codes that were not used yet.
	CodesLeft int
}

// Any reports whether there is a second factor to show.
func (s State) Any() bool { return !s.AppSince.IsZero() || len(s.Passkeys) > 0 }

// Store keeps factors. *db.FactorStore implements it.
type Store interface {
	App(ctx context.Context, o id.Org, m id.Member) (a App, ok bool, err error)
	// SetApp puts an unconfirmed app in place of another unconfirmed one; Conflict if there is a confirmed one.
	SetApp(ctx context.Context, o id.Org, m id.Member, a App) error
	// UseStep marks a step as used, and the app as confirmed if confirm is set. ok is false if the step, or a later one,
	// was used before: of two at once one wins.
	UseStep(ctx context.Context, o id.Org, m id.Member, step int64, confirm bool, at time.Time) (ok bool, err error)
	DropApp(ctx context.Context, o id.Org, m id.Member) error

	Codes(ctx context.Context, o id.Org, m id.Member) ([]Recovery, error)
	// SetCodes replaces all of a member's codes; nil drops them.
	SetCodes(ctx context.Context, o id.Org, m id.Member, codes []Recovery) error
	// UseCode spends one; ok is false if somebody was faster.
	UseCode(ctx context.Context, o id.Org, m id.Member, number int64, at time.Time) (ok bool, err error)

	Passkeys(ctx context.Context, o id.Org, m id.Member) ([]Passkey, error)
	// AddPasskey answers Conflict if the credential is registered in this organization already.
	AddPasskey(ctx context.Context, p Passkey) error
	// UsedPasskey keeps the credential's new counter.
	UsedPasskey(ctx context.Context, o id.Org, p id.Passkey, credential []byte, at time.Time) error
	DropPasskey(ctx context.Context, o id.Org, m id.Member, p id.Passkey) (ok bool, err error)
	DropPasskeys(ctx context.Context, o id.Org, m id.Member) error
}

// MissingPasskey is the one answer for a passkey that is not there, or somebody else's.
func MissingPasskey() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "You have no such passkey.")
}
