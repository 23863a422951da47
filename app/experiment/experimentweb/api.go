package experimentweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// variantJSON is one way of answering; the first of a list is the control.
type variantJSON struct {
	Name        string `json:"name"`
	Percent     int    `json:"percent"`
	Target      string `json:"target,omitempty"`      // connection/model or an alias; empty = the route as it is
	MaxOutput   int64  `json:"max_output,omitempty"`  // a lower cap of output tokens; 0 = none
	Temperature string `json:"temperature,omitempty"` // "0.2" in place of the client's
	Version     string `json:"version,omitempty"`     // of the prompt: a label such as "staging", or "v4"
}

// guardJSON takes the variants back when a metric gets worse by more than percent.
type guardJSON struct {
	Metric  string `json:"metric"` // cost, latency or quality
	Percent int    `json:"percent"`
}

// judgeJSON is a model that rates a part of the answers.
type judgeJSON struct {
	Model   string    `json:"model"`     // connection/model or an alias, asked on the account of whoever asked the question
	Percent int       `json:"percent"`   // of the counted answers
	Daily   money.USD `json:"daily_usd"` // what it may cost in a day of UTC
}

// experimentInput is a new experiment. What is left out comes from the template.
type experimentInput struct {
	Name       string        `json:"name"`
	Alias      string        `json:"alias"`
	Unit       string        `json:"unit,omitempty"` // user or session
	Variants   []variantJSON `json:"variants"`
	Team       string        `json:"team,omitempty"`   // only this team's requests
	Key        string        `json:"key,omitempty"`    // only this key's
	Tag        string        `json:"tag,omitempty"`    // only those with it: project=apollo
	Prompt     string        `json:"prompt,omitempty"` // only those of this stored prompt, by name
	Goal       string        `json:"goal,omitempty"`   // cost, latency, errors or quality
	LookFor    int           `json:"look_for,omitempty"`
	Sample     int64         `json:"sample,omitempty"`
	ErrorLimit int           `json:"error_limit,omitempty"`
	Guards     []guardJSON   `json:"guards,omitempty"`
	Judge      *judgeJSON    `json:"judge,omitempty"`
}

func (in *experimentInput) input() (experiment.Input, error) {
	out := experiment.Input{Name: in.Name, Alias: in.Alias, Unit: experiment.Unit(in.Unit), Tag: in.Tag, Prompt: in.Prompt, Goal: experiment.Metric(in.Goal), LookFor: in.LookFor, Sample: in.Sample, ErrorLimit: in.ErrorLimit}
	for _, v := range in.Variants {
		out.Variants = append(out.Variants, experiment.Variant(v))
	}
	for _, g := range in.Guards {
		out.Guards = append(out.Guards, experiment.Guard{Metric: experiment.Metric(g.Metric), Percent: g.Percent})
	}
	if j := in.Judge; j != nil {
		out.Judge = &experiment.Rater{Model: j.Model, Percent: j.Percent, Daily: j.Daily}
	}
	err := narrow(&out, in.Team, in.Key)
	return out, err
}

// narrow reads the ids of a team and a key.
func narrow(in *experiment.Input, team, key string) (err error) {
	if team != "" {
		if in.Team, err = id.ParseTeam(team); err != nil {
			return fault.Field("team", "There is no such team. A team's id is team_…")
		}
	}
	if key != "" {
		if in.Key, err = id.ParseKey(key); err != nil {
			return fault.Field("key", "There is no such key. Its id stands on its page: key_…")
		}
	}
	return nil
}

// experimentJSON is an experiment as it is stored.
type experimentJSON struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Alias      string        `json:"alias"` // "" if it was deleted
	State      string        `json:"state"`
	Unit       string        `json:"unit"`
	Variants   []variantJSON `json:"variants"`
	Team       string        `json:"team,omitempty"`
	Key        string        `json:"key,omitempty"`
	Tag        string        `json:"tag,omitempty"`
	Prompt     string        `json:"prompt,omitempty"`
	Goal       string        `json:"goal"`
	LookFor    int           `json:"look_for"`
	Sample     int64         `json:"sample"`
	ErrorLimit int           `json:"error_limit"`
	Guards     []guardJSON   `json:"guards"`
	Judge      *judgeJSON    `json:"judge,omitempty"`
	Verdict    string        `json:"verdict,omitempty"` // win, lose, inconclusive, harm, stopped
	Winner     string        `json:"winner,omitempty"`
	Why        string        `json:"why,omitempty"`
	CreatedAt  time.Time     `json:"created_at"`
	EndedAt    *time.Time    `json:"ended_at,omitempty"`
}

func out(e experiment.Experiment) experimentJSON {
	o := experimentJSON{ID: e.ID.String(), Name: e.Name, Alias: e.Model, State: string(e.State), Unit: string(e.Unit), Tag: e.Tag, Prompt: e.Prompt, Goal: string(e.Goal), LookFor: e.LookFor, Sample: e.Sample,
		ErrorLimit: e.ErrorLimit, Guards: []guardJSON{}, Verdict: string(e.Verdict), Why: e.Why, CreatedAt: e.CreatedAt}
	for _, v := range e.Variants {
		o.Variants = append(o.Variants, variantJSON(v))
	}
	for _, g := range e.Guards {
		o.Guards = append(o.Guards, guardJSON{string(g.Metric), g.Percent})
	}
	if j := e.Judge; j != nil {
		o.Judge = &judgeJSON{j.Model, j.Percent, j.Daily}
	}
	if !e.Team.IsZero() {
		o.Team = e.Team.String()
	}
	if !e.Key.IsZero() {
		o.Key = e.Key.String()
	}
	if e.Verdict == experiment.Win {
		o.Winner = e.Variants[e.Winner].Name
	}
	if !e.EndedAt.IsZero() {
		o.EndedAt = &e.EndedAt
	}
	return o
}

type experimentList struct {
	Data []experimentJSON `json:"data"`
}

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

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.tests.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	list := experimentList{Data: make([]experimentJSON, len(all))}
	for i, e := range all {
		list.Data[i] = out(e)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiStart(c *web.Context) error {
	in, err := web.Decode[experimentInput](c)
	if err != nil {
		return err
	}
	read, err := in.input()
	if err != nil {
		return err
	}
	e, err := h.tests.Start(c.Ctx(), c.Actor(), read)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, out(e))
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

// turned answers with what became of an experiment.
func (h *Handlers) turned(c *web.Context, do func(ctx context.Context, actor org.Actor, e id.Experiment) (experiment.Experiment, error)) error {
	w, err := which(c)
	if err != nil {
		return err
	}
	e, err := do(c.Ctx(), c.Actor(), w)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out(e))
}

func (h *Handlers) apiPause(c *web.Context) error  { return h.turned(c, h.tests.Pause) }
func (h *Handlers) apiResume(c *web.Context) error { return h.turned(c, h.tests.Resume) }
func (h *Handlers) apiStop(c *web.Context) error   { return h.turned(c, h.tests.Stop) }

// migrateInput names the variant whose target becomes the alias's first.
type migrateInput struct {
	Variant string `json:"variant"`
}

func (h *Handlers) apiMigrate(c *web.Context) error {
	in, err := web.Decode[migrateInput](c)
	if err != nil {
		return err
	}
	return h.turned(c, func(ctx context.Context, actor org.Actor, e id.Experiment) (experiment.Experiment, error) {
		return h.tests.Migrate(ctx, actor, e, in.Variant)
	})
}

func (h *Handlers) apiDelete(c *web.Context) error {
	w, err := which(c)
	if err != nil {
		return err
	}
	if err := h.tests.Delete(c.Ctx(), c.Actor(), w); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
