package vertex

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

const (
	// early is how long before its end a token is replaced, beside the requests that still use it.
	early = 5 * time.Minute
	// patience is how long a token may take. It is no client's: the next one wants the token as well.
	patience = 10 * time.Second
)

// tokens are the accounts of all connections. Looking one up takes no lock that another connection could hold.
type tokens struct {
	out   http.RoundTripper
	clock clock.Clock
	byID  sync.Map // id.Connection to *account
}

// account is the identity of one connection, with its current token.
type account struct {
	credential string // what it was made of
	about      provider.ServiceAccount
	fetch      func(ctx context.Context) (secret.String, time.Duration, error)
	clock      clock.Clock

	mu     sync.Mutex
	bearer secret.String
	until  time.Time
	flight *flight // the fetch under way, nil without
}

type flight struct {
	done chan struct{}
	err  error // set before done is closed
}

// account finds a connection's, or makes it of its credential: one for all who ask at once. A rotated credential makes a
// new one.
func (t *tokens) account(c *provider.Connection) (*account, error) {
	if c.ID == (id.Connection{}) { // it is not stored yet
		return t.made(c.Credential.Reveal())
	}
	for {
		v, there := t.byID.Load(c.ID)
		if a, ok := v.(*account); ok && a.credential == c.Credential.Reveal() {
			return a, nil
		}
		a, err := t.made(c.Credential.Reveal())
		if err != nil {
			return nil, err
		}
		if !there {
			if _, late := t.byID.LoadOrStore(c.ID, a); !late {
				return a, nil
			}
		} else if t.byID.CompareAndSwap(c.ID, v, a) {
			return a, nil
		}
	}
}

func (t *tokens) made(key string) (*account, error) {
	a := &account{credential: key, clock: t.clock, fetch: t.machine}
	if key == "" {
		return a, nil
	}
	about, err := provider.ParseServiceAccount(key)
	if err != nil {
		return nil, err
	}
	a.about = about
	a.fetch = func(ctx context.Context) (secret.String, time.Duration, error) { return t.exchange(ctx, about) }
	return a, nil
}

// token gives a token that is good for a while. One that ends soon is still given while the next is fetched; without any,
// all wait for the same fetch.
func (a *account) token(ctx context.Context) (secret.String, error) {
	a.mu.Lock()
	left := a.until.Sub(a.clock.Now())
	if left > early {
		defer a.mu.Unlock()
		return a.bearer, nil
	}
	f := a.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		a.flight = f
		go a.renew(context.WithoutCancel(ctx), f)
	}
	if left > patience {
		defer a.mu.Unlock()
		return a.bearer, nil
	}
	a.mu.Unlock()
	select {
	case <-ctx.Done():
		return secret.String{}, context.Cause(ctx)
	case <-f.done:
	}
	if f.err != nil {
		return secret.String{}, f.err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.bearer, nil
}

func (a *account) renew(ctx context.Context, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bearer, good, err := a.fetch(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if f.err = failed(err); err == nil {
		a.bearer, a.until = bearer, a.clock.Now().Add(good)
	}
	a.flight = nil
	close(f.done)
}

// failed gives an error the class by which the gateway decides what to do next: our credential is bad, or nobody answered.
func failed(err error) error {
	var f *provider.Failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	return &provider.Failure{Class: provider.Unreachable, Message: "no token could be had", Cause: err}
}
