package feedback

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Query narrows judged requests. Zero fields do not narrow.
type Query struct {
	From, To time.Time // when they were asked
	// Least and Most bound the value that counts, in thousandths, both inclusive.
	Least, Most int64
	Model       string // asked for, or that answered
	Tag         string // project=apollo
	Whose       *Whose
	Limit       int
}

// Whose are a member's own requests, and those of teams; a zero one has none.
type Whose struct {
	Member id.Member
	Teams  []id.Team
}

// Judged is a request that somebody judged.
type Judged struct {
	Request id.Request
	At      time.Time
	Team    id.Team
	Member  id.Member // zero for a service account's
	Tags    string
	Model   string // that answered
	Value   int64  // in thousandths
	Comment string
	Kept    bool // its text may be there
}

// Judgements lists them. *db.FeedbackStore implements it.
type Judgements interface {
	// Judged are an organization's, the newest first.
	Judged(ctx context.Context, o id.Org, q Query) ([]Judged, error)
	// CountJudged is how many they are without the limit.
	CountJudged(ctx context.Context, o id.Org, q Query) (int64, error)
}
