package app

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/prompt/promptweb"
)

// furnish gives a demo what companies have after their first weeks: the starter set's prompts, a rate limit for everybody and one for
// the team whose program asks most, a policy with approvals, and care for personal data.
func (c *core) furnish(ctx context.Context, actor org.Actor, teams []org.Team) error {
	whole := org.OfOrg(actor.Org)
	if err := promptweb.AddStarters(ctx, c.library, actor); err != nil {
		return err
	}
	limits := []limit.Input{{Scope: whole, Unit: limit.Requests, Amount: 6000, Window: time.Minute}}
	for _, t := range teams {
		if t.Name == "Support" {
			limits = append(limits, limit.Input{Scope: org.OfTeam(actor.Org, t.ID), Unit: limit.Tokens, Amount: 20_000_000, Window: 24 * time.Hour})
		}
	}
	for _, in := range limits {
		if _, err := c.limits(nil).Create(ctx, actor, in); err != nil {
			return err
		}
	}
	if _, err := c.policies.Create(ctx, actor, policy.Input{Scope: whole, Terms: policy.Terms{MaxCost: 10 * money.Dollar, AskAbove: 5 * money.Dollar, Approver: org.Manager}}); err != nil {
		return err
	}
	_, err := c.screening.Create(ctx, actor, pii.Input{Scope: whole, Terms: pii.Terms{Actions: map[pii.Kind]pii.Action{
		pii.Email: pii.Log, pii.Phone: pii.Log, pii.SSN: pii.Mask, pii.IBAN: pii.Mask, pii.Card: pii.Block, pii.Secret: pii.Block}}})
	return err
}
