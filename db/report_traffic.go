package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// rarer are the classes of usage that have no column of their own: they stand in the attempt's whole usage, if at all.
var rarer = []struct {
	name string // of llm.Usage's field, as it is stored
	into func(*llm.Usage) *int64
}{
	{"CacheWrite5m", func(u *llm.Usage) *int64 { return &u.CacheWrite5m }},
	{"CacheWrite1h", func(u *llm.Usage) *int64 { return &u.CacheWrite1h }},
	{"InputAudio", func(u *llm.Usage) *int64 { return &u.InputAudio }},
	{"CacheReadAudio", func(u *llm.Usage) *int64 { return &u.CacheReadAudio }},
	{"InputImage", func(u *llm.Usage) *int64 { return &u.InputImage }},
	{"CacheReadImage", func(u *llm.Usage) *int64 { return &u.CacheReadImage }},
	{"InputVideo", func(u *llm.Usage) *int64 { return &u.InputVideo }},
	{"OutputAudio", func(u *llm.Usage) *int64 { return &u.OutputAudio }},
	{"OutputImage", func(u *llm.Usage) *int64 { return &u.OutputImage }},
	{"OutputVideo", func(u *llm.Usage) *int64 { return &u.OutputVideo }},
	{"Citations", func(u *llm.Usage) *int64 { return &u.Citations }},
	{"WebSearches", func(u *llm.Usage) *int64 { return &u.WebSearches }},
}

// Traffic implements report.Store.
func (s *ReportStore) Traffic(ctx context.Context, o id.Org, route string, since time.Time, bounds []int64) ([]catalog.Workload, money.USD, error) {
	var sums strings.Builder
	member := "CAST(json_extract(attempts.usage, '$.%s') AS INTEGER)"
	if s.db.Postgres() {
		member = "CAST(attempts.usage->>'%s' AS BIGINT)"
	}
	for i, r := range rarer {
		fmt.Fprintf(&sums, ", CAST(COALESCE(SUM("+member+"), 0) AS BIGINT) AS r%d", r.name, i)
	}
	tier := "0"
	for _, b := range bounds { // numbers of the price list, not of people
		tier += fmt.Sprintf(" + CASE WHEN attempts.input_tokens > %d THEN 1 ELSE 0 END", b)
	}
	var rows []map[string]any
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("attempts").
			Select("CAST("+tier+" AS BIGINT) AS tier, COUNT(*) AS requests, MIN(attempts.input_tokens) AS shortest, CAST(SUM(attempts.input_tokens) AS BIGINT) AS input, CAST(SUM(attempts.cached_tokens) AS BIGINT) AS cached, "+
				"CAST(SUM(attempts.output_tokens) AS BIGINT) AS output, CAST(SUM(attempts.reasoning_tokens) AS BIGINT) AS reasoning, CAST(SUM(attempts.cost_nanos) AS BIGINT) AS cost_nanos"+sums.String()).
			Joins("JOIN requests ON requests.org_id = attempts.org_id AND requests.id = attempts.request_id").
			Where("attempts.org_id = ? AND attempts.at >= ? AND requests.org_id = ? AND requests.at >= ?", o, since.UTC(), o, since.Add(-time.Hour).UTC()).
			Where(`(requests.route = ? OR requests.route LIKE ? ESCAPE '\')`, route, likely.Replace(route)+", %"). // its rules and its canary too
			Where("attempts.state IN ?", []string{string(ledger.Complete), string(ledger.Counted), string(ledger.Cut)}).
			Group("tier").Order("1").Find(&rows).Error
	})
	if err != nil {
		return nil, 0, err
	}
	var cost money.USD
	out := make([]catalog.Workload, len(rows))
	for i, r := range rows {
		n := func(name string) int64 { v, _ := r[name].(int64); return v }
		u := llm.Usage{Input: n("input"), CacheRead: n("cached"), Output: n("output"), Reasoning: n("reasoning")}
		for j, c := range rarer {
			*c.into(&u) = n(fmt.Sprintf("r%d", j))
		}
		out[i] = catalog.Workload{Requests: n("requests"), Input: n("shortest"), Usage: u}
		if cost, err = cost.Add(money.USD(n("cost_nanos"))); err != nil {
			return nil, 0, err
		}
	}
	return out, cost, nil
}
