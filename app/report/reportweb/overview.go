package reportweb

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Usage is what figures are added up by. *usage.Service implements it.
type Usage interface {
	Query(ctx context.Context, actor org.Actor, q usage.Query) (usage.Result, error)
	Name(ctx context.Context, actor org.Actor, r *usage.Result) error
}

// spans are the stretches of time that overviews offer, each compared with as much directly before.
var spans = []struct {
	name, label, words string
	days               int
}{
	{"week", "7 days", "the 7 days before", 7},
	{"month", "30 days", "the 30 days before", 30},
	{"quarter", "90 days", "the 90 days before", 90},
}

const defaultSpan = "month"

// parts are what spend can be split by in the large chart.
var parts = []struct {
	name, label string
	dim         usage.Dim
}{
	{"model", "Model", usage.Model}, {"team", "Team", usage.Team}, {"member", "Person", usage.Member}, {"client", "App", usage.Client},
}

// overview is what the pages of overviews have in common: what is asked for, and by whom.
type overview struct {
	h     *Handlers
	c     *web.Context
	path  string // of the page, for links
	where []usage.Filter
	now   time.Time
	zone  *time.Location
	span  int // index of spans
	part  int // index of parts

	mu    sync.Mutex // of asked
	asked map[string]usage.Result

	budgets   []budget.Entry // see limits
	forecasts map[id.Budget]budget.Forecast
}

// newOverview reads the URL. What makes no sense there is taken for the default: it can only come from a mangled link.
func (h *Handlers) newOverview(c *web.Context, path string, where ...usage.Filter) *overview {
	o := &overview{h: h, c: c, path: path, where: where, now: c.Now(), zone: c.Zone(), asked: map[string]usage.Result{}}
	for i, s := range spans {
		if s.name == defaultSpan {
			o.span = i
		}
	}
	for i, s := range spans {
		if s.name == c.QueryParam("span") {
			o.span = i
		}
	}
	for i, p := range parts {
		if p.name == c.QueryParam("by") {
			o.part = i
		}
	}
	return o
}

func (o *overview) ask(q usage.Query) (usage.Result, error) {
	q.Where = append(q.Where, o.where...)
	r, err := o.h.Usage.Query(o.c.Ctx(), o.c.Actor(), q)
	if err != nil {
		return r, fmt.Errorf("overview of %v: %w", q.By, err)
	}
	return r, nil
}

// mostRows is how many values of a dimension an overview looks at one by one; what is beyond is summed up as others.
const mostRows = 5000

// whole asks for the days of the span, those that links name, today up to now, against as much directly before. Several cards read the same answer, so it is looked up once a page. There may be
// thousands of people, so they come without their names.
func (o *overview) whole(by ...usage.Dim) (usage.Result, error) {
	name := fmt.Sprint(by)
	o.mu.Lock()
	r, ok := o.asked[name]
	o.mu.Unlock()
	if ok {
		return r, nil
	}
	from := o.day(1 - spans[o.span].days)
	r, err := o.ask(usage.Query{From: from, To: o.now, By: by, Compare: usage.Previous, Top: mostRows, Nameless: slices.Contains(by, usage.Member)})
	if err == nil {
		o.mu.Lock()
		o.asked[name] = r
		o.mu.Unlock()
	}
	return r, err
}

// atOnce is how many questions of one page are under way together.
const atOnce = 4

// ahead asks what several parts of the page will ask, side by side. What fails is asked again by the part that wants it, and
// fails there.
func (o *overview) ahead(by ...[]usage.Dim) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	g.Go(func() error {
		_, _, err := o.limits()
		return err
	})
	for _, dims := range by {
		g.Go(func() error {
			_, err := o.whole(dims...)
			return err
		})
	}
	_ = g.Wait()
}

// limits are all budgets that whoever looks may see, each with its forecast. Several parts of a page read them, so they are
// looked up once.
func (o *overview) limits() ([]budget.Entry, map[id.Budget]budget.Forecast, error) {
	if o.forecasts != nil {
		return o.budgets, o.forecasts, nil
	}
	list, err := o.h.Budgets.List(o.c.Ctx(), o.c.Actor())
	if err != nil {
		return nil, nil, err
	}
	forecasts, err := o.h.Budgets.Forecasts(o.c.Ctx(), o.c.Actor(), list)
	if err != nil {
		return nil, nil, err
	}
	o.budgets, o.forecasts = list, forecasts
	return list, forecasts, nil
}

// daily asks for each day of the span, today included, which is not over.
func (o *overview) daily(shift, top int, by ...usage.Dim) (usage.Result, error) {
	days := spans[o.span].days
	return o.ask(usage.Query{From: o.day(1 - days - shift*days), To: o.day(1 - shift*days), Grain: usage.Day, By: by, Top: top})
}

// day is the first moment of the day that lies so many after today, by the organization's calendar: a day is not always 24 hours long.
func (o *overview) day(after int) time.Time { return usage.DayOf(o.now, o.zone, after) }

// link is this page with one thing changed.
func (o *overview) link(span, by string) string {
	return usageweb.URLOf(o.path, map[string]string{"span": unless(span, defaultSpan), "by": unless(by, parts[0].name)})
}

func unless(v, usual string) string {
	if v == usual {
		return ""
	}
	return v
}
