package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/memo"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// UsageStore adds up what the ledger wrote, from the smallest table that can answer.
type UsageStore struct {
	db  *DB
	few int // rows of a day that is not kept in parts
}

// NewUsageStore makes the store.
func NewUsageStore(d *DB) *UsageStore { return &UsageStore{d, fewSheetRows} }

var _ usage.Store = (*UsageStore)(nil)

// Sums implements usage.Store.
func (s *UsageStore) Sums(ctx context.Context, r report.Reach, a usage.Ask) (cells []usage.Cell, facts bool, err error) {
	tag, kept := keptBy(a)
	var sum *fold
	for range 5 { // days are seldom taken away, and never twice within one question
		sum = newFold(a)
		sum.past = &s.db.past
		err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
			if !kept {
				return addFacts(tx, r, a, sum)
			}
			if err := addKept(tx, r, a, tag, sum); err != nil {
				return err
			}
			return untagged(tx, r, a, sum)
		})
		if !errors.Is(err, errGone) {
			break
		}
		ctx = memo.With(ctx) // which days there are is to be asked anew
	}
	if err != nil {
		return nil, false, err
	}
	cells, err = sum.cells()
	return cells, !kept, err
}

// keptBy reports whether sums are kept that can answer, and under which tag key. Sums by tag know less than those of keys.
func keptBy(a usage.Ask) (tag string, ok bool) {
	dims := slices.Clone(a.By)
	for _, f := range a.Where {
		dims = append(dims, f.Dim)
		if _, tagged := f.Dim.Tag(); tagged && slices.Contains(f.Values, "") {
			return "", false // what carries no tag has no row
		}
	}
	others := true
	for _, d := range dims {
		switch key, tagged := d.Tag(); {
		case tagged && tag != "" && tag != key:
			return "", false
		case tagged:
			tag = key
		default:
			others = others && slices.Contains([]usage.Dim{usage.Department, usage.Team, usage.Member, usage.Model}, d)
		}
	}
	return tag, tag == "" || others
}

// shown is a stored value as filters take it.
func shown(d usage.Dim, v string) string {
	if !d.Entity() {
		return v
	}
	if v == "" || v == nobody {
		return ""
	}
	switch d {
	case usage.Department:
		return printedAs(id.ParseDepartment, v)
	case usage.Team:
		return printedAs(id.ParseTeam, v)
	case usage.Member:
		return printedAs(id.ParseMember, v)
	}
	return printedAs(id.ParseKey, v)
}

// nobody stands in sums where there is no department, team, member or key.
var nobody = id.Key{}.UUID()

// Names implements usage.Store.
func (s *UsageStore) Names(ctx context.Context, o id.Org, d usage.Dim, ids []string) (map[string]string, error) {
	table := map[usage.Dim]string{usage.Department: "departments", usage.Team: "teams", usage.Member: "members", usage.Key: "keys"}[d]
	if table == "" {
		return nil, fmt.Errorf("db: %s has no names", d)
	}
	out := make(map[string]string, len(ids))
	for some := range slices.Chunk(ids, 500) {
		nodes := make([]string, 0, len(some))
		for _, text := range some {
			node, err := d.Node(text)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, node)
		}
		var rows []struct {
			ID   string `gorm:"column:id"`
			Name string `gorm:"column:name"`
		}
		err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			return tx.Table(table).Select("id, name").Where("org_id = ? AND id IN ?", o, nodes).Find(&rows).Error
		})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[shown(d, r.ID)] = r.Name
		}
	}
	return out, nil
}

// usageRow is one row of a query that adds up.
type usageRow struct {
	Slot     time.Time `gorm:"column:slot"`
	Tags     string    `gorm:"column:tags"`
	V0       *string   `gorm:"column:v0"`
	V1       *string   `gorm:"column:v1"`
	V2       *string   `gorm:"column:v2"`
	Requests int64     `gorm:"column:requests"`
	Errors   int64     `gorm:"column:errors"`
	Refused  int64     `gorm:"column:refused"`
	Attempts int64     `gorm:"column:attempts"`
	Input    int64     `gorm:"column:input"`
	Cached   int64     `gorm:"column:cached"`
	Output   int64     `gorm:"column:output"`
	Cost     money.USD `gorm:"column:cost_nanos"`
}

func (r *usageRow) values() [usage.MaxDims]string {
	return [usage.MaxDims]string{orEmpty(r.V0), orEmpty(r.V1), orEmpty(r.V2)}
}

func (r *usageRow) totals() usage.Totals {
	return usage.Totals{Requests: r.Requests, Refused: r.Refused, Failed: r.Errors - r.Refused, Attempts: r.Attempts, Input: r.Input, Cached: r.Cached, Output: r.Output, Cost: r.Cost}
}
