package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// checker looks at connections that nobody asks, where their organization wants it.
func (a *App) checker() *health.Checker {
	return health.NewChecker(health.Checking{Settings: a.breakers.Checked, Board: a.board, Turns: a.healthStore, Open: a.door, Node: a.keeper.Node, Clock: a.clock, Log: a.log})
}

func (a *App) door(ctx context.Context, o id.Org, which id.Connection) (health.Door, bool, error) {
	conn, ok, err := a.providers.Ready(ctx, org.System(o, "regular look at a connection"), which)
	if err != nil || !ok {
		return health.Door{}, false, err
	}
	return health.Door{Credential: conn.Credential, Knock: func(ctx context.Context) (health.Report, string) {
		f, note := a.providers.Knock(ctx, conn)
		return told(conn.Kind, f), note
	}, Ask: func(ctx context.Context, model string) (health.Report, string) {
		return a.word(ctx, o, conn.Name, model)
	}}, true, nil
}

// told is what a list of models, or the lack of one, says about a connection. It is less than what a request says: a key
// that may not list models (403) may be good for all else, and an address without a list (404, a page) is no failure.
func told(kind provider.Kind, f *provider.Failure) health.Report {
	if f == nil {
		return health.Report{Outcome: health.Good}
	}
	switch f.Class {
	case provider.Unreachable, provider.Overloaded, provider.ServerError, provider.Slow, provider.Ambiguous:
		return health.Report{Outcome: health.Bad}
	case provider.Credential:
		if f.Status == 401 && kind != provider.Azure {
			return health.Report{Outcome: health.Locked}
		}
	case provider.Quota:
		return health.Report{Outcome: health.Spent}
	}
	return health.Report{}
}
