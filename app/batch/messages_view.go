package batch

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// MessagesView is a batch in Anthropic's words.
type MessagesView struct {
	ID          string     `json:"id"`
	Type        string     `json:"type"`
	Status      string     `json:"processing_status"`
	Counts      progress   `json:"request_counts"`
	EndedAt     *time.Time `json:"ended_at"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	ArchivedAt  *time.Time `json:"archived_at"`
	CancelledAt *time.Time `json:"cancel_initiated_at"`
	ResultsURL  *string    `json:"results_url"`
	Bodhi       aside      `json:"bodhi"`
}

type progress struct {
	Processing int `json:"processing"`
	Succeeded  int `json:"succeeded"`
	Errored    int `json:"errored"`
	Cancelled  int `json:"canceled"`
	Expired    int `json:"expired"`
}

// MessagesID is a batch's id as Anthropic's SDKs know such ids.
func MessagesID(b id.Batch) string { return "msg" + b.String() }

// MessagesView is the batch in Anthropic's words.
func (b *Batch) MessagesView(t Tally) MessagesView {
	ended := t.Ended()
	v := MessagesView{ID: MessagesID(b.ID), Type: "message_batch", Status: "in_progress", CreatedAt: b.CreatedAt, EndedAt: moment(b.EndedAt), ExpiresAt: moment(b.ExpiresAt), CancelledAt: moment(b.StoppedAt), Bodhi: b.aside(t),
		Counts: progress{max(b.Total-ended, 0), t.Steps[Done], t.Steps[Refused], t.Steps[Dropped], t.Steps[Lapsed]}}
	switch {
	case b.State.Over():
		v.Status = "ended"
		path := messages + "/batches/" + v.ID + "/results"
		v.ResultsURL = &path
	case b.State == Cancelling:
		v.Status = "canceling"
	}
	return v
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
