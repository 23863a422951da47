package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// noon is when the traffic of these tests begins.
var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)

// traffic is one organization's requests, written the way the gateway's journal is.
type traffic struct {
	org      id.Org
	a, b     id.Team
	ada, bob id.Member
	batch    budget.Batch
}

func newTraffic(o id.Org) *traffic {
	return &traffic{org: o, a: id.NewTeam(ids), b: id.NewTeam(ids), ada: id.NewMember(ids), bob: id.NewMember(ids)}
}

// call adds a request of one attempt; status 402 is refused before any.
func (tr *traffic) call(at time.Time, team id.Team, member id.Member, model string, status int, cost money.USD) id.Request {
	chain := org.Chain{Org: tr.org, Team: team, Member: member, Key: id.NewKey(ids)}
	q := ledger.Request{ID: id.NewRequest(ids), Chain: chain, At: at, Family: "openai", Endpoint: "chat", Asked: "smart", Status: status}
	if status == 402 {
		q.Code, q.Message = "budget_exhausted", "The budget is used up."
		tr.batch.Requests = append(tr.batch.Requests, q)
		return q.ID
	}
	used := llm.Usage{Input: 100, CacheRead: 40, Output: 10, OutputAudio: 3}
	q.Model, q.Provider, q.Attempts, q.Usage, q.Cost, q.Decisions = model, "up", 1, used, cost, "one\ntwo"
	a := ledger.Attempt{ID: id.NewAttempt(ids), Request: q.ID, Number: 1, Chain: chain, At: at, Held: ledger.Amounts{Money: 2 * cost},
		Connection: id.NewConnection(ids), Provider: "up", Kind: "openai", Model: model, PriceVersion: "v1"}
	end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: used, Cost: cost, Status: status, Duration: time.Second, At: at.Add(time.Second)}
	tr.batch.Requests = append(tr.batch.Requests, q)
	tr.batch.Attempts = append(tr.batch.Attempts, budget.Posting{Attempt: a, End: end})
	return q.ID
}

func (tr *traffic) post(t *testing.T, d *db.DB) {
	t.Helper()
	node := id.NewNode(ids)
	tr.batch.To = budget.Mark{At: journal.Position{Segment: 1, Offset: 1}, Low: journal.Position{Segment: 1, Offset: 1}}
	if _, err := db.NewLedgerStore(d).Post(t.Context(), node, tr.batch); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsPostedIsReported(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := db.NewReportStore(d)
		tr := newTraffic(newOrg(t, d))
		first := tr.call(noon.Add(5*time.Minute), tr.a, tr.ada, "m1", 200, 7)
		tr.call(noon.Add(10*time.Minute), tr.b, tr.bob, "m2", 500, 20)
		tr.call(noon.Add(70*time.Minute), tr.a, tr.bob, "m1", 402, 0)
		tr.post(t, d)
		all := report.Reach{Org: tr.org, All: true}

		hours, err := s.Hours(t.Context(), all, noon, noon.Add(2*time.Hour))
		if err != nil || len(hours) != 2 {
			t.Fatalf("hours = %+v, %v", hours, err)
		}
		want := report.Totals{Requests: 2, Errors: 1, Input: 200, Cached: 80, Output: 20, Cost: 27}
		if !hours[0].At.Equal(noon) || hours[0].Totals != want {
			t.Errorf("first hour = %+v, want %+v", hours[0], want)
		}
		if hours[1].Totals != (report.Totals{Requests: 1, Errors: 1}) {
			t.Errorf("second hour = %+v", hours[1])
		}
		for _, span := range []struct {
			from, to time.Duration
			want     report.Totals
		}{
			{0, time.Hour, want},
			{0, 10 * time.Minute, report.Totals{Requests: 1, Input: 100, Cached: 40, Output: 10, Cost: 7}},
			{80 * time.Minute, 2 * time.Hour, report.Totals{}},
		} {
			got, err := s.Span(t.Context(), all, noon.Add(span.from), noon.Add(span.to))
			if err != nil || got != span.want {
				t.Errorf("from %s to %s: %+v, %v, want %+v", span.from, span.to, got, err, span.want)
			}
		}
		models, err := s.Groups(t.Context(), all, report.ByModel, noon, noon.Add(2*time.Hour), 10)
		if err != nil || len(models) != 2 || models[0].Name != "m2" || models[0].Cost != 20 || models[1].ID != "m1" {
			t.Errorf("models, most expensive first = %+v, %v", models, err)
		}
		teams, err := s.Groups(t.Context(), all, report.ByTeam, noon, noon.Add(2*time.Hour), 1)
		if err != nil || len(teams) != 1 || teams[0].ID != tr.b.String() {
			t.Errorf("the most expensive team = %+v, %v", teams, err)
		}
		got, err := s.Request(t.Context(), all, first)
		if err != nil || got.ID != first || got.Cost != 7 || got.Decisions != "one\ntwo" || !got.At.Equal(noon.Add(5*time.Minute)) {
			t.Errorf("request = %+v, %v", got, err)
		}
		attempts, err := s.Attempts(t.Context(), all, first)
		if err != nil || len(attempts) != 1 || attempts[0].Held.Money != 14 || attempts[0].End.Usage.OutputAudio != 3 || attempts[0].End.State != ledger.Complete {
			t.Errorf("attempts = %+v, %v", attempts, err)
		}
	})
}

func TestAReachEndsAtTheTeamTheMemberAndTheOrganization(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := db.NewReportStore(d)
		tr, foreign := newTraffic(newOrg(t, d)), newTraffic(newOrg(t, d))
		inA := tr.call(noon, tr.a, tr.ada, "m", 200, 1)
		inB := tr.call(noon.Add(time.Second), tr.b, tr.ada, "m", 200, 10)
		other := tr.call(noon.Add(2*time.Second), tr.b, tr.bob, "m", 200, 100)
		theirs := foreign.call(noon, tr.a, tr.ada, "m", 200, 1000)
		tr.post(t, d)
		foreign.post(t, d)
		for name, tt := range map[string]struct {
			reach report.Reach
			want  []id.Request
			cost  money.USD
		}{
			"everything":        {report.Reach{Org: tr.org, All: true}, []id.Request{other, inB, inA}, 111},
			"one team":          {report.Reach{Org: tr.org, Teams: []id.Team{tr.a}}, []id.Request{inA}, 1},
			"a team and myself": {report.Reach{Org: tr.org, Teams: []id.Team{tr.a}, Member: tr.bob}, []id.Request{other, inA}, 101},
			"myself":            {report.Reach{Org: tr.org, Member: tr.ada}, []id.Request{inB, inA}, 11},
			"nobody":            {report.Reach{Org: tr.org}, nil, 0},
		} {
			list, err := s.Requests(t.Context(), tt.reach, report.Query{Limit: 10})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []id.Request
			for _, r := range list {
				got = append(got, r.ID)
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("%s: requests %v, want %v", name, got, tt.want)
			}
			sum, err := s.Span(t.Context(), tt.reach, noon, noon.Add(time.Hour))
			if err != nil || sum.Cost != tt.cost {
				t.Errorf("%s: span costs %d, %v, want %d", name, sum.Cost, err, tt.cost)
			}
			hours, err := s.Hours(t.Context(), tt.reach, noon, noon.Add(time.Hour))
			if err != nil || tt.cost > 0 && (len(hours) != 1 || hours[0].Cost != tt.cost) || tt.cost == 0 && len(hours) != 0 {
				t.Errorf("%s: hours %+v, %v, want cost %d", name, hours, err, tt.cost)
			}
			if _, err := s.Request(t.Context(), tt.reach, theirs); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: another organization's request gives %v", name, err)
			}
			attempts, err := s.Attempts(t.Context(), tt.reach, theirs)
			if err != nil || len(attempts) > 0 {
				t.Errorf("%s: another organization's attempts: %v, %v", name, attempts, err)
			}
		}
	})
}

func TestTheListOfRequestsPagesWithoutGapsAndNarrows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := db.NewReportStore(d)
		tr := newTraffic(newOrg(t, d))
		var want []id.Request
		for i := range 7 {
			at := noon.Add(time.Duration(i/3) * 300 * time.Nanosecond) // three at the same moment, others closer than a microsecond
			want = append([]id.Request{tr.call(at, tr.a, tr.ada, fmt.Sprint("m", i%2), 200, 1)}, want...)
		}
		refused := tr.call(noon.Add(time.Second), tr.a, tr.ada, "", 402, 0)
		failed := tr.call(noon.Add(2*time.Second), tr.a, tr.ada, "m9", 502, 0)
		tr.post(t, d)
		all := report.Reach{Org: tr.org, All: true}
		ask := func(q report.Query) string {
			list, err := s.Requests(context.Background(), all, q)
			if err != nil {
				t.Fatal(err)
			}
			var out []id.Request
			for _, r := range list {
				out = append(out, r.ID)
			}
			return fmt.Sprint(out)
		}
		want = append([]id.Request{failed, refused}, want...)
		var walked []id.Request
		for after := (report.Cursor{}); len(walked) < 20; {
			list, err := s.Requests(t.Context(), all, report.Query{Limit: 2, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				walked = append(walked, r.ID)
				if after, err = report.ParseCursor(report.Cursor{At: r.At, ID: r.ID}.String()); err != nil {
					t.Fatal(err)
				}
			}
			if len(list) < 2 {
				break
			}
		}
		if fmt.Sprint(walked) != fmt.Sprint(want) {
			t.Errorf("walked %v\nwant   %v", walked, want)
		}
		for name, tt := range map[string]struct {
			q    report.Query
			want []id.Request
		}{
			"refused by a rule":    {report.Query{Outcome: report.Refused}, []id.Request{refused}},
			"failed at a provider": {report.Query{Outcome: report.Failed}, []id.Request{failed}},
			"errors":               {report.Query{Outcome: report.Unanswered}, []id.Request{failed, refused}},
			"answered":             {report.Query{Outcome: report.Answered}, want[2:]},
			"a model":              {report.Query{Model: "m9"}, []id.Request{failed}},
			"an alias":             {report.Query{Model: "smart"}, want},
			"a connection":         {report.Query{Connection: "up"}, append([]id.Request{failed}, want[2:]...)},
			"one id":               {report.Query{ID: want[4]}, want[4:5]},
			"half-open in time":    {report.Query{From: noon.Add(time.Second), To: noon.Add(2 * time.Second)}, []id.Request{refused}},
			"a strange key":        {report.Query{Key: id.NewKey(ids)}, nil},
		} {
			tt.q.Limit = 50
			if got := ask(tt.q); got != fmt.Sprint(tt.want) {
				t.Errorf("%s: %s, want %v", name, got, tt.want)
			}
		}
	})
}
