package app

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/gateway"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/db"
)

// offered are the models that an organization's keys could ask for without any policy.
func (a *App) offered(o id.Org) []policy.Model {
	return gateway.Models(a.table, a.prices, o, a.table.Offer(&key.Grant{Chain: org.Chain{Org: o}}), a.clock.Now())
}

// named is what an organization's clients get for a name, whether it is on the list of what it offers or not.
func (a *App) named(o id.Org, name string) policy.Model {
	for _, m := range gateway.Models(a.table, a.prices, o, []string{name}, a.clock.Now()) {
		return m
	}
	return policy.Model{Name: name}
}

// newApprovals makes the room that decides about what policies refuse.
func (a *App) newApprovals() *approval.Service {
	return approval.New(approval.Parts{Store: a.approvals, Orgs: a.orgs, Policies: a.policies, Budgets: a.budgets(a.treasury), Limits: a.limits(a.limiter), Herald: a.herald, Model: a.named, Tx: a.db, Audit: a.audit,
		Bus: a.bus, IDs: a.ids, Clock: a.clock, Log: a.log})
}

// leaving is what happens to what people asked for when they are out.
type leaving struct {
	*db.BudgetStore
	approvals *db.ApprovalStore
	limits    *db.LimitStore
	answers   forgetting
}

// Withdraw implements identity.Budgets for all four rooms.
func (l leaving) Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return errors.Join(l.BudgetStore.Withdraw(ctx, o, m, at), l.approvals.Withdraw(ctx, o, m, at), l.limits.Withdraw(ctx, o, m, at), l.answers.Withdraw(ctx, o, m, at))
}
