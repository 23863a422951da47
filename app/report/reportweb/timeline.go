package reportweb

import (
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// pause is how long nothing must have been under way between two attempts to be worth a row.
const pause = 5 * time.Millisecond

// timeline is when each step of a request began and how long it took; nothing for one that no provider was asked.
func timeline(d report.Detail) ui.SpansProps {
	if len(d.Attempts) == 0 {
		return ui.SpansProps{}
	}
	whole := d.Duration
	for _, a := range d.Attempts {
		whole = max(whole, a.At.Sub(d.At)+a.End.Duration)
	}
	p := ui.SpansProps{Label: "The request, step by step", Whole: int64(max(whole, time.Microsecond))}
	p.Ticks = ui.SpanTicks(p.Whole, ui.TimeTick)
	add := func(s ui.Span, from, to time.Duration) {
		from, to = max(0, from), max(0, from, to)
		s.From, s.To, s.Text = int64(from), int64(to), or(took(to-from), "–")
		p.Spans = append(p.Spans, s)
	}
	add(ui.Span{Label: "Checked and reserved", Sub: "key, rules, budgets, route", Tone: ui.Accent, Icon: "shield-check"}, 0, d.Attempts[0].At.Sub(d.At))
	last := d.Attempts[0].At.Sub(d.At)
	for _, a := range d.Attempts {
		from := a.At.Sub(d.At)
		if from-last > pause {
			add(ui.Span{Label: "Waited", Sub: "before the next try", Icon: "clock"}, last, from)
		}
		last = from + a.End.Duration
		add(attemptSpan(a), from, last)
		if a.End.FirstByte > 0 && a.End.FirstByte < a.End.Duration {
			add(ui.Span{Label: "First byte", Tone: ui.Info, Nested: true}, from, from+a.End.FirstByte)
		}
	}
	if d.Duration-last > pause {
		add(ui.Span{Label: "Delivered", Sub: "to the client", Tone: ui.Accent, Icon: "send"}, last, d.Duration)
	}
	return p
}

func attemptSpan(a report.Attempt) ui.Span {
	s := ui.Span{Label: "Attempt " + strconv.Itoa(a.Number), Sub: a.Provider + "/" + a.Model, Tone: ui.Good, Icon: "check"}
	if a.End.Status > 0 {
		s.Sub += " · " + strconv.Itoa(a.End.Status)
	}
	if a.End.Class != "" || a.End.State != ledger.Complete && a.End.State != ledger.Counted {
		s.Tone, s.Icon = ui.Bad, "x"
	}
	return s
}
