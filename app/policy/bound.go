package policy

import (
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Bound is the policies that bind one request. The zero Bound binds nothing.
type Bound struct {
	rules [5]*rule
	n     int
}

// Any reports whether there are any.
func (b *Bound) Any() bool { return b.n > 0 }

// Denial is why a model may not be used. The zero Denial says that it may.
type Denial struct {
	by      *rule
	pattern string // of the denied ones; "" = it is not among the allowed ones
}

// Any reports whether the model may not be used.
func (d Denial) Any() bool { return d.by != nil }

// Model holds a model against every policy: asked is the name as the client wrote it, names are all those of the model
// that would be called.
func (b *Bound) Model(asked string, names []string) Denial {
	if b.n == 0 {
		return Denial{}
	}
	all := make([]string, 0, 1+len(names))
	all = append(all, strings.ToLower(asked))
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	for _, r := range b.rules[:b.n] {
		if pattern, ok := hit(r.deny, all); ok {
			return Denial{r, pattern}
		}
		if len(r.allow) == 0 {
			continue
		}
		if _, ok := hit(r.allow, all); !ok {
			return Denial{by: r}
		}
	}
	return Denial{}
}

// why is the denial in words, for previews.
func (d Denial) why() string {
	switch {
	case !d.Any():
		return ""
	case d.pattern != "":
		return d.by.Label + " denies " + d.pattern
	}
	return d.by.Label + " allows only " + listed(d.by.Allow)
}

// Refusal tells the client. A 404, because coding agents take a 403 for a bad log-in (contract.md).
func (d Denial) Refusal(asked string) *fault.Error {
	reason := "denies " + strconv.Quote(d.pattern)
	if d.pattern == "" {
		reason = "allows only " + listed(d.by.Allow)
	}
	return fault.Newf(fault.NotFound, "model_not_allowed", "The model %q may not be used: the policy of %s %s. GET /v1/models lists what may; %s",
		asked, d.by.Label, reason, d.by.asker()).With("scope", string(d.by.Kind))
}

// listed names a few patterns.
func listed(patterns []string) string {
	const few = 5
	if len(patterns) > few {
		return strings.Join(patterns[:few], ", ") + " and " + strconv.Itoa(len(patterns)-few) + " more"
	}
	return strings.Join(patterns, ", ")
}

// asker says who can change the policy: those whom org.Actor.MayLimit lets.
func (r *rule) asker() string {
	switch r.Kind {
	case org.OrgScope, org.DepartmentScope:
		return "an organization admin can change the policy."
	case org.TeamScope:
		return "the department's manager can change the policy."
	}
	return "a team lead can change the policy."
}

// MaxCost is the most that one request may cost, and whose policy says so; false = anything.
func (b *Bound) MaxCost() (Ceiling, bool) {
	var c Ceiling
	for _, r := range b.rules[:b.n] {
		if r.MaxCost > 0 && (c.by == nil || r.MaxCost < c.Most) {
			c = Ceiling{r.MaxCost, r}
		}
	}
	return c, c.by != nil
}

// Ceiling is the most that one request may cost, on the policy of a node.
type Ceiling struct {
	Most money.USD
	by   *rule
}

// TooDear refuses a request that could cost more even with the smallest useful answer.
func (c Ceiling) TooDear(cost money.USD) *fault.Error {
	return fault.Newf(fault.Forbidden, "not_allowed", "This request could cost up to $%s, more than the $%s that the policy of %s allows for one request. Send less, lower max_tokens or take a cheaper model; %s",
		cost, c.Most, c.by.Label, c.by.asker()).With("scope", string(c.by.Kind)).With("limit_usd", c.Most.String())
}

// Unpriced refuses a request whose cost nobody knows: unknown is not cheap.
func (c Ceiling) Unpriced() *fault.Error {
	return fault.Newf(fault.Exhausted, "price_unknown", "No price is known for this request, and the policy of %s allows at most $%s for one request, so it cannot be sent. Ask an organization admin to enter a price, or use a model with one.",
		c.by.Label, c.Most).With("scope", string(c.by.Kind)).With("limit_usd", c.Most.String())
}
