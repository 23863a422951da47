package factor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Kind is which factor a code turned out to be.
type Kind string

// The kinds of codes.
const (
	FromApp      Kind = "app"
	FromRecovery Kind = "recovery"
)

// Check takes the code that somebody shows who proved their password just now: six digits of their app, or a recovery
// code, which is spent. Wrong ones are all answered alike.
func (s *Service) Check(ctx context.Context, o id.Org, m id.Member, code string) (Kind, error) {
	if err := s.pace.try(o, m); err != nil {
		return "", err
	}
	kind, err := s.check(ctx, o, m, code)
	if err != nil {
		return "", fmt.Errorf("check second factor: %w", err)
	}
	if kind == "" {
		s.Log.InfoContext(ctx, "second factor refused", "organization", o.String(), "member", m.String())
		return "", fault.Field("code", "This code is wrong, or was used already. Enter the six digits that your app shows now, or an unused recovery code.")
	}
	s.pace.forgive(o, m)
	return kind, nil
}

func (s *Service) check(ctx context.Context, o id.Org, m id.Member, code string) (Kind, error) {
	app, ok, err := s.Store.App(ctx, o, m)
	if err != nil {
		return "", err
	}
	if ok && !app.ConfirmedAt.IsZero() {
		step, err := s.step(ctx, o, m, app, code)
		if err != nil {
			return "", err
		}
		if step > 0 {
			used, err := s.Store.UseStep(ctx, o, m, step, false, s.Clock.Now())
			if err != nil || !used {
				return "", err
			}
			return FromApp, nil
		}
	}
	if ok, err := s.recover(ctx, o, m, code); err != nil || !ok {
		return "", err
	}
	return FromRecovery, nil
}

// pace slows down guessing at a member's codes, wherever it comes from: whoever gets here knows the password, so
// nobody else can be locked out by it. Ten tries are free, then each costs a minute, doubling up to an hour. In memory;
// at six digits and three valid steps a guesser needs some 100,000 tries.
type pace struct {
	clock clock.Clock
	mu    sync.Mutex
	seen  map[string]tries
}

type tries struct {
	n     int
	until time.Time
	last  time.Time
}

const (
	freeCodes  = 10
	firstPause = time.Minute
	longPause  = time.Hour
	forget     = 24 * time.Hour
	maxPaced   = 50_000
)

func newPace(c clock.Clock) *pace { return &pace{clock: c, seen: map[string]tries{}} }

func (p *pace) try(o id.Org, m id.Member) error {
	k, now := o.String()+m.String(), p.clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.seen[k]
	if now.Sub(v.last) > forget {
		v = tries{}
	}
	if wait := v.until.Sub(now); wait > 0 {
		f := fault.New(fault.Limited, "too_many_attempts", "Too many wrong codes. Wait a little, then try again.")
		f.RetryAfter = wait
		return f
	}
	v.n, v.last = v.n+1, now
	if over := v.n - freeCodes; over >= 0 {
		v.until = now.Add(min(longPause, firstPause<<min(over, 8)))
	}
	if len(p.seen) >= maxPaced {
		for k, v := range p.seen {
			if now.Sub(v.last) > forget {
				delete(p.seen, k)
			}
		}
	}
	p.seen[k] = v
	return nil
}

func (p *pace) forgive(o id.Org, m id.Member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.seen, o.String()+m.String())
}
