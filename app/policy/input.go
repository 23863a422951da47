package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says about a policy.
type Input struct {
	Scope   org.Scope // where it sits; fixed once it is created
	Allow   []string
	Deny    []string
	MaxCost money.USD // 0 = anything
}

// The bounds of a policy. Lists are walked for every request, so they stay short.
const (
	maxPatterns = 100
	maxPattern  = 200
	maxStars    = 4
	maxCost     = 100_000 * money.Dollar
)

// checked is the input in its stored form, or everything that is wrong with it, joined.
func (in Input) checked() (Input, error) {
	var errs [3]error
	in.Allow, errs[0] = patterns("allow", in.Allow)
	in.Deny, errs[1] = patterns("deny", in.Deny)
	switch {
	case in.MaxCost < 0:
		errs[2] = fault.Field("max_cost_usd", "Enter the largest cost of one request in USD such as 0.50, or leave it empty for any.")
	case in.MaxCost > maxCost:
		errs[2] = fault.Field("max_cost_usd", "Enter at most $"+maxCost.String()+".")
	}
	err := errors.Join(errs[:]...)
	if err == nil && len(in.Allow) == 0 && len(in.Deny) == 0 && in.MaxCost == 0 {
		err = fault.Field("allow", "Say what the policy allows, denies, or what a request may cost at most. A policy of nothing binds nobody.")
	}
	return in, err
}

func patterns(field string, list []string) ([]string, error) {
	out := []string{}
	seen := map[string]bool{}
	for _, p := range list {
		if p = strings.TrimSpace(p); p == "" || seen[strings.ToLower(p)] {
			continue
		}
		if _, err := org.Name(field, "a pattern", p, maxPattern); err != nil {
			return nil, err
		}
		if strings.Count(p, "*") > maxStars {
			return nil, fault.Field(field, fmt.Sprintf("A pattern has at most %d stars, such as openai/* or *-mini.", maxStars))
		}
		if strings.ContainsAny(p, " ,?[") {
			return nil, fault.Field(field, "Write one pattern per line: a model, an alias, or with * for any characters, such as openai/* or *-mini.")
		}
		seen[strings.ToLower(p)] = true
		out = append(out, p)
	}
	if len(out) > maxPatterns {
		return nil, fault.Field(field, fmt.Sprintf("A list has at most %d patterns. Use * for many models at once.", maxPatterns))
	}
	return out, nil
}
