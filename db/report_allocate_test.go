package db_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// zoned is every organization's time zone.
type zoned string

func (z zoned) Organization(context.Context, id.Org) (org.Organization, error) {
	return org.Organization{Zone: string(z)}, nil
}

// scatter makes n requests over three months, some of them tagged, some refused, some with two attempts, and posts them.
func (tr *traffic) scatter(t *testing.T, d *db.DB, random *rand.Rand, n int) {
	t.Helper()
	tags := []string{"", "", "project=apollo", "client=acme,project=apollo", "client=ümlaut & co,project=zeus", "project=apollo,project=zeus", "cost center=a=b"}
	departments := []id.Department{{}, id.NewDepartment(ids), id.NewDepartment(ids)}
	for range n {
		at := noon.Add(time.Duration(random.Int64N(int64(90*24*time.Hour))) - 45*24*time.Hour).Truncate(time.Microsecond)
		if random.IntN(3) == 0 { // around where a month begins and ends in a zone of half an hour
			edge := []time.Time{time.Date(2026, 4, 30, 18, 30, 0, 0, time.UTC), time.Date(2026, 5, 31, 18, 30, 0, 0, time.UTC)}[random.IntN(2)]
			at = edge.Add(time.Duration(random.Int64N(int64(80*time.Minute))) - 40*time.Minute).Truncate(time.Microsecond)
		}
		status := []int{200, 200, 500, 402}[random.IntN(4)]
		team, member := tr.a, tr.ada
		if random.IntN(2) == 0 {
			team, member = tr.b, []id.Member{tr.bob, {}}[random.IntN(2)]
		}
		tr.call(at, team, member, []string{"m1", "m2"}[random.IntN(2)], status, money.USD(random.Int64N(1e12)))
		q := &tr.batch.Requests[len(tr.batch.Requests)-1]
		q.Tags, q.Chain.Department = tags[random.IntN(len(tags))], departments[random.IntN(3)]
		if status == 402 {
			continue
		}
		p := &tr.batch.Attempts[len(tr.batch.Attempts)-1]
		p.Attempt.Tags, p.Attempt.Chain = q.Tags, q.Chain
		if random.IntN(4) == 0 { // a second attempt, an hour later and for more
			more := *p
			more.Attempt.ID, more.Attempt.Number, more.Attempt.At = id.NewAttempt(ids), 2, at.Add(time.Hour)
			more.End.Attempt, more.End.Cost = more.Attempt.ID, money.USD(random.Int64N(1e12))
			q.Cost += more.End.Cost
			tr.batch.Attempts = append(tr.batch.Attempts, more)
		}
	}
	tr.post(t, d)
}

// claimed is what the raw facts say of every value of a dimension, and in all.
func (tr *traffic) claimed(r report.Reach, by report.By, from, to time.Time) (lines map[string]report.Totals, all report.Totals) {
	lines = map[string]report.Totals{}
	within := func(c org.Chain, at time.Time) bool {
		mine := r.All || !r.Member.IsZero() && c.Member == r.Member
		for _, t := range r.Teams {
			mine = mine || c.Team == t
		}
		return mine && !at.Before(from) && at.Before(to)
	}
	value := func(c org.Chain, tags, model, provider string) string {
		if key, ok := by.Tag(); ok {
			for _, pair := range strings.Split(tags, ",") {
				if v, ok := strings.CutPrefix(pair, key+"="); ok {
					return v
				}
			}
			return ""
		}
		return map[report.By]string{report.ByModel: model, report.ByConnection: provider, report.ByTeam: c.Team.String(), report.ByMember: c.Member.String(),
			report.ByDepartment: c.Department.String(), report.ByKey: c.Key.String()}[by]
	}
	add := func(v string, t report.Totals) {
		_ = all.Add(t)
		if v != "" {
			sum := lines[v]
			_ = sum.Add(t)
			lines[v] = sum
		}
	}
	for _, p := range tr.batch.Attempts {
		if a := p.Attempt; within(a.Chain, a.At) {
			add(value(a.Chain, a.Tags, a.Model, a.Provider), report.Totals{Input: p.End.Usage.Input, Cached: p.End.Usage.CacheRead, Output: p.End.Usage.Output, Cost: p.End.Cost})
		}
	}
	for _, q := range tr.batch.Requests {
		if within(q.Chain, q.At) {
			t := report.Totals{Requests: 1}
			if q.Status >= 400 {
				t.Errors = 1
			}
			add(value(q.Chain, q.Tags, q.Model, q.Provider), t)
		}
	}
	return lines, all
}

func TestAllocatedCostsAddUpToTheLedgerToTheNanoDollar(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr, foreign := newTraffic(newOrg(t, d)), newTraffic(newOrg(t, d))
		random := rand.New(rand.NewPCG(7, 11))
		tr.scatter(t, d, random, 400)
		foreign.scatter(t, d, random, 30)
		store := db.NewReportStore(d)
		for _, zone := range []string{"UTC", "Asia/Kolkata", "America/New_York"} {
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			s := report.NewService(store, zoned(zone), clock.NewFake(noon))
			for name, actor := range map[string]org.Actor{
				"everybody":   orgtest.Actor(tr.org, id.Member{}, org.Manager),
				"a lead":      orgtest.Actor(tr.org, tr.bob, org.Lead, tr.a),
				"a developer": orgtest.Actor(tr.org, tr.ada, org.Developer),
			} {
				reach, err := s.Reach(actor)
				if err != nil {
					t.Fatal(err)
				}
				for _, by := range []report.By{report.ByDepartment, report.ByTeam, report.ByMember, report.ByKey, report.ByModel, report.ByConnection,
					report.ByTag("project"), report.ByTag("client"), report.ByTag("cost center"), report.ByTag("nobody's")} {
					got, err := s.Allocate(t.Context(), actor, by, report.Span{First: noon.AddDate(0, 0, -19), Last: noon.AddDate(0, 0, 11)})
					if err != nil {
						t.Fatalf("%s, %s, by %s: %v", zone, name, by, err)
					}
					from, to := time.Date(2026, 5, 1, 0, 0, 0, 0, location), time.Date(2026, 6, 1, 0, 0, 0, 0, location)
					want, all := tr.claimed(reach, by, from, to)
					if !got.From.Equal(from) || !got.To.Equal(to) || got.Total != all || all.Cost == 0 {
						t.Errorf("%s, %s, by %s: %s to %s, in all %+v, the facts say %+v", zone, name, by, got.From, got.To, got.Total, all)
					}
					sum := got.Rest
					for _, l := range got.Lines {
						_ = sum.Add(l.Totals)
						if l.Totals != want[l.ID] {
							t.Errorf("%s, %s, by %s: %q is %+v, the facts say %+v", zone, name, by, l.ID, l.Totals, want[l.ID])
						}
						delete(want, l.ID)
					}
					if sum != all || len(want) > 0 {
						t.Errorf("%s, %s, by %s: lines and rest make %+v of %+v; missing are %v", zone, name, by, sum, all, want)
					}
				}
			}
			keys, err := s.TagKeys(t.Context(), orgtest.Actor(tr.org, id.Member{}, org.Manager), report.Span{First: noon, Last: noon.AddDate(0, 0, 20)})
			if err != nil || strings.Join(keys, "|") != "client|cost center|project" {
				t.Errorf("%s: tag keys %q, %v", zone, keys, err)
			}
		}
	})
}

func TestVerifyFindsASumOfATagThatIsOff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := newTraffic(newOrg(t, d))
		tr.scatter(t, d, rand.New(rand.NewPCG(3, 5)), 60)
		books := db.NewLedgerStore(d)
		r, err := books.Verify(t.Context())
		if err != nil || !r.Balanced() {
			t.Fatalf("untouched books: %v\n%s", err, r.String())
		}
		for _, harm := range []string{
			"UPDATE usage_tags SET cost_nanos = cost_nanos + 1 WHERE tag_key = 'project' AND tag_value = 'zeus' AND cost_nanos > 0",
			"DELETE FROM usage_tags WHERE tag_key = 'client'",
		} {
			if err := d.System(t.Context(), func(tx *gorm.DB) error { return tx.Exec(harm).Error }); err != nil {
				t.Fatal(err)
			}
			r, err := books.Verify(t.Context())
			if err != nil || r.Balanced() || !strings.Contains(r.String(), "the hourly sums of tag") {
				t.Errorf("%s: %v\n%s", harm, err, r.String())
			}
		}
	})
}
