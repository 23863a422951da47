package factor

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Ten codes of ten letters: 50 bits each, which cannot be guessed at five tries a pause, and no letter that looks like
// another.
const (
	codeCount    = 10
	codeSize     = 10
	codeAlphabet = "abcdefghjkmnpqrstuvwxyz23456789x" // 32, so that five bits choose one; x is twice
)

// NewCodes replaces the actor's recovery codes: the old ones are worth nothing from now on.
func (s *Service) NewCodes(ctx context.Context, actor org.Actor) (codes []secret.String, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		had, err := s.state(ctx, actor.Org, actor.Member)
		if err != nil {
			return err
		}
		if !had.Any() {
			return fault.New(fault.Conflict, "no_factor", "Recovery codes stand in for a second factor. Set one up first.")
		}
		if codes, err = s.makeCodes(ctx, actor); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "factor.codes_renewed", Target: actor.Member.String(), TargetName: actor.Label})
	})
	if err != nil {
		return nil, fmt.Errorf("new recovery codes: %w", err)
	}
	return codes, nil
}

// firstCodes makes codes for somebody who has none.
func (s *Service) firstCodes(ctx context.Context, actor org.Actor) ([]secret.String, error) {
	have, err := s.Store.Codes(ctx, actor.Org, actor.Member)
	if err != nil || len(have) > 0 {
		return nil, err
	}
	return s.makeCodes(ctx, actor)
}

func (s *Service) makeCodes(ctx context.Context, actor org.Actor) ([]secret.String, error) {
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	shown, kept := make([]secret.String, codeCount), make([]Recovery, codeCount)
	for i := range shown {
		var b [codeSize]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, err
		}
		for j := range b {
			b[j] = codeAlphabet[b[j]&31]
		}
		shown[i] = secret.New(string(b[:5]) + "-" + string(b[5:]))
		kept[i].Number = int64(i + 1)
		kept[i].KeyID, kept[i].MAC = s.MAC.Sum(signed(actor.Org, actor.Member, string(b[:])))
	}
	return shown, s.Store.SetCodes(ctx, actor.Org, actor.Member, kept)
}

// signed is what a code's MAC covers: whose it is too, so that rows cannot be moved.
func signed(o id.Org, m id.Member, code string) string {
	return o.String() + " " + m.String() + " " + code
}

// recover spends the recovery code that this is; ok is false if it is none, or was used.
func (s *Service) recover(ctx context.Context, o id.Org, m id.Member, code string) (ok bool, err error) {
	code = strings.ToLower(digits(code))
	if len(code) != codeSize {
		return false, nil
	}
	all, err := s.Store.Codes(ctx, o, m)
	if err != nil {
		return false, err
	}
	found := int64(0)
	for _, c := range all {
		if s.MAC.Verify(c.KeyID, signed(o, m, code), c.MAC) && c.UsedAt.IsZero() {
			found = c.Number
		}
	}
	if found == 0 {
		return false, nil
	}
	return s.Store.UseCode(ctx, o, m, found, s.Clock.Now())
}
