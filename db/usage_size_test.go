package db_test

import (
	"context"
	"flag"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var usageRows = flag.Int("usage-rows", 9000, "hourly sums of the size test, spread over 30 days; with -v it prints how long questions take")

// A month of 10,000 keys in 500 teams is answered alike from hours and from days. -usage-rows 700000 is about a million
// requests of keys that are seldom the same within an hour.
func TestDaysSayWhatManyHoursSay(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	o := newOrg(t, d)
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 30)
	uuid := func(n string) string { return "printf('01900000-0000-7000-8000-%012d', " + n + ")" }
	fill := `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
		INSERT OR IGNORE INTO usage_hours (org_id, hour, key_id, department_id, team_id, member_id, model, provider, asked, client, endpoint, cache, outcome, requests, errors, refused, attempts, input_tokens, cached_tokens, output_tokens, cost_nanos)
		SELECT ?, strftime('%Y-%m-%d %H:00:00+00:00', '2026-03-01', '+' || (i % 720) || ' hours'), ` + uuid("(i * 7919) % 10000") + `, ` + uuid("(i * 7919) % 20") + `, ` + uuid("(i * 7919) % 500") + `, ` + uuid("(i * 7919) % 1500") + `,
		'm' || (i % 8), 'up', 'smart', 'c' || (i % 5), 'chat', 'bypass', 'answered', 1, 0, 0, 1, 700, 100, 90, i * 1000 + 1 FROM n`
	err := d.Do(t.Context(), func(ctx context.Context) error {
		return d.System(ctx, func(tx *gorm.DB) error {
			if err := tx.Exec(fill, *usageRows, o).Error; err != nil {
				return err
			}
			const sums = "requests, errors, refused, attempts, input_tokens, cached_tokens, output_tokens, cost_nanos"
			if err := tx.Exec("INSERT INTO usage_totals (org_id, hour, model, provider, "+sums+") SELECT org_id, hour, model, provider, SUM("+strings.ReplaceAll(sums, ", ", "), SUM(")+
				") FROM usage_hours WHERE org_id = ? GROUP BY org_id, hour, model, provider", o).Error; err != nil {
				return err
			}
			return tx.Exec("INSERT INTO usage_marks (org_id, hour, version) SELECT DISTINCT org_id, hour, 1 FROM usage_hours WHERE org_id = ?", o).Error
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	store := db.NewUsageStore(d)
	s := usage.NewService(store, db.NewOrgStore(d), clock.NewFake(to))
	model := []usage.Filter{{Dim: usage.Model, Values: []string{"m3"}}}
	questions := map[string]usage.Query{
		"the month":               {From: from, To: to},
		"each day":                {From: from, To: to, Grain: usage.Day},
		"by team, each day":       {From: from, To: to, Grain: usage.Day, By: []usage.Dim{usage.Team}},
		"by key":                  {From: from, To: to, By: []usage.Dim{usage.Key}},
		"by team, of one model":   {From: from, To: to, By: []usage.Dim{usage.Team}, Where: model},
		"by team and model":       {From: from, To: to, By: []usage.Dim{usage.Team, usage.Model}},
		"by client, last week":    {From: to.AddDate(0, 0, -7), To: to, By: []usage.Dim{usage.Client}, Compare: usage.Previous},
		"by client, last 6 hours": {From: to.Add(-6 * time.Hour), To: to, Grain: usage.Hour, By: []usage.Dim{usage.Client}},
	}
	ask := func(how string) map[string]usage.Totals {
		out := map[string]usage.Totals{}
		for name, q := range questions {
			begun := clock.System{}.Now()
			got, err := s.Query(t.Context(), org.Actor{Org: o, Role: org.Admin}, q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			t.Logf("%s, %s: %d rows in %s", name, how, len(got.Rows), clock.Since(begun).Round(time.Millisecond))
			out[name] = got.Total
		}
		return out
	}
	hours := ask("from hours")
	begun := clock.System{}.Now()
	if err := usage.KeepDays(t.Context(), store, to.Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	t.Logf("30 days made in %s", clock.Since(begun).Round(time.Millisecond))
	for name, sum := range ask("from days") {
		if sum != hours[name] || sum.Cost == 0 {
			t.Errorf("%s: %+v from days, %+v from hours", name, sum, hours[name])
		}
	}
}
