package gateway

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// reaction is what a failure means for the targets.
type reaction struct {
	again   int  // how often asking the same target again can help; the policy bounds it too
	unsure  bool // the provider may have done the work: again only if the policy allows to pay twice
	next    bool // another target may do better
	outcome health.Outcome
	whole   bool // it is the connection's failure, not only the model's
}

// often is more than any policy allows.
const often = 100

// reactions are the reaction to each class of failure; the first row that matches counts. Zero fields match anything: a row
// with a kind is for one provider's ways. How a failure is settled is the table in ledger.Decide, and freeErrors.
var reactions = []struct {
	class    provider.Class
	kind     provider.Kind
	from, to int // statuses
	reaction
}{
	{provider.Refused, "", 0, 0, reaction{}},
	{provider.Canceled, "", 0, 0, reaction{}},
	{provider.Untold, "", 0, 0, reaction{next: true}},
	{provider.Withheld, "", 0, 0, reaction{next: true, outcome: health.Good}}, // the provider is well
	// Azure says 401 for a deployment that the key's resource does not have; the key may be good for others.
	{provider.Credential, provider.Azure, 401, 401, reaction{next: true, outcome: health.Bad}},
	// A 403 is often about one model or region that the account may not use.
	{provider.Credential, "", 403, 403, reaction{next: true, outcome: health.Bad}},
	{provider.Credential, "", 0, 0, reaction{next: true, outcome: health.Locked, whole: true}},
	{provider.Quota, "", 0, 0, reaction{next: true, outcome: health.Spent, whole: true}},
	{provider.RateLimited, "", 0, 0, reaction{again: often, next: true, outcome: health.Limited}},
	{provider.Overloaded, "", 0, 0, reaction{again: often, next: true, outcome: health.Bad}},
	// What stands between us and the model failed; the model was not reached.
	{provider.ServerError, "", 502, 504, reaction{again: often, next: true, outcome: health.Bad}},
	{provider.ServerError, "", 0, 0, reaction{again: 1, next: true, outcome: health.Bad}},
	// An answer that is none, with a 200, may be an accident; a redirect or a page with a 404 is a wrong address.
	{provider.Garbled, "", 200, 299, reaction{again: 1, next: true, outcome: health.Bad}},
	{provider.Garbled, "", 0, 0, reaction{next: true, outcome: health.Bad}},
	{provider.Unreachable, "", 0, 0, reaction{again: often, next: true, outcome: health.Bad, whole: true}},
	{provider.Ambiguous, "", 0, 0, reaction{again: often, unsure: true, next: true, outcome: health.Bad}},
	{provider.Slow, "", 0, 0, reaction{again: 1, unsure: true, next: true, outcome: health.Bad}},
}

// freeErrors are the providers whose published terms say that an answer of status 500 costs nothing: for others the whole
// hold is booked until their usage report corrects it. Google: "If your request fails with a 400 or 500 error, you won't be
// charged for the tokens used" (ai.google.dev/gemini-api/docs/billing, read in November 2026).
var freeErrors = map[provider.Kind]bool{provider.Gemini: true}

// reactionTo looks a failure up.
func reactionTo(a *attempt, f *provider.Failure, p *patience.Policy) reaction {
	r := rowOf(f.Class, a.target.Connection.Kind, f.Status)
	var ours *fault.Error
	switch {
	case f.Class == provider.Slow && p.OnTimeout == patience.GiveUp:
		r.again, r.next = 0, false
	case f.Class == provider.Slow && p.OnTimeout == patience.AskAgain:
		r.unsure = false
	case f.Class == provider.Slow:
		r.again = 0
	case !a.opened && f.Class != provider.Credential: // our own side could not make the request
		r.again, r.outcome = 0, health.Neutral
	case f.Class == provider.Unreachable && (egress.Untrusted(f.Cause) || errors.As(f.Cause, &ours)):
		r.again = 0 // a handshake that cannot succeed, or an address that our rules refuse, stays what it is
	}
	return r
}

func rowOf(class provider.Class, kind provider.Kind, status int) reaction {
	for i := range reactions {
		row := &reactions[i]
		if row.class == class && (row.kind == "" || row.kind == kind) && (row.to == 0 || row.from <= status && status <= row.to) {
			return row.reaction
		}
	}
	return reaction{next: true, outcome: health.Bad} // a class that nobody thought of
}

// report is what an attempt that ended says about its target.
func (x *Exchange) report(a *attempt) health.Report {
	switch {
	case a.failure != nil && x.clientOut:
		return health.Report{}
	case a.failure != nil:
		r := reactionTo(a, a.failure, x.patience)
		return health.Report{Outcome: r.outcome, Whole: r.whole, Silent: a.status == 0, Wait: a.failure.RetryAfter}
	case !a.started:
		return health.Report{}
	case a.broke:
		return health.Report{Outcome: health.Bad}
	}
	return health.Report{Outcome: health.Good}
}
