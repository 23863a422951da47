package batch

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// FileView is a file in OpenAI's words.
type FileView struct {
	ID        string  `json:"id"`
	Object    string  `json:"object"`
	Bytes     int64   `json:"bytes"`
	CreatedAt int64   `json:"created_at"`
	ExpiresAt int64   `json:"expires_at"`
	Filename  string  `json:"filename"`
	Purpose   Purpose `json:"purpose"`
	Status    string  `json:"status"`
}

// View is the file in OpenAI's words.
func (f *File) View() FileView {
	return FileView{f.ID.String(), "file", f.Size, f.CreatedAt.Unix(), f.ExpiresAt.Unix(), f.Name, f.Purpose, "processed"}
}

// View is a batch in OpenAI's words. Bodhi holds what they have no place for.
type View struct {
	ID           string            `json:"id"`
	Object       string            `json:"object"`
	Endpoint     string            `json:"endpoint"`
	Errors       *errorList        `json:"errors"`
	Input        string            `json:"input_file_id"`
	Window       string            `json:"completion_window"`
	Status       string            `json:"status"`
	Output       *string           `json:"output_file_id"`
	Failures     *string           `json:"error_file_id"`
	CreatedAt    int64             `json:"created_at"`
	InProgressAt *int64            `json:"in_progress_at"`
	ExpiresAt    *int64            `json:"expires_at"`
	FinalizingAt *int64            `json:"finalizing_at"`
	CompletedAt  *int64            `json:"completed_at"`
	FailedAt     *int64            `json:"failed_at"`
	ExpiredAt    *int64            `json:"expired_at"`
	CancellingAt *int64            `json:"cancelling_at"`
	CancelledAt  *int64            `json:"cancelled_at"`
	Counts       counts            `json:"request_counts"`
	Metadata     map[string]string `json:"metadata"`
	Bodhi        aside             `json:"bodhi"`
}

type errorList struct {
	Object string  `json:"object"`
	Data   []Wrong `json:"data"`
}

type counts struct {
	Total     int `json:"total"`
	Completed int `json:"completed"`
	Failed    int `json:"failed"`
}

// aside is what only we say: why a batch waits, and what it cost.
type aside struct {
	State   State      `json:"state"`
	Why     string     `json:"why,omitempty"`
	Cost    string     `json:"cost_usd"`
	Lost    string     `json:"lost_usd"` // may have been spent on answers that a killed node took with it
	Cap     string     `json:"max_cost_usd,omitempty"`
	Handed  *handed    `json:"handed_over,omitempty"`
	StartAt *time.Time `json:"start_at,omitempty"`
	OffPeak bool       `json:"off_peak,omitempty"`
}

// View is the batch in OpenAI's words.
func (b *Batch) View(t Tally) View {
	v := View{ID: b.ID.String(), Object: "batch", Endpoint: b.Body.Endpoint, Input: b.Input.String(), Window: b.Body.Window, Status: string(b.State), Metadata: b.Body.Metadata,
		CreatedAt: b.CreatedAt.Unix(), InProgressAt: unix(b.BeganAt), ExpiresAt: unix(b.ExpiresAt), CancellingAt: unix(b.StoppedAt), Output: named(b.Output), Failures: named(b.Failures),
		Counts: counts{b.Total, t.Steps[Done], t.bad()}, Bodhi: b.aside(t)}
	if b.State == Paused { // they have no word for it
		v.Status = string(Running)
	}
	if v.Status == string(Running) {
		v.Status = "in_progress"
	}
	if len(b.Body.Errors) > 0 {
		v.Errors = &errorList{"list", b.Body.Errors}
	}
	switch at := unix(b.EndedAt); b.State {
	case Completed:
		v.FinalizingAt, v.CompletedAt = at, at
	case Failed:
		v.FailedAt = at
	case Expired:
		v.ExpiredAt = at
	case Cancelled:
		v.CancelledAt = at
	}
	return v
}

// handed is how far the provider is with what it was handed over.
type handed struct {
	Requests int `json:"requests"`
	Answered int `json:"answered"`
}

func (b *Batch) aside(t Tally) aside {
	a := aside{State: b.State, Why: b.Why, Cost: t.Cost.String(), Lost: t.Lost.String(), OffPeak: b.Body.OffPeak}
	if b.Body.Cap > 0 {
		a.Cap = b.Body.Cap.String()
	}
	if n := t.Steps[Handed]; n > 0 {
		a.Handed = &handed{n, t.Back}
	}
	if at := b.Starts(); at.After(b.CreatedAt) {
		a.StartAt = &at
	}
	return a
}

func unix(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.Unix()
	return &n
}

func named(f id.File) *string {
	if f.IsZero() {
		return nil
	}
	s := f.String()
	return &s
}
