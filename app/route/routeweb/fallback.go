package routeweb

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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

// fallbackForm is the form as it was typed.
type fallbackForm struct {
	version                  int64
	order, short, answer     string
	cached                   string
	window, content, tier    bool
	own                      bool
	weights                  [5]string // in the order of balance.Factors
	mix                      [4]string // latency, cost, failures, feedback
	quality, hours, afterAll []string  // of each target
	only                     onlyForm
}

func fallbackOf(d route.Document) *fallbackForm {
	f := &fallbackForm{version: d.Version, order: string(route.Listed), short: string(route.PassOver)}
	w, m := balance.UsualWeights(), balance.UsualMix()
	if b := d.Fallback; b != nil {
		if b.Order != "" {
			f.order = string(b.Order)
		}
		if b.WhenShort != "" {
			f.short = string(b.WhenShort)
		}
		f.cached, f.answer, f.window, f.content, f.tier, f.own, w = b.CachedAnswer, b.DefaultAnswer, b.ContextWindow, b.ContentPolicy, b.KeepTier, b.Own, b.Weighs()
	}
	if d.Adaptive != nil {
		m = *d.Adaptive
	}
	for i, n := range []int{w.Error, w.Cost, w.Priority, w.Hours, w.Success} {
		f.weights[i] = strconv.Itoa(n)
	}
	for i, n := range []int{m.Latency, m.Cost, m.Failures, m.Feedback} {
		f.mix[i] = strconv.Itoa(n)
	}
	f.only = onlyOf(d.Only)
	for _, t := range d.Targets {
		q := ""
		if t.Quality > 0 {
			q = strconv.Itoa(t.Quality)
		}
		f.quality, f.hours, f.afterAll = append(f.quality, q), append(f.hours, t.Hours), append(f.afterAll, strings.Join(causeNames(t.After), ", "))
	}
	return f
}

func causeNames(all []balance.Cause) (out []string) {
	for _, c := range all {
		out = append(out, string(c))
	}
	return out
}

func readFallback(c *web.Context, targets int) *fallbackForm {
	text := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	f := &fallbackForm{order: text("order"), short: text("short"), answer: text("answer"), cached: text("cached"), window: text("window") != "", content: text("content") != "", tier: text("tier") != "", own: text("own") != ""}
	f.version, _ = strconv.ParseInt(text("version"), 10, 64)
	for i, name := range balance.Factors {
		f.weights[i] = text("weight-" + name)
	}
	for i, name := range mixed {
		f.mix[i] = text("mix-" + name)
	}
	f.only = readOnly(c)
	for k := range targets {
		f.quality = append(f.quality, text(fmt.Sprintf("quality-%d", k)))
		f.hours = append(f.hours, text(fmt.Sprintf("hours-%d", k)))
		f.afterAll = append(f.afterAll, text(fmt.Sprintf("after-%d", k)))
	}
	return f
}

var mixed = [4]string{"latency", "cost", "failures", "feedback"}

// document is what the form says; what it has no fields for stays as it is.
func (f *fallbackForm) document(was route.Document) route.Document {
	d := was
	d.Version = f.version
	d.Fallback = &route.Fallback{Order: route.FallbackOrder(f.order), ContextWindow: f.window, ContentPolicy: f.content, KeepTier: f.tier, Own: f.own, DefaultAnswer: f.answer, CachedAnswer: f.cached, WhenShort: route.Shortage(f.short)}
	if d.Fallback.Order == route.Scored {
		n := [5]int{}
		for i, s := range f.weights {
			n[i] = typed(s)
		}
		d.Fallback.Weights = &balance.Weights{Error: n[0], Cost: n[1], Priority: n[2], Hours: n[3], Success: n[4]}
	}
	d.Adaptive = &balance.Mix{Latency: typed(f.mix[0]), Cost: typed(f.mix[1]), Failures: typed(f.mix[2]), Feedback: typed(cmp.Or(f.mix[3], "0"))}
	d.Only = f.only.demand()
	d.Targets = slices.Clone(was.Targets)
	for i := range d.Targets {
		t := &d.Targets[i]
		t.Quality, t.Hours, t.After = 0, f.hours[i], nil
		if f.quality[i] != "" {
			t.Quality = typed(f.quality[i])
		}
		for word := range strings.FieldsFuncSeq(f.afterAll[i], func(r rune) bool { return r == ',' || r == ' ' }) {
			t.After = append(t.After, balance.Cause(word))
		}
	}
	return d
}

// typed is what was typed; what is none becomes one that is refused in words.
func typed(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
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
