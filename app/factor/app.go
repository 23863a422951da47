package factor

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// What every authenticator app can do (RFC 6238's own values): SHA-1, six digits, 30 seconds. drift is how many steps a
// phone's clock may be off to either side.
const (
	period     = 30
	drift      = 1
	secretSize = 20
	issuerName = "Bodhi Gateway"
)

// Setup is what an app needs to know. It is as secret as the key in it.
type Setup struct {
	Key secret.String // base32, to be typed
	URL secret.String // otpauth://, in the QR code
}

func appRow(m id.Member) string { return m.String() }

// BeginApp makes a new secret that opens nothing until ConfirmApp, in place of one that was not confirmed.
func (s *Service) BeginApp(ctx context.Context, actor org.Actor) (Setup, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Setup{}, err
	}
	raw := make([]byte, secretSize)
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, raw); err != nil {
		return Setup{}, fmt.Errorf("set up authenticator app: %w", err)
	}
	key := secret.New(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
	sealed, err := s.Vault.Seal(ctx, actor.Org, "totp_secrets", "sealed", appRow(actor.Member), key)
	if err != nil {
		return Setup{}, fmt.Errorf("set up authenticator app: %w", err)
	}
	if err := s.Store.SetApp(ctx, actor.Org, actor.Member, App{Sealed: sealed, CreatedAt: s.Clock.Now()}); err != nil {
		return Setup{}, fmt.Errorf("set up authenticator app: %w", err)
	}
	return setup(actor.Label, key), nil
}

// PendingApp is the set-up under way, to be shown again; ok is false if there is none.
func (s *Service) PendingApp(ctx context.Context, actor org.Actor) (out Setup, ok bool, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Setup{}, false, err
	}
	app, ok, err := s.Store.App(ctx, actor.Org, actor.Member)
	if err != nil || !ok || !app.ConfirmedAt.IsZero() {
		return Setup{}, false, err
	}
	key, err := s.Vault.Open(ctx, actor.Org, "totp_secrets", "sealed", appRow(actor.Member), app.Sealed)
	return setup(actor.Label, key), err == nil, err
}

func setup(label string, key secret.String) Setup {
	q := url.Values{"secret": {key.Reveal()}, "issuer": {issuerName}, "period": {fmt.Sprint(period)}, "digits": {"6"}, "algorithm": {"SHA1"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuerName + ":" + label, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return Setup{Key: key, URL: secret.New(u.String())}
}

// ConfirmApp proves that the app shows the right codes; from then on it counts. It gives recovery codes if there were
// none, to be shown once.
func (s *Service) ConfirmApp(ctx context.Context, actor org.Actor, code string) (codes []secret.String, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	if err := s.pace.try(actor.Org, actor.Member); err != nil {
		return nil, err
	}
	app, ok, err := s.Store.App(ctx, actor.Org, actor.Member)
	if err != nil {
		return nil, fmt.Errorf("confirm authenticator app: %w", err)
	}
	if !ok || !app.ConfirmedAt.IsZero() {
		return nil, fault.New(fault.Conflict, "changed", "There is nothing to confirm any more. Begin again.")
	}
	step, err := s.step(ctx, actor.Org, actor.Member, app, code)
	if err != nil {
		return nil, err
	}
	if step == 0 {
		return nil, fault.Field("code", "This is not the code the app shows now. Check the time on your phone, and enter the six digits.")
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		used, err := s.Store.UseStep(ctx, actor.Org, actor.Member, step, true, s.Clock.Now())
		if err != nil {
			return err
		}
		if !used {
			return fault.Field("code", "This code was used already. Wait for the next one.")
		}
		if codes, err = s.firstCodes(ctx, actor); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "factor.added", Target: actor.Member.String(), TargetName: actor.Label, After: map[string]any{"kind": "app"}})
	})
	if err != nil {
		return nil, fmt.Errorf("confirm authenticator app: %w", err)
	}
	s.pace.forgive(actor.Org, actor.Member)
	return codes, nil
}

// RemoveApp takes the actor's authenticator app away.
func (s *Service) RemoveApp(ctx context.Context, actor org.Actor) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		had, err := s.state(ctx, actor.Org, actor.Member)
		if err != nil || had.AppSince.IsZero() {
			return err
		}
		if err := s.spare(ctx, actor, len(had.Passkeys)); err != nil {
			return err
		}
		if err := s.Store.DropApp(ctx, actor.Org, actor.Member); err != nil {
			return err
		}
		if len(had.Passkeys) == 0 {
			if err := s.Store.SetCodes(ctx, actor.Org, actor.Member, nil); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "factor.removed", Target: actor.Member.String(), TargetName: actor.Label, Before: map[string]any{"kind": "app"}})
	})
	if err != nil {
		return fmt.Errorf("remove authenticator app: %w", err)
	}
	return nil
}

// step finds the time step whose code this is, or 0. All steps are compared, and in constant time.
func (s *Service) step(ctx context.Context, o id.Org, m id.Member, app App, code string) (int64, error) {
	code = digits(code)
	key, err := s.Vault.Open(ctx, o, "totp_secrets", "sealed", appRow(m), app.Sealed)
	if err != nil {
		return 0, fmt.Errorf("read authenticator secret: %w", err)
	}
	now, found := s.Clock.Now().Unix()/period, int64(0)
	for at := now - drift; at <= now+drift; at++ {
		want, err := hotp.GenerateCodeCustom(key.Reveal(), uint64(at), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("compute code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = at
		}
	}
	return found, nil
}

// digits drops the spaces that apps print and people copy.
func digits(code string) string {
	return string(bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '-' || r == '\t' {
			return -1
		}
		return r
	}, []byte(code)))
}
