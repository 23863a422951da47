package cache

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Likes keeps sightings and what people demand after them. Its methods join the transaction in ctx. *db.CacheStore implements it.
type Likes interface {
	// KeepSightings adds sightings; those that are there already stay as they are.
	KeepSightings(ctx context.Context, o id.Org, list []Sighting) error
	// Sightings are those within reach, newest first.
	Sightings(ctx context.Context, o id.Org, r Reach, q LikeQuery) ([]Sighting, error)
	// Judge notes a verdict, or says ErrNotFound.
	Judge(ctx context.Context, o id.Org, which id.Request, verdict, by string, at time.Time) error
	// Demand raises what is demanded under a prefix; it is never lowered.
	Demand(ctx context.Context, d Demanded, at time.Time) error
	// Grades sums up sightings within reach from a moment to another, by rule and cosine.
	Grades(ctx context.Context, o id.Org, r Reach, from, to time.Time) ([]Grade, error)
	// Groups are the groups of like questions within reach from a moment to another, those with most questions first.
	Groups(ctx context.Context, o id.Org, r Reach, from, to time.Time, limit int) ([]Group, error)
}

// Group is all questions of one prefix that one kept answer was found for.
type Group struct {
	Last   Sighting // the newest whose questions are kept, or the newest
	Found  int64
	Served int64
	Saved  money.USD // by those that were given
}

// LikeQuery narrows a list of sightings. Zero fields do not.
type LikeQuery struct {
	ID     id.Request
	Entry  Key
	Served *bool
	// Unjudged leaves out those that somebody judged.
	Unjudged bool
	Offset   int
	Limit    int
}

// Grade is all sightings of one rule and cosine.
type Grade struct {
	Strict       bool
	Cosine       int64 // hundredths
	Found        int64
	Served       int64
	Right, Wrong int64 // verdicts
	Cost         money.USD
	Took         time.Duration
}

// Sum is what grades come to.
type Sum struct {
	Found, Served, Right, Wrong int64
	Cost                        money.USD
	Took                        time.Duration
}

// Simulated is what a mode and a threshold would have given of what was found. Verified is left out: what a model would have said is
// not known. Sums of a tenant's savings are far below what an amount holds.
func Simulated(all []Grade, mode LikeMode, threshold int64) (s Sum) {
	for _, g := range all {
		if !g.Strict && (mode == Strict || g.Cosine < threshold) {
			continue
		}
		s.Found, s.Served, s.Right, s.Wrong = s.Found+g.Found, s.Served+g.Served, s.Right+g.Right, s.Wrong+g.Wrong
		s.Cost, s.Took = s.Cost+g.Cost, s.Took+g.Took
	}
	return s
}

// LikesKept is for how long sightings are kept, and DemandsKept for how long a demand holds.
const (
	LikesKept   = 30 * 24 * time.Hour
	DemandsKept = 90 * 24 * time.Hour
)
