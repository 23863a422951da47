package db_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Stores narrow in SQL, live rows in Go: for any filter and reach both keep the same requests, and Each tells of them all.
func TestAListAndItsLiveRowsKeepTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := db.NewReportStore(d)
		tr := newTraffic(newOrg(t, d))
		random := rand.New(rand.NewPCG(7, 11))
		tr.scatter(t, d, random, 150)
		all, err := s.Requests(t.Context(), report.Reach{Org: tr.org, All: true}, report.Query{Limit: 1000})
		if err != nil || len(all) != 150 {
			t.Fatalf("%d, %v", len(all), err)
		}
		some := func() report.Request { return all[random.IntN(len(all))] }
		kept := 0
		for i := range 300 {
			q, r := randomQuery(random, some), report.Reach{Org: tr.org, All: true}
			switch random.IntN(3) {
			case 0:
				r = report.Reach{Org: tr.org, Teams: []id.Team{tr.a}, Member: tr.bob}
			case 1:
				r = report.Reach{Org: tr.org, Member: tr.ada}
			}
			got, err := s.Requests(t.Context(), r, q)
			if err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			var want, ids []id.Request
			for _, one := range all {
				if r.Sees(one.Chain) && q.Keeps(&one) {
					want = append(want, one.ID)
				}
			}
			for _, one := range got {
				ids = append(ids, one.ID)
			}
			if q.Oldest {
				for a, b := 0, len(ids)-1; a < b; a, b = a+1, b-1 {
					ids[a], ids[b] = ids[b], ids[a]
				}
			}
			if fmt.Sprint(ids) != fmt.Sprint(want) {
				t.Fatalf("%d: %+v of %+v: SQL keeps %d, Go %d", i, q, r, len(ids), len(want))
			}
			kept += len(want)
		}
		if kept < 300 {
			t.Errorf("the filters keep %d requests in all: they prove little", kept)
		}
	})
}

func randomQuery(random *rand.Rand, some func() report.Request) report.Query {
	q := report.Query{Limit: 1000, Oldest: random.IntN(2) == 0}
	for range 1 + random.IntN(2) {
		x, y := some(), some()
		uuid := func(zero bool, s string) string {
			if zero {
				return ""
			}
			return s
		}
		team := func(r report.Request) string { return uuid(r.Chain.Team.IsZero(), r.Chain.Team.UUID()) }
		switch random.IntN(12) {
		case 0:
			q.Where = append(q.Where, report.Filter{Column: report.TeamColumn, Values: []string{team(x), team(y)}})
		case 1:
			q.Where = append(q.Where, report.Filter{Column: report.DepartmentColumn, Values: []string{"", uuid(x.Chain.Department.IsZero(), x.Chain.Department.UUID())}})
		case 2:
			q.Where = append(q.Where, report.Filter{Column: report.MemberColumn, Values: []string{""}})
		case 3:
			q.Where = append(q.Where, report.Filter{Column: report.ConnectionColumn, Values: []string{x.Provider}}, report.Filter{Column: report.AskedColumn, Values: []string{"smart", "x"}})
		case 4:
			q.Tags = append(q.Tags, []string{"project=apollo", "client=acme", "project=nobody", "cost center=a=b"}[random.IntN(4)])
		case 5:
			low, high := min(x.Cost, y.Cost), max(x.Cost, y.Cost)
			q.CostFrom, q.CostTo = &low, &high
		case 6:
			q.HTTPFrom, q.HTTPTo = 400, []int{402, 599}[random.IntN(2)]
		case 7:
			var zero money.USD
			q.CostTo, q.TookTo = &zero, time.Hour
		case 8:
			q.Outcome, q.Model = []report.Outcome{report.Answered, report.Unanswered, report.Refused, report.Failed}[random.IntN(4)], []string{"", "m1", "smart"}[random.IntN(3)]
		case 9:
			q.Scope = []org.Scope{org.OfTeam(x.Chain.Org, x.Chain.Team), org.ReadScope(x.Chain.Org, "tag:project=zeus"), org.ReadScope(x.Chain.Org, "pool:"+x.Chain.Team.String())}[random.IntN(3)]
			q.From = some().At
		case 10:
			q.Where = append(q.Where, report.Filter{Column: []report.Column{report.AnsweredColumn, report.FoundColumn}[random.IntN(2)], Values: []string{[]string{"", "m1", "smart"}[random.IntN(3)], x.Model}})
		case 11:
			q.Untagged = append(q.Untagged, []string{"project", "client", "cost center"}[random.IntN(3)])
		}
	}
	return q
}
