package routeweb

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// fallbackRoutes are what follows a failure at an alias, and how its targets do now; and the same where no alias says it.
func (h *Handlers) fallbackRoutes() []web.Route {
	const page, general = "/aliases/:id/rules/fallback", "/models/rules/fallback"
	return []web.Route{
		{Method: http.MethodGet, Path: page, Name: "fallback.show", Guard: web.Person, Floor: route.MayChange, Handle: h.fallbackPage},
		{Method: http.MethodPost, Path: page, Name: "fallback.save", Guard: web.Person, Floor: route.MayChange, Audit: "alias.updated", Handle: h.saveFallback},
		{Method: http.MethodGet, Path: general, Name: "general.fallback", Guard: web.Person, Floor: route.MayChange, Handle: h.fallbackPage},
		{Method: http.MethodPost, Path: general, Name: "general.fallback_save", Guard: web.Person, Floor: route.MayChange, Audit: "routing.updated", Handle: h.saveFallback},
		{Method: http.MethodGet, Path: "/api/v1/routes/:id/targets", Name: "api.routes.targets", Guard: web.Token, Floor: org.Viewer, Handle: h.apiLanes, Out: lanesJSON{}},
	}
}

func (h *Handlers) fallbackPage(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	page, err := h.fallback(c, &s, fallbackOf(s.doc), web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(views.Fallback(page))
}

func (h *Handlers) saveFallback(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	f := readFallback(c, len(s.doc.Targets))
	err = h.save(c, &s, f.document(s.doc))
	if wrong, ok := web.Refused(err); ok {
		page, err := h.fallback(c, &s, f, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(views.Fallback(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. The next request goes by it.")
	return c.See(s.base() + "/fallback")
}

// wider is what the organization says that holds for an alias, too.
func (h *Handlers) wider(c *web.Context, s *subject) ([]string, error) {
	all, err := h.aliases.Policy(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	p := route.Plan{FallbackOf: "the organization", Only: all.Only}
	if s.doc.Fallback == nil {
		p.Fallback = all.Fallback
	}
	return p.Words(), nil
}

func (h *Handlers) fallback(c *web.Context, s *subject, f *fallbackForm, wrong web.Refusal) (p views.FallbackPage, err error) {
	p = views.FallbackPage{RuleFrame: s.frame(c, "/fallback"), Version: fmt.Sprint(f.version), Order: f.order, Short: f.short, Answer: f.answer, Cached: f.cached, CachedError: wrong.Fields["fallback.cached_answer"], Window: f.window, Content: f.content, Tier: f.tier, Own: f.own,
		Error: wrong.Form, OrderError: wrong.Fields["fallback.order"], WeightError: wrong.Fields["fallback.weights"], AnswerError: wrong.Fields["fallback.default_answer"],
		ShortError: wrong.Fields["fallback.when_short"], MixError: wrong.Fields["adaptive"], TargetError: wrong.Fields["targets"]}
	for i, name := range balance.Factors {
		p.Weights = append(p.Weights, views.WeightField{Name: "weight-" + name, Label: factorWords[i].label, Hint: factorWords[i].hint, Value: f.weights[i]})
	}
	for i, name := range mixed {
		p.Mix = append(p.Mix, views.WeightField{Name: "mix-" + name, Label: mixWords[i].label, Hint: mixWords[i].hint, Value: f.mix[i]})
	}
	for i, t := range s.doc.Targets {
		p.List = append(p.List, views.FallbackTarget{N: i, Name: t.To, Quality: f.quality[i], Hours: f.hours[i], After: f.afterAll[i], Alias: !strings.Contains(t.To, "/")})
	}
	for _, field := range []string{"alias", "rules", "strategy", "canary.targets"} {
		if p.Error == "" {
			p.Error = wrong.Fields[field]
		}
	}
	p.Only = f.only.present(wrong)
	if s.alias == nil {
		return p, nil
	}
	if p.Wider, err = h.wider(c, s); err != nil {
		return p, err
	}
	lanes, err := h.aliases.Lanes(c.Ctx(), c.Actor(), h.table, h.loads, route.LanesAsk{Alias: s.alias.ID, Cause: known(c.QueryParam("after")), Priority: priority(c.QueryParam("priority"))})
	if err != nil {
		return p, err
	}
	p.Live = presentLanes(lanes)
	p.Causes, p.Priorities = causeOptions, priorityOptions
	return p, nil
}

// known is a cause that a link names; what is none is the usual one.
func known(s string) balance.Cause {
	if c := balance.Cause(s); c.Known() {
		return c
	}
	return balance.ServerError
}

func priority(s string) string {
	if s == "low" || s == "high" {
		return s
	}
	return "normal"
}

type worded struct{ label, hint string }

var factorWords = [5]worded{
	{"Kind of failure", "Who shares least with the one that failed."}, {"Cost", "The cheapest for the request."}, {"Priority", "The best for urgent requests."},
	{"Time of day", "In its hours."}, {"Success", "Learned over about an hour."},
}

var mixWords = [4]worded{{"Latency", "Hundredths."}, {"Cost", "Hundredths."}, {"Failures", "Hundredths."}, {"Feedback", "Hundredths. What people said of answers."}}

var (
	causeOptions    = options(balance.Causes, func(c balance.Cause) (string, string) { return string(c), c.Words() })
	priorityOptions = []ui.Option{{Value: "low", Label: "low"}, {Value: "normal", Label: "normal"}, {Value: "high", Label: "high"}}
)
