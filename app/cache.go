package app

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cacheredis"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	converse "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	google "github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	gpt "github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/db"
)

// newCaching makes the cache's control plane. Answers lie in Redis where there is one, else in the database; the list of them is in
// the database either way.
func (c *core) newCaching() error {
	mac, err := c.master.MAC(cache.Purpose)
	if err != nil {
		return err
	}
	c.cacheMAC, c.cacheStore = mac, db.NewCacheStore(c.db)
	parts := cache.ServiceParts{Rules: c.cacheStore, Vault: c.keyring, MAC: mac, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log}
	if !c.cfg.RedisURL.IsEmpty() {
		client, err := cacheredis.Open(c.cfg.RedisURL, c.clock)
		if err != nil {
			return err
		}
		c.cacheStore.Bare, parts.Bodies, c.cacheLeases = true, client, client
	}
	c.caching = cache.New(parts)
	return nil
}

// wires write and read each family's words.
func wires() []llm.Wire {
	return []llm.Wire{gpt.Wire{}, responses.Wire{}, claude.Wire{}, google.Wire{}, converse.Wire{}}
}

// newCacheDesk makes the cache's data plane.
func (a *App) newCacheDesk() *cache.Desk {
	p := cache.Parts{Store: a.cacheStore, Counter: a.cacheStore, Vault: a.keyring, MAC: a.cacheMAC, Clock: a.clock, Log: a.log,
		Wires: wires()}
	p.Questions, p.Seen = a.cacheStore, a.caching
	if a.caching.Bodies != nil {
		p.Store = cache.Layers{Bodies: a.caching.Bodies, Index: a.cacheStore}
	}
	if a.cacheLeases != nil {
		p.Leases, p.Node = a.cacheLeases, id.NewNode(a.ids).String()
	}
	return cache.NewDesk(p)
}

// forgetting forgets cached answers of members who leave, and tells all nodes.
type forgetting struct{ c *core }

// Withdraw implements identity.Budgets, in the transaction in which the member leaves.
func (f forgetting) Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return errors.Join(f.c.cacheStore.Withdraw(ctx, o, m, at), f.c.bus.Publish(ctx, cache.Topic))
}
