package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Routes know what aliases were. *route.Service implements it.
type Routes interface {
	Names(ctx context.Context, actor org.Actor) (route.Names, error)
	Versions(ctx context.Context, actor org.Actor, which id.Alias) ([]route.Version, error)
}

// Usage answers how much was spent on what, and how fast it was. *usage.Service implements it.
type Usage interface {
	Query(ctx context.Context, a org.Actor, q usage.Query) (usage.Result, error)
	Speeds(ctx context.Context, a org.Actor, q usage.Query) ([]usage.SpeedRow, error)
	Zone(ctx context.Context, a org.Actor) (*time.Location, error)
	Now() time.Time
}

// Ratings are what was said of a model's answers in a span of time, in thousandths. *db.FeedbackStore implements it.
type Ratings interface {
	Rated(ctx context.Context, o id.Org, model string, from, to time.Time) (feedback.Sum, error)
}

// Service finds insights. Safe for concurrent use.
type Service struct {
	routes  Routes
	usage   Usage
	ratings Ratings
}

// New makes the service. All are required.
func New(r Routes, u Usage, f Ratings) *Service { return &Service{r, u, f} }

// Of are the changes that a team's figures say something of, or for the zero team the organization's, those of most money first. It
// counts what the actor may see of spend.
func (s *Service) Of(ctx context.Context, actor org.Actor, team id.Team) ([]Insight, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	zone, err := s.usage.Zone(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("insight: %w", err)
	}
	q := usage.Query{By: []usage.Dim{usage.Asked}, Top: mostAliases, From: usage.DayOf(s.usage.Now(), zone, -reach), To: usage.DayOf(s.usage.Now(), zone, 0)}
	if !team.IsZero() {
		q.Where = []usage.Filter{{Dim: usage.Team, Values: []string{team.String()}}}
	}
	asked, err := s.usage.Query(ctx, actor, q)
	if err != nil {
		return nil, fmt.Errorf("insight: %w", err)
	}
	names, err := s.routes.Names(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("insight: %w", err)
	}
	var out []Insight
	for _, row := range asked.Rows {
		at := slices.IndexFunc(names.Aliases, func(a route.Alias) bool { return !row.Others && a.Name == row.Values[0].ID })
		if at < 0 {
			continue
		}
		x, ok, err := s.one(ctx, actor, names.Aliases[at], q.Where, zone)
		if err != nil {
			return nil, fmt.Errorf("insight: %s: %w", names.Aliases[at].Name, err)
		}
		if ok {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b Insight) int { return int(min(1, max(-1, size(&b)-size(&a)))) })
	return out[:min(mostTold, len(out))], nil
}

// size is how much money a change moves, whichever way.
func size(x *Insight) int64 { return int64(max(x.Monthly, -x.Monthly)) }

// one looks at one route; false when it was not changed, or too little came of it to say anything.
func (s *Service) one(ctx context.Context, actor org.Actor, a route.Alias, where []usage.Filter, zone *time.Location) (x Insight, ok bool, err error) {
	versions, err := s.routes.Versions(ctx, org.System(actor.Org, "what a change of a route came to"), a.ID)
	if err != nil {
		return x, false, err
	}
	all := changesOf(versions)
	before, after, ok := spans(all, s.usage.Now(), zone)
	if !ok {
		return x, false, nil
	}
	last := all[len(all)-1]
	x = Insight{Alias: a.Name, AliasID: a.ID, At: last.at, From: last.from, To: last.to, Before: before, After: after}
	where = append(slices.Clone(where), usage.Filter{Dim: usage.Asked, Values: []string{a.Name}})
	was, err := s.days(ctx, actor, where, before)
	if err != nil {
		return x, false, err
	}
	is, err := s.days(ctx, actor, where, after)
	if err != nil {
		return x, false, err
	}
	cost := experiment.Shift(experiment.Cost, costs(was), costs(is))
	if !cost.Ready {
		return x, false, nil
	}
	x.Compared, x.Requests = []experiment.Comparison{cost, experiment.Shift(experiment.Errors, errors(was), errors(is))}, cost.Counted
	x.Known = cost.Side != 0
	x.Monthly, x.MonthlyLow, x.MonthlyHigh = cost.Saved(float64(cost.Counted) * 30 / float64(after.Days))
	return x, true, s.models(ctx, &x, actor.Org, zone)
}

// days are the totals of each day of a span.
func (s *Service) days(ctx context.Context, actor org.Actor, where []usage.Filter, in Span) ([]usage.Totals, error) {
	r, err := s.usage.Query(ctx, actor, usage.Query{From: in.From, To: in.To, Grain: usage.Day, Where: where})
	return r.Series, err
}

// costs are of requests that our own rules did not refuse: those cost nothing, whatever the target.
func costs(all []usage.Totals) []experiment.Day {
	out := make([]experiment.Day, len(all))
	for i, t := range all {
		out[i] = experiment.Day{N: float64(t.Requests - t.Refused), Sum: float64(t.Cost)}
	}
	return out
}

func errors(all []usage.Totals) []experiment.Day {
	out := make([]experiment.Day, len(all))
	for i, t := range all {
		out[i] = experiment.Day{N: float64(t.Requests - t.Refused), Sum: float64(t.Failed)}
	}
	return out
}

// models compares how long the two models took and how they were rated, day by day, in the whole organization.
func (s *Service) models(ctx context.Context, x *Insight, o id.Org, zone *time.Location) error {
	_, from, direct := strings.Cut(x.From, "/")
	_, to, also := strings.Cut(x.To, "/")
	if !direct || !also || from == to {
		return nil
	}
	slow, rated, err := s.model(ctx, o, from, x.Before, zone)
	if err != nil {
		return err
	}
	slowNow, ratedNow, err := s.model(ctx, o, to, x.After, zone)
	if err != nil {
		return err
	}
	x.Compared = append(x.Compared, experiment.Shift(experiment.Latency, slow, slowNow), experiment.Shift(experiment.Quality, rated, ratedNow))
	return nil
}

// model is a model's days: the median time of its answers, each weighing as much as there were, and what was said of them.
func (s *Service) model(ctx context.Context, o id.Org, model string, in Span, zone *time.Location) (slow, rated []experiment.Day, err error) {
	eyes := org.System(o, "how fast a model was")
	for n := range in.Days {
		from, to := usage.DayOf(in.From, zone, n), usage.DayOf(in.From, zone, n+1)
		rows, err := s.usage.Speeds(ctx, eyes, usage.Query{From: from, To: to, By: []usage.Dim{usage.Model}, Where: []usage.Filter{{Dim: usage.Model, Values: []string{model}}}})
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			n := float64(r.Attempts)
			slow = append(slow, experiment.Day{N: n, Sum: n * r.Duration.P50 * 1e6})
		}
		sum, err := s.ratings.Rated(ctx, o, model, from, to)
		if err != nil {
			return nil, nil, err
		}
		if sum.Count > 0 {
			rated = append(rated, experiment.Day{N: float64(sum.Count), Sum: float64(sum.Value) / feedback.Full})
		}
	}
	return slow, rated, nil
}
