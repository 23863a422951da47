package ui

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestAMeterIsNeverWiderThanItsLimitAndHidesNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func() int64 {
		return []int64{0, 1, random.Int64N(100), random.Int64N(1 << 40), 1<<62 - 1, -5}[random.IntN(6)]
	}
	for range 20_000 {
		p := MeterProps{Spent: pick(), Held: pick(), Suspense: pick(), Max: pick(), Forecast: pick()}
		end := int64(0)
		for i, part := range p.parts() {
			if part.x < end || part.width < 0 || part.x+part.width > 1000 {
				t.Fatalf("%+v: part %d is %+v after %d", p, i, part, end)
			}
			end = part.x + part.width
		}
		if first := p.parts()[0].width; p.Max > 0 && p.Spent > 0 && first == 0 || p.Max <= 0 && first != 1000 {
			t.Fatalf("%+v: spent is %d wide", p, first)
		}
		if m := p.mark(); m < 0 || m > 994 {
			t.Fatalf("%+v: the mark stands at %d", p, m)
		}
	}
}

func TestAMeterTellsWordsToScreenReadersAndMarksAForecastBeyondTheLimit(t *testing.T) {
	t.Parallel()
	root := render(t, Meter(MeterProps{Label: "all of it", Spent: 90, Max: 100, Forecast: 130}))
	svg := all(root, "svg")[0]
	if label, _ := attr(svg, "aria-label"); label != "all of it" {
		t.Errorf("label %q", label)
	}
	class, _ := attr(all(root, "rect")[4], "class")
	if tone, _ := attr(svg, "class"); !strings.Contains(tone, "warn") || !strings.Contains(class, "over") {
		t.Errorf("tone %q, mark %q", tone, class)
	}
	if n := len(all(render(t, Meter(MeterProps{Label: "x", Spent: 1, Max: 2})), "rect")); n != 4 {
		t.Errorf("without a forecast there are %d parts", n)
	}
}

func TestABurnDownEndsWhereNothingIsLeft(t *testing.T) {
	t.Parallel()
	p := BurnProps{Title: "t", Points: []Point{{Value: 100}, {Value: 80}, {Value: 60}}, Slots: 10, Limit: 100, End: -60, HasEnd: true, Top: 100, Ticks: []string{"0", "100"}}
	for what, got := range map[string][2]string{
		"line":    {p.line(), "0,0 100,20 200,40"},
		"pace":    {p.pace(), "0,0 1000,100"},
		"outlook": {p.outlook(), "200,40 600,100"}, // half of the way, as much is left as lacks at the end
	} {
		if got[0] != got[1] {
			t.Errorf("%s is %s, want %s", what, got[0], got[1])
		}
	}
	p.End = 20
	if got := p.outlook(); got != "200,40 1000,80" {
		t.Errorf("an outlook that stays above nothing is %s", got)
	}
	p.Points = append(p.Points, Point{Value: -40}) // overrun: on the ground, never below the frame
	for _, pair := range strings.Fields(p.line() + " " + p.area()) {
		_, y, _ := strings.Cut(pair, ",")
		if v, err := strconv.ParseFloat(y, 64); err != nil || v < 0 || v > 100 {
			t.Errorf("%s leaves the frame", pair)
		}
	}
}
