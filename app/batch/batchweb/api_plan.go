package batchweb

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// scheduleInput sets up a schedule.
type scheduleInput struct {
	Name      string `json:"name"`
	Cron      string `json:"cron"`   // minute, hour, day of the month, month, day of the week: "0 2 * * 1-5"
	Zone      string `json:"zone"`   // on whose clocks, such as Europe/Berlin
	Key       string `json:"key"`    // whose budgets pay: of a service that the token may manage
	Format    string `json:"format"` // jsonl: lines as for /v1/batches; csv: a table
	Text      string `json:"text"`   // the file
	Model     string `json:"model,omitempty"`
	System    string `json:"system,omitempty"`     // of csv; {{column}} is the row's value
	Prompt    string `json:"prompt,omitempty"`     // of csv
	IDColumn  string `json:"id_column,omitempty"`  // of csv: the column of custom ids
	MaxOutput int64  `json:"max_output,omitempty"` // of csv: tokens
	CapUSD    string `json:"max_cost_usd"`         // each batch pauses there; "" is no limit of its own
	Priority  string `json:"priority"`             // low, normal or high
	Native    bool   `json:"provider_batch"`       // each batch may wait a day: requests whose provider answers many at once for half the price are handed over to it
	OffPeak   bool   `json:"off_peak"`             // each batch also waits for off-peak hours
}

func (in *scheduleInput) plan() (batch.Plan, error) {
	b := batchInput{Key: in.Key, Format: in.Format, Text: in.Text, Model: in.Model, System: in.System, Prompt: in.Prompt, IDColumn: in.IDColumn, MaxOutput: in.MaxOutput, CapUSD: in.CapUSD, Priority: in.Priority, Native: in.Native, OffPeak: in.OffPeak}
	d, err := b.draft()
	return batch.Plan{Name: in.Name, Cron: in.Cron, Zone: in.Zone, Draft: d}, err
}

// scheduleChange changes a schedule.
type scheduleChange struct {
	Name      *string `json:"name"`
	Cron      *string `json:"cron"`
	Zone      *string `json:"zone"`
	Key       *string `json:"key"`
	Format    *string `json:"format"`
	Text      *string `json:"text"`
	Model     *string `json:"model"`
	System    *string `json:"system"`
	Prompt    *string `json:"prompt"`
	IDColumn  *string `json:"id_column"`
	MaxOutput *int64  `json:"max_output"`
	CapUSD    *string `json:"max_cost_usd"` // "" is no limit of its own
	Priority  *string `json:"priority"`
	Native    *bool   `json:"provider_batch"`
	OffPeak   *bool   `json:"off_peak"`
}

func set[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

// over puts a change over what a schedule is.
func (in *scheduleChange) over(p *batch.Plan) error {
	d := &p.Draft
	set(&p.Name, in.Name)
	set(&p.Cron, in.Cron)
	set(&p.Zone, in.Zone)
	set((*string)(&d.Format), in.Format)
	set(&d.Text, in.Text)
	set(&d.Model, in.Model)
	set(&d.System, in.System)
	set(&d.Prompt, in.Prompt)
	set(&d.IDColumn, in.IDColumn)
	set(&d.MaxOutput, in.MaxOutput)
	set(&d.Priority, in.Priority)
	set(&d.Native, in.Native)
	set(&d.OffPeak, in.OffPeak)
	if in.Key != nil {
		d.Key, _ = id.ParseKey(*in.Key) // a malformed id is no key of theirs
	}
	if in.CapUSD == nil {
		return nil
	}
	var err error
	d.Cap, err = dollars(*in.CapUSD)
	return err
}

// scheduleJSON is a schedule.
type scheduleJSON struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Cron      string     `json:"cron"`
	Zone      string     `json:"zone"`
	Paused    bool       `json:"paused"`
	Why       string     `json:"why,omitempty"` // it is paused
	Key       string     `json:"key"`
	Owner     string     `json:"owner,omitempty"` // the member who answers for it; it pauses when they leave
	Endpoint  string     `json:"endpoint"`
	Lines     int        `json:"lines"` // requests of each batch
	CapUSD    *money.USD `json:"max_cost_usd"`
	Priority  string     `json:"priority"`
	Native    bool       `json:"provider_batch"`
	OffPeak   bool       `json:"off_peak"`
	NextAt    *time.Time `json:"next_at"` // null while it is paused
	LastAt    *time.Time `json:"last_at"`
	CreatedAt time.Time  `json:"created_at"`
}

type scheduleList struct {
	Data []scheduleJSON `json:"data"`
}

func planShown(s *batch.Planned) scheduleJSON {
	out := scheduleJSON{ID: s.ID.String(), Name: s.Name, Cron: s.Cron, Zone: s.Zone, Paused: s.Paused, Why: s.Why, Key: s.Key.String(), Endpoint: s.Terms.Endpoint, Lines: s.Terms.Lines, Priority: priorities[s.Terms.Priority], Native: s.Terms.Native, OffPeak: s.Terms.OffPeak, CreatedAt: s.CreatedAt}
	if !s.Owner.IsZero() {
		out.Owner = s.Owner.String()
	}
	if s.Terms.Cap > 0 {
		out.CapUSD = &s.Terms.Cap
	}
	if !s.Paused {
		out.NextAt = &s.NextAt
	}
	if !s.LastAt.IsZero() {
		out.LastAt = &s.LastAt
	}
	return out
}
