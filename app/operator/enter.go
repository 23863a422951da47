package operator

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

const maxName = 60

// touchEvery is how often use of a session is written down: finer would be a write per page.
const touchEvery = time.Minute

// Invite makes a way in for somebody, for the command line alone: who can run it reads the database anyway. The secret stands in
// an address once and is kept nowhere.
func (s *Service) Invite(ctx context.Context, name string) (secret.String, error) {
	name, err := org.Name("name", "the operator's name", name, maxName)
	if err != nil {
		return secret.String{}, err
	}
	text, err := s.mint()
	if err != nil {
		return secret.String{}, err
	}
	now := s.Clock.Now()
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.AddLink(ctx, Link{Digest: digest(text), Name: name, CreatedAt: now, Expires: now.Add(LinkLife)}); err != nil {
			return err
		}
		return s.write(ctx, Who{Name: name}, "console.invited", id.Org{}, "", "")
	})
	if err != nil {
		return secret.String{}, fmt.Errorf("make a way in: %w", err)
	}
	return text, nil
}

func (s *Service) mint() (secret.String, error) {
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return secret.String{}, fmt.Errorf("operator: no randomness: %w", err)
	}
	return secret.New(base64.RawURLEncoding.EncodeToString(b[:])), nil
}

// Enter takes a link and gives the secret of a session. A link that is unknown, used or too old is refused in the same words.
func (s *Service) Enter(ctx context.Context, from Who, link secret.String) (secret.String, error) {
	if wait := s.tries.try(from.IP, s.Clock.Now()); wait > 0 {
		f := fault.New(fault.Limited, "too_many_attempts", "Too many tries from your network. Wait a minute, then make a new link with bodhi console.")
		f.RetryAfter = wait
		return secret.String{}, f
	}
	text, err := s.mint()
	if err != nil {
		return secret.String{}, err
	}
	now := s.Clock.Now()
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		name, ok, err := s.Store.UseLink(ctx, digest(link), now)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Forbidden, "link_over", "This link does not work: it was used, is older than 15 minutes, or is not whole. Run bodhi console again and open the new one.")
		}
		from.Session, from.Name = id.NewSession(s.IDs), name
		if err := s.Store.AddSession(ctx, Session{Digest: digest(text), ID: from.Session, Name: name, IP: from.IP, Agent: from.Agent, BeganAt: now, SeenAt: now}); err != nil {
			return err
		}
		return s.write(ctx, from, "console.entered", id.Org{}, "", "")
	})
	if err != nil {
		return secret.String{}, fmt.Errorf("enter the console: %w", err)
	}
	return text, nil
}

// Operator says whose session a cookie opens now, as seen from where the request came. Unauthenticated where there is none, it
// ended, rested for IdleLife or is older than SessionLife.
func (s *Service) Operator(ctx context.Context, from Who, cookie secret.String) (Who, error) {
	if cookie.IsEmpty() {
		return Who{}, Who{}.require()
	}
	x, ok, err := s.Store.Session(ctx, digest(cookie))
	if err != nil {
		return Who{}, fmt.Errorf("find an operator's session: %w", err)
	}
	now := s.Clock.Now()
	if !ok || !now.Before(x.BeganAt.Add(SessionLife)) || !now.Before(x.SeenAt.Add(IdleLife)) {
		return Who{}, Who{}.require()
	}
	if now.Sub(x.SeenAt) >= touchEvery {
		if err := s.Store.Touch(ctx, x.ID, now); err != nil {
			return Who{}, fmt.Errorf("note the use of an operator's session: %w", err)
		}
	}
	from.Session, from.Name = x.ID, x.Name
	return from, nil
}

// Leave ends the operator's session.
func (s *Service) Leave(ctx context.Context, w Who) error {
	if err := w.require(); err != nil {
		return err
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.EndSession(ctx, w.Session, s.Clock.Now()); err != nil {
			return err
		}
		return s.write(ctx, w, "console.left", id.Org{}, "", "")
	})
}

// Tries of links: each secret has 256 random bits, so this only keeps noise away. Counts are per process.
const (
	mostTries = 10 // from one address in a minute
	mostAll   = 60 // from all of them
)

type tries struct {
	mu    sync.Mutex
	since time.Time
	from  map[string]int
	all   int
}

// try counts one and says how long to wait instead, or 0.
func (t *tries) try(ip string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.from == nil || now.Sub(t.since) >= time.Minute || now.Before(t.since) {
		t.since, t.from, t.all = now, map[string]int{}, 0
	}
	t.from[ip]++
	t.all++
	if t.from[ip] > mostTries || t.all > mostAll {
		return t.since.Add(time.Minute).Sub(now)
	}
	return 0
}
