package reportweb

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/report"
)

func TestTheTimelineTellsAttemptsAndTheWaitBetweenThem(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	attempt := func(n int, after, took, first time.Duration, class string) report.Attempt {
		state := ledger.Complete
		if class != "" {
			state = ledger.Voided
		}
		return report.Attempt{Attempt: ledger.Attempt{Number: n, At: at.Add(after), Provider: "up", Model: "m"}, End: ledger.Settlement{State: state, Class: class, Duration: took, FirstByte: first}}
	}
	const ms = time.Millisecond
	d := report.Detail{Request: report.Request{Request: ledger.Request{At: at, Duration: 1000 * ms}}, Attempts: []report.Attempt{
		attempt(1, 2*ms, 300*ms, 0, "overloaded"), attempt(2, 500*ms, 490*ms, 100*ms, "")}}
	want := []struct {
		label    string
		from, to time.Duration
	}{{"Checked and reserved", 0, 2 * ms}, {"Attempt 1", 2 * ms, 302 * ms}, {"Waited", 302 * ms, 500 * ms}, {"Attempt 2", 500 * ms, 990 * ms}, {"First byte", 500 * ms, 600 * ms}, {"Delivered", 990 * ms, 1000 * ms}}
	p := timeline(d)
	if len(p.Spans) != len(want) || p.Whole != int64(1000*ms) {
		t.Fatalf("%+v", p)
	}
	for i, w := range want {
		if s := p.Spans[i]; s.Label != w.label || s.From != int64(w.from) || s.To != int64(w.to) {
			t.Errorf("step %d is %+v, want %+v", i, s, w)
		}
	}
	if p.Spans[1].Tone == p.Spans[3].Tone {
		t.Error("what failed looks like what was answered")
	}
	if got := timeline(report.Detail{}); len(got.Spans) > 0 {
		t.Errorf("a refused request has steps: %+v", got)
	}
}
