// Package limitredis is the wire to Redis for counters that nodes share: a client that runs package limit's scripts, one
// round trip each. How long a request waits is the limiter's to say, by its context.
package limitredis

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Client implements limit.Shared. Safe for concurrent use.
type Client struct {
	redis   *redis.Client
	scripts map[limit.Script]*redis.Script
}

// waitFor is how long one socket is waited for at most; the contexts of requests are shorter.
const waitFor = 2 * time.Second

// Open makes a client for redis://… or rediss://…. It connects when it is first used, so a server that is away does not
// stop a start. The URL may hold a password, so errors do not repeat it.
func Open(url secret.String) (*Client, error) {
	o, err := redis.ParseURL(url.Reveal())
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: it should look like redis://user:password@host:6379/0")
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = waitFor, waitFor, waitFor, waitFor
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1 // a take that is tried again could be taken twice
	o.DialerRetries = 1
	o.MinIdleConns = 2
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	c := &Client{redis: redis.NewClient(o), scripts: map[limit.Script]*redis.Script{}}
	logging.Disable() // the limiter logs an outage once; the client would log each broken connection
	for _, s := range limit.Scripts() {
		c.scripts[s] = redis.NewScript(string(s))
	}
	return c, nil
}

// Eval implements limit.Shared: EVALSHA, and EVAL the first time a server sees a script.
func (c *Client) Eval(ctx context.Context, s limit.Script, keys []string, args []any) ([]int64, error) {
	script := c.scripts[s]
	if script == nil {
		return nil, fmt.Errorf("limitredis: a script that is not package limit's")
	}
	return script.Run(ctx, c.redis, keys, args...).Int64Slice()
}

// Check asks the server to run a script, as every take does.
func (c *Client) Check(ctx context.Context) error {
	return c.redis.Eval(ctx, "return 1", nil).Err()
}

// Addr is where the server is: host and port.
func (c *Client) Addr() string { return c.redis.Options().Addr }

// Close drops the connections.
func (c *Client) Close() error { return c.redis.Close() }
