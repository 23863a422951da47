package db

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

var _ usage.Sampler = (*UsageStore)(nil)

// facts is a query of single requests or attempts within a reach, a span and filters.
func sampledFacts(tx *gorm.DB, f *factTable, r report.Reach, a usage.SampleAsk) *gorm.DB {
	q := within(tx.Table(f.name), f.name, r).Where(f.name+".at >= ? AND "+f.name+".at < ?", a.From.UTC(), a.To.UTC())
	for _, w := range a.Where {
		q = keepFacts(q, f, w)
	}
	return q
}

var (
	attemptFacts = &factTables[0]
	requestFacts = &factTables[1]
)

// Oldest implements usage.Sampler. It walks the index of times and stops after the limit.
func (s *UsageStore) Oldest(ctx context.Context, r report.Reach, a usage.SampleAsk) (time.Time, bool, error) {
	var rows []struct {
		At time.Time `gorm:"column:at"`
	}
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return sampledFacts(tx, requestFacts, r, a).Select("requests.at AS at").Order("requests.at DESC").Offset(a.Limit).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return a.From, false, err
	}
	return rows[0].At.UTC().Add(time.Microsecond), true, nil
}

// binOf is the class of a duration in microseconds, as usage.Hist has it: found by halves, for a row is looked at for six
// comparisons and not for sixty.
func binOf(column string) string { return binBetween(column, 0, usage.Bins-1) }

func binBetween(column string, first, last int) string {
	if first == last {
		return strconv.Itoa(first)
	}
	middle := (first + last) / 2 // numbers of ours, not of people
	return fmt.Sprintf("CASE WHEN %s <= %d THEN %s ELSE %s END", column, usage.Edge(middle+1).Microseconds(), binBetween(column, first, middle), binBetween(column, middle+1, last))
}

// slotOfTime is the number of a slot since 1970.
func slotOfTime(tx *gorm.DB, column string, slot time.Duration) string {
	epoch := "CAST(strftime('%s', " + column + ") AS INTEGER)"
	if tx.Name() == "postgres" {
		epoch = "CAST(floor(extract(epoch FROM " + column + ")) AS BIGINT)"
	}
	return fmt.Sprintf("(%s / %d)", epoch, int64(slot/time.Second))
}

// Sampled implements usage.Sampler.
func (s *UsageStore) Sampled(ctx context.Context, r report.Reach, a usage.SampleAsk) (out []usage.Sampled, err error) {
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		out, err = sampled(tx, r, a)
		return err
	})
	return out, err
}

func sampled(tx *gorm.DB, r report.Reach, a usage.SampleAsk) ([]usage.Sampled, error) {
	var rows []struct {
		Slot    int64  `gorm:"column:slot"`
		Outcome string `gorm:"column:outcome"`
		Retried int64  `gorm:"column:retried"`
		Bin     int    `gorm:"column:bin"`
		Count   int64  `gorm:"column:count"`
	}
	err := sampledFacts(tx, requestFacts, r, a).
		Select(slotOfTime(tx, "requests.at", a.Slot) + " AS slot, " + requestFacts.outcome + " AS outcome, CASE WHEN requests.attempts > 1 THEN 1 ELSE 0 END AS retried, " +
			binOf("requests.duration_us") + " AS bin, COUNT(*) AS count").
		Group("1, 2, 3, 4").Find(&rows).Error
	out := make([]usage.Sampled, len(rows))
	for i, row := range rows {
		out[i] = usage.Sampled{At: time.Unix(row.Slot*int64(a.Slot/time.Second), 0).UTC(), Outcome: row.Outcome, Retried: row.Retried == 1, Bin: row.Bin, Count: row.Count}
	}
	return out, err
}

// Failures implements usage.Sampler.
func (s *UsageStore) Failures(ctx context.Context, r report.Reach, a usage.SampleAsk) (out []usage.Failure, err error) {
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		out, err = failures(tx, r, a)
		return err
	})
	return out, err
}

func failures(tx *gorm.DB, r report.Reach, a usage.SampleAsk) ([]usage.Failure, error) {
	var rows []struct {
		Provider string `gorm:"column:provider"`
		Class    string `gorm:"column:class"`
		Count    int64  `gorm:"column:count"`
	}
	err := sampledFacts(tx, attemptFacts, r, a).Select("attempts.provider AS provider, attempts.class AS class, COUNT(*) AS count").
		Where("attempts.class <> ''").Group("attempts.provider, attempts.class").Order("COUNT(*) DESC, attempts.provider, attempts.class").Find(&rows).Error
	out := make([]usage.Failure, len(rows))
	for i, row := range rows {
		out[i] = usage.Failure{Connection: row.Provider, Class: row.Class, Count: row.Count}
	}
	return out, err
}

// Rescues implements usage.Sampler. The first attempt may have been sent a little after its request came.
func (s *UsageStore) Rescues(ctx context.Context, r report.Reach, a usage.SampleAsk) (out []usage.Rescue, err error) {
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		out, err = rescues(tx, r, a)
		return err
	})
	return out, err
}

func rescues(tx *gorm.DB, r report.Reach, a usage.SampleAsk) ([]usage.Rescue, error) {
	var rows []struct {
		From  string `gorm:"column:failed"`
		To    string `gorm:"column:answered"`
		Count int64  `gorm:"column:count"`
	}
	err := sampledFacts(tx, requestFacts, r, a).Select("attempts.provider AS failed, requests.provider AS answered, COUNT(*) AS count").
		Joins("JOIN attempts ON attempts.org_id = requests.org_id AND attempts.request_id = requests.id AND attempts.number = 1").
		Where("attempts.org_id = ? AND requests.attempts > 1 AND requests.status < 400 AND requests.code = ''", r.Org).
		Group("attempts.provider, requests.provider").Order("COUNT(*) DESC, attempts.provider, requests.provider").Find(&rows).Error
	out := make([]usage.Rescue, len(rows))
	for i, row := range rows {
		out[i] = usage.Rescue{From: row.From, To: row.To, Count: row.Count}
	}
	return out, err
}

// Paces implements usage.Sampler.
func (s *UsageStore) Paces(ctx context.Context, r report.Reach, a usage.SampleAsk) (out []usage.Pace, err error) {
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		out, err = pacesOf(tx, r, a)
		return err
	})
	return out, err
}

func pacesOf(tx *gorm.DB, r report.Reach, a usage.SampleAsk) ([]usage.Pace, error) {
	type row struct {
		Provider  string `gorm:"column:provider"`
		Model     string `gorm:"column:model"`
		Bin       int    `gorm:"column:bin"`
		First     int    `gorm:"column:first_bin"` // -1 where no first byte was seen
		Count     int64  `gorm:"column:count"`
		Output    int64  `gorm:"column:output"`
		Streaming int64  `gorm:"column:streaming"`
	}
	var rows []row
	const streamed = "requests.stream AND requests.first_byte_us > 0 AND requests.duration_us > requests.first_byte_us"
	err := sampledFacts(tx, requestFacts, r, a).Where("requests.status < 400 AND requests.code = '' AND requests.provider <> ''").
		Select("requests.provider AS provider, requests.model AS model, " + binOf("requests.duration_us") + " AS bin, " +
			"CASE WHEN requests.first_byte_us > 0 THEN " + binOf("requests.first_byte_us") + " ELSE -1 END AS first_bin, COUNT(*) AS count, " +
			"CAST(SUM(CASE WHEN " + streamed + " THEN requests.output_tokens ELSE 0 END) AS BIGINT) AS output, " +
			"CAST(SUM(CASE WHEN " + streamed + " THEN requests.duration_us - requests.first_byte_us ELSE 0 END) AS BIGINT) AS streaming").
		Group("1, 2, 3, 4").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	at := map[[2]string]*usage.Pace{}
	var out []*usage.Pace
	of := func(r row) *usage.Pace {
		k := [2]string{r.Provider, r.Model}
		if at[k] == nil {
			at[k] = &usage.Pace{Connection: r.Provider, Model: r.Model}
			out = append(out, at[k])
		}
		return at[k]
	}
	for _, r := range rows {
		p := of(r)
		p.Took[r.Bin] += r.Count
		if r.First < 0 {
			continue
		}
		p.First[r.First] += r.Count
		p.Output += r.Output
		p.Streaming += micros(r.Streaming)
	}
	flat := make([]usage.Pace, len(out))
	for i, p := range out {
		flat[i] = *p
	}
	return flat, nil
}
