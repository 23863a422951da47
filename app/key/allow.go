package key

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Allowance is what a key may spend and do by itself, chosen when it is made. Zero fields set nothing. It becomes a hard budget and
// rate limits like all others, which are changed and ended where those are, by whoever may: not by the key's own member.
type Allowance struct {
	Budget money.USD
	Period string // "daily", "weekly", "monthly", "quarterly", "total"; "" = monthly
	// RequestsPerMinute and TokensPerMinute are rate limits.
	RequestsPerMinute, TokensPerMinute int64
}

// Allowances sets them, inside the transaction that makes the key. The composition root implements it, because budgets and rate
// limits are rooms of their own.
type Allowances interface {
	Allow(ctx context.Context, actor org.Actor, k Key, a Allowance) error
}

func (a Allowance) check() error {
	var errs [3]error
	if a.Budget < 0 {
		errs[0] = fault.Field("budget_usd", "Enter an amount in USD above 0, such as 25 or 0.50, or leave it empty.")
	}
	if a.RequestsPerMinute < 0 {
		errs[1] = fault.Field("requests_per_minute", "Enter a whole number above 0, or leave it empty.")
	}
	if a.TokensPerMinute < 0 {
		errs[2] = fault.Field("tokens_per_minute", "Enter a whole number above 0, or leave it empty.")
	}
	return errors.Join(errs[:]...)
}

// allow sets a new key's own budget and limits.
func (s *Service) allow(ctx context.Context, actor org.Actor, k Key, a Allowance) error {
	if a == (Allowance{Period: a.Period}) || s.Allowances == nil {
		return nil
	}
	return s.Allowances.Allow(ctx, actor, k, a)
}
