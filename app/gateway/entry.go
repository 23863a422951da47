package gateway

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// authenticate finds the virtual key wherever the official SDKs put theirs. Its Finish records the request's fact, so
// it runs last of all.
func (g *Gateway) authenticate(_ context.Context, x *Exchange) (Finish, error) {
	grant, err := x.Grant, error(nil)
	if grant == nil { // else somebody in this process vouches for it (As)
		grant, err = g.Keys.Authenticate(presented(x.R))
	}
	if err != nil {
		return nil, err
	}
	if x.Slug != "" && x.Slug != grant.OrgSlug {
		return nil, fault.New(fault.Unauthenticated, "invalid_key", "This key does not belong to the organization in the URL. Use the base URL that your dashboard shows.")
	}
	x.Grant = grant
	if x.Hints, err = readHints(x.R.Header); err == nil {
		x.Hints.Tags, err = withKeyTags(x.Hints.Tags, grant.Tags)
	}
	if x.inner && err == nil {
		x.Hints.Tags = withOwnPurpose(x.Hints.Tags, x.Hints.Purpose)
	}
	return g.record, err
}

func presented(r *http.Request) string {
	if v := r.Header.Get("Authorization"); v != "" {
		if scheme, token, ok := strings.Cut(v, " "); ok && strings.EqualFold(scheme, "bearer") {
			return strings.TrimSpace(token)
		}
		if s, ok := readSignature(v); ok {
			return s.key
		}
	}
	for _, name := range [...]string{"X-Api-Key", "Api-Key", "X-Goog-Api-Key"} {
		if v := r.Header[name]; len(v) > 0 {
			return v[0]
		}
	}
	if strings.Contains(r.URL.RawQuery, "key=") {
		return r.URL.Query().Get("key")
	}
	return ""
}

// uncached is what a request says of the cache that no cache was asked for.
const uncached = "bypass"

// record writes the fact of the request, refused or served, to the journal.
func (g *Gateway) record(_ context.Context, x *Exchange) {
	f := &x.fact
	f.ID, f.Chain, f.At = x.ID, x.Grant.Chain, x.Started
	f.Endpoint, f.Client = string(x.Endpoint.op), x.Hints.Client
	f.Tags, f.EndUser, f.Session = x.Hints.Tags, x.Hints.EndUser, x.Hints.Session
	f.Attempts, f.Cost, f.Route = x.tries, x.spent, x.Plan.Route
	if x.Call != nil {
		f.Family, f.Stream, f.Asked = string(x.Call.Family), x.Call.Stream, x.askedFor()
	}
	f.Cache = cmp.Or(f.Cache, uncached)
	for _, w := range x.warnings {
		x.note("warning: ", w)
	}
	f.Decisions, f.Trial = x.decisions.String(), x.trial()
	f.Duration = g.clock.Now().Sub(x.Started)
	if x.deferred {
		return
	}
	if r := x.returned; r != nil {
		f.At, f.Duration = r.Deposit.At, g.clock.Now().Sub(r.Deposit.At)
		r.Fact = *f
	} else if !x.away {
		g.Budgets.Record(f)
	}
	g.submit(x, f.Trial)
	var trace string
	if g.Tracer != nil {
		trace = g.Tracer.Observe(f, x.tried, x.R.Header)
	}
	if g.Meter != nil {
		g.Meter.Observe(f, trace)
	}
}

// admit checks what the key narrows: networks, endpoints and models.
func (g *Gateway) admit(_ context.Context, x *Exchange) (Finish, error) {
	if x.returned != nil { // it was admitted when it was handed over, and is paid for
		return nil, nil
	}
	if err := narrowed(x); err != nil {
		return nil, err
	}
	if !x.Call.Operation.Kept() && x.Call.Model != "" && len(x.Grant.Models) > 0 && !slices.Contains(x.Grant.Models, x.Call.Model) {
		return nil, fault.Newf(fault.NotFound, "model_not_allowed", "The key %q may not use the model %q. It may use: %s.", x.Grant.Name, clip(x.Call.Model), strings.Join(x.Grant.Models, ", "))
	}
	for _, name := range x.Call.Beside {
		if len(x.Grant.Models) > 0 && !slices.Contains(x.Grant.Models, name) {
			return nil, fault.Newf(fault.NotFound, "model_not_allowed", "The key %q may not use the model %q, which the request names as an adviser or a fallback. It may use: %s.", x.Grant.Name, clip(name), strings.Join(x.Grant.Models, ", "))
		}
	}
	x.bound = g.bound(x.Grant.Chain)
	return nil, nil
}

// foreign refuses a key from outside the networks that it is bound to. Lists of models and GET /v1/key are open from anywhere.
func foreign(x *Exchange) error {
	nets := x.Grant.Networks
	if len(nets) == 0 {
		return nil
	}
	addr, err := netip.ParseAddrPort(x.R.RemoteAddr)
	ip := addr.Addr().Unmap()
	if err != nil || !slices.ContainsFunc(nets, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return fault.Newf(fault.Forbidden, "not_allowed", "The key %q may not be used from %s. Ask whoever manages it to add this network.", x.Grant.Name, ip)
	}
	return nil
}

// narrowed checks what a key is narrowed to whatever is asked: networks and endpoints.
func narrowed(x *Exchange) error {
	if err := foreign(x); err != nil {
		return err
	}
	if !x.Grant.Endpoints.Allows(classOf(x.Endpoint)) {
		return fault.Newf(fault.NotFound, "model_not_allowed", "The key %q may not be used for %s. It is for: %s. Ask whoever manages it to add this endpoint.", x.Grant.Name, clip(x.R.URL.Path), x.Grant.Endpoints)
	}
	return nil
}

// plan turns the model's name into targets.
func (g *Gateway) plan(ctx context.Context, x *Exchange) (Finish, error) {
	if x.returned != nil {
		x.Plan = pinned(x.returned)
		return nil, nil
	}
	if x.Call.Operation.Kept() {
		return nil, g.planKept(ctx, x)
	}
	if x.Call.Operation.Filed() {
		return nil, g.planFile(ctx, x)
	}
	p, err := g.choose(x)
	if err != nil {
		return nil, err
	}
	p = g.tried(x, p)
	x.placed(p)
	if p, err = permit(&x.bound, x.Call.Model, p, g.tiers(x.Grant.Chain.Org)); err != nil {
		return nil, err
	}
	for _, name := range x.Call.Beside {
		if err = permitBeside(&x.bound, name, p, g.tiers(x.Grant.Chain.Org)); err != nil {
			return nil, err
		}
	}
	if len(p.Targets) == 0 {
		return nil, fault.Newf(fault.NotFound, "model_not_found", "Nothing serves the model %q at the moment: its connections are disabled.", clip(x.Call.Model))
	}
	if x.Call.Operation.Media() {
		if p.Targets = g.able(p.Targets, x.Call.Operation); len(p.Targets) == 0 {
			return nil, g.unable(x)
		}
	}
	if err = g.bridge(ctx, x, p); err != nil {
		return nil, err
	}
	if p, err = g.demanded(x, p, nil); err != nil {
		return nil, err
	}
	p = g.descend(x, p)
	if x.Call.Follows != "" {
		if p, err = g.follow(ctx, x, p); err != nil {
			return nil, err
		}
	}
	p = g.fit(x, g.stick(x, g.balanced(x, released(p))))
	if p, err = g.refer(ctx, x, p); err != nil {
		return nil, err
	}
	p = released(p) // the one that keeps the file may be kept for failures
	if x.Hints.NoFallback {
		p.Targets = p.Targets[:1]
	}
	for i := range p.Targets {
		t := &p.Targets[i]
		x.note("target: ", t.Connection.Name, "/", t.Model, " (", t.Why, ")")
	}
	x.Plan = p
	g.enrol(x)
	if x.Call.Operation == llm.CountTokens {
		return nil, g.countHere(x)
	}
	return nil, nil
}

var errClientGone = errors.New("the client went away")

func statusOf(f *fault.Error) int {
	switch f.Code {
	case "method_not_allowed":
		return http.StatusMethodNotAllowed
	case "body_too_slow":
		return http.StatusRequestTimeout
	case "upgrade_required":
		return http.StatusUpgradeRequired
	case "not_implemented":
		return http.StatusNotImplemented
	}
	return 0
}
