package db_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// told is one fact as a person would describe it: what the sums must agree with.
type told struct {
	at     time.Time
	values map[usage.Dim]string
	team   id.Team
	member id.Member
	usage.Totals
}

// house is an organization with random traffic.
type house struct {
	r      *rand.Rand
	org    id.Org
	zone   *time.Location
	chains []org.Chain
	facts  []told
	batch  budget.Batch
	gone   time.Time // facts before it are gone: what only they can answer is not asked
}

func newHouse(t *testing.T, d *db.DB, r *rand.Rand, zone string) *house {
	t.Helper()
	h := &house{r: r, org: newOrg(t, d)}
	var err error
	if h.zone, err = time.LoadLocation(zone); err != nil {
		t.Fatal(err)
	}
	if err := d.System(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("UPDATE organizations SET zone = ? WHERE id = ?", zone, h.org).Error
	}); err != nil {
		t.Fatal(err)
	}
	departments := []id.Department{{}, id.NewDepartment(ids)}
	for range 6 {
		c := org.Chain{Org: h.org, Department: departments[r.IntN(2)], Key: id.NewKey(ids)}
		if r.IntN(3) > 0 {
			c.Team = id.NewTeam(ids)
		}
		if r.IntN(3) > 0 {
			c.Member = id.NewMember(ids)
		}
		h.chains = append(h.chains, c)
	}
	return h
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func printed(v interface {
	IsZero() bool
	String() string
}) string {
	if v.IsZero() {
		return ""
	}
	return v.String()
}

// describe is a fact's dimensions, said by hand and not by the code that is tested.
func describe(c org.Chain, tags string, rest map[usage.Dim]string) map[usage.Dim]string {
	out := map[usage.Dim]string{usage.Department: printed(c.Department), usage.Team: printed(c.Team), usage.Member: printed(c.Member), usage.Key: printed(c.Key)}
	maps.Copy(out, rest)
	for pair := range strings.SplitSeq(tags, ",") {
		if k, v, ok := strings.Cut(pair, "="); ok && out[usage.Tag(k)] == "" {
			out[usage.Tag(k)] = v
		}
	}
	return out
}

// call makes up a request with its attempts, or attempts whose request never came.
func (h *house) call(at time.Time) {
	r, c := h.r, pick(h.r, h.chains...)
	tags := pick(r, "", "", "project=a", "client=x,project=b", "project=a,project=b", "client=y", "purpose=test")
	asked, client, endpoint, cache := pick(r, "smart", "fast"), pick(r, "", "Codex", "Claude Code"), pick(r, "chat", "embeddings"), pick(r, "bypass", "miss")
	q := ledger.Request{ID: id.NewRequest(ids), Chain: c, At: at, Family: "openai", Endpoint: endpoint, Asked: asked, Client: client, Tags: tags, Cache: cache,
		Route: "alias " + asked, Status: 200, Duration: time.Second}
	for n := range r.IntN(3) {
		u := llm.Usage{Input: r.Int64N(5000), Output: r.Int64N(900)}
		u.CacheRead = u.Input / 3
		a := ledger.Attempt{ID: id.NewAttempt(ids), Request: q.ID, Number: n + 1, Chain: c, Tags: tags, At: at.Add(time.Duration(n) * 20 * time.Minute), Provider: pick(r, "up", "down"),
			Kind: "openai", Model: pick(r, "m1", "m2", "m3"), Asked: asked, Endpoint: endpoint, Client: client, Cache: cache}
		e := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: u, Cost: money.USD(r.Int64N(1e12)), Status: 200, At: a.At.Add(time.Second)}
		outcome := usage.Answered
		if r.IntN(4) == 0 { // a correction of what nobody saw the end of: the whole hold
			e.State, e.Class, outcome = pick(r, ledger.Ambiguous, ledger.Interrupted, ledger.Cut), "timeout", usage.Failed
		}
		h.batch.Attempts = append(h.batch.Attempts, budget.Posting{Attempt: a, End: e})
		h.facts = append(h.facts, told{a.At, describe(c, tags, map[usage.Dim]string{usage.Client: client, usage.Asked: asked, usage.Model: a.Model, usage.Connection: a.Provider,
			usage.Endpoint: endpoint, usage.Cache: cache, usage.Outcome: outcome}), c.Team, c.Member, usage.Totals{Attempts: 1, Input: u.Input, Cached: u.CacheRead, Output: u.Output, Cost: e.Cost}})
		q.Attempts, q.Model, q.Provider = n+1, a.Model, a.Provider
		q.Cost += e.Cost
	}
	if q.Attempts > 0 && r.IntN(10) == 0 {
		return
	}
	sum, outcome := usage.Totals{Requests: 1}, usage.Answered
	switch {
	case q.Attempts == 0:
		q.Status, q.Code, outcome, sum.Refused = 404, "model_not_found", usage.Refused, 1
		if r.IntN(2) == 0 {
			q.Route, q.Asked, asked = "", fmt.Sprint("nonsense ", r.Uint64()), ""
		}
	case r.IntN(5) == 0:
		q.Status, q.Code, outcome, sum.Failed = 502, "upstream_failed", usage.Failed, 1
	}
	h.batch.Requests = append(h.batch.Requests, q)
	h.facts = append(h.facts, told{q.At, describe(c, tags, map[usage.Dim]string{usage.Client: client, usage.Asked: asked, usage.Model: q.Model, usage.Connection: q.Provider,
		usage.Endpoint: endpoint, usage.Cache: cache, usage.Outcome: outcome}), c.Team, c.Member, sum})
}

// post books what was made up, in batches that go back and forth in time.
func (h *house) post(t *testing.T, d *db.DB) {
	t.Helper()
	s, node := db.NewLedgerStore(d), id.NewNode(ids)
	all := h.batch
	h.r.Shuffle(len(all.Attempts), func(i, j int) { all.Attempts[i], all.Attempts[j] = all.Attempts[j], all.Attempts[i] })
	h.r.Shuffle(len(all.Requests), func(i, j int) { all.Requests[i], all.Requests[j] = all.Requests[j], all.Requests[i] })
	var mark budget.Mark
	for len(all.Attempts)+len(all.Requests) > 0 {
		a, q := min(len(all.Attempts), h.r.IntN(40)), min(len(all.Requests), h.r.IntN(40))
		b := budget.Batch{From: mark, To: budget.Mark{At: journal.Position{Segment: 1, Offset: mark.At.Offset + 1}}, Attempts: all.Attempts[:a], Requests: all.Requests[:q]}
		all.Attempts, all.Requests = all.Attempts[a:], all.Requests[q:]
		if _, err := s.Post(t.Context(), node, b); err != nil {
			t.Fatal(err)
		}
		if h.r.IntN(4) == 0 { // a journal that comes twice: from a copy, under another node's name
			if _, err := s.Post(t.Context(), id.NewNode(ids), budget.Batch{To: b.To, Attempts: b.Attempts, Requests: b.Requests}); err != nil {
				t.Fatal(err)
			}
		}
		mark = b.To
	}
	h.batch = budget.Batch{}
}

// question makes up a query over whole hours of the organization's clock.
func (h *house) question(from time.Time, span time.Duration) usage.Query {
	r := h.r
	dims := append([]usage.Dim{usage.Tag("project"), usage.Tag("client"), usage.Tag("purpose")}, usage.Dims...)
	q := usage.Query{From: from.Add(time.Duration(r.Int64N(int64(span)))), Grain: pick(r, usage.Whole, usage.Whole, usage.Hour, usage.Day, usage.Week, usage.Month), Top: 1 + r.IntN(6),
		Compare: pick(r, usage.NoComparison, usage.Previous), Sort: pick(r, usage.ByCost, usage.ByRequests, usage.ByTokens, usage.ByErrors)}
	q.To = q.From.Add(time.Hour + time.Duration(r.Int64N(int64(span))))
	for range r.IntN(3) {
		if d := pick(r, dims...); !slices.Contains(q.By, d) {
			q.By = append(q.By, d)
		}
	}
	for range r.IntN(3) {
		d := pick(r, dims...)
		f := usage.Filter{Dim: d}
		for range 1 + r.IntN(3) {
			f.Values = append(f.Values, pick(r, h.facts...).values[d])
		}
		if !slices.ContainsFunc(q.Where, func(o usage.Filter) bool { return o.Dim == d }) {
			q.Where = append(q.Where, f)
		}
	}
	return q
}

// sum is what a query must come to, by group, told from the facts one by one.
func (h *house) sum(q usage.Query, step usage.Step, sees func(told) bool) (groups map[string]usage.Totals, total usage.Totals) {
	groups = map[string]usage.Totals{}
facts:
	for _, f := range h.facts {
		if f.at.Before(step.From) || !f.at.Before(step.To) || !sees(f) {
			continue
		}
		for _, w := range q.Where {
			if !slices.Contains(w.Values, f.values[w.Dim]) {
				continue facts
			}
		}
		name := ""
		for _, d := range q.By {
			name += f.values[d] + "|"
		}
		g := groups[name]
		_ = g.Add(f.Totals)
		groups[name] = g
		_ = total.Add(f.Totals)
	}
	return groups, total
}

func named(row usage.Row) string {
	name := ""
	for _, v := range row.Values {
		name += v.ID + "|"
	}
	return name
}

// Totals on every view are the ledger's sums, whatever the filter: random postings, among them late ones, repeated ones,
// attempts without a request, against random questions.
func TestUsageIsTheLedgerToTheNanoDollarForAnyQuestion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const seed = uint64(20)
		r := rand.New(rand.NewPCG(seed, 7))
		from := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC) // clocks change within the next days in Europe
		const span = 14 * 24 * time.Hour
		for _, zone := range []string{"UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"} {
			h, foreign := newHouse(t, d, r, zone), newHouse(t, d, r, zone)
			for range 400 {
				h.call(from.Add(time.Duration(r.Int64N(int64(span)))).Truncate(time.Microsecond))
			}
			foreign.call(from.Add(time.Hour))
			h.post(t, d)
			foreign.post(t, d)
			h.check(t, d, seed, from, span)
			// The same from sums of days, the last ones not over yet; then with more that comes late.
			keep := func(upTo time.Time) {
				if err := usage.KeepDays(t.Context(), db.NewUsageStore(d).Few(pick(r, 0, 30, 5000)), upTo); err != nil {
					t.Fatal(err)
				}
			}
			keep(from.Add(span - 50*time.Hour))
			h.check(t, d, seed, from, span)
			for range 30 {
				h.call(from.Add(time.Duration(r.Int64N(int64(span)))).Truncate(time.Microsecond))
			}
			h.post(t, d)
			h.check(t, d, seed, from, span)
			keep(from.Add(2 * span))
			h.check(t, d, seed, from, span)
			h.forget(t, d, seed, from, span)
		}
	})
}

func (h *house) check(t *testing.T, d *db.DB, seed uint64, from time.Time, span time.Duration) {
	t.Helper()
	s := usage.NewService(db.NewUsageStore(d), db.NewOrgStore(d), clock.NewFake(may))
	boss := org.Actor{Org: h.org, Role: org.Admin}
	lead := h.chains[0]
	lower := org.Actor{Org: h.org, Member: lead.Member}.As([]org.Assignment{{Role: org.Lead, At: org.OfTeam(h.org, lead.Team)}}, nil)
	own := org.Actor{Org: h.org, Member: lead.Member}.As([]org.Assignment{{Role: org.Developer, At: org.OfTeam(h.org, id.NewTeam(ids))}}, nil)
	for range 30 {
		actor, sees := boss, func(told) bool { return true }
		switch h.r.IntN(5) {
		case 0:
			actor, sees = own, func(f told) bool { return !lead.Member.IsZero() && f.member == lead.Member }
		case 1:
			actor, sees = lower, func(f told) bool {
				return !lead.Team.IsZero() && f.team == lead.Team || !lead.Member.IsZero() && f.member == lead.Member
			}
		}
		q := h.question(from, span)
		for range 2 { // as read, and as remembered
			got, err := s.Query(t.Context(), actor, q)
			if err != nil {
				t.Fatalf("seed %d, %+v: %v", seed, q, err)
			}
			if got.Facts && !h.gone.IsZero() {
				break
			}
			h.compare(t, got, sees, func(format string, args ...any) {
				t.Errorf("seed %d, zone %s, query %+v: %s", seed, h.zone, got.Query, fmt.Sprintf(format, args...))
			})
		}
		if t.Failed() {
			return
		}
	}
}

// forget deletes the facts of the first half: what sums answer does not change, nor does what comes late for that time get lost.
func (h *house) forget(t *testing.T, d *db.DB, seed uint64, from time.Time, span time.Duration) {
	t.Helper()
	half := from.Add(span / 2).Truncate(24 * time.Hour)
	retain := usage.NewRetention(db.NewUsageStore(d), nil, nil)
	run := func() {
		t.Helper()
		if err := retain.ForgetAll(t.Context(), half.AddDate(0, 0, usage.DefaultDays).Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		var left int64
		if err := d.System(t.Context(), func(tx *gorm.DB) error {
			return tx.Raw("SELECT (SELECT COUNT(*) FROM requests WHERE org_id = ? AND at < ?) + (SELECT COUNT(*) FROM attempts WHERE org_id = ? AND at < ?)", h.org, half, h.org, half).Scan(&left).Error
		}); err != nil || left != 0 {
			t.Fatalf("%d facts are left, %v", left, err)
		}
		report, err := db.NewLedgerStore(d).Verify(t.Context())
		if err != nil || !report.Balanced() {
			t.Fatalf("seed %d: after a retention run the books say %v, %v", seed, report.Violations, err)
		}
	}
	run()
	h.gone = half
	h.check(t, d, seed, from, span)
	for range 20 {
		h.call(from.Add(time.Duration(h.r.Int64N(int64(span)))).Truncate(time.Microsecond))
	}
	h.post(t, d)
	h.check(t, d, seed, from, span)
	run()
	if err := usage.KeepDays(t.Context(), db.NewUsageStore(d), from.Add(2*span)); err != nil {
		t.Fatal(err)
	}
	h.check(t, d, seed, from, span)
	h.gone = time.Time{}
}

// compare holds a result against the facts.
func (h *house) compare(t *testing.T, got usage.Result, sees func(told) bool, wrong func(format string, args ...any)) {
	t.Helper()
	q := got.Query
	want, total := h.sum(q, usage.Step{From: q.From, To: q.To}, sees)
	if got.Total != total {
		wrong("total %+v, want %+v", got.Total, total)
	}
	var sum usage.Totals
	shown := 0
	for _, row := range got.Rows {
		_ = sum.Add(row.Totals)
		if row.Others {
			if row.Folded > 0 && row.Folded != len(want)-shown {
				wrong("others fold %d of %d groups, %d are shown", row.Folded, len(want), shown)
			}
			continue
		}
		shown++
		if len(q.By) > 0 && row.Totals != want[named(row)] {
			wrong("row %v is %+v, want %+v", row.Values, row.Totals, want[named(row)])
		}
	}
	if sum != total {
		wrong("rows add up to %+v, want %+v", sum, total)
	}
	for i, step := range got.Steps {
		groups, total := h.sum(q, step, sees)
		if got.Series[i] != total {
			wrong("step %s is %+v, want %+v", step.From, got.Series[i], total)
		}
		for _, row := range got.Rows {
			if !row.Others && len(q.By) > 0 && row.Series[i] != groups[named(row)] {
				wrong("step %s of %v is %+v, want %+v", step.From, row.Values, row.Series[i], groups[named(row)])
			}
		}
	}
	if q.Compare != usage.NoComparison {
		groups, total := h.sum(q, got.Compared, sees)
		if got.Before != total {
			wrong("before %v it was %+v, want %+v", got.Compared, got.Before, total)
		}
		for _, row := range got.Rows {
			if !row.Others && len(q.By) > 0 && row.Before != groups[named(row)] {
				wrong("before, %v was %+v, want %+v", row.Values, row.Before, groups[named(row)])
			}
		}
	}
}
