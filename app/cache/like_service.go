package cache

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var _ Witness = (*Service)(nil)

// Saw implements Witness: the sightings of one organization, with an audit entry for each that was served. It is for the process that
// saw them, not for people.
func (s *Service) Saw(ctx context.Context, list []Sighting) error {
	if len(list) == 0 {
		return nil
	}
	o := list[0].Org
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Rules.KeepSightings(ctx, o, list); err != nil {
			return err
		}
		for i := range list {
			x := &list[i]
			if !x.Served {
				continue
			}
			e := audit.Entry{Action: "cache.like_served", Target: x.ID.String(), TargetName: x.Asked, After: map[string]any{
				"mode": string(x.Mode), "rule": x.rule(), "similarity": Hundredths(x.Cosine), "asked": x.Prompt.String(), "answered": x.Other.String(), "answer": x.Entry.String()}}
			if err := s.Audit.Append(ctx, org.System(o, "gateway"), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cache: sightings: %w", err)
	}
	return nil
}

func (s *Sighting) rule() string {
	if s.Strict {
		return string(Strict)
	}
	return string(Relaxed)
}

// Hundredths writes a cosine: 0.97.
func Hundredths(n int64) string { return strconv.FormatFloat(float64(n)/100, 'f', 2, 64) }

// Seen is a sighting on a page. Mine and Theirs are there for those who would be given the answer.
type Seen struct {
	Sighting
	Mine, Theirs string
	Readable     bool
}

// Sightings lists what was found within the actor's reach, PageSize at a time unless the query says how many, and whether there is more.
func (s *Service) Sightings(ctx context.Context, actor org.Actor, q LikeQuery) (out []Seen, more bool, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, false, err
	}
	size := PageSize
	if q.Limit > 0 {
		size = q.Limit
	}
	q.Limit, q.Offset = size+1, max(q.Offset, 0)
	list, err := s.Rules.Sightings(ctx, actor.Org, reach(actor), q)
	if err != nil {
		return nil, false, fmt.Errorf("cache: sightings: %w", err)
	}
	if more = len(list) > size; more {
		list = list[:size]
	}
	for _, x := range list {
		out = append(out, s.opened(ctx, actor, x))
	}
	return out, more, nil
}

// opened reads the two questions, for those who may.
func (s *Service) opened(ctx context.Context, a org.Actor, x Sighting) Seen {
	out := Seen{Sighting: x}
	if len(x.Sealed) == 0 || !shares(a, Entry{Sharing: x.Sharing, Node: x.Node}) {
		return out
	}
	plain, err := s.Vault.Open(ctx, x.Org, sightings, column, x.ID.String(), x.Sealed)
	if err != nil {
		return out
	}
	out.Mine, out.Theirs, out.Readable = strings.Cut(plain.Reveal(), "\n")
	return out
}

// Judge says of a sighting that one answer serves both questions (Right), or not (Wrong). Whoever may read both may judge. A wrong one
// that was given is cleared, and its prefix is asked more of: strict pairs only after a relaxed one was wrong, none after a strict one.
// That holds for DemandsKept, and a later verdict does not lower it.
func (s *Service) Judge(ctx context.Context, actor org.Actor, which id.Request, verdict string) (Seen, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Seen{}, err
	}
	if verdict != Right && verdict != Wrong {
		return Seen{}, fault.Field("verdict", `A verdict is "right" or "wrong".`)
	}
	var out Seen
	var cleared []Key
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		list, err := s.Rules.Sightings(ctx, actor.Org, reach(actor), LikeQuery{ID: which, Limit: 1})
		if err != nil {
			return err
		}
		if len(list) == 0 || which.IsZero() {
			return fault.New(fault.NotFound, "not_found", "There is no such pair of questions. They are kept for 30 days.")
		}
		if out = s.opened(ctx, actor, list[0]); !out.Readable {
			return fault.New(fault.Forbidden, "forbidden", "Only those who would be given the answer can read both questions, and judge them.")
		}
		out.Verdict, out.By, out.Judged = verdict, actor.Label, s.now()
		if err := s.Rules.Judge(ctx, actor.Org, which, verdict, out.By, out.Judged); err != nil {
			return err
		}
		if cleared, err = s.repent(ctx, out.Sighting); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "cache.like_judged", Target: which.String(), TargetName: out.Asked,
			After: map[string]any{"verdict": verdict, "rule": out.rule(), "similarity": Hundredths(out.Cosine), "asked": out.Prompt.String(), "answered": out.Other.String(), "cleared": len(cleared)}})
	})
	if err != nil {
		return Seen{}, public("judge", err)
	}
	s.changed(ctx)
	if s.Bodies != nil && len(cleared) > 0 { // they are ended already; this only frees their room
		if err := s.Bodies.Drop(ctx, actor.Org, cleared); err != nil {
			s.Log.Warn("cleared answers still take room in the cache's store", "error", err)
		}
	}
	return out, nil
}

// repent draws the consequences of a wrong pair.
func (s *Service) repent(ctx context.Context, x Sighting) ([]Key, error) {
	if x.Verdict != Wrong {
		return nil, nil
	}
	more := Demanded{Org: x.Org, Prefix: x.Prefix, Demand: StrictOnly}
	if x.Strict {
		more.Demand = NoneServed
	}
	if err := s.Rules.Demand(ctx, more, x.Judged); err != nil || !x.Served {
		return nil, err
	}
	return s.Rules.Cut(ctx, Cut{Org: x.Org, Kind: CutEntry, Value: x.Entry.String(), At: x.Judged, By: x.By})
}

// Grades sums up what was found within the actor's reach from a moment to another, for Simulated.
func (s *Service) Grades(ctx context.Context, actor org.Actor, from, to time.Time) ([]Grade, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	out, err := s.Rules.Grades(ctx, actor.Org, reach(actor), from, to)
	if err != nil {
		return nil, fmt.Errorf("cache: grades: %w", err)
	}
	return out, nil
}
