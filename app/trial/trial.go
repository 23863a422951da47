// Package trial asks several models the same question for a program that compares them; people have the playground. It
// has no way of its own to a provider. A question goes through the gateway's pipeline like any request, as a key of the
// person's own, so that key's models, networks, limits and budgets decide, money is held before anything is sent, and the
// request is in the log. Neither the question nor the answers are kept.
package trial

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Keys is what the key room's control plane knows. *key.Service implements it.
type Keys interface {
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
	Get(ctx context.Context, actor org.Actor, k id.Key) (key.Key, error)
}

// Desk knows what a key may do right now. *key.Desk implements it.
type Desk interface {
	// Grant is a key's grant, or why it has none: unknown here, disabled, expired.
	Grant(o id.Org, k id.Key) (*key.Grant, error)
}

// Gateway is the data plane, answering as if a key had been shown. *gateway.Gateway implements it.
type Gateway interface {
	As(g *key.Grant) http.Handler
}

// Parts are what Service works with. All are required.
type Parts struct {
	Keys    Keys
	Desk    Desk
	Gateway Gateway
	Tx      work.Tx
	Audit   audit.Log
	Clock   clock.Clock
}

// Service asks. Developers and those above may; viewers only read.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Input is what to ask whom.
type Input struct {
	Key id.Key
	// Targets are "connection/model", or anything else that a request may name as its model.
	Targets []string
	Prompt  string
	// MaxOutput caps each answer, in tokens.
	MaxOutput int64
}

// Bounds of an Input.
const (
	MaxTargets    = 4
	MaxPrompt     = 20_000 // characters
	DefaultOutput = 500
	MostOutput    = 4000
)

// Answer is what one target said, or why it did not.
type Answer struct {
	Target  string
	Request string // its id in the log; "" if it never got there
	Status  int
	Text    string
	Refusal string // the sentence of whoever refused; "" with an answer
	Cut     bool   // the answer ended at its cap
	CostUSD string // exact; "" where nothing was booked
	Input   int64  // tokens
	Output  int64  // tokens
	Took    time.Duration
	// Warnings are what the gateway says beside the answer.
	Warnings string
}

// Own are the keys that work and whose budgets the actor may spend in a trial, newest first: a person's own, and for a
// management token, which is nobody, keys of services that it may manage. Whoever manages a key could show it anyway.
func (s *Service) Own(ctx context.Context, actor org.Actor) ([]key.Key, error) {
	if err := actor.Require(org.Developer); err != nil {
		return nil, err
	}
	q := key.Query{Of: org.OfMember(actor.Org, actor.Member), Limit: mostKeys}
	if actor.Member.IsZero() {
		q.Of, q.Services = org.Scope{}, true
	}
	p, err := s.Keys.Find(ctx, actor, q)
	if err != nil {
		return nil, fmt.Errorf("trial: find keys: %w", err)
	}
	return slices.DeleteFunc(p.Keys, func(k key.Key) bool { return !s.own(actor, k) }), nil
}

// mostKeys is how many keys are looked through for those to choose from. Any other may be named.
const mostKeys = 200

func (s *Service) own(actor org.Actor, k key.Key) bool {
	return k.Member == actor.Member && (!actor.Member.IsZero() || key.Changeable(actor, k)) && k.Status(s.Clock.Now()) == "active"
}

// Spendable is a key that the actor may spend the budget of, as Own has them; what is none is refused by the field "key".
func (s *Service) Spendable(ctx context.Context, actor org.Actor, k id.Key) (key.Key, error) {
	if err := actor.Require(org.Developer); err != nil {
		return key.Key{}, err
	}
	as, err := s.Keys.Get(ctx, actor, k)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return as, fmt.Errorf("trial: find the key: %w", err)
	}
	if err != nil || !s.own(actor, as) {
		return as, fault.Field("key", "Choose a key of your own that works, or with a management token one of a service: its budget is spent.")
	}
	return as, nil
}

// Try asks all targets at once and waits for the last. What a target refuses is an Answer; an error is about the input.
func (s *Service) Try(ctx context.Context, actor org.Actor, in Input) ([]Answer, error) {
	if err := actor.Require(org.Developer); err != nil {
		return nil, err
	}
	in, err := in.checked()
	if err != nil {
		return nil, err
	}
	as, err := s.Spendable(ctx, actor, in.Key)
	if err != nil {
		return nil, err
	}
	grant, err := s.Desk.Grant(actor.Org, in.Key)
	if err != nil {
		return nil, fault.Field("key", fault.From(err).Public).Because(err)
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "model.tried", Target: in.Key.String(), TargetName: as.Name,
			After: map[string]any{"targets": in.Targets, "max_output_tokens": in.MaxOutput}})
	})
	if err != nil {
		return nil, fmt.Errorf("trial: audit: %w", err)
	}
	out := make([]Answer, len(in.Targets))
	var all sync.WaitGroup
	for i, target := range in.Targets {
		all.Go(func() { out[i] = s.ask(ctx, actor, grant, target, in) })
	}
	all.Wait()
	return out, nil
}

func (in Input) checked() (Input, error) {
	var errs []error
	var targets []string
	for _, t := range in.Targets {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(targets, t) {
			targets = append(targets, t)
		}
	}
	in.Targets = targets
	switch {
	case len(targets) == 0:
		errs = append(errs, fault.Field("targets", "Name at least one model to ask, as connection/model."))
	case len(targets) > MaxTargets:
		errs = append(errs, fault.Field("targets", fmt.Sprintf("At most %d models are asked at once.", MaxTargets)))
	}
	if in.Prompt = strings.TrimSpace(in.Prompt); in.Prompt == "" {
		errs = append(errs, fault.Field("prompt", "Type what to ask."))
	}
	if n := utf8.RuneCountInString(in.Prompt); n > MaxPrompt {
		errs = append(errs, fault.Field("prompt", fmt.Sprintf("A question has at most %d characters here; this one has %d.", MaxPrompt, n)))
	}
	if in.MaxOutput == 0 {
		in.MaxOutput = DefaultOutput
	}
	if in.MaxOutput < 1 || in.MaxOutput > MostOutput {
		errs = append(errs, fault.Field("max_output_tokens", fmt.Sprintf("Answers may be capped at 1 to %d tokens.", MostOutput)))
	}
	return in, errors.Join(errs...)
}
