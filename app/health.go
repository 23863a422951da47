package app

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/health/healthredis"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// watch makes the breakers and who keeps their books.
func (a *App) watch() error {
	node := hostLabel()
	if !a.cfg.RedisURL.IsEmpty() {
		client, err := healthredis.Open(a.cfg.RedisURL)
		if err != nil {
			return err
		}
		a.link = health.NewLink(client, node+" "+id.NewNode(a.ids).String(), a.clock, a.log, 0)
	}
	a.keeper = health.NewKeeper(health.Keeping{Store: a.healthStore, Node: node, IDs: a.ids, Clock: a.clock, Log: a.log, Alert: a.alarm().Tell, Link: a.link})
	a.board = health.NewBoard(health.Config{Changed: a.keeper.Changed, Rules: a.breakers.For})
	return nil
}

// watched runs what watch made.
func (a *App) watched(ctx context.Context, running *errgroup.Group) {
	running.Go(func() error { return a.keeper.Run(ctx, a.board) })
	running.Go(func() error { return a.checker().Run(ctx) })
	if a.link != nil {
		running.Go(func() error { return a.link.Run(ctx, a.board) })
	}
}

// alarm tells admins about targets that are away.
func (c *core) alarm() *health.Alarm {
	return &health.Alarm{Store: c.healthStore, Orgs: c.orgs, Connections: c.connectionNames, Tx: c.db, PublicURL: c.cfg.PublicURL, Inbox: c.targetNotice}
}

// wellbeing is the status of targets.
func (a *App) wellbeing() *health.Service {
	return health.New(health.Parts{Store: a.healthStore, Board: a.board, Connections: a.connectionNames, Cost: a.wordCost, Tx: a.db, Audit: a.audit, Bus: a.bus, Clock: a.clock, Log: a.log})
}

func (c *core) connectionNames(ctx context.Context, actor org.Actor) (map[id.Connection]string, error) {
	all, err := c.providers.List(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Connection]string, len(all))
	for _, one := range all {
		out[one.ID] = one.Name
	}
	return out, nil
}
