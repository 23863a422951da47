package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says about a policy.
type Input struct {
	Scope org.Scope // where it sits; fixed once it is created
	Terms
	// Seen is the UpdatedAt of what an update was made on: another one by now refuses it. Zero does not ask.
	Seen time.Time
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
	var errs [6]error
	in.Allow, errs[0] = patterns("allow", in.Allow)
	in.Deny, errs[1] = patterns("deny", in.Deny)
	in.Regions, errs[5] = regions(in.Regions)
	errs[2] = costly("max_cost_usd", in.MaxCost, "Enter the largest cost of one request in USD such as 0.50, or leave it empty for any.")
	errs[3] = costly("ask_above_usd", in.AskAbove, "Enter from which cost on a request needs an approval, in USD such as 1, or leave it empty for never.")
	if errs[2] == nil && errs[3] == nil && in.MaxCost > 0 && in.AskAbove >= in.MaxCost {
		errs[3] = fault.Field("ask_above_usd", "Enter less than the largest cost of $"+in.MaxCost.String()+": above that nothing can be approved.")
	}
	switch in.Approver {
	case "":
		in.Approver = org.Manager
	case org.Lead, org.Manager, org.Admin:
	default:
		errs[4] = fault.Field("approver", "Choose who may approve: lead, manager or admin.")
	}
	err := errors.Join(errs[:]...)
	if err == nil && len(in.Allow) == 0 && len(in.Deny) == 0 && in.MaxCost == 0 && in.AskAbove == 0 && in.Highest == catalog.NoTier && len(in.Regions) == 0 && !in.ZeroRetention && !in.NoTraining {
		err = fault.Field("allow", "Say what the policy allows, denies, what a request may cost at most, or where data may go. A policy of nothing binds nobody.")
	}
	return in, err
}

const maxRegions = 20

var regionForm = regexp.MustCompile(`^[a-z0-9-]{2,40}$`)

// regions are names of regions in their stored form.
func regions(list []string) ([]string, error) {
	out := []string{}
	for _, r := range list {
		if r = strings.ToLower(strings.TrimSpace(r)); r == "" || slices.Contains(out, r) {
			continue
		}
		if !regionForm.MatchString(r) {
			return nil, fault.Field("regions", "Write regions as short words: eu, de, us-east-1; one on each line.")
		}
		out = append(out, r)
	}
	if len(out) > maxRegions {
		return nil, fault.Field("regions", fmt.Sprintf("A policy names at most %d regions. A word such as eu stands for all that lie in it.", maxRegions))
	}
	return out, nil
}

func costly(field string, v money.USD, what string) error {
	switch {
	case v < 0:
		return fault.Field(field, what)
	case v > maxCost:
		return fault.Field(field, "Enter at most $"+maxCost.String()+".")
	}
	return nil
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
