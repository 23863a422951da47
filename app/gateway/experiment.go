package gateway

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// assign asks whether the request has part in an experiment, and which variant it gets.
func (g *Gateway) assign(_ context.Context, x *Exchange) (Finish, error) {
	c := x.Call
	if g.Experiments == nil || x.drawn || x.inner || x.Grant.Exact || x.returned != nil || c.Model == "" || c.Operation.Kept() || c.Operation.Filed() || c.Operation == llm.CountTokens {
		return nil, nil
	}
	stored, _, _ := strings.Cut(strings.TrimPrefix(x.prompt, prompt.Prefix), "@")
	g.draw(x, c.Model, stored, cmp.Or(x.Hints.Session, c.Thread))
	return nil, nil
}

// draw asks which variant a request for a model gets, of a stored prompt or of none.
func (g *Gateway) draw(x *Exchange, model, stored, session string) {
	chain := x.Grant.Chain
	if choice, ok := g.Experiments.Assign(&experiment.Ask{Org: chain.Org, Model: model, Team: chain.Team, Member: chain.Member, Key: chain.Key, Request: cmp.Or(x.elder, x.ID),
		Tags: x.Hints.Tags, EndUser: x.Hints.EndUser, Session: session, Prompt: stored}); ok {
		x.choice = choice
	}
}

// versionOnTrial is the version of a stored prompt that an experiment chooses, filled in with the same variables, or ready as the
// client asked for it. It is drawn here, before the text is limited and screened, so that what is screened is what goes out; the
// model stays the one that was asked for, so that no version reaches a model that the key may not have. What a version cannot be
// filled in with is not in the experiment.
func (g *Gateway) versionOnTrial(x *Exchange, a *asking, ready *prompt.Ready) *prompt.Ready {
	if g.Experiments == nil || x.Endpoint.op != llm.Chat || ready.Model == "" {
		return ready
	}
	g.draw(x, ready.Model, ready.Name, x.Hints.Session)
	if x.choice.Experiment == nil || !x.choice.Versioned() {
		x.choice = experiment.Choice{} // assign knows more of the conversation
		return ready
	}
	x.drawn = true
	if x.choice.Arm().Version == "" {
		return ready
	}
	ref, ok := a.ref.At(x.choice.Arm().Version)
	if !ok {
		x.untried("its version is none")
		return ready
	}
	other, err := g.Prompts.Fill(x.Grant.Chain, ref, a.sent)
	if err != nil {
		x.untried(fault.From(err).Public)
		return ready
	}
	other.Model = ready.Model
	return other
}

// tried puts the variant's targets in front of the alias's own. A request that a rule or a canary took has no part: it does not go
// the way that the experiment is about.
func (g *Gateway) tried(x *Exchange, p route.Plan) route.Plan {
	if x.choice.Experiment == nil {
		return p
	}
	if p.Why != "" {
		x.untried("a rule of the route took it")
		return p
	}
	if !g.temper(x) {
		return p
	}
	if target := x.choice.Arm().Target; target != "" {
		other := *x.Call
		other.Model = target
		v, err := g.Routes.Plan(x.Grant.Chain.Org, &other)
		if err != nil || len(v.Targets) == 0 {
			x.untried("nothing serves " + target)
			return p
		}
		own := slices.Clone(v.Targets)
		for _, t := range p.Targets { // what is new may fail: the known ones are next
			if !slices.ContainsFunc(own, func(o route.Target) bool { return sameTarget(o, t) }) {
				own = append(own, t)
			}
		}
		p.Targets, p.Strategy, p.Turn = own, route.Ordered, nil
		x.own = own[:len(v.Targets)]
	} else {
		x.own = p.Targets
	}
	p.Route += ", " + x.choice.Label()
	x.note("experiment: ", x.choice.Label())
	return p
}

// temper gives the request its variant's temperature. False = it has no part any more.
func (g *Gateway) temper(x *Exchange) bool {
	t := x.choice.Arm().Temperature
	if t == "" {
		return true
	}
	before := x.Call
	if body, ok := experiment.Temper(x.Call, t); !ok || g.read(x, body) != nil {
		x.Call = before
		x.untried("its temperature has no place in such a request")
		return false
	}
	x.ask.Call = x.Call
	return true
}

// enrol makes the request count, if the first target that is to be asked is the variant's own: what was pinned elsewhere, such as a
// conversation, or given a cheaper model by its budget says nothing of it.
func (g *Gateway) enrol(x *Exchange) {
	if x.choice.Experiment == nil {
		return
	}
	if first := x.Plan.Targets[0]; slices.ContainsFunc(x.own, func(o route.Target) bool { return sameTarget(o, first) }) {
		x.opening = first
		g.sample(x)
		return
	}
	x.untried("another target than the variant's comes first")
}

// untried leaves the request out of its experiment.
func (x *Exchange) untried(why string) {
	x.note("not in the ", x.choice.Label(), ": ", why)
	x.choice = experiment.Choice{}
}

// trial is what the request counts for. One that asked no provider counts for nothing, be it refused or answered from the cache; nor
// does one whose client left, because nobody knows what would have come.
func (x *Exchange) trial() ledger.Trial {
	if x.choice.Experiment == nil || x.opening.Connection == nil || x.try == nil || x.Hints.DryRun || x.clientOut || x.hit != nil || x.renew || x.inner {
		return ledger.Trial{}
	}
	return ledger.Trial{Experiment: x.choice.ID, Variant: x.choice.Variant, Bucket: x.choice.Bucket, Unanswered: x.fact.Code != "",
		Failed: x.fact.Code != "" || len(x.hops) > 0 || !sameTarget(x.try.target, x.opening)}
}

// shorten lowers the cap of output to the variant's.
func (x *Exchange) shorten(a *attempt) {
	if x.choice.Experiment == nil || !x.Call.Operation.Generates() {
		return
	}
	if most := x.choice.Arm().MaxOutput; most > 0 && (a.edit.MaxOutput == 0 || most < a.edit.MaxOutput) && (x.Call.MaxOutput == 0 || most < x.Call.MaxOutput) {
		a.edit.MaxOutput = most
	}
}

func sameTarget(a, b route.Target) bool { return a.Connection == b.Connection && a.Model == b.Model }
