package cacheredis

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
)

var _ cache.Leases = (*Client)(nil)

// over is what stands where a lease was, when its question is over. No token is empty before its dot.
const over = "."

func lease(o id.Org, k cache.Key) string {
	return "bodhi:cache:lease:" + o.UUID() + ":" + k.String()
}

// take gives a lease to whoever comes first, or has it. It says what stands there then.
var take = redis.NewScript(`
local has = redis.call('GET', KEYS[1])
if not has or has == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
return has`)

// renew gives a lease more time, if it is still the caller's.
var renew = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0`)

// back takes a lease away, if it is still the caller's, or says for a while that its question is over.
var back = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  return redis.call('DEL', KEYS[1])
end
redis.call('SET', KEYS[1], '` + over + `', 'PX', ARGV[2])
return 1`)

// Take implements cache.Leases.
func (c *Client) Take(ctx context.Context, l cache.Lease) (cache.Turn, error) {
	has, err := take.Run(ctx, c.redis, []string{lease(l.Org, l.Key)}, l.Token, cache.LeaseTime.Milliseconds()).Text()
	switch {
	case err != nil:
		return cache.Ours, err
	case has == l.Token:
		return cache.Ours, nil
	case has == over:
		return cache.Over, nil
	}
	return cache.Theirs, nil
}

// Renew implements cache.Leases.
func (c *Client) Renew(ctx context.Context, list []cache.Lease) error {
	run := func(with func(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd) error {
		_, err := c.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, l := range list {
				with(ctx, p, []string{lease(l.Org, l.Key)}, l.Token, cache.LeaseTime.Milliseconds())
			}
			return nil
		})
		return err
	}
	err := run(renew.EvalSha)
	if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") { // a server that has not seen it: say all of it
		err = run(renew.Eval)
	}
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return err
}

// Return implements cache.Leases.
func (c *Client) Return(ctx context.Context, l cache.Lease, isOver bool) error {
	var keep int64
	if isOver {
		keep = cache.OverTime.Milliseconds()
	}
	return back.Run(ctx, c.redis, []string{lease(l.Org, l.Key)}, l.Token, keep).Err()
}
