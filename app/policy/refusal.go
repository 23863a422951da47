package policy

import (
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// why is the denial in words, for previews.
func (d Denial) why() string {
	switch {
	case !d.Any():
		return ""
	case d.where != "":
		return d.by.Label + " " + d.where
	case d.tier != catalog.NoTier:
		return d.by.Label + " allows models up to " + d.by.Highest.String() + " without approval; this one is " + d.tier.String()
	case d.pattern != "":
		return d.by.Label + " denies " + d.pattern
	}
	return d.by.Label + " allows only " + listed(d.by.Allow)
}

// Refusal tells the client. What nobody may approve is a 404, because coding agents take a 403 for a bad log-in
// (contract.md); what somebody may is a 403 with the address where to ask.
func (d Denial) Refusal(b *Bound, asked string) *fault.Error {
	if d.ask {
		why := "denies " + strconv.Quote(d.pattern)
		switch {
		case d.tier != catalog.NoTier:
			why = "allows models up to the tier " + d.by.Highest.String() + ", and this one is " + d.tier.String()
		case d.pattern == "":
			why = "allows only " + listed(d.by.Allow)
		}
		where := askAt(b.askURL, b.key, asked, 0)
		return approval(d.by, where, "The model "+strconv.Quote(asked)+" needs an approval: the policy of "+d.by.Label+" "+why+".")
	}
	if d.where != "" {
		return fault.Newf(fault.NotFound, "model_not_allowed", "The model %q may not be used: the policy of %s %s, and no other provider of it fits. GET /v1/models lists what may be used; %s",
			asked, d.by.Label, d.where, d.by.asker()).With("scope", string(d.by.Kind)).With("policy_id", d.by.ID.String())
	}
	reason := "denies " + strconv.Quote(d.pattern)
	if d.pattern == "" {
		reason = "allows only " + listed(d.by.Allow)
	}
	return fault.Newf(fault.NotFound, "model_not_allowed", "The model %q may not be used: the policy of %s %s. GET /v1/models lists what may; %s",
		asked, d.by.Label, reason, d.by.asker()).With("scope", string(d.by.Kind))
}

// approval refuses what somebody may approve.
func approval(by *rule, where, sentence string) *fault.Error {
	f := fault.New(fault.Forbidden, "approval_required", sentence+" "+by.approver()).With("scope", string(by.Kind)).With("policy_id", by.ID.String())
	if where != "" {
		f.Public += " Ask for it: " + where
		f.With("ask_url", where)
	}
	return f
}

// askAt is the page that asks for what was refused. Nothing in it is believed there: it fills a form.
func askAt(page string, k id.Key, asked string, cost money.USD) string {
	if page == "" || k.IsZero() {
		return ""
	}
	const most = 200
	for n := most; len(asked) > most; n-- {
		if utf8.RuneStart(asked[n]) {
			asked = asked[:n]
		}
	}
	q := url.Values{"key": {k.String()}, "model": {asked}}
	if cost > 0 {
		q.Set("cost", cost.String())
	}
	return page + "?" + q.Encode()
}

// listed names a few patterns.
func listed(patterns []string) string {
	const few = 5
	if len(patterns) > few {
		out := patterns[0]
		for _, p := range patterns[1:few] {
			out += ", " + p
		}
		return out + " and " + strconv.Itoa(len(patterns)-few) + " more"
	}
	out := ""
	for i, p := range patterns {
		if i > 0 {
			out += ", "
		}
		out += p
	}
	return out
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

// approver says who may approve.
func (r *rule) approver() string {
	switch r.Approver {
	case org.Lead:
		return "A team lead can approve it."
	case org.Admin:
		return "An organization admin can approve it."
	}
	return "A department manager can approve it."
}

// Ceiling is the most that one request may cost, on the policy of a node.
type Ceiling struct {
	Most   money.USD
	by     *rule
	ask    bool // somebody may approve more; the rest says where to ask
	asked  string
	key    id.Key
	askURL string
}

// TooDear refuses a request that could cost more even with the smallest useful answer.
func (c Ceiling) TooDear(cost money.USD) *fault.Error {
	if c.ask {
		left := ""
		if c.Most != c.by.AskAbove {
			left = " What is left of an approval is $" + c.Most.String() + "."
		}
		f := approval(c.by, askAt(c.askURL, c.key, c.asked, cost), "This request could cost up to $"+cost.String()+", more than the $"+c.by.AskAbove.String()+
			" that the policy of "+c.by.Label+" allows without an approval."+left+" Send less, lower max_tokens or take a cheaper model.")
		return f.With("limit_usd", c.by.AskAbove.String()).With("needed_usd", cost.String())
	}
	return fault.Newf(fault.Forbidden, "not_allowed", "This request could cost up to $%s, more than the $%s that the policy of %s allows for one request. Send less, lower max_tokens or take a cheaper model; %s",
		cost, c.Most, c.by.Label, c.by.asker()).With("scope", string(c.by.Kind)).With("limit_usd", c.Most.String())
}

// Unpriced refuses a request whose cost nobody knows: unknown is not cheap.
func (c Ceiling) Unpriced() *fault.Error {
	return fault.Newf(fault.Exhausted, "price_unknown", "No price is known for this request, and the policy of %s allows at most $%s for one request, so it cannot be sent. Ask an organization admin to enter a price, or use a model with one.",
		c.by.Label, c.Most).With("scope", string(c.by.Kind)).With("limit_usd", c.Most.String())
}
