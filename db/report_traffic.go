package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Traffic implements report.Store: whole days from their sheets, the rest, and what sheets cannot say, from attempts.
func (s *ReportStore) Traffic(ctx context.Context, o id.Org, route string, from, to time.Time, bounds []int64) ([]catalog.Workload, money.USD, error) {
	var out tiers
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		out = tiers{loads: loads{}, org: o, route: route, bounds: bounds}
		pieces := []piece{{Step: usage.Step{From: from, To: to}}}
		if !slices.ContainsFunc(bounds, func(b int64) bool { return b%LoadStep != 0 }) {
			if pieces, err = piecesOf(tx, o, usage.Ask{Steps: []usage.Step{{From: from, To: to}}}); err != nil {
				return err
			}
		}
		for _, p := range pieces {
			if err := out.add(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	var cost money.USD
	list := make([]catalog.Workload, 0, len(out.loads))
	for _, at := range slices.SortedFunc(maps.Keys(out.loads), func(a, b loadPlace) int { return int(a.step - b.step) }) {
		list = append(list, out.loads[at].Workload)
		if cost, err = cost.Add(out.loads[at].cost); err != nil {
			return nil, 0, err
		}
	}
	return list, cost, nil
}

// tiers are the loads of one route with its rules and its canary, by the number of bounds that inputs are longer than.
type tiers struct {
	loads
	org    id.Org
	route  string
	bounds []int64
}

// keep finds the tier of a sheet's place.
func (t *tiers) keep(at loadPlace) (loadPlace, bool) {
	if at.route != t.route && !strings.HasPrefix(at.route, t.route+", ") {
		return at, false
	}
	tier := 0
	for _, b := range t.bounds {
		if at.step > b/LoadStep {
			tier++
		}
	}
	return loadPlace{step: int64(tier)}, true
}

// add adds a piece: days from their sheets, the others from attempts.
func (t *tiers) add(tx *gorm.DB, p piece) error {
	rest := p.days
	if rest == nil {
		rest = []usage.Step{p.Step}
	} else {
		var sheets []sheetRow
		err := tx.Where("org_id = ? AND day >= ? AND day < ? AND dim = ?", t.org, p.From.UTC(), p.To.UTC(), loadSheet).Find(&sheets).Error
		if err != nil {
			return err
		}
		for _, s := range sheets {
			if err := t.merge(s.Content, t.keep); err != nil {
				return fmt.Errorf("%s of %s: %w", loadSheet, s.Day.UTC(), err)
			}
			rest = slices.DeleteFunc(slices.Clone(rest), func(d usage.Step) bool { return d.From.Equal(s.Day) })
		}
	}
	for _, d := range rest {
		if err := t.read(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// read adds attempts.
func (t *tiers) read(tx *gorm.DB, d usage.Step) error {
	tier := "0"
	for _, b := range t.bounds { // numbers of the price list, not of people
		tier += fmt.Sprintf(" + CASE WHEN attempts.input_tokens > %d THEN 1 ELSE 0 END", b)
	}
	found := loads{}
	if err := found.read(tx, t.org, d, t.route, tier); err != nil {
		return err
	}
	for at, one := range found {
		if at.route != t.route && !strings.HasPrefix(at.route, t.route+", ") { // LIKE minds no case on SQLite
			continue
		}
		if err := t.loads.add(loadPlace{step: at.step}, one); err != nil {
			return err
		}
	}
	return nil
}
