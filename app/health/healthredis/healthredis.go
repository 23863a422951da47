// Package healthredis is the wire to Redis for states of breakers that nodes share: one hash, and a number that counts its
// changes.
package healthredis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Client implements health.Shared. Safe for concurrent use.
type Client struct{ redis *redis.Client }

var _ health.Shared = (*Client)(nil)

const (
	statesKey  = "bodhi:health:states"
	versionKey = "bodhi:health:version"
	// keep is how long states outlive the last change: longer than the longest cool-down.
	keep = time.Hour
	// mostArgs bounds what one script is told.
	mostArgs = 1000
	// waitFor is how long one socket is waited for at most. No request waits for it.
	waitFor = 2 * time.Second
)

// Open makes a client for redis://… or rediss://…. It connects when it is first used, so a server that is away does not
// stop a start. The URL may hold a password, so errors do not repeat it.
func Open(url secret.String) (*Client, error) {
	o, err := redis.ParseURL(url.Reveal())
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: it should look like redis://user:password@host:6379/0")
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = waitFor, waitFor, waitFor, waitFor
	o.ContextTimeoutEnabled = true
	o.MaxRetries, o.DialerRetries, o.PoolSize = -1, 1, 2
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Client{redis.NewClient(o)}, nil
}

// Push implements health.Shared.
func (c *Client) Push(ctx context.Context, target string, state []byte) error {
	_, err := c.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, statesKey, target, state)
		p.PExpire(ctx, statesKey, keep)
		p.SetNX(ctx, versionKey, 1+rand.Int64N(1<<62), 0) // so that a server that lost its data counts from elsewhere
		p.Incr(ctx, versionKey)
		return nil
	})
	return err
}

// Pull implements health.Shared.
func (c *Client) Pull(ctx context.Context, known int64) (int64, map[string][]byte, error) {
	version, err := c.redis.Get(ctx, versionKey).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil, nil
	}
	if err != nil || version == known {
		return version, nil, err
	}
	all, err := c.redis.HGetAll(ctx, statesKey).Result()
	if err != nil {
		return known, nil, err
	}
	out := make(map[string][]byte, len(all))
	for k, v := range all {
		out[k] = []byte(v)
	}
	return version, out, nil
}

// dropped deletes fields that hold what is said of them.
var dropped = redis.NewScript(`for i = 1, #ARGV, 2 do
	if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 0`)

// Drop implements health.Shared.
func (c *Client) Drop(ctx context.Context, states map[string][]byte) error {
	args := make([]any, 0, 2*len(states))
	for target, state := range states {
		if args = append(args, target, state); len(args) == mostArgs {
			break // the rest goes with the next change
		}
	}
	return dropped.Run(ctx, c.redis, []string{statesKey}, args...).Err()
}

// Close drops the connections.
func (c *Client) Close() error { return c.redis.Close() }
