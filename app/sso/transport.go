package sso

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

const (
	// callTime bounds one call to a provider: somebody is waiting at a log-in.
	callTime = 10 * time.Second
	// maxAnswer bounds what a provider may answer: documents, keys and tokens are a few KiB.
	maxAnswer = 1 << 20
	// pauseBetween is the least time between two fetches of the same address: a token that names an unknown key must not
	// make us ask for keys again and again.
	pauseBetween = time.Minute
)

// bounded is the way out to one provider: in time, in size, and keys not more than once a minute.
func (s *Service) bounded() http.RoundTripper {
	return &bounded{out: s.Out, clock: s.Clock, last: map[string]time.Time{}}
}

type bounded struct {
	out   http.RoundTripper
	clock clock.Clock
	mu    sync.Mutex
	last  map[string]time.Time
}

var errTooSoon = errors.New("sso: asked for the provider's keys less than a minute ago")

// RoundTrip implements http.RoundTripper.
func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet && r.Header.Get("Authorization") == "" && b.tooSoon(r.URL.String()) {
		return nil, errTooSoon
	}
	ctx, cancel := context.WithTimeout(r.Context(), callTime)
	resp, err := b.out.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &body{io.LimitReader(resp.Body, maxAnswer), resp.Body, cancel}
	return resp, nil
}

func (b *bounded) tooSoon(at string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	if last, ok := b.last[at]; ok && now.Sub(last) < pauseBetween {
		return true
	}
	b.last[at] = now
	return false
}

type body struct {
	io.Reader
	io.Closer
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (b *body) Close() error {
	defer b.cancel()
	return b.Closer.Close()
}
