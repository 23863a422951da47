package db

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

var _ usage.SpeedStore = (*UsageStore)(nil)

// speedSheet is the name of a day's sketches among its sheets: for each department, model and connection how fast attempts were.
const speedSheet = "speed"

// pace is a place of speedSheet, by values as they are stored.
type pace [3]string // in the order of usage.SpeedDims

// paces are sketches under way.
type paces map[pace]*usage.Speed

func (p paces) of(k pace) *usage.Speed {
	s := p[k]
	if s == nil {
		s = new(usage.Speed)
		p[k] = s
	}
	return s
}

// read adds answered attempts.
func (p paces) read(tx *gorm.DB, r report.Reach, d usage.Step) error {
	rows, err := within(tx.Table("attempts"), "attempts", r).Where("attempts.at >= ? AND attempts.at < ? AND attempts.class = ''", d.From.UTC(), d.To.UTC()).
		Select("COALESCE(CAST(department_id AS TEXT), ''), model, provider, duration_us, first_byte_us, output_tokens").Rows()
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var k pace
		var duration, first, output int64
		if err := rows.Scan(&k[0], &k[1], &k[2], &duration, &first, &output); err != nil {
			return err
		}
		return p.of(k).Add(micros(duration), micros(first), output)
	})
}

// encode writes sketches down, each after its place.
func (p paces) encode() []byte {
	var b []byte
	for k, s := range p {
		for _, v := range k {
			b = appendText(b, v)
		}
		b = s.Append(b)
	}
	return b
}

// merge adds what encode wrote, where keep keeps the place, to the place that it gives.
func (p paces) merge(b []byte, keep func(pace) (pace, bool)) error {
	for len(b) > 0 {
		var k pace
		for i := range k {
			n, w := binary.Uvarint(b)
			if w <= 0 || n > uint64(len(b)-w) {
				return usage.ErrSpeed
			}
			k[i], b = string(b[w:w+int(n)]), b[w+int(n):]
		}
		into := new(usage.Speed)
		if to, ok := keep(k); ok {
			into = p.of(to)
		}
		var err error
		if b, err = into.Merge(b); err != nil {
			return err
		}
	}
	return nil
}

// Speeds implements usage.SpeedStore.
func (s *UsageStore) Speeds(ctx context.Context, r report.Reach, a usage.Ask) ([]usage.SpeedCell, error) {
	out := paces{}
	keep := func(k pace) (to pace, ok bool) {
		for i, d := range usage.SpeedDims {
			v := shown(d, k[i])
			if j := slices.Index(a.By, d); j >= 0 {
				to[j] = v
			}
			if w := slices.IndexFunc(a.Where, func(f usage.Filter) bool { return f.Dim == d }); w >= 0 && !slices.Contains(a.Where[w].Values, v) {
				return to, false
			}
		}
		return to, true
	}
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		span := a.Steps[0]
		pieces := []piece{{Step: span}}
		if r.All && r.Under.IsZero() {
			var err error
			if pieces, err = piecesOf(tx, r.Org, a); err != nil {
				return err
			}
		}
		for _, p := range pieces {
			if err := addPaces(tx, r, p, keep, out); err != nil {
				return err
			}
		}
		return nil
	})
	cells := make([]usage.SpeedCell, 0, len(out))
	for k, v := range out {
		cells = append(cells, usage.SpeedCell{Values: k, Speed: *v})
	}
	return cells, err
}

// addPaces adds a piece: days from their sketches, the rest from attempts.
func addPaces(tx *gorm.DB, r report.Reach, p piece, keep func(pace) (pace, bool), out paces) error {
	if p.days == nil {
		fresh := paces{}
		if err := fresh.read(tx, r, p.Step); err != nil {
			return err
		}
		return out.merge(fresh.encode(), keep)
	}
	rows, err := tx.Table("usage_sheets").Select("day, content").Where("org_id = ? AND day >= ? AND day < ? AND dim = ?", r.Org, p.From.UTC(), p.To.UTC(), speedSheet).Rows()
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var day time.Time
		var content []byte
		if err := rows.Scan(&day, &content); err != nil {
			return err
		}
		if err := out.merge(content, keep); err != nil {
			return fmt.Errorf("%s of %s: %w", speedSheet, day.UTC(), err)
		}
		return nil
	})
}
