package carry

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

const (
	// early is how long before its end a token is replaced, beside the requests that still use it. Clouds' tokens live about
	// an hour.
	early = 5 * time.Minute
	// patience is how long a token may take. It is no client's: the next one wants the token as well.
	patience = 10 * time.Second
)

// Buy fetches a token and says how long it is good.
type Buy func(ctx context.Context) (secret.String, time.Duration, error)

// Accounts are the identities of a kind's connections whose credentials are no tokens but buy them. Looking one up takes no
// lock that another connection could hold. A is what a kind reads out of a credential.
type Accounts[A any] struct {
	Clock clock.Clock
	// Open reads a connection's credential.
	Open func(c *provider.Connection) (A, Buy, error)

	byID sync.Map // id.Connection to *Account[A]
}

// Account is the identity of one connection, with its current token.
type Account[A any] struct {
	About A

	credential, baseURL string // what it was made of
	buy                 Buy
	clock               clock.Clock

	mu     sync.Mutex
	bearer secret.String
	until  time.Time
	flight *flight // the fetch under way, nil without
}

type flight struct {
	done chan struct{}
	err  error // set before done is closed
}

// Of finds a connection's account, or opens it: one for all who ask at once. A rotated credential or another address opens a
// new one. The error is the credential's.
func (t *Accounts[A]) Of(c *provider.Connection) (*Account[A], error) {
	for {
		v, there := t.byID.Load(c.ID)
		if a, ok := v.(*Account[A]); ok && a.credential == c.Credential.Reveal() && a.baseURL == c.BaseURL {
			return a, nil
		}
		about, buy, err := t.Open(c)
		if err != nil {
			return nil, err
		}
		a := &Account[A]{About: about, credential: c.Credential.Reveal(), baseURL: c.BaseURL, buy: buy, clock: t.Clock}
		if c.ID == (id.Connection{}) { // it is not stored yet
			return a, nil
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

// Token gives a token that is good for a while. One that ends soon is still given while the next is fetched; without any, all
// wait for the same fetch.
func (a *Account[A]) Token(ctx context.Context) (secret.String, error) {
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

func (a *Account[A]) renew(ctx context.Context, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bearer, good, err := a.buy(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if f.err = unbought(err); err == nil {
		a.bearer, a.until = bearer, a.clock.Now().Add(good)
	}
	a.flight = nil
	close(f.done)
}

// unbought gives an error the class by which the gateway decides what to do next: our credential is bad, or nobody answered.
func unbought(err error) error {
	var f *provider.Failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	return &provider.Failure{Class: provider.Unreachable, Message: "no token could be had", Cause: err}
}
