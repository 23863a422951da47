package gateway

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// What a request says of the cache besides bypass.
const (
	cacheHit  = "hit"
	cacheMiss = "miss"
)

func readCacheHints(h http.Header) (w cache.Want, ttl time.Duration, err error) {
	switch h.Get("X-Bodhi-Cache") {
	case "", "semantic": // whether there is one is the policy's to say
	case "exact":
		w = cache.ExactOnly
	case "off":
		w = cache.NotMine
	case "refresh":
		w = cache.Refresh
	default:
		return w, 0, fault.Field("x-bodhi-cache", `The header x-bodhi-cache must be "off", "exact", "semantic" or "refresh".`)
	}
	if v := h["Cache-Control"]; len(v) > 0 && strings.Contains(v[0], "no-store") {
		w = cache.NotMine
	}
	if s := h.Get("X-Bodhi-Cache-Ttl"); s != "" {
		if n, e := strconv.ParseInt(s, 10, 32); e == nil {
			s = strconv.FormatInt(n, 10) + "s"
		}
		if ttl, err = time.ParseDuration(s); err != nil || ttl < time.Second || ttl > cache.MaxTTL {
			return w, 0, fault.Field("x-bodhi-cache-ttl", `The header x-bodhi-cache-ttl must be a time from 1s to 720h, such as "3600" seconds or "1h".`)
		}
	}
	return w, ttl, nil
}

// recall looks for the answer among those that were paid for already. Of equal requests at once one goes on, and the others wait
// for its answer. Its Finish keeps the answer and lets them look; if the client left before it was complete, one of those who wait
// goes on instead.
func (g *Gateway) recall(ctx context.Context, x *Exchange) (Finish, error) {
	if g.Cache == nil || x.Hints.DryRun || x.deferring() || x.returned != nil {
		return nil, nil
	}
	if !g.seek(x) {
		return nil, nil
	}
	x.fact.Cache = cacheMiss
	if !x.renew && x.Hints.Cache != cache.Refresh {
		if g.found(ctx, x) {
			return nil, nil
		}
		if g.alike(ctx, x) {
			return nil, nil
		}
		x.lead = g.queue(ctx, x)
		if g.found(ctx, x) { // by who was waited for, or between the first look and the lead
			x.lead.Land()
			return nil, nil
		}
	} else if !x.renew {
		x.lead = g.Cache.Try(x.slot)
	}
	g.Cache.Missed(x.slot)
	x.taken = &taken{most: x.slot.MaxBytes()}
	return g.remember, nil
}

// seek finds the request's slot; false leaves the cache out of it.
func (g *Gateway) seek(x *Exchange) bool {
	var room [8]string
	models := room[:0]
	for i := range x.Plan.Targets {
		models = append(models, x.Plan.Targets[i].Model)
	}
	a := cache.Ask{Chain: x.Grant.Chain, Call: x.Call, EndUser: x.Hints.EndUser, Purpose: x.Hints.Purpose, Beta: variant(x.R.Header),
		Want: x.Hints.Cache, TTL: x.Hints.CacheTTL, Models: models}
	slot, why := g.Cache.Seek(&a)
	if slot != nil && x.found.Any() {
		slot, why = nil, "a data rule found something in the request"
	}
	if slot != nil && x.guard.Screens() {
		slot, why = nil, "a data rule looks at answers"
	}
	if why != "" {
		x.note("not from the cache, and not kept: ", why)
	}
	x.slot = slot
	if slot != nil && len(models) > 0 {
		x.first = models[0]
	}
	return slot != nil
}

// variant is what headers say of how a body is read and answered: those that pass to providers, and the version that goes with them.
func variant(h http.Header) string {
	out := strings.Join(h["Anthropic-Beta"], ",")
	if v := h.Get("Anthropic-Version"); v != "" && v != claude.Version { // which is the one where none is named
		out += "\n" + v
	}
	if v := h["Openai-Beta"]; len(v) > 0 {
		out += "\nopenai " + strings.Join(v, ",")
	}
	return out
}

// found answers from the cache, if the answer is there.
func (g *Gateway) found(ctx context.Context, x *Exchange) bool {
	hit, ok := g.Cache.Get(ctx, x.slot)
	if ok {
		g.answered(x, hit)
	}
	return ok
}

// lastGood answers from the cache because nobody else did: with an answer of up to this age that is still kept, whatever its policy
// says about its time. False changes nothing.
func (g *Gateway) lastGood(ctx context.Context, x *Exchange, age time.Duration) bool {
	if x.slot == nil || x.Hints.Cache != cache.AsPolicy && x.Hints.Cache != cache.ExactOnly {
		return false
	}
	hit, ok := g.Cache.LastGood(ctx, x.slot, age)
	if ok {
		hit.Stale = false // who could fetch it anew has just failed
		g.answered(x, hit)
	}
	return ok
}

// answered makes a hit the answer.
func (g *Gateway) answered(x *Exchange, hit *cache.Hit) {
	x.hit, x.Answer = hit, &Answer{Status: http.StatusOK, Cached: cacheHit}
	e := hit.Entry
	x.fact.Cache, x.fact.Model, x.fact.Provider, x.fact.Saved = cacheHit, e.Model, e.Provider, e.Cost
	x.note("answered from the cache by the policy ", x.slot.Policy(), ": ", hit.Age.Round(time.Second).String(), " old, shared by the ", string(e.Sharing))
	g.Cache.Count(hit)
	if hit.Stale {
		x.warn("this answer's time is over, and it is fetched anew")
		g.refetch(x)
	}
}

// queue makes the request the one that asks, or waits for who does. Nobody is kept waiting beyond the time they gave.
func (g *Gateway) queue(ctx context.Context, x *Exchange) *cache.Lead {
	if t := x.Hints.Timeout; t > 0 {
		within, cancel := context.WithTimeout(ctx, t-g.clock.Now().Sub(x.Started))
		defer cancel()
		ctx = within
	}
	x.heard = x.Started
	defer g.assure(x)()
	return g.Cache.Join(ctx, x.slot)
}

// remember keeps the answer, and lets those who wait for it look or take over.
func (g *Gateway) remember(ctx context.Context, x *Exchange) {
	defer x.lead.Land()
	a := x.try
	whole := x.Err == nil && x.Answer != nil && x.Answer.Cached == "" && x.Answer.Resort == "" && x.Answer.Stream != nil && a != nil && a.finished && !a.broke && x.taken.whole()
	if !whole {
		if x.clientOut || x.R.Context().Err() != nil {
			x.lead.Give()
		}
		return
	}
	if why := g.keep(ctx, x, a); why != "" {
		x.note("not kept: ", why)
		return
	}
	x.note("kept by the policy ", x.slot.Policy())
}

// keep hands the answer to the cache, or says why not.
func (g *Gateway) keep(ctx context.Context, x *Exchange, a *attempt) string {
	if len(x.hops) > 0 && a.target.Model != x.first {
		return "it is a stand-in's, for a target that failed"
	}
	t := x.taken
	out := cache.Taken{Body: t.body, End: t.end, Beats: t.beats, Model: a.target.Model, Provider: a.target.Connection.Name, Cost: a.cost, Took: g.clock.Now().Sub(x.Started)}
	if a.usage != nil {
		out.Usage = *a.usage
	}
	control := strings.ToLower(strings.Join(a.header["Cache-Control"], ","))
	if strings.Contains(control, "no-store") {
		return "its provider says no-store"
	}
	// Google's APIs mark every answer so.
	google := a.target.Connection.Kind == provider.Gemini || a.target.Connection.Kind == provider.Vertex
	out.Private = strings.Contains(control, "private") && !google
	return g.Cache.Keep(ctx, x.slot, &out)
}
