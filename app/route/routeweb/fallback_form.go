package routeweb

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

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
