// Package cacheredis is the wire to Redis for cached answers that nodes share. What lies there is sealed, so a Redis that is read
// by others tells them how much is kept and nothing of it; what they change opens nowhere.
package cacheredis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Client implements cache.Store. Safe for concurrent use.
type Client struct {
	redis *redis.Client
	clock clock.Clock
}

var _ cache.Store = (*Client)(nil)

// waitFor is how long one socket is waited for at most; the contexts of requests are shorter.
const waitFor = 2 * time.Second

// Open makes a client for redis://… or rediss://…. It connects when it is first used, so a server that is away does not
// stop a start. The URL may hold a password, so errors do not repeat it.
func Open(url secret.String, c clock.Clock) (*Client, error) {
	o, err := redis.ParseURL(url.Reveal())
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: it should look like redis://user:password@host:6379/0")
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = waitFor, waitFor, waitFor, waitFor
	o.ContextTimeoutEnabled = true
	o.MaxRetries, o.DialerRetries = -1, 1
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	logging.Disable() // the desk logs an outage once; the client would log each broken connection
	return &Client{redis.NewClient(o), c}, nil
}

func name(o id.Org, k cache.Key) string { return "bodhi:cache:" + o.UUID() + ":" + k.String() }

// Get implements cache.Store.
func (c *Client) Get(ctx context.Context, o id.Org, k cache.Key) (*cache.Entry, error) {
	b, err := c.redis.Get(ctx, name(o, k)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, cache.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	e, err := cache.DecodeEntry(b)
	if err != nil { // somebody else's, or an older program's
		return nil, cache.ErrNotFound
	}
	return e, nil
}

// Put implements cache.Store. Each entry goes by itself when its time is over.
func (c *Client) Put(ctx context.Context, o id.Org, entries []*cache.Entry) error {
	now := c.clock.Now()
	_, err := c.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, e := range entries {
			if left := e.Until().Sub(now); left > 0 {
				p.Set(ctx, name(o, e.Key), cache.EncodeEntry(e), left)
			}
		}
		return nil
	})
	return err
}

// Drop implements cache.Store.
func (c *Client) Drop(ctx context.Context, o id.Org, keys []cache.Key) error {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = name(o, k)
	}
	return c.redis.Unlink(ctx, names...).Err()
}

// Close drops the connections.
func (c *Client) Close() error { return c.redis.Close() }
