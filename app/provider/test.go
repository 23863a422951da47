package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Blame says what a failed live test found at fault, so a person knows where to look.
type Blame string

// What can be at fault.
const (
	NoBlame         Blame = ""
	BlameKey        Blame = "key"      // the provider refused the credential, or its account is empty
	BlameURL        Blame = "url"      // something answered that is not this provider's API, or we may not go there
	BlameRegion     Blame = "region"   // the cloud has nothing in the region or location that was named
	BlameModel      Blame = "model"    // all is well, but for models that aliases ask for and the endpoint does not list
	BlameNetwork    Blame = "network"  // nothing answered
	BlameProvider   Blame = "provider" // the right place, but it fails right now
	BlameCredential Blame = "missing"  // there is no key to try
)

// Check is what the last live test found. The zero Check means that there was none since the connection changed.
type Check struct {
	At      time.Time     `json:"at,omitzero"`
	OK      bool          `json:"ok,omitempty"`
	Blame   Blame         `json:"blame,omitempty"`
	Message string        `json:"message,omitempty"` // a sentence, with the provider's own one quoted
	Models  int           `json:"models,omitempty"`  // how many the endpoint offers
	Latency time.Duration `json:"latency,omitempty"` // of the whole look-up
}

// IsZero reports that the connection was never tested as it is now.
func (c Check) IsZero() bool { return c.At.IsZero() }

// Prober asks an endpoint for its list of models, through the one way out (package egress). A provider that refuses or
// fails is a *Failure; an address that we may not call is a *fault.Error.
type Prober interface {
	Probe(ctx context.Context, c *Connection) ([]string, error)
}

const (
	probeTime = 10 * time.Second
	maxModels = 2000
	maxModel  = 200 // bytes of one name
)

// Test looks whether the connection works, live: it asks the endpoint for its models, which spends nothing, and stores
// what it found. A failing connection is a Check, not an error.
func (s *Service) Test(ctx context.Context, actor org.Actor, c id.Connection) (Check, error) {
	if err := actor.Require(MayChange); err != nil {
		return Check{}, err
	}
	r, err := s.get(ctx, actor.Org, c)
	if err != nil {
		return Check{}, err
	}
	check, models, err := s.probe(ctx, r)
	if err == nil {
		err = s.blameModels(ctx, &check, r, models)
	}
	if err != nil {
		return Check{}, fmt.Errorf("provider: test connection: %w", err)
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		now, err := s.get(ctx, actor.Org, c)
		if err != nil {
			return err
		}
		if now.Version != r.Version {
			return ErrChanged // what we found is about something that is no more
		}
		now.Check = check
		if check.OK {
			now.relist(models, check.At)
		}
		if err := s.Store.Update(ctx, now); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("connection.tested", now, nil,
			map[string]any{"ok": check.OK, "blame": string(check.Blame), "models": check.Models}))
	})
	if err != nil {
		return Check{}, public("test", err)
	}
	s.changed(ctx)
	return check, nil
}

// probe runs outside any transaction: it waits for the network.
func (s *Service) probe(ctx context.Context, r ConnectionRecord) (Check, []string, error) {
	start := s.Clock.Now()
	check := Check{At: start.UTC()}
	o, _ := OfferingOf(r.Kind)
	if o.NeedsKey && !r.HasCredential() {
		check.Blame, check.Message = BlameCredential, "There is no API key to try. Enter one: a key is erased when the address moves to another host."
		return check, nil, nil
	}
	conn, err := r.Open(ctx, s.Vault)
	if err != nil {
		return Check{}, nil, err
	}
	asked, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	models, err := s.Prober.Probe(asked, conn)
	if ctx.Err() != nil {
		return Check{}, nil, ctx.Err() // the person went away: nothing was learnt
	}
	check.Latency = s.Clock.Now().Sub(start)
	if err != nil {
		check.Blame, check.Message = explain(err)
		check.blameRegion(r, err)
		check.Message = conceal(check.Message, conn)
		return check, nil, nil
	}
	models = presentable(models)
	check.OK, check.Models = true, len(models)
	switch len(models) {
	case 0:
		check.Message = "It works. The endpoint names no models of its own."
	case 1:
		check.Message = "It works: 1 model offered."
	default:
		check.Message = fmt.Sprintf("It works: %d models offered.", len(models))
	}
	return check, models, nil
}

// explain says whose fault a failed look-up is, in a sentence that quotes the provider.
func explain(err error) (Blame, string) {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return BlameURL, refusal.Public
	}
	var f *Failure
	if !errors.As(err, &f) {
		if errors.Is(err, context.DeadlineExceeded) {
			return BlameNetwork, "Nothing answered within 10 seconds. Check the address and the way to it."
		}
		return BlameNetwork, "The address could not be reached. Check host and port, and that this server may go there."
	}
	said := quoted(f.Message)
	switch f.Class {
	case Credential:
		return BlameKey, fmt.Sprintf("The provider refused the key (status %d)%s.", f.Status, said)
	case Quota:
		return BlameKey, fmt.Sprintf("The key is right, but its account is used up (status %d)%s.", f.Status, said)
	case Refused:
		return BlameURL, fmt.Sprintf("Something answered, but has no list of models there (status %d)%s. Check the path of the base URL: most end in /v1.", f.Status, said)
	case Garbled:
		if f.Message != "" { // our own words: what came was no sentence
			said = " (" + f.Message + ")"
		}
		return BlameURL, "Something answered, but not with this provider's API" + said + ". Check the base URL: most end in /v1."
	case RateLimited, Overloaded, ServerError:
		return BlameProvider, fmt.Sprintf("The provider answered, but fails right now (status %d)%s. Try again in a minute.", f.Status, said)
	case Slow, Ambiguous:
		return BlameNetwork, "No answer came within 10 seconds. Check host and port, and that this server may go there."
	}
	if f.Message != "" { // our own words here: nobody answered
		said = ": " + f.Message
	}
	return BlameNetwork, "The address could not be reached" + said + ". Check host and port, and that this server may go there."
}

func quoted(message string) string {
	message = strings.TrimRight(strings.TrimSpace(strings.ToValidUTF8(message, "�")), ".")
	if message == "" {
		return ""
	}
	return `: "` + message + `"`
}

// conceal takes our own credential out of a provider's sentence, should it echo it.
func conceal(message string, c *Connection) string {
	if key := c.Credential.Reveal(); len(key) >= 4 {
		return strings.ReplaceAll(message, key, "[redacted]")
	}
	return message
}

// presentable bounds what a foreign server may put into our database and pages.
func presentable(models []string) []string {
	out := make([]string, 0, min(len(models), maxModels))
	seen := make(map[string]bool, len(models))
	for _, m := range models {
		m = strings.TrimSpace(m)
		if m == "" || len(m) > maxModel || seen[m] || strings.ContainsFunc(m, func(r rune) bool { return r < ' ' || r == 0x7f || r == '�' }) {
			continue
		}
		seen[m] = true
		if out = append(out, m); len(out) == maxModels {
			break
		}
	}
	return out
}
