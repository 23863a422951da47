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
