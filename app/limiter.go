package app

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/limit/limitredis"
)

// newLimiter counts rate limits in Redis where there is one, else in this process. A Redis that is away does not stop a
// start.
func (a *App) newLimiter() (*limit.Limiter, error) {
	c := limit.Config{Clock: a.clock, Log: a.log, Node: id.NewNode(a.ids).String(), AskURL: a.cfg.PublicURL + "/limits/"}
	if !a.cfg.RedisURL.IsEmpty() {
		client, err := limitredis.Open(a.cfg.RedisURL)
		if err != nil {
			return nil, err
		}
		c.Shared = client
	}
	return limit.NewLimiter(c), nil
}
