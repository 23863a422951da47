package usage

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// MostSampled is how many single requests are looked at for how fast and how reliable they were, where days' sheets cannot say:
// the newest ones of a span. Durations are in no sum by team or person, and a page must not take longer the more is asked.
const MostSampled = 10_000

// SampleAsk is what a sample is of. Filters on tags are not possible: which of a repeated key counts is not SQL's to say.
type SampleAsk struct {
	From, To time.Time
	Slot     time.Duration // of Sampled.At
	Where    []Filter
	Limit    int
}

// Sampled counts the requests of one slot of time that ended alike and took about as long.
type Sampled struct {
	At      time.Time // the slot's beginning
	Outcome string
	Retried bool // it took more than one attempt
	Bin     int  // of its whole duration
	Count   int64
}

// Failure counts the attempts at one connection that failed for one reason.
type Failure struct {
	Connection, Class string
	Count             int64
}

// Rescue counts requests that the first target failed and another answered, or the same at a later try.
type Rescue struct {
	From, To string // connections
	Count    int64
}

// Pace is how quickly a model of a connection answered.
type Pace struct {
	Connection, Model string
	Took, First       Hist // whole answers; to the first byte, where it is known
	Output            int64
	Streaming         time.Duration // in which Output came, from the first byte on
}

// PerSecond is how many output tokens came a second, in tenths; 0 where too little is known.
func (p *Pace) PerSecond() int64 {
	if p.Streaming < time.Millisecond {
		return 0
	}
	return int64(math.Round(float64(p.Output) * 10 / p.Streaming.Seconds()))
}

// Ends is all of this for every request of a span.
type Ends struct {
	Slots    []Sampled
	Failures []Failure
	Rescues  []Rescue
	Paces    []Pace
}

// Sampler reads single requests and attempts. *db.UsageStore implements it.
type Sampler interface {
	// Oldest is when the oldest of the newest Limit requests came, and whether there are more before it.
	Oldest(ctx context.Context, r report.Reach, a SampleAsk) (at time.Time, cut bool, err error)
	Sampled(ctx context.Context, r report.Reach, a SampleAsk) ([]Sampled, error)
	Failures(ctx context.Context, r report.Reach, a SampleAsk) ([]Failure, error)
	Rescues(ctx context.Context, r report.Reach, a SampleAsk) ([]Rescue, error)
	Paces(ctx context.Context, r report.Reach, a SampleAsk) ([]Pace, error)
	// Ends answers for a whole organization without looking at a sample, from sums of days and what came since: with the paces or
	// with all else, for no page shows both. false if there are no such sums of some day.
	Ends(ctx context.Context, o id.Org, from, to time.Time, slot time.Duration, paces bool) (Ends, bool, error)
}

// Samples answers how fast and how reliable things were. Safe for concurrent use.
type Samples struct {
	Store Sampler
	Orgs  Organizations
}

// Reliability is how requests ended and how long they took.
type Reliability struct {
	Zone *time.Location
	// From and To are what was looked at; Cut says that there was more before From.
	From, To time.Time
	Cut      bool
	Slots    []Sampled
	Failures []Failure
	Rescues  []Rescue
}

// Reliability looks at the requests of a span within the actor's reach: at all where sums of days say, else at the newest, at
// most MostSampled of them.
func (s *Samples) Reliability(ctx context.Context, a org.Actor, from, to time.Time, where []Filter) (out Reliability, err error) {
	r, ask, all, err := s.ask(ctx, a, from, to, where, false, &out)
	if err != nil {
		return out, err
	}
	if all != nil {
		out.Slots, out.Failures, out.Rescues = all.Slots, all.Failures, all.Rescues
		return out, nil
	}
	if out.Slots, err = s.Store.Sampled(ctx, r, ask); err != nil {
		return out, fmt.Errorf("usage: sample: %w", err)
	}
	if out.Failures, err = s.Store.Failures(ctx, r, ask); err != nil {
		return out, fmt.Errorf("usage: failures: %w", err)
	}
	if out.Rescues, err = s.Store.Rescues(ctx, r, ask); err != nil {
		return out, fmt.Errorf("usage: rescues: %w", err)
	}
	return out, nil
}

// Paces is how quickly each model of each connection answered, of the same requests.
func (s *Samples) Paces(ctx context.Context, a org.Actor, from, to time.Time, where []Filter) (out Reliability, paces []Pace, err error) {
	r, ask, all, err := s.ask(ctx, a, from, to, where, true, &out)
	if err != nil {
		return out, nil, err
	}
	if all != nil {
		return out, all.Paces, nil
	}
	if paces, err = s.Store.Paces(ctx, r, ask); err != nil {
		return out, nil, fmt.Errorf("usage: paces: %w", err)
	}
	return out, paces, nil
}

// ask bounds the span to what is looked at, unless it finds out about all of it.
func (s *Samples) ask(ctx context.Context, a org.Actor, from, to time.Time, where []Filter, paces bool, out *Reliability) (r report.Reach, ask SampleAsk, all *Ends, err error) {
	if r, err = report.ReachOf(a); err != nil {
		return r, ask, nil, err
	}
	q := Query{From: from, To: to, Where: where}
	if err := q.Validate(); err != nil {
		return r, ask, nil, err
	}
	for _, f := range where {
		if _, tag := f.Dim.Tag(); tag {
			return r, ask, nil, fault.Field(string(f.Dim), "How long requests took cannot be narrowed to a tag. Narrow it to a team, a person or a key.")
		}
	}
	if out.Zone, err = zoneOf(ctx, s.Orgs, a.Org); err != nil {
		return r, ask, nil, err
	}
	ask = SampleAsk{From: from, To: to, Slot: Slot(out.Zone, from), Limit: MostSampled}
	out.From, out.To = from, to
	if r.All && len(where) == 0 {
		found, ok, err := s.Store.Ends(ctx, a.Org, from, to, ask.Slot, paces)
		if err != nil {
			return r, ask, nil, fmt.Errorf("usage: ends: %w", err)
		}
		if ok {
			return r, ask, &found, nil
		}
	}
	oldest, cut, err := s.Store.Oldest(ctx, r, ask) // of all, so that what is rare does not take longer to find
	if err != nil {
		return r, ask, nil, fmt.Errorf("usage: sample: %w", err)
	}
	if cut {
		ask.From = oldest
	}
	ask.Where = where
	out.From, out.Cut = ask.From, cut
	return r, ask, nil, nil
}

func zoneOf(ctx context.Context, orgs Organizations, o id.Org) (*time.Location, error) {
	organization, err := orgs.Organization(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("usage: organization: %w", err)
	}
	zone, err := time.LoadLocation(organization.Zone)
	if err != nil {
		return nil, fmt.Errorf("usage: time zone %q: %w", organization.Zone, err)
	}
	return zone, nil
}
