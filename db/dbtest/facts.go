package dbtest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// FactDays is how many days LoadFacts spreads requests over, the last one up to now.
const FactDays = 30

// LoadFacts puts n requests with an attempt each behind an organization's keys on PostgreSQL, and the sums that posting would
// have kept of them. It writes days of facts as tables of their own that are attached when they are full, which is some ten
// times as fast as posting them, and without a log: nothing here outlives a crash. Half of the requests come from few keys; three in four in working hours; some values are rare.
func LoadFacts(t testing.TB, rawURL string, o id.Org, n int, now time.Time) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	c, err := pgx.Connect(ctx, rawURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	run := func(statement string, args ...any) {
		t.Helper()
		if _, err := c.Exec(ctx, statement, args...); err != nil {
			t.Fatalf("%s: %v", strings.TrimSpace(statement), err)
		}
	}
	run("SET timezone = 'UTC'")
	run("SET synchronous_commit = off")
	run("SET work_mem = '256MB'") // days are grouped and indexed in memory
	run("SET maintenance_work_mem = '512MB'")
	run("SET jit = off")
	run("SELECT setseed(0.5)")
	run("CREATE TEMP TABLE spenders (n INT PRIMARY KEY, key_id UUID, team_id UUID, member_id UUID, department_id UUID)")
	run(`INSERT INTO spenders SELECT row_number() OVER (ORDER BY k.id) - 1, k.id, k.team_id, k.member_id, t.department_id
		FROM keys k LEFT JOIN teams t ON t.org_id = k.org_id AND t.id = k.team_id WHERE k.org_id = $1`, o)
	run("ANALYZE spenders")
	today := now.UTC().Truncate(24 * time.Hour)
	for i := range FactDays {
		day := today.AddDate(0, 0, i+1-FactDays)
		length := 24 * time.Hour
		if day.Equal(today) {
			length = now.Sub(day)
		}
		run("DROP TABLE IF EXISTS made")
		run(made, o, day, n/FactDays, length.Seconds())
		for _, table := range []string{"attempts", "requests"} {
			part := table + "_" + day.Format("20060102")
			var there bool
			if err := c.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", part).Scan(&there); err != nil {
				t.Fatal(err)
			}
			if !there {
				run(fmt.Sprintf("CREATE UNLOGGED TABLE %s (LIKE %s INCLUDING DEFAULTS)", part, table))
			}
			run(fmt.Sprintf(map[string]string{"attempts": attemptsMade, "requests": requestsMade}[table], part))
			if !there {
				run(fmt.Sprintf("ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s 00:00:00+00') TO ('%s 00:00:00+00')", table, part,
					day.Format(time.DateOnly), day.AddDate(0, 0, 1).Format(time.DateOnly)))
				run(fmt.Sprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", part))
				run(fmt.Sprintf("ALTER TABLE %s FORCE ROW LEVEL SECURITY", part))
			}
		}
		for _, s := range sumsMade {
			run(s)
		}
	}
	run("ANALYZE")
}

// made is one day's facts: organization, day, how many, and how many seconds of it there are.
const made = `CREATE TEMP TABLE made AS
WITH drawn AS (
	SELECT g, random() AS r1, random() AS r2, random() AS r3, random() AS r4, md5(random()::text) AS h, md5(random()::text) AS h2
	FROM generate_series(1, $3::int) g
), placed AS (
	SELECT d.*, $2::timestamptz + make_interval(secs => CASE WHEN g % 4 > 0 AND $4::float8 > 64800 THEN 28800 + r1 * 36000 ELSE r1 * $4::float8 END) AS at,
		CASE WHEN g % 20 = 0 THEN (r4 * 20)::int % 20 ELSE (r4 * r4 * 8)::int % 8 END AS m,
		LEAST((SELECT count(*) FROM spenders)::int - 1, floor((SELECT count(*) FROM spenders) * CASE WHEN g % 2 = 0 THEN r2 * r3 * r3 ELSE r2 END)::int) AS k
	FROM drawn d
)
SELECT $1::uuid AS org_id, date_trunc('microseconds', p.at) AS at, s.key_id, s.team_id, s.member_id, s.department_id,
	(lpad(to_hex((extract(epoch FROM p.at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid AS request_id,
	(lpad(to_hex((extract(epoch FROM p.at) * 1000)::bigint), 12, '0') || '7' || substr(h2, 1, 3) || '8' || substr(h2, 4, 15))::uuid AS attempt_id,
	CASE WHEN g % 3001 = 0 THEN 'alias-rare' ELSE 'alias-' || m % 5 END AS asked, 'model-' || m AS model, 'connection-' || m % 6 AS provider,
	CASE WHEN g % 3000 = 0 THEN 'rare' WHEN k % 3 = 0 THEN 'Claude Code' WHEN k % 3 = 1 THEN 'Cursor' ELSE '' END AS client,
	CASE WHEN g % 2999 = 0 THEN 'project=rare' WHEN k % 4 = 0 THEN 'project=p' || k % 40 ELSE '' END AS tags,
	CASE WHEN g % 50 = 0 THEN 502 ELSE 200 END AS status, (r2 * 3000)::bigint AS input, (r3 * 900)::bigint AS output, (r1 * 1e8)::bigint AS cost,
	(r3 * 3e6)::bigint AS took, (r2 * 4e5)::bigint AS first
FROM placed p JOIN spenders s ON s.n = p.k`

const requestsMade = `INSERT INTO %s (org_id, id, at, department_id, team_id, member_id, key_id, family, endpoint, stream, asked, model, provider, route, client, tags,
	end_user, session, cache, attempts, status, code, message, input_tokens, cached_tokens, output_tokens, reasoning_tokens, cost_nanos, decisions, first_byte_us, duration_us, overhead_us)
SELECT org_id, request_id, at, department_id, team_id, member_id, key_id, 'openai', 'chat', true, asked, model, provider, 'alias', client, tags,
	'', '', 'miss', 1, status, CASE WHEN status = 502 THEN 'upstream_failed' ELSE '' END, '', input, 0, output, 0, cost, '', first, took, 900 FROM made ORDER BY at`

const attemptsMade = `INSERT INTO %s (org_id, id, at, ended_at, request_id, number, department_id, team_id, member_id, key_id, tags, connection_id, provider, kind, model, price_version,
	state, status, class, note, input_tokens, cached_tokens, output_tokens, reasoning_tokens, held_nanos, cost_nanos, input_cost_nanos, held_tokens, booked_tokens, booked_requests,
	first_byte_us, duration_us, accounts, asked, endpoint, client, cache)
SELECT org_id, attempt_id, at, at + make_interval(secs => took / 1e6), request_id, 1, department_id, team_id, member_id, key_id, tags, NULL, provider, 'openai', model, 'v1',
	'complete', status, CASE WHEN status = 502 THEN 'server' ELSE '' END, '', input, 0, output, 0, cost, cost, 0, 0, 0, 0, first, took, '[]', asked, 'chat', client, 'miss' FROM made ORDER BY at`

const (
	nobodyMade = "'00000000-0000-0000-0000-000000000000'::uuid"
	countsMade = "count(*), count(*) FILTER (WHERE status >= 400), 0, count(*), sum(input), 0, sum(output), sum(cost)"
	countNames = "requests, errors, refused, attempts, input_tokens, cached_tokens, output_tokens, cost_nanos"
	chainMade  = "COALESCE(department_id, " + nobodyMade + "), COALESCE(team_id, " + nobodyMade + "), COALESCE(member_id, " + nobodyMade + ")"
)

var sumsMade = []string{
	"INSERT INTO usage_hours (org_id, hour, key_id, department_id, team_id, member_id, model, provider, asked, client, endpoint, cache, outcome, " + countNames + ") " +
		"SELECT org_id, date_trunc('hour', at), key_id, " + chainMade + ", model, provider, asked, client, 'chat', 'miss', CASE WHEN status >= 400 THEN 'failed' ELSE 'answered' END, " + countsMade +
		" FROM made GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 ORDER BY 2", // rows of an hour lie together, as posting writes them
	"INSERT INTO usage_totals (org_id, hour, model, provider, " + countNames + ") SELECT org_id, date_trunc('hour', at), model, provider, " + countsMade + " FROM made GROUP BY 1, 2, 3, 4",
	"INSERT INTO usage_tags (org_id, hour, tag_key, tag_value, department_id, team_id, member_id, model, " + countNames + ") " +
		"SELECT org_id, date_trunc('hour', at), 'project', substr(tags, 9), " + chainMade + ", model, " + countsMade + " FROM made WHERE tags <> '' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 2",
	"INSERT INTO usage_marks (org_id, hour, version) SELECT DISTINCT org_id, date_trunc('hour', at), 1 FROM made ON CONFLICT (org_id, hour) DO UPDATE SET version = usage_marks.version + 1",
}
