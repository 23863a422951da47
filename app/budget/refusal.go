package budget

import (
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// The waits that refusals suggest.
const (
	retryReserved    = 2 * time.Second
	retryUnavailable = 2 * time.Second
)

// exhausted refuses because the money is gone, even if every hold came back.
func exhausted(s Standing, label string) *fault.Error {
	e := fault.Newf(fault.Exhausted, "budget_exhausted", "%s %s budget of %s is used up (%s spent, %s held).%s %s",
		possessive(label), s.Period, dollars(s.Limit), dollars(s.Spent), dollars(s.Held), resets(s), raiser(s.Scope))
	return facts(e, s)
}

// tooDear refuses a request that costs more at the least than is left, while smaller ones still fit.
func tooDear(s Standing, label string, need money.USD) *fault.Error {
	e := fault.Newf(fault.Exhausted, "budget_exhausted", "This request may cost %s, but %s %s budget of %s has only %s left (%s spent, %s held). Ask for less output, or a cheaper model.%s %s",
		dollars(need), possessive(label), s.Period, dollars(s.Limit), dollars(max(s.Left, 0)), dollars(s.Spent), dollars(s.Held), resets(s), raiser(s.Scope))
	return facts(e, s)
}

// reservedByOthers refuses because what is left is held by requests in flight and may come back.
func reservedByOthers(s Standing, label string) *fault.Error {
	e := fault.Newf(fault.Limited, "budget_reserved", "What is left of %s %s budget of %s is held by requests in flight (%s spent, %s held). Try again in a moment; requests with a lower max_tokens hold less.",
		possessive(label), s.Period, dollars(s.Limit), dollars(s.Spent), dollars(s.Held))
	e.RetryAfter = retryReserved
	return facts(e, s)
}

func unavailable(cause error) *fault.Error {
	e := fault.New(fault.Unavailable, "budget_unavailable", "Budgets cannot be checked right now, and this request has a hard limit above it. Try again in a few seconds.")
	e.RetryAfter = retryUnavailable
	return e.Because(cause)
}

func unpriced(s Standing, label string) *fault.Error {
	e := fault.Newf(fault.Exhausted, "price_unknown", "No price is known for this model, and %s %s budget of %s is a hard limit, so it cannot be called. Ask an organization admin to enter a price, or use a model with one.",
		possessive(label), s.Period, dollars(s.Limit))
	return facts(e, s)
}

func facts(e *fault.Error, s Standing) *fault.Error {
	e.With("scope", string(s.Scope.Kind())).With("budget", s.Name).With("limit_usd", s.Limit.String()).
		With("spent_usd", s.Spent.String()).With("held_usd", s.Held.String()).With("left", s.Left.String())
	if !s.ResetsAt.IsZero() {
		e.With("resets_at", s.ResetsAt.Format(time.RFC3339))
	}
	return e
}

func resets(s Standing) string {
	if s.ResetsAt.IsZero() {
		return ""
	}
	return fmt.Sprintf(" It resets on %s %s.", s.ResetsAt.Format("2 January 2006 15:04"), s.ResetsAt.Location())
}

func raiser(s org.Scope) string {
	switch s.Kind() {
	case org.OrgScope:
		return "Ask an organization admin to raise it."
	case org.DepartmentScope:
		return "Ask a department manager to raise it."
	default:
		return "Ask a team lead to raise it."
	}
}

func possessive(label string) string {
	if strings.HasSuffix(label, "s") {
		return label + "'"
	}
	return label + "'s"
}

// dollars prints cents for round amounts and up to nine decimals where they matter: budgets of a cent exist.
func dollars(a money.USD) string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	if a%money.Cent == 0 || a >= 100*money.Dollar {
		return sign + "$" + a.Format(2)
	}
	s := a.Format(6)
	if a < 1000 {
		s = a.Format(9)
	}
	whole, frac, _ := strings.Cut(s, ".")
	frac = strings.TrimRight(frac, "0")
	for len(frac) < 2 {
		frac += "0"
	}
	return sign + "$" + whole + "." + frac
}
