package batchweb

import (
	"errors"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// batchInput makes a batch, or asks what it would cost.
type batchInput struct {
	Name      string `json:"name"`
	Key       string `json:"key"`    // whose budgets pay: of a service that the token may manage
	Format    string `json:"format"` // jsonl: lines as for /v1/batches; csv: a table
	Text      string `json:"text"`   // the file
	Model     string `json:"model,omitempty"`
	System    string `json:"system,omitempty"`     // of csv; {{column}} is the row's value
	Prompt    string `json:"prompt,omitempty"`     // of csv
	IDColumn  string `json:"id_column,omitempty"`  // of csv: the column of custom ids
	MaxOutput int64  `json:"max_output,omitempty"` // of csv: tokens
	CapUSD    string `json:"max_cost_usd"`         // it pauses there; "" is no limit of its own
	Priority  string `json:"priority"`             // low, normal or high
	StartAt   string `json:"start_at"`             // RFC 3339; "" is at once
	Native    bool   `json:"provider_batch"`       // it may wait a day: requests whose provider answers many at once for half the price are handed over to it
	OffPeak   bool   `json:"off_peak"`             // in the organization's off-peak hours alone
}

func (in *batchInput) draft() (batch.Draft, error) {
	d := batch.Draft{Name: in.Name, Format: batch.Format(in.Format), Text: in.Text, Model: in.Model, System: in.System, Prompt: in.Prompt, IDColumn: in.IDColumn, MaxOutput: in.MaxOutput, Priority: in.Priority, Native: in.Native, OffPeak: in.OffPeak}
	d.Key, _ = id.ParseKey(in.Key) // a malformed id is no key of theirs
	var errs [2]error
	d.Cap, errs[0] = dollars(in.CapUSD)
	if in.StartAt != "" {
		if d.StartAt, errs[1] = time.Parse(time.RFC3339, in.StartAt); errs[1] != nil {
			errs[1] = fault.Field("start_at", "Write a moment as RFC 3339, such as 2026-12-01T22:00:00Z.")
		}
	}
	return d, errors.Join(errs[:]...)
}

// dollars reads a cost limit; "" is none.
func dollars(text string) (money.USD, error) {
	if text == "" {
		return 0, nil
	}
	a, err := money.Parse(text)
	if err != nil || a <= 0 {
		return 0, fault.Field("max_cost_usd", "Write an amount in US dollars, such as 5.00.")
	}
	return a, nil
}

// batchJSON is a batch and how far it is.
type batchJSON struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	State     string     `json:"state"`         // validating, running, paused, cancelling, completed, failed, expired or cancelled
	Why       string     `json:"why,omitempty"` // of paused and failed
	Family    string     `json:"family"`        // openai or anthropic: in whose words its results are
	Endpoint  string     `json:"endpoint"`
	Key       string     `json:"key"`
	Total     int        `json:"total"` // requests; 0 before they were read
	Done      int        `json:"done"`
	Failed    int        `json:"failed"`
	Undone    int        `json:"undone"`               // not asked: it was cancelled, or its time was over
	Handed    int        `json:"handed_over"`          // to providers, and without a result so far
	Answered  int        `json:"handed_over_answered"` // of those, when somebody last looked
	CostUSD   money.USD  `json:"cost_usd"`             // of what is handed over, at most
	LostUSD   money.USD  `json:"lost_usd"`             // may have been spent on answers that were lost with a node
	CapUSD    *money.USD `json:"max_cost_usd"`
	Priority  string     `json:"priority"`
	Errors    []wrong    `json:"errors,omitempty"` // of its file
	CreatedAt time.Time  `json:"created_at"`
	StartAt   time.Time  `json:"start_at"` // nobody works on it before: it waits for its time, or for off-peak hours
	Native    bool       `json:"provider_batch"`
	OffPeak   bool       `json:"off_peak"`
	Schedule  string     `json:"schedule,omitempty"` // that made it
	ExpiresAt *time.Time `json:"expires_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

type wrong struct {
	Line    int    `json:"line,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type batchList struct {
	Data []batchJSON `json:"data"`
}

var priorities = map[int]string{-1: "low", 0: "normal", 1: "high"}

func shown(e batch.Entry) batchJSON {
	out := batchJSON{ID: e.ID.String(), Name: e.Label(), State: string(e.State), Why: e.Why, Family: string(e.Family), Endpoint: e.Body.Endpoint, Key: e.Key.String(), Total: e.Total, Done: e.Tally.Steps[batch.Done],
		Failed: e.Tally.Steps[batch.Refused], Undone: e.Tally.Steps[batch.Lapsed] + e.Tally.Steps[batch.Dropped], Handed: e.Tally.Steps[batch.Handed], Answered: e.Tally.Back, CostUSD: e.Tally.Cost, LostUSD: e.Tally.Lost, Priority: priorities[e.Priority], CreatedAt: e.CreatedAt, StartAt: e.Starts(), Native: e.Body.Native, OffPeak: e.Body.OffPeak, Schedule: e.Body.Schedule}
	if e.Body.Cap > 0 {
		out.CapUSD = &e.Body.Cap
	}
	for _, w := range e.Body.Errors {
		out.Errors = append(out.Errors, wrong{w.Line, w.Code, w.Message})
	}
	if !e.ExpiresAt.IsZero() {
		out.ExpiresAt = &e.ExpiresAt
	}
	if !e.EndedAt.IsZero() {
		out.EndedAt = &e.EndedAt
	}
	return out
}

// previewJSON is what a batch would ask.
type previewJSON struct {
	Lines    int         `json:"lines"`
	Endpoint string      `json:"endpoint"`
	MostUSD  money.USD   `json:"most_usd"` // of all lines
	First    []firstJSON `json:"first"`
}

type firstJSON struct {
	CustomID string    `json:"custom_id"`
	Body     string    `json:"body"` // JSON
	MostUSD  money.USD `json:"most_usd"`
}

func (h *Handlers) apiPreview(c *web.Context) error {
	in, err := web.Decode[batchInput](c)
	if err != nil {
		return err
	}
	d, err := in.draft()
	if err != nil {
		return err
	}
	p, err := h.Batches.Preview(c.Ctx(), c.Actor(), d)
	if err != nil {
		return err
	}
	out := previewJSON{Lines: p.Lines, Endpoint: p.Endpoint, MostUSD: p.Most}
	for _, s := range p.First {
		out.First = append(out.First, firstJSON{s.CustomID, s.Body, s.Most})
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[batchInput](c)
	if err != nil {
		return err
	}
	d, err := in.draft()
	if err != nil {
		return err
	}
	e, err := h.Batches.Add(c.Ctx(), c.Actor(), d)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, shown(e))
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.Batches.List(c.Ctx(), c.Actor(), listed)
	if err != nil {
		return err
	}
	out := batchList{Data: make([]batchJSON, len(all))}
	for i, e := range all {
		out.Data[i] = shown(e)
	}
	return c.JSON(http.StatusOK, out)
}
