package ui

// MeterProps describes how a limit stands: what is gone, what is held, what is left, and where it is heading. All amounts
// are in one unit, e.g. nano-dollars or tokens.
type MeterProps struct {
	Label string // for screen readers, the whole story: "$30 of $100 spent, $12 held, forecast $80"
	// Spent, Held and Suspense are drawn one after the other, Max is the whole width. More than Max fills it.
	Spent, Held, Suspense, Max int64
	// Forecast is where Spent will be at the end; 0 draws no mark.
	Forecast int64
	Tone     Tone // Neutral picks by share: warn from 75 %, bad from 100 %
}

func (p MeterProps) tone() Tone {
	return ProgressProps{Value: p.Spent + p.Held + p.Suspense, Max: max(p.Max, 1), Tone: p.Tone}.tone()
}

// parts are the beginnings and widths of the three amounts, in permille of the whole.
func (p MeterProps) parts() [3]struct{ x, width int64 } {
	var out [3]struct{ x, width int64 }
	if p.Max <= 0 { // a limit of nothing is always full
		out[0].width, out[1].x, out[2].x = 1000, 1000, 1000
		return out
	}
	at := int64(0)
	for i, v := range [...]int64{p.Spent, p.Suspense, p.Held} {
		w := permille(v, p.Max)
		if v > 0 && w < 4 {
			w = 4 // never invisible
		}
		w = min(w, 1000-at)
		out[i].x, out[i].width = at, w
		at += w
	}
	return out
}

// mark is where the forecast's mark stands, in permille; beyond the limit it stands at the end.
func (p MeterProps) mark() int64 { return min(permille(p.Forecast, p.Max), 994) }

// over reports a forecast beyond the limit.
func (p MeterProps) over() bool { return p.Forecast > p.Max }
