package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// watch makes the breakers and who keeps their books.
func (a *App) watch() {
	a.keeper = health.NewKeeper(health.Keeping{Store: a.healthStore, Node: hostLabel(), IDs: a.ids, Clock: a.clock, Log: a.log})
	a.board = health.NewBoard(health.Config{Changed: a.keeper.Changed})
}

// wellbeing is the status of targets.
func (a *App) wellbeing() *health.Service {
	return health.New(health.Parts{Store: a.healthStore, Board: a.board, Connections: a.connectionNames, Tx: a.db, Audit: a.audit, Bus: a.bus, Clock: a.clock, Log: a.log})
}

func (a *App) connectionNames(ctx context.Context, actor org.Actor) (map[id.Connection]string, error) {
	all, err := a.providers.List(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Connection]string, len(all))
	for _, c := range all {
		out[c.ID] = c.Name
	}
	return out, nil
}
