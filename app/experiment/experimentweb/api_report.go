package experimentweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// metricJSON is a metric of a variant beside the control's: cost in nano-dollars a request, latency in microseconds, errors and
// quality from 0 to 1. Low and high hold at any time with 95 %; they are left out as long as there is too little.
type metricJSON struct {
	Metric     string   `json:"metric"`
	Control    float64  `json:"control"`
	Variant    float64  `json:"variant"`
	Counted    int64    `json:"counted"`
	Difference float64  `json:"difference"`
	Low        *float64 `json:"low,omitempty"`
	High       *float64 `json:"high,omitempty"`
	Side       string   `json:"side"` // better, worse or open
}

// armJSON is how one variant stands.
type armJSON struct {
	Name     string       `json:"name"`
	Requests int64        `json:"requests"`
	Rated    int64        `json:"rated"`
	Compared []metricJSON `json:"compared"`
}

// judged is what came of a judge.
type judged struct {
	Answers int64     `json:"answers"`
	Spent   money.USD `json:"spent_usd"` // what is held for judgements under way included
}

// reportJSON is an experiment and how it stands.
type reportJSON struct {
	experimentJSON
	Requests     int64     `json:"requests"`
	JudgedToday  *judged   `json:"judged_today,omitempty"` // by the judge, in this day of UTC
	Needs        *int64    `json:"needs,omitempty"`        // more requests until look_for is found with 80 %
	Skewed       bool      `json:"skewed"`                 // requests of a variant are missing: nothing can be concluded
	Headline     string    `json:"headline"`
	Advice       string    `json:"advice"`
	MonthlySaved string    `json:"monthly_saved_usd,omitempty"` // by migrating, in thirty days; for leads and above
	Arms         []armJSON `json:"arms"`
}

func (h *Handlers) apiShow(c *web.Context) error {
	w, err := which(c)
	if err != nil {
		return err
	}
	e, j, err := h.tests.Report(c.Ctx(), c.Actor(), w)
	if err != nil {
		return err
	}
	a := experiment.Advise(&e, &j, c.Now())
	r := reportJSON{experimentJSON: out(e), Requests: j.Requests, Skewed: j.Skewed, Headline: a.Headline, Advice: a.Text}
	if j.Needs >= 0 {
		r.Needs = &j.Needs
	}
	if a.Known && c.Actor().Role.AtLeast(experiment.MaySum) {
		r.MonthlySaved = a.Monthly.String()
	}
	if e.Judge != nil {
		day, err := h.tests.Judged(c.Ctx(), c.Actor(), e)
		if err != nil {
			return err
		}
		r.JudgedToday = &judged{day.Answers, day.Spent}
	}
	for i, arm := range j.Arms {
		r.Arms = append(r.Arms, armOut(e.Variants[i].Name, arm))
	}
	return c.JSON(http.StatusOK, r)
}

func armOut(name string, arm experiment.Arm) armJSON {
	o := armJSON{Name: name, Requests: arm.Requests, Rated: arm.Rated, Compared: []metricJSON{}}
	for _, m := range arm.Compared {
		x := metricJSON{Metric: string(m.Metric), Control: m.Control, Variant: m.Variant, Counted: m.Counted, Difference: m.Interval.Difference, Side: side(m.Side)}
		if m.Ready {
			x.Low, x.High = &m.Interval.Low, &m.Interval.High
		}
		o.Compared = append(o.Compared, x)
	}
	return o
}

func side(n int) string {
	switch {
	case n > 0:
		return "better"
	case n < 0:
		return "worse"
	}
	return "open"
}
