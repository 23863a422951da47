package ui

import (
	"strconv"
	"time"
)

// sampleValues are made-up figures for the style page: a repeatable wobble around a slow rise.
func sampleValues(n int, seed int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		seed = (seed*48271 + 11) % 2147483647
		out[i] = 20 + int64(i)/2 + seed%17
	}
	return out
}

func samplePoints(n int) []Point {
	out := make([]Point, n)
	for i, v := range sampleValues(n, 5) {
		day := strconv.Itoa(1+i%30) + " Nov"
		out[i] = Point{Label: day, Value: v, Text: "$" + strconv.FormatInt(v, 10) + ".00", Soft: i == n-1}
	}
	return out
}

func sampleBurn() []Point {
	out := []Point{{Label: "Beginning", Value: 100, Text: "$100.00"}}
	left := int64(100)
	for i, v := range sampleValues(14, 9) {
		left = max(0, left-v/6)
		out = append(out, Point{Label: strconv.Itoa(i+1) + " Nov", Value: left, Text: "$" + strconv.FormatInt(left, 10) + ".00"})
	}
	return out
}

func sampleDays(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(1+i) + " Nov"
	}
	return out
}

// sampleSeries rises and falls with the week, around a size in cents.
func sampleSeries(name string, n int, size, seed int64) Series {
	s := Series{Name: name, Href: "#"}
	var sum int64
	for i, v := range sampleValues(n, seed) {
		v = v * size / 30
		if i%7 >= 5 {
			v /= 5
		}
		sum += v
		s.Values = append(s.Values, v*nanos/100)
		s.Texts = append(s.Texts, sampleDollars(v))
	}
	s.Total = sampleDollars(sum)
	return s
}

func sampleDollars(cents int64) string {
	rest := strconv.FormatInt(100+cents%100, 10)[1:]
	return "$" + strconv.FormatInt(cents/100, 10) + "." + rest
}

func sampleStack() SeriesProps {
	p := SeriesProps{Title: "Spend by model per day", Summary: "gpt-5.5 leads.", Heading: "Day", Columns: sampleDays(30), Open: true}
	for i, name := range []string{"gpt-5.5", "claude-sonnet-4-5", "gemini-2.5-pro", "mistral-large"} {
		p.Series = append(p.Series, sampleSeries(name, 30, int64(2400>>i), int64(5+i)))
	}
	rest := sampleSeries("Others", 30, 180, 77)
	rest.Rest, rest.Href = true, ""
	before := sampleSeries("30 days before", 30, 3600, 12)
	before.Href = ""
	p.Series, p.Before = append(p.Series, rest), &before
	p.Axis = AxisFor(p.Tallest(), MoneyTick)
	return p
}

func sampleCompared() SeriesProps {
	this, before := sampleSeries("This month", 30, 3000, 4), sampleSeries("Last month", 30, 2500, 9)
	this.Values, this.Texts = this.Values[:24], this.Texts[:24]
	p := SeriesProps{Title: "Spend per day against last month", Summary: "Above last month on most days.", Heading: "Day", Columns: sampleDays(30), Series: []Series{this}, Before: &before}
	p.Axis = AxisFor(p.Largest(), MoneyTick)
	return p
}

func sampleLatency() SeriesProps {
	p := SeriesProps{Title: "Latency per hour", Summary: "p95 stays below two seconds.", Heading: "Hour"}
	for hour := range 24 {
		p.Columns = append(p.Columns, strconv.Itoa(hour)+":00")
	}
	for i, name := range []string{"p50", "p95", "p99"} {
		s := Series{Name: name}
		for hour, v := range sampleValues(24, int64(3+i)) {
			v = v * int64(i+1) * int64(i+1) * int64(8*time.Millisecond)
			text := TimeTick(v)
			if hour == 3 || hour == 4 {
				v, text = None, ""
			}
			s.Values, s.Texts = append(s.Values, v), append(s.Texts, text)
		}
		p.Series = append(p.Series, s)
	}
	p.Axis = AxisFor(p.Largest(), TimeTick)
	return p
}

func sampleHistogram() HistogramProps {
	p := HistogramProps{Title: "How long answers took", Summary: "Half took less than 640 ms.", Heading: "Took", Column: "Requests",
		Edges:     []string{"0", "100 ms", "200 ms", "400 ms", "800 ms", "1.6 s", "3.2 s", "6.4 s", "12.8 s"},
		Quantiles: []Quantile{{"p50", "640 ms", 460}, {"p95", "3.9 s", 770}, {"p99", "9.1 s", 940}}}
	var most int64
	for i, v := range []int64{12, 210, 1840, 4012, 2630, 902, 260, 41} {
		p.Bins = append(p.Bins, Bin{Label: p.Edges[i] + " to " + p.Edges[i+1], Value: v, Text: strconv.FormatInt(v, 10) + " requests", Href: "#"})
		most = max(most, v)
	}
	p.Axis = AxisFor(most, CountTick)
	return p
}

func sampleHeat() HeatProps {
	p := HeatProps{Title: "Spend by hour and weekday", Summary: "Most is spent on Tuesdays around 10.", Rows: []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, Most: "$41.20"}
	for hour := range 24 {
		p.Columns = append(p.Columns, strconv.Itoa(100 + hour)[1:])
	}
	for day := range p.Rows {
		var values []int64
		var texts []string
		for hour, v := range sampleValues(24, int64(day*31+7)) {
			awake := max(0, 36-int64((hour-13)*(hour-13)))
			v = v * awake * int64(5-day/5*4) / 5
			values, texts = append(values, v), append(texts, sampleDollars(v))
		}
		p.Values, p.Texts = append(p.Values, values), append(p.Texts, texts)
	}
	return p
}

func sampleSpans() SpansProps {
	const whole = int64(2480 * time.Millisecond)
	ms := int64(time.Millisecond)
	return SpansProps{Label: "One request, step by step", Whole: whole, Ticks: SpanTicks(whole, TimeTick), Spans: []Span{
		{Label: "Checked and reserved", Sub: "key, policy, budgets", From: 0, To: 2 * ms, Text: "1.9 ms", Tone: Accent, Icon: "shield-check"},
		{Label: "Attempt 1", Sub: "openai / gpt-5.5 · 503", From: 2 * ms, To: 640 * ms, Text: "638 ms", Tone: Bad, Icon: "x"},
		{Label: "Waited", Sub: "before the retry", From: 640 * ms, To: 900 * ms, Text: "260 ms", Icon: "clock"},
		{Label: "Attempt 2", Sub: "azure / gpt-5.5 · 200", From: 900 * ms, To: 2480 * ms, Text: "1.58 s", Tone: Good, Icon: "check"},
		{Label: "First byte", From: 900 * ms, To: 1310 * ms, Text: "410 ms", Tone: Info, Nested: true},
	}}
}
