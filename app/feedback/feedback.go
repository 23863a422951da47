// Package feedback is what people and programs say of answers: that one was good or bad, a score, a comment. Apps send it with
// the id of the request, under the key that made it (POST /v1/feedback). Routes learn from it which targets answer well.
package feedback

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

const (
	// Keep is how long an answer can be judged, and how long verdicts count: as long as requests are kept.
	Keep = 30 * 24 * time.Hour
	// MaxComment is how long a comment may be, in bytes.
	MaxComment = 2000
	// Full is a score of 1. Scores are kept as thousandths.
	Full = 1000
)

// Feedback is what was said of one answer. Saying it again replaces what was said before: an answer counts once.
type Feedback struct {
	Org     id.Org
	Request id.Request
	Key     id.Key
	// Good is a verdict, Score a finer one in thousandths; either may be nil.
	Good    *bool
	Score   *int64
	Comment string
	// Connection and Model answered; zero where no provider did.
	Connection id.Connection
	Model      string
	Trial      Trial
	At         time.Time // when it was said, the last time
}

// Value is the score that counts, in thousandths: the score, else the verdict. ok is false for a mere comment.
func (f *Feedback) Value() (v int64, ok bool) {
	switch {
	case f.Score != nil:
		return *f.Score, true
	case f.Good == nil:
		return 0, false
	case *f.Good:
		return Full, true
	}
	return 0, true
}

// Answer is what a request came to, as far as it can be judged.
type Answer struct {
	Status     int
	Connection id.Connection // zero where no provider was asked
	Model      string
	Trial      Trial
}

// Trial is the variant of an experiment that a request counted for (package experiment); zero is none.
type Trial struct {
	Experiment      id.Experiment
	Variant, Bucket int
}

// Sum is what was said of one target's answers.
type Sum struct {
	Connection id.Connection `json:"connection"`
	Model      string        `json:"model"`
	Count      int64         `json:"count"`
	Value      int64         `json:"value"` // sum of the scores, in thousandths
}

// Store keeps feedback. *db.FeedbackStore implements it.
type Store interface {
	// Answer finds what a key's request came to; false where that key made no such request.
	Answer(ctx context.Context, o id.Org, key id.Key, r id.Request) (Answer, bool, error)
	// Put stores f in place of what was said of its request before; again tells that something was.
	Put(ctx context.Context, f Feedback) (again bool, err error)
	// Of gives what was said of a request; false for nothing.
	Of(ctx context.Context, o id.Org, r id.Request) (Feedback, bool, error)
	// Sums adds up, over all organizations, what was said since a moment.
	Sums(ctx context.Context, since time.Time) ([]Sum, error)
	// Sweep removes what was said before a moment, of all organizations.
	Sweep(ctx context.Context, before time.Time) error
}
