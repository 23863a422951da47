package db

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// endSheet is the name of a day's counts of how its requests ended and how long they took, among its sheets.
const endSheet = "ends"

// ends are such counts under way. Keys are counted values without their count.
type ends struct {
	slots    map[usage.Sampled]int64
	failures map[usage.Failure]int64
	rescues  map[usage.Rescue]int64
	paces    map[[2]string]*usage.Pace // by connection and model
}

func newEnds() *ends {
	return &ends{map[usage.Sampled]int64{}, map[usage.Failure]int64{}, map[usage.Rescue]int64{}, map[[2]string]*usage.Pace{}}
}

// read adds the requests and attempts of a span.
func (e *ends) read(tx *gorm.DB, o id.Org, d usage.Step, slot time.Duration) error {
	if err := e.readEnds(tx, o, d, slot); err != nil {
		return err
	}
	return e.readPaces(tx, o, d)
}

func (e *ends) readPaces(tx *gorm.DB, o id.Org, d usage.Step) error {
	quick, err := pacesOf(tx, report.Reach{Org: o, All: true}, usage.SampleAsk{From: d.From, To: d.To})
	for i := range quick {
		e.pace(&quick[i])
	}
	return err
}

func (e *ends) readEnds(tx *gorm.DB, o id.Org, d usage.Step, slot time.Duration) error {
	r, a := report.Reach{Org: o, All: true}, usage.SampleAsk{From: d.From, To: d.To, Slot: slot}
	slots, err := sampled(tx, r, a)
	if err != nil {
		return err
	}
	for _, s := range slots {
		n := s.Count
		s.Count = 0
		e.slots[s] += n
	}
	failed, err := failures(tx, r, a)
	if err != nil {
		return err
	}
	for _, f := range failed {
		n := f.Count
		f.Count = 0
		e.failures[f] += n
	}
	saved, err := rescues(tx, r, a)
	for _, s := range saved {
		n := s.Count
		s.Count = 0
		e.rescues[s] += n
	}
	return err
}

func (e *ends) pace(p *usage.Pace) {
	have := e.paces[[2]string{p.Connection, p.Model}]
	if have == nil {
		have = &usage.Pace{Connection: p.Connection, Model: p.Model}
		e.paces[[2]string{p.Connection, p.Model}] = have
	}
	have.Took.Add(&p.Took)
	have.First.Add(&p.First)
	have.Output += p.Output
	have.Streaming += p.Streaming
}

// all are the counts in an order that does not change, failures and rescues the most frequent first.
func (e *ends) all() usage.Ends {
	var out usage.Ends
	for s, n := range e.slots {
		s.Count = n
		out.Slots = append(out.Slots, s)
	}
	for f, n := range e.failures {
		f.Count = n
		out.Failures = append(out.Failures, f)
	}
	for r, n := range e.rescues {
		r.Count = n
		out.Rescues = append(out.Rescues, r)
	}
	for _, k := range slices.SortedFunc(maps.Keys(e.paces), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		out.Paces = append(out.Paces, *e.paces[k])
	}
	slices.SortFunc(out.Slots, func(a, b usage.Sampled) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Bin, b.Bin))
	})
	slices.SortFunc(out.Failures, func(a, b usage.Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.Class, b.Class))
	})
	slices.SortFunc(out.Rescues, func(a, b usage.Rescue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}

// mostLoose is how much of a span may be without sheets: a day that is not over, in a zone where clocks change.
const mostLoose = 26 * time.Hour

// Ends implements usage.Sampler. Only what came last may be without sheets.
func (s *UsageStore) Ends(ctx context.Context, o id.Org, from, to time.Time, slot time.Duration, paces bool) (usage.Ends, bool, error) {
	sum, ok := newEnds(), true
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		pieces, err := piecesOf(tx, o, usage.Ask{Steps: []usage.Step{{From: from, To: to}}})
		if err != nil {
			return err
		}
		for _, p := range pieces {
			switch {
			case p.days != nil:
				ok, err = sum.days(tx, o, p)
			case !p.To.Equal(to) || p.To.Sub(p.From) > mostLoose:
				ok = false
			default:
				if paces {
					err = sum.readPaces(tx, o, p.Step)
				} else {
					err = sum.readEnds(tx, o, p.Step, slot)
				}
			}
			if err != nil || !ok {
				return err
			}
		}
		return nil
	})
	if err != nil || !ok {
		return usage.Ends{}, false, err
	}
	return sum.all(), true, nil
}

// days adds the sheets of a piece's days, unless one lacks it.
func (e *ends) days(tx *gorm.DB, o id.Org, p piece) (ok bool, err error) {
	var sheets []sheetRow
	if err := tx.Where("org_id = ? AND day >= ? AND day < ? AND dim = ?", o, p.From.UTC(), p.To.UTC(), endSheet).Find(&sheets).Error; err != nil {
		return false, err
	}
	if len(sheets) != len(p.days) {
		return false, nil
	}
	for _, row := range sheets {
		if err := e.merge(row.Content); err != nil {
			return false, fmt.Errorf("%s of %s: %w", endSheet, row.Day.UTC(), err)
		}
	}
	return true, nil
}
