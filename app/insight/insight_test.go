package insight

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

func version(n int64, at time.Time, strategy route.Strategy, targets ...string) route.Version {
	d := route.Document{Alias: "smart", Strategy: strategy}
	for _, t := range targets {
		d.Targets = append(d.Targets, route.ToTarget{To: t})
	}
	return route.Version{Number: n, Body: d, At: at}
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func ago(days int) time.Time { return noon.AddDate(0, 0, -days) }

func TestOnlyAnotherFirstTargetIsAChange(t *testing.T) {
	t.Parallel()
	got := changesOf([]route.Version{version(4, ago(9), "", "up/b", "up/a"), version(1, ago(40), "", "up/a"), version(2, ago(30), "", "up/a", "up/c"), version(3, ago(20), route.Strategy("weighted"), "up/b")})
	if len(got) != 0 {
		t.Errorf("a strategy that divides: %+v", got)
	}
	got = changesOf([]route.Version{version(3, ago(20), route.Ordered, "up/b"), version(1, ago(40), "", "up/a"), version(2, ago(30), "", "up/a", "up/c")})
	if len(got) != 1 || got[0] != (change{ago(20), "up/a", "up/b"}) {
		t.Errorf("%+v", got)
	}
}

func TestWholeWeeksThatAreOverAreCompared(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		changes       []int // days ago
		before, after int
		ok            bool
	}{
		"three weeks ago":           {[]int{21}, 28, 14, true}, // the day of the change and today do not count
		"eight days ago":            {[]int{8}, 28, 7, true},
		"seven days ago":            {[]int{7}, 0, 0, false},
		"long ago":                  {[]int{70}, 0, 0, false},
		"seven weeks ago":           {[]int{50}, 28, 28, true},
		"two, ten days apart":       {[]int{30, 20}, 7, 14, true},
		"two, one right after":      {[]int{22, 20}, 0, 0, false},
		"over the change of clocks": {[]int{35}, 28, 28, true},
	} {
		var all []change
		for _, d := range c.changes {
			all = append(all, change{at: ago(d)})
		}
		before, after, ok := spans(all, noon, berlin)
		if ok != c.ok || ok && (before.Days != c.before || after.Days != c.after) {
			t.Errorf("%s: %+v %+v %v", name, before, after, ok)
		}
		if !ok {
			continue
		}
		at := all[len(all)-1].at.In(berlin)
		for _, edge := range []time.Time{before.From, before.To, after.From, after.To} {
			if h := edge.In(berlin); h.Hour() != 0 || h.Minute() != 0 {
				t.Errorf("%s: %v is no midnight", name, h)
			}
		}
		if !before.To.Equal(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, berlin)) || !after.From.Equal(time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, berlin)) || after.To.After(noon) {
			t.Errorf("%s: %+v %+v", name, before, after)
		}
	}
}

// town is an organization whose route smart moved 22 days ago; requests cost less since then, and nothing else is another.
type town struct {
	asked []usage.Query
	after money.USD
}

func (*town) Names(context.Context, org.Actor) (route.Names, error) {
	return route.Names{Aliases: []route.Alias{{Name: "smart"}}}, nil
}

func (*town) Versions(context.Context, org.Actor, id.Alias) ([]route.Version, error) {
	return []route.Version{version(1, ago(60), "", "up/big"), version(2, ago(22), "", "up/small", "up/big")}, nil
}

func (*town) Now() time.Time { return noon }

func (*town) Zone(context.Context, org.Actor) (*time.Location, error) { return time.UTC, nil }

func (w *town) Query(_ context.Context, _ org.Actor, q usage.Query) (r usage.Result, err error) {
	w.asked = append(w.asked, q)
	if len(q.By) > 0 {
		r.Rows = []usage.Row{{Values: []usage.Value{{ID: "smart"}}}, {Values: []usage.Value{{ID: "gpt"}}}, {Others: true}}
		return r, nil
	}
	for at, n := q.From, int64(0); at.Before(q.To); at, n = at.AddDate(0, 0, 1), n+1 {
		cost := 2 * money.Cent
		if at.After(ago(22)) {
			cost = w.after
		}
		requests := 100 + n%7
		r.Series = append(r.Series, usage.Totals{Requests: requests + 50, Refused: 50, Failed: n % 2, Cost: money.USD(requests) * cost})
	}
	return r, nil
}

func (*town) Speeds(_ context.Context, _ org.Actor, q usage.Query) ([]usage.SpeedRow, error) {
	return []usage.SpeedRow{{Attempts: 100, Duration: usage.Percentiles{P50: 1 + 0.01*float64(q.From.Day()%3)}}}, nil
}

func (*town) Rated(_ context.Context, _ id.Org, model string, _, _ time.Time) (feedback.Sum, error) {
	if model == "big" {
		return feedback.Sum{}, nil
	}
	return feedback.Sum{Count: 50, Value: 40_000}, nil
}

func TestAMoveIsToldWithItsMoney(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(func() time.Time { return noon }, nil)
	viewer := org.Actor{Org: id.NewOrg(ids), Role: org.Viewer}
	w := &town{after: money.Cent}
	team := id.NewTeam(ids)
	all, err := New(w, w, w).Of(t.Context(), viewer, team)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	x := all[0]
	if !x.Known || x.Before.Days != 28 || x.After.Days != 21 || x.Requests != 21*103 || x.Monthly != money.USD(30*103)*money.Cent {
		t.Errorf("%+v", x)
	}
	if c := x.of(experiment.Latency); c == nil || c.Side != 0 {
		t.Errorf("time: %+v", c)
	}
	if c := x.of(experiment.Quality); c != nil {
		t.Errorf("nothing was rated before: %+v", c)
	}
	text := x.Title() + "\n" + x.Text(time.UTC)
	for _, want := range []string{"smart moved to up/small: about 30.90 USD less a month", "On 3 November the first target of smart became up/small, after up/big", "50.0 % lower", "No difference in the rate of errors is certain", "28 days before are compared with 21 after"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, q := range w.asked {
		if q.Where[0].Dim != usage.Team || q.Where[0].Values[0] != team.String() {
			t.Errorf("asked for more than the team's: %+v", q)
		}
	}
	w.after = 2 * money.Cent
	if all, err = New(w, w, w).Of(t.Context(), viewer, id.Team{}); err != nil || len(all) != 1 || all[0].Known || !strings.Contains(all[0].Title(), "no difference in cost is certain") {
		t.Errorf("nothing changed: %+v, %v", all, err)
	}
	if _, err := New(w, w, w).Of(t.Context(), org.Actor{}, team); err == nil {
		t.Error("nobody may look")
	}
}
