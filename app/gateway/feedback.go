package gateway

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/feedback"
)

// maxFeedback is how large the body of POST /v1/feedback may be: a comment in escapes, and the rest.
const maxFeedback = 6*feedback.MaxComment + 1<<10

// feedbackAsk is the body of POST /v1/feedback. At least one of good, score and comment is there.
type feedbackAsk struct {
	Request string   `json:"request_id"`
	Good    *bool    `json:"good"`
	Score   *float64 `json:"score"`
	Comment string   `json:"comment"`
}

// feedbackReport is its answer.
type feedbackReport struct {
	Object  string   `json:"object"`
	Request string   `json:"request_id"`
	Good    *bool    `json:"good"`
	Score   *float64 `json:"score"`
	Comment string   `json:"comment,omitempty"`
	// Replaced says that something was said of this request before, in whose place this counts now.
	Replaced bool `json:"replaced"`
}

// takeFeedback writes down what the holder of a key says of an answer.
func (g *Gateway) takeFeedback(x *Exchange, _ string) {
	if g.Feedback == nil {
		x.Err = unknownPath(x.R)
		return
	}
	if x.Err = cmp.Or(foreign(x), undry(x)); x.Err != nil {
		return
	}
	g.hurry(x, x.R.ContentLength)
	ask, err := readFeedback(x.R.Body)
	g.relax(x)
	if err != nil {
		x.Err = err
		return
	}
	f, again, err := g.Feedback.Give(x.R.Context(), x.Grant.Chain.Org, x.Grant.Chain.Key, feedback.Word{Request: ask.Request, Good: ask.Good, Score: ask.Score, Comment: ask.Comment})
	if err != nil {
		x.Err = all(err)
		return
	}
	g.writeJSON(x, feedbackReport{Object: "feedback", Request: f.Request.String(), Good: f.Good, Score: ask.Score, Comment: f.Comment, Replaced: again})
}

func readFeedback(body io.Reader) (ask feedbackAsk, err error) {
	b, err := io.ReadAll(io.LimitReader(body, maxFeedback+1))
	if err != nil {
		return ask, fault.New(fault.Invalid, "invalid_request", "The body broke off. Send it again.").Because(err)
	}
	if len(b) > maxFeedback {
		return ask, fault.New(fault.TooLarge, "body_too_large", "Feedback has at most "+strconv.Itoa(maxFeedback)+" bytes.")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err = d.Decode(&ask); err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more follows")
		}
	}
	if err != nil {
		return ask, fault.New(fault.Invalid, "invalid_request", `The body is a JSON object: {"request_id": "req_…", "good": true, "score": 0.8, "comment": "…"}, with at least one of the last three.`).Because(err)
	}
	return ask, nil
}

// all is the first of several refusals, with the sentences of all.
func all(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var out *fault.Error
	for _, e := range joined.Unwrap() {
		switch f := fault.From(e); {
		case out == nil:
			c := *f
			out = &c
		default:
			out.Public += " " + f.Public
		}
	}
	return out
}
