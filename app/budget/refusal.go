package budget

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
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
		possessive(label), s.Period, s.amount(s.Limit), s.amount(s.Spent), s.amount(s.Held), resets(s), raiser(s.Scope))
	return facts(e, s)
}

// tooDear refuses a request that costs more at the least than is left, while smaller ones still fit.
func tooDear(s Standing, label string, need ledger.Units) *fault.Error {
	e := fault.Newf(fault.Exhausted, "budget_exhausted", "This request may cost %s, but %s %s budget of %s has only %s left (%s spent, %s held). Ask for less output, or a cheaper model.%s %s",
		s.amount(need), possessive(label), s.Period, s.amount(s.Limit), s.amount(max(s.Left, 0)), s.amount(s.Spent), s.amount(s.Held), resets(s), raiser(s.Scope))
	return facts(e, s)
}

// reservedByOthers refuses because what is left is held by requests in flight and may come back.
func reservedByOthers(s Standing, label string) *fault.Error {
	e := fault.Newf(fault.Limited, "budget_reserved", "What is left of %s %s budget of %s is held by requests in flight (%s spent, %s held). Try again in a moment; requests with a lower max_tokens hold less.",
		possessive(label), s.Period, s.amount(s.Limit), s.amount(s.Spent), s.amount(s.Held))
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
		possessive(label), s.Period, s.amount(s.Limit))
	return facts(e, s)
}

// facts are what programs read of a refusal. Money is in dollars, tokens and requests are counts, and the names say so.
func facts(e *fault.Error, s Standing) *fault.Error {
	unit := map[ledger.Measure]string{ledger.Money: "_usd", ledger.Tokens: "_tokens", ledger.Requests: "_requests"}[s.Measure]
	e.With("scope", string(s.Scope.Kind())).With("budget", s.Name).With("budget_id", s.Budget.String()).
		With("limit"+unit, s.Measure.Plain(s.Limit)).With("spent"+unit, s.Measure.Plain(s.Spent)).
		With("held"+unit, s.Measure.Plain(s.Held)).With("left"+unit, s.Measure.Plain(s.Left))
	if !s.ResetsAt.IsZero() {
		e.With("resets_at", s.ResetsAt.Format(time.RFC3339))
	}
	return e
}

// asking adds to a refusal where to ask for more of the budget that refused.
func (t *Treasury) asking(err error) error {
	var f *fault.Error
	if t.PublicURL == "" || !errors.As(err, &f) || f.Detail["budget_id"] == "" {
		return err
	}
	where := strings.TrimSuffix(t.PublicURL, "/") + "/budgets/" + f.Detail["budget_id"] + "/ask"
	f.With("ask_url", where)
	if f.Code == "budget_exhausted" { // most clients show nothing but the message
		f.Public += " To ask for more: " + where
	}
	return err
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
	case org.DepartmentScope, org.TagScope:
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

// amount prints units of the budget's measure for people: "$12.00", "1,200 tokens", "1 request".
func (s Standing) amount(n ledger.Units) string { return Amount(s.Measure, n) }

// Amount prints units of a measure for people: "$12.00", "1,200 tokens", "1 request".
func Amount(m ledger.Measure, n ledger.Units) string {
	noun := map[ledger.Measure]string{ledger.Tokens: "token", ledger.Requests: "request"}[m]
	switch {
	case noun == "":
		return dollars(n)
	case n == 1:
		return "1 " + noun
	}
	return money.Grouped(int64(n)) + " " + noun + "s"
}

// dollars prints cents for round amounts and from ten dollars on, of which a cent is a thousandth, and up to nine decimals where they
// matter: budgets of a cent exist.
func dollars(a money.USD) string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	if a%money.Cent == 0 || a >= 10*money.Dollar {
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
