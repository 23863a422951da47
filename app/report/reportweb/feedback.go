package reportweb

import (
	"context"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Feedback is what was said of answers. *feedback.Service implements it.
type Feedback interface {
	Of(ctx context.Context, actor org.Actor, r id.Request) (feedback.Feedback, bool, error)
}

// feedbackJSON is what was said of a request's answer.
type feedbackJSON struct {
	Good    *bool     `json:"good"`
	Score   *float64  `json:"score"` // 0 to 1
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"` // when it was said, the last time
}

func scored(f feedback.Feedback) *float64 {
	if f.Score == nil {
		return nil
	}
	v := float64(*f.Score) / feedback.Full
	return &v
}

// judged is what was said of a request that the actor sees, for the API; nil for nothing.
func (h *Handlers) judged(c *web.Context, r id.Request) (*feedbackJSON, error) {
	f, ok, err := h.Feedback.Of(c.Ctx(), c.Actor(), r)
	if err != nil || !ok {
		return nil, err
	}
	return &feedbackJSON{Good: f.Good, Score: scored(f), Comment: f.Comment, At: f.At}, nil
}

// said is the same for the page.
func (h *Handlers) said(c *web.Context, r id.Request) ([]ui.Fact, error) {
	f, ok, err := h.Feedback.Of(c.Ctx(), c.Actor(), r)
	if err != nil || !ok {
		return nil, err
	}
	verdict := ""
	if f.Good != nil {
		if verdict = "Bad"; *f.Good {
			verdict = "Good"
		}
	}
	score := ""
	if v := scored(f); v != nil {
		score = strconv.FormatFloat(*v, 'f', -1, 64) + " of 1"
	}
	return []ui.Fact{{Label: "Verdict", Value: verdict}, {Label: "Score", Value: score}, {Label: "Comment", Value: f.Comment}, {Label: "Said", Value: c.When(f.At).Full}}, nil
}
