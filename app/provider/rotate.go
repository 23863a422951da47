package provider

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Rotation is a new credential for a connection.
type Rotation struct {
	Credential secret.String
	// Untested takes it although it could not be shown to work, for a provider that is down.
	Untested bool
}

// Rotate replaces the credential. The new one is tried first, live, and only when it works does it take the old one's
// place, which is forgotten then; requests under way keep the one they have.
func (s *Service) Rotate(ctx context.Context, actor org.Actor, c id.Connection, in Rotation) (ConnectionRecord, error) {
	if err := actor.Require(MayChange); err != nil {
		return ConnectionRecord{}, err
	}
	r, err := s.get(ctx, actor.Org, c)
	if err != nil {
		return ConnectionRecord{}, err
	}
	key, err := rotated(r, in.Credential)
	if err != nil {
		return ConnectionRecord{}, err
	}
	if err := s.seal(ctx, &r, key); err != nil {
		return ConnectionRecord{}, err
	}
	var check Check
	var models []string
	if !in.Untested {
		if check, models, err = s.probe(ctx, r); err != nil {
			return ConnectionRecord{}, fmt.Errorf("provider: try a credential: %w", err)
		}
		if !check.OK {
			return ConnectionRecord{}, fault.Field("credential", check.Message+" The key in use stays.").With("blame", string(check.Blame))
		}
	}
	return s.change(ctx, actor, c, "connection.credential_rotated", func(now *ConnectionRecord) error {
		if now.Version != r.Version {
			return ErrChanged // the new key was tried at an address that may be another one now
		}
		now.Sealed, now.KeyHint, now.Check = r.Sealed, r.KeyHint, check
		if check.OK {
			now.relist(models, check.At)
		}
		return nil
	})
}

// rotated is the new credential in its normal form, or what is wrong with it.
func rotated(r ConnectionRecord, key secret.String) (secret.String, error) {
	o, _ := OfferingOf(r.Kind)
	in, err := Input{Kind: r.Kind, Credential: key}.Tidied()
	if err != nil {
		return key, err
	}
	if err := checkKey(in.Credential, o, true); err != nil {
		return key, err
	}
	if in.Credential.IsEmpty() {
		return key, fault.Field("credential", "Paste the new API key. To stop using the old one, disable or delete the connection.")
	}
	return in.Credential, nil
}
