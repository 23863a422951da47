package usage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/memo"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// ErrMany is a store's answer when there are more groups than Ask.Limit.
var ErrMany = errors.New("usage: too many groups")

// Service answers queries. Safe for concurrent use.
type Service struct {
	store  Store
	speeds SpeedStore
	orgs   Organizations
	clock  clock.Clock
}

// NewService makes the service.
func NewService(s interface {
	Store
	SpeedStore
}, o Organizations, c clock.Clock) *Service {
	return &Service{s, s, o, c}
}

// Now is the moment that "the last 30 days" end at.
func (s *Service) Now() time.Time { return s.clock.Now() }

// Zone is the organization's time zone, which days in a URL are of.
func (s *Service) Zone(ctx context.Context, a org.Actor) (*time.Location, error) {
	if _, err := report.ReachOf(a); err != nil {
		return nil, err
	}
	return s.zone(ctx, a.Org)
}

// Query answers for whoever may see some part of the organization's spend; what they may not see is not counted.
func (s *Service) Query(ctx context.Context, a org.Actor, q Query) (Result, error) {
	r, err := report.ReachOf(a)
	if err != nil {
		return Result{}, err
	}
	if err := q.Validate(); err != nil {
		return Result{}, err
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return Result{}, err
	}
	q = widen(q, zone)
	out := Result{Query: q, Zone: zone}
	cut, err := steps(q, zone)
	if err != nil {
		return Result{}, err
	}
	ask := Ask{Steps: []Step{{q.From, q.To}}, Zone: zone, By: q.By, Where: q.Where, Limit: MaxGroups}
	if q.Grain != Whole && len(q.By) == 0 {
		out.Rows = []Row{{Values: []Value{}}} // its steps say what it comes to
	} else if err := s.rows(ctx, r, ask, &out); err != nil {
		return Result{}, err
	}
	if q.Grain != Whole {
		out.Steps, ask.Steps = cut, cut
		if err := s.series(ctx, r, ask, &out); err != nil {
			return Result{}, err
		}
	}
	if q.Compare != NoComparison {
		if err := s.compare(ctx, r, ask, &out); err != nil {
			return Result{}, err
		}
	}
	if q.Nameless {
		return out, nil
	}
	return out, s.name(ctx, a.Org, &out)
}

// Name gives the entities of a nameless answer's rows their names, for whoever it was made for.
func (s *Service) Name(ctx context.Context, a org.Actor, r *Result) error {
	if _, err := report.ReachOf(a); err != nil {
		return err
	}
	return s.name(ctx, a.Org, r)
}

// series adds up each step. Rows and total are what their steps come to, so that they agree although requests come in
// meanwhile; the total is read last, so that others are never negative.
func (s *Service) series(ctx context.Context, r report.Reach, ask Ask, out *Result) error {
	n := len(ask.Steps)
	place := map[[MaxDims]string]int{}
	others := -1
	for i := range out.Rows {
		row := &out.Rows[i]
		row.Series = make([]Totals, n)
		if row.Others {
			others = i
			continue
		}
		row.Totals = Totals{}
		place[key(row.Values)] = i
	}
	cells, err := s.sums(ctx, r, top(ask, out.Rows, others >= 0), out)
	if err != nil {
		return err
	}
	rest := make([]Totals, n)
	if len(ask.By) == 0 {
		out.Series = rest
	} else if out.Series, err = s.totals(ctx, r, ask, out); err != nil {
		return err
	} else {
		copy(rest, out.Series)
	}
	for _, c := range cells {
		i, ok := place[c.Values]
		if !ok {
			continue // not of the top: in others
		}
		if err := errors.Join(out.Rows[i].Series[c.Step].Add(c.Totals), out.Rows[i].Add(c.Totals)); err != nil {
			return overflow(err)
		}
		if len(ask.By) > 0 {
			rest[c.Step].Sub(c.Totals)
		} else {
			rest[c.Step] = c.Totals
		}
	}
	out.Total = Totals{}
	for _, t := range out.Series {
		if err := out.Total.Add(t); err != nil {
			return overflow(err)
		}
	}
	return leftover(out, others, rest, len(ask.By) > 0)
}

// sums are the store's, asked once a page: a table and the chart above it begin with the same ones. The cells are the caller's to
// sort.
func (s *Service) sums(ctx context.Context, r report.Reach, ask Ask, out *Result) ([]Cell, error) {
	type answer struct {
		cells []Cell
		facts bool
	}
	question := ask
	question.Zone = nil // its name says it, its address does not
	a, err := memo.Once(ctx, sumsOf(fmt.Sprintf("%#v %#v %s", r, question, ask.Zone)), func() (a answer, err error) {
		a.cells, a.facts, err = s.store.Sums(ctx, r, ask)
		return a, err
	})
	cells, facts := slices.Clone(a.cells), a.facts
	if errors.Is(err, ErrMany) {
		return nil, fault.Newf(fault.Invalid, "invalid_request", "There are more than %d values in this time: they look like ids of single requests. Choose a shorter time, a filter, or another dimension.", ask.Limit)
	}
	if err != nil {
		return nil, fmt.Errorf("usage: %w", err)
	}
	out.Facts = out.Facts || facts
	return cells, nil
}

func values(c Cell, by []Dim) []Value {
	out := make([]Value, len(by))
	for i := range by {
		out[i] = Value{ID: c.Values[i], Name: c.Values[i]}
	}
	return out
}

func key(values []Value) (k [MaxDims]string) {
	for i, v := range values {
		k[i] = v.ID
	}
	return k
}

// name gives entities their names.
func (s *Service) name(ctx context.Context, o id.Org, out *Result) error {
	for i, d := range out.Query.By {
		if !d.Entity() {
			continue
		}
		var ids []string
		for _, r := range out.Rows {
			if !r.Others && r.Values[i].ID != "" {
				ids = append(ids, r.Values[i].ID)
			}
		}
		names, err := s.store.Names(ctx, o, d, ids)
		if err != nil {
			return fmt.Errorf("usage: names: %w", err)
		}
		for _, r := range out.Rows {
			if !r.Others {
				r.Values[i].Name = cmp.Or(names[r.Values[i].ID], r.Values[i].ID)
			}
		}
	}
	return nil
}

// organizationOf asks a page's memo for an organization, sumsOf for sums by what was asked for whom.
type (
	organizationOf id.Org
	sumsOf         string
)

func (s *Service) zone(ctx context.Context, o id.Org) (*time.Location, error) {
	organization, err := memo.Once(ctx, organizationOf(o), func() (org.Organization, error) { return s.orgs.Organization(ctx, o) })
	if err != nil {
		return nil, fmt.Errorf("usage: organization: %w", err)
	}
	zone, err := time.LoadLocation(organization.Zone)
	if err != nil {
		return nil, fmt.Errorf("usage: time zone %q: %w", organization.Zone, err)
	}
	return zone, nil
}

func overflow(err error) error { return fmt.Errorf("usage: adding up: %w", err) }
