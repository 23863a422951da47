package usageweb

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

func row(id string, now, before money.USD) usage.Row {
	return usage.Row{Values: []usage.Value{{ID: id, Name: id}}, Totals: usage.Totals{Cost: now}, Before: usage.Totals{Cost: before}}
}

func TestMoversAreWhatChangedMostEitherWay(t *testing.T) {
	t.Parallel()
	r := usage.Result{Rows: []usage.Row{row("same", 50, 50), row("up", 90, 40), row("down", 0, 60), row("new", 5, 0), {Others: true, Totals: usage.Totals{Cost: 1000}}}}
	got := Movers(r, usage.Model, nil, 10)
	if len(got) != 3 || got[0].Label != "down" || got[1].Label != "up" || got[2].Label != "new" {
		t.Fatalf("%+v", got)
	}
	if got[0].ChangeUp || !got[1].ChangeUp || got[0].Change != "gone" || got[1].Change != "125 %" || got[2].Change != "new" || got[0].Value != 60 {
		t.Errorf("%+v", got)
	}
	if one := Movers(r, usage.Model, nil, 1); len(one) != 1 {
		t.Errorf("%d of at most one", len(one))
	}
}

func TestTheWeekMapIsInTheOrganizationsZone(t *testing.T) {
	t.Parallel()
	kathmandu, err := time.LoadLocation("Asia/Kathmandu") // 5:45 ahead
	if err != nil {
		t.Fatal(err)
	}
	sunday := time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC) // Monday 00:45 there
	r := usage.Result{Steps: []usage.Step{{From: sunday, To: sunday.Add(time.Hour)}, {From: sunday.AddDate(0, 0, 7)}},
		Rows: []usage.Row{{Series: []usage.Totals{{Cost: 2 * money.Dollar}, {Cost: money.Dollar}}}}}
	p := WeekMap(r, kathmandu)
	if p.Values[0][0] != int64(3*money.Dollar) || p.Texts[0][0] != "$3.00" || p.Most != "$3.00" {
		t.Errorf("Monday at midnight is %d, %s of at most %s", p.Values[0][0], p.Texts[0][0], p.Most)
	}
	if p.Summary != "Most is spent on Mon, 00 to 01 o'clock: $3.00 in four weeks." {
		t.Errorf("summary: %s", p.Summary)
	}
}

func TestStackedBarsAddUpToTheirTotals(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	a, b := row("a", 30, 0), row("b", 12, 0)
	a.Series, b.Series = []usage.Totals{{Cost: 10}, {Cost: 20}}, []usage.Totals{{Cost: 12}, {}}
	r := usage.Result{Query: usage.Query{From: day, To: day.AddDate(0, 0, 2)}, Rows: []usage.Row{a, b, row("nothing", 0, 0)}, Total: usage.Totals{Cost: 42},
		Steps: []usage.Step{{From: day, To: day.AddDate(0, 0, 1)}, {From: day.AddDate(0, 0, 1), To: day.AddDate(0, 0, 2)}}}
	p := Stacked(r, usage.Result{}, usage.Model, "the 2 days before", time.UTC)
	if len(p.Series) != 2 || p.Before != nil || p.Tallest() != 22 || p.Hrefs[1] != "/requests?from=2026-11-02&to=2026-11-02" {
		t.Fatalf("%+v", p)
	}
	if p.Series[0].Href != "/requests?answered=a&from=2026-11-01&to=2026-11-02" {
		t.Errorf("a layer leads to %s", p.Series[0].Href)
	}
}
