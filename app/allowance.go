package app

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// allowances gives new keys budgets and rate limits of their own: the edge between three rooms.
type allowances struct {
	budgets *budget.Service
	limits  *limit.Service
}

var _ key.Allowances = allowances{}

// Allow implements key.Allowances. What is wrong with an amount is told under the field that the form of a key has for it.
func (a allowances) Allow(ctx context.Context, actor org.Actor, k key.Key, in key.Allowance) error {
	scope := org.OfKey(k.Org, k.ID)
	if in.Budget > 0 {
		if in.Period == "" {
			in.Period = string(budget.Monthly)
		}
		_, err := a.budgets.CreateOnNewKey(ctx, actor, budget.Input{Scope: scope, Name: k.Name, Limit: in.Budget, Period: budget.Period(in.Period), Enforce: budget.Hard})
		if err := renamed(err, map[string]string{"limit": "budget_usd", "period": "budget_period"}); err != nil {
			return err
		}
	}
	for _, l := range []struct {
		unit   limit.Unit
		amount int64
		field  string
	}{{limit.Requests, in.RequestsPerMinute, "requests_per_minute"}, {limit.Tokens, in.TokensPerMinute, "tokens_per_minute"}} {
		if l.amount <= 0 {
			continue
		}
		_, err := a.limits.CreateOnNewKey(ctx, actor, limit.Input{Scope: scope, Unit: l.unit, Amount: l.amount, Window: time.Minute})
		if err := renamed(err, map[string]string{"amount": l.field}); err != nil {
			return err
		}
	}
	return nil
}

// renamed tells a refusal of a field under another name.
func renamed(err error, names map[string]string) error {
	var f *fault.Error
	if errors.As(err, &f) && names[f.Field] != "" {
		return fault.Field(names[f.Field], f.Public)
	}
	return err
}
