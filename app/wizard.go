package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
)

// wizard is the guided set-up of a serving process, which counts how long first requests took.
func (a *App) wizard() *onboard.Wizard {
	return onboard.NewWizard(onboard.WizardParts{Store: db.NewOnboardStore(a.db), Orgs: a.orgs, Connections: a.providers, Budgets: a.budgets(a.treasury), Keys: a.keys, First: a.meter.started,
		Invited: func(ctx context.Context, actor org.Actor) (int, error) {
			all, _, err := a.letters.joining.Invitations(ctx, actor)
			return len(all), err
		}, Tx: a.db, Audit: a.audit, Clock: a.clock})
}
