package keyweb

import (
	"errors"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	views "github.com/bodhi-gateway/bodhi/views/key"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// periods are what a key's own budget can last.
var periods = []ui.Option{{Value: "monthly", Label: "a month"}, {Value: "weekly", Label: "a week"}, {Value: "daily", Label: "a day"},
	{Value: "quarterly", Label: "a quarter"}, {Value: "total", Label: "in all"}}

// dollars reads an amount; "" is none.
func dollars(text string) (money.USD, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "$")
	if text == "" {
		return 0, nil
	}
	v, err := money.Parse(text)
	if err != nil || v <= 0 {
		return 0, fault.Field("budget_usd", "Enter an amount in USD above 0, such as 25 or 0.50, or leave it empty.")
	}
	return v, nil
}

// perMinute reads a rate; "" is none.
func perMinute(field, text string) (int64, error) {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.Field(field, "Enter a whole number above 0, or leave it empty.")
	}
	return n, nil
}

// own is what the form says of the key's own budget and limits.
func own(f views.Fields) (a key.Allowance, err error) {
	var errs [3]error
	a.Period = f.Period
	a.Budget, errs[0] = dollars(f.Budget)
	a.RequestsPerMinute, errs[1] = perMinute("requests_per_minute", f.Requests)
	a.TokensPerMinute, errs[2] = perMinute("tokens_per_minute", f.Tokens)
	return a, errors.Join(errs[:]...)
}
