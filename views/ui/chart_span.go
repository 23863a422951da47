package ui

// Span is one bar of a timeline, with the time before it left free.
type Span struct {
	Label    string
	Sub      string
	From, To int64  // in the unit of SpansProps.Whole
	Text     string // its duration in words
	Tone     Tone
	Nested   bool // a part of the span above
	// Icon goes before the label: what kind of step it is.
	Icon string
}

// SpansProps describes a timeline: what happened when, and for how long.
type SpansProps struct {
	Label string // what it shows, for screen readers
	Whole int64  // where it ends, any unit
	Spans []Span
	Ticks []string // labels along the top, evenly spaced, from 0
}

// bar is the place of a span in a box of 1000. Whatever took time is never invisible.
func (p SpansProps) bar(s Span) rect {
	from, to := permille(s.From, p.Whole), permille(s.To, p.Whole)
	const least = 4
	width := max(to-from, least)
	return rect{x: unit(float64(min(from, 1000-width))), width: unit(float64(width))}
}

// SpanTicks are labels of a timeline's axis in quarters. label prints one of them.
func SpanTicks(whole int64, label func(int64) string) []string {
	out := make([]string, 5)
	for i := range out {
		out[i] = label(whole / 4 * int64(i))
	}
	out[4] = label(whole)
	return out
}
