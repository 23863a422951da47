package ui

import (
	"strings"
	"testing"
)

func TestALineHasAGapWhereThereIsNoValue(t *testing.T) {
	t.Parallel()
	p := SeriesProps{Columns: []string{"a", "b", "c", "d", "e"}, Axis: Axis{Top: 10}}
	s := Series{Values: []int64{1, 2, None, 4}} // and nothing yet for the last
	runs := p.runs(s)
	if len(runs) != 2 || len(runs[0]) != 2 || len(runs[1]) != 1 {
		t.Fatalf("the line is cut into %v", runs)
	}
	if got := path(runs[0]); got != "100,90 300,80" {
		t.Errorf("it begins %s", got)
	}
}

func TestStackedPartsStandOnEachOtherAndNeverLeaveTheBox(t *testing.T) {
	t.Parallel()
	p := SeriesProps{Columns: []string{"a"}, Axis: Axis{Top: 1_000_000}, Series: []Series{
		{Values: []int64{500_000}}, {Values: []int64{0}}, {Values: []int64{1}}, {Values: []int64{499_999}}}}
	layers := p.layers(0)
	if len(layers) != 3 {
		t.Fatalf("%d layers: nothing is drawn of nothing, something of everything else", len(layers))
	}
	ground := 100.0
	for _, l := range layers {
		y, h := number(t, l.y), number(t, l.height)
		if h <= 0 || y < 0 || y+h > ground+0.01 || y+h < ground-0.01 {
			t.Errorf("a layer from %v, %v high, on %v", y, h, ground)
		}
		ground = y
	}
	if p.Tallest() != 1_000_000 {
		t.Errorf("the tallest column is %d", p.Tallest())
	}
}

func TestSeriesBeyondTheColoursAreEverythingElse(t *testing.T) {
	t.Parallel()
	p := SeriesProps{Series: make([]Series, maxSeries+2), Before: &Series{}}
	p.Series[1].Rest = true
	for i, want := range map[int]string{0: "b-series-1", 1: "b-series-rest", maxSeries - 1: "b-series-6", maxSeries: "b-series-rest", maxSeries + 2: "b-series-before"} {
		if got := p.color(i); got != want {
			t.Errorf("series %d is %s, want %s", i, got, want)
		}
	}
}

// Whoever does not see a picture finds every figure of it, and every link, in the table behind it.
func TestEveryChartHasItsFiguresInATable(t *testing.T) {
	t.Parallel()
	p := sampleStack()
	p.Hrefs = make([]string, len(p.Columns))
	for i := range p.Hrefs {
		p.Hrefs[i] = "/requests?day=" + p.Columns[i]
	}
	root := render(t, Stacked(p))
	words := text(all(root, "table")[0])
	for _, s := range append(p.Series, *p.Before) {
		for _, w := range s.Texts {
			if !strings.Contains(words, w) {
				t.Fatalf("the table lacks %s of %s", w, s.Name)
			}
		}
	}
	links := map[string]int{}
	for _, a := range all(root, "a") {
		href, _ := attr(a, "href")
		if index, ok := attr(a, "tabindex"); ok && index != "-1" {
			t.Errorf("a link has tabindex %s", index)
		}
		links[href]++
	}
	for _, want := range p.Hrefs {
		if links[strings.ReplaceAll(want, " ", "%20")]+links[want] != 2 {
			t.Errorf("%s is linked from %d places, want the picture and the table", want, links[want])
		}
	}
}

func TestHeatLevelsAreFifthsOfTheLargest(t *testing.T) {
	t.Parallel()
	for v, want := range map[int64]int{-1: 0, 0: 0, 1: 1, 199: 1, 200: 2, 999: 5, 1000: 5} {
		if got := level(v, 1000); got != want {
			t.Errorf("level(%d) = %d, want %d", v, got, want)
		}
	}
	if level(5, 0) != 0 {
		t.Error("without a largest value there is a shade")
	}
}

func TestSpansStayInsideAndAreSeen(t *testing.T) {
	t.Parallel()
	p := SpansProps{Whole: 1_000_000}
	for _, s := range []Span{{From: 0, To: 1}, {From: 999_999, To: 1_000_000}, {From: 5, To: 2_000_000}, {From: 3, To: 3}} {
		r := p.bar(s)
		if x, w := number(t, r.x), number(t, r.width); x < 0 || w < 4 || x+w > 1000 {
			t.Errorf("%+v is drawn from %v, %v wide", s, x, w)
		}
	}
}
