package usage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// MostTimed is how many requests for one name Timings looks at: the newest ones. So a page takes as long for a prompt that is asked a
// million times a day.
const MostTimed = 2000

// maxTimed is how many names Timings looks at in one call.
const maxTimed = 50

// Timed is one request that went to a provider: answers from the cache take no time of anybody's.
type Timed struct {
	Model, Connection string
	Answered          bool
	Duration, First   time.Duration // as the client waited; First is 0 where nobody saw a first byte
}

// Timing is how one model did for one asked name, of the requests that were looked at.
type Timing struct {
	Asked, Model string
	Requests     int
	Answered     int
	P50, P95     time.Duration // of answered ones, as clients waited; 0 without
	First50      time.Duration // until the first byte, of those where it is known
	Cut          bool          // there were more than MostTimed requests for the name

	took, first []time.Duration
}

// Timings says how fast names were answered since from, by the model that answered; what is asked for are stored prompts
// ("prompt:name@v3"), for which requests are found without a look at all others. Within the actor's reach, the busiest first.
func (s *Service) Timings(ctx context.Context, a org.Actor, names []string, from time.Time) ([]Timing, error) {
	r, err := report.ReachOf(a)
	if err != nil {
		return nil, err
	}
	if len(names) > maxTimed {
		return nil, fault.Field("asked", fmt.Sprintf("At most %d names at a time.", maxTimed))
	}
	var out []Timing
	for _, name := range names {
		all, err := s.speeds.Timed(ctx, r, name, from, MostTimed)
		if err != nil {
			return nil, fmt.Errorf("usage: timings: %w", err)
		}
		out = append(out, timings(name, all)...)
	}
	return out, nil
}

// timings sums one name's requests up, by model.
func timings(name string, all []Timed) (out []Timing) {
	at := map[string]*Timing{}
	for _, x := range all {
		t := at[x.Model]
		if t == nil {
			t = &Timing{Asked: name, Model: x.Model, Cut: len(all) >= MostTimed}
			at[x.Model] = t
		}
		t.Requests++
		if !x.Answered {
			continue
		}
		t.Answered++
		t.took = append(t.took, x.Duration)
		if x.First > 0 {
			t.first = append(t.first, x.First)
		}
	}
	for _, t := range at {
		t.rank()
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Timing) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Model, b.Model))
	})
	return out
}

func (t *Timing) rank() {
	t.P50, t.P95, t.First50 = Rank(t.took, 50), Rank(t.took, 95), Rank(t.first, 50)
}

// All is several models' timings as one.
func All(some []Timing) (t Timing) {
	for i := range some {
		t.Asked, t.Cut = some[i].Asked, some[i].Cut || t.Cut
		t.Requests += some[i].Requests
		t.Answered += some[i].Answered
		t.took, t.first = append(t.took, some[i].took...), append(t.first, some[i].first...)
	}
	t.rank()
	return t
}

// Rank is the value that percent of a hundred do not exceed (nearest rank); 0 of none. It sorts what it is given.
func Rank(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)*percent+99)/100-1]
}
