package usage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/store"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// SpeedAccuracy is how far a percentile may lie from the true one, as a part of it. Sketches of that accuracy can be added up
// without losing any of it.
const SpeedAccuracy = 0.01

// SpeedDims are what speed is divided by and narrowed to.
var SpeedDims = []Dim{Department, Model, Connection}

// Speed is how fast attempts were that a provider answered, as sketches. The zero value is none.
type Speed struct{ duration, first, rate *ddsketch.DDSketch }

// Add counts an answered attempt: how long it took, when its first byte came (0 if nobody saw), and its tokens of output.
func (s *Speed) Add(duration, first time.Duration, output int64) error {
	err := put(&s.duration, duration.Seconds())
	if first > 0 {
		err = errors.Join(err, put(&s.first, first.Seconds()))
	}
	if wrote := duration - first; first > 0 && wrote > 0 && output > 0 {
		err = errors.Join(err, put(&s.rate, float64(output)/wrote.Seconds()))
	}
	return err
}

func put(into **ddsketch.DDSketch, v float64) error {
	if *into == nil {
		fresh, err := ddsketch.NewDefaultDDSketch(SpeedAccuracy)
		if err != nil {
			return err
		}
		*into = fresh
	}
	return (*into).Add(max(0, v))
}

// parts are the three sketches, in the order that they are written in.
func (s *Speed) parts() []**ddsketch.DDSketch {
	return []**ddsketch.DDSketch{&s.duration, &s.first, &s.rate}
}

// Append writes the sketches down.
func (s *Speed) Append(b []byte) []byte {
	for _, p := range s.parts() {
		var raw []byte
		if *p != nil {
			(*p).Encode(&raw, false)
		}
		b = append(binary.AppendUvarint(b, uint64(len(raw))), raw...)
	}
	return b
}

// ErrSpeed says that sketches cannot be read.
var ErrSpeed = errors.New("usage: sketches of speed cannot be read")

// Merge adds what Append wrote, and gives what follows it.
func (s *Speed) Merge(b []byte) (rest []byte, err error) {
	for _, p := range s.parts() {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			return nil, ErrSpeed
		}
		raw := b[w : w+int(n)]
		b = b[w+int(n):]
		switch {
		case n == 0:
		case *p == nil:
			if *p, err = ddsketch.DecodeDDSketch(raw, store.DefaultProvider, nil); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrSpeed, err)
			}
		default:
			if err := (*p).DecodeAndMergeWith(raw); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrSpeed, err)
			}
		}
	}
	return b, nil
}

// Percentiles are the 50th, 95th and 99th of a hundred; zeros where there was nothing.
type Percentiles struct{ P50, P95, P99 float64 }

func percentiles(s *ddsketch.DDSketch) (p Percentiles, count int64) {
	if s == nil || s.IsEmpty() {
		return p, 0
	}
	v, err := s.GetValuesAtQuantiles([]float64{0.5, 0.95, 0.99})
	if err != nil {
		return p, 0
	}
	return Percentiles{v[0], v[1], v[2]}, int64(s.GetCount())
}

// SpeedRow is how fast one value of the dimensions asked for was.
type SpeedRow struct {
	Values   []Value
	Attempts int64       // answered ones
	Duration Percentiles // seconds
	First    Percentiles // seconds until the first byte
	Rate     Percentiles // tokens of output a second, from the first byte on
}

// SpeedCell is a store's answer for one combination of values.
type SpeedCell struct {
	Values [MaxDims]string
	Speed
}

// SpeedStore adds sketches up. *db.UsageStore implements it.
type SpeedStore interface {
	Speeds(ctx context.Context, r report.Reach, a Ask) ([]SpeedCell, error)
	// Timed are the newest requests for a stored prompt since from that went to a provider.
	Timed(ctx context.Context, r report.Reach, asked string, from time.Time, limit int) ([]Timed, error)
}

// Speeds answers how fast attempts were that a provider answered, the busiest first. For those who see the whole organization it
// reaches back as far as sums do; for others, whose part no sum is kept of, as far as requests are kept.
func (s *Service) Speeds(ctx context.Context, a org.Actor, q Query) ([]SpeedRow, error) {
	r, err := report.ReachOf(a)
	if err != nil {
		return nil, err
	}
	if err := q.Validate(); err != nil {
		return nil, err
	}
	dims := slices.Clone(q.By)
	for _, w := range q.Where {
		dims = append(dims, w.Dim)
	}
	for _, d := range dims {
		if !slices.Contains(SpeedDims, d) {
			return nil, fault.Field("by", fmt.Sprintf("Speed is divided by and narrowed to department, model and connection, not %s.", d))
		}
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	q = widen(q, zone)
	cells, err := s.speeds.Speeds(ctx, r, Ask{Steps: []Step{{q.From, q.To}}, Zone: zone, By: q.By, Where: q.Where, Limit: MaxGroups})
	if err != nil {
		return nil, fmt.Errorf("usage: speed: %w", err)
	}
	out := Result{Query: q}
	rows := make([]SpeedRow, len(cells))
	for i, c := range cells {
		rows[i].Values = values(Cell{Values: c.Values}, q.By)
		rows[i].Duration, rows[i].Attempts = percentiles(c.duration)
		rows[i].First, _ = percentiles(c.first)
		rows[i].Rate, _ = percentiles(c.rate)
		out.Rows = append(out.Rows, Row{Values: rows[i].Values})
	}
	if err := s.name(ctx, a.Org, &out); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b SpeedRow) int { return int(min(1, max(-1, b.Attempts-a.Attempts))) })
	return rows[:min(len(rows), q.Top)], nil
}
