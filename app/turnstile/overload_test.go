package turnstile

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Far more is asked than one processor can do, for a while. It goes on doing nearly as much as it can, says no quickly,
// and is as before a moment later.
func TestOverloadInSimulatedTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   kind
		factor float64       // of what can be done
		least  float64       // of what is possible when refusals have taken their time
		slow   time.Duration // the most that a hundredth of the refusals may take
	}{
		"documents at twice the capacity": {document, 2, 0.9, 20 * time.Millisecond},
		"documents at four times":         {document, 4, 0.9, 20 * time.Millisecond},
		"streams at one and a half":       {speech, 1.5, 0.9, 20 * time.Millisecond},
		"streams at five times":           {speech, 5, 0.9, 20 * time.Millisecond},
		"streams at ten times":            {speech, 10, 0.85, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			capacity := float64(time.Second) / float64(c.kind.cost())
			possible := (1 - c.factor*capacity*c.kind.refusal.Seconds()) / (1 - capacity*c.kind.refusal.Seconds()) * capacity
			m, n := newMachine(t), &tenant{}
			const hot = 15 * time.Second
			m.load(n, c.kind, capacity*c.factor, hot)
			// What came in before anybody could know is in the way for a moment: it was let in and has to be done.
			m.until(2 * time.Second)
			first := len(n.refused)
			m.until(hot)
			if got := n.goodput(2*time.Second, hot); got < c.least*possible {
				t.Errorf("%.0f answers a second of the %.0f that are possible", got, possible)
			}
			if got := quantileOf(n.refused[first:], 0.99); got > c.slow || len(n.refused) == first {
				t.Errorf("%d refusals, the slowest hundredth took %v", len(n.refused)-first, got)
			}
			if got := quantileOf(n.refused[:first], 0.99); got > 400*time.Millisecond {
				t.Errorf("in the first two seconds the slowest hundredth of refusals took %v", got)
			}
			refused := len(n.refused)
			m.load(n, c.kind, capacity/2, 5*time.Second)
			m.until(m.now + 2*time.Second)
			late, served := len(n.refused), len(n.served)
			m.until(m.now + 3*time.Second)
			if late-refused > int(capacity/2) || len(n.refused) != late || quantileOf(n.served[served:], 0.9) > 3*time.Second {
				t.Errorf("afterwards %d were refused at first and %d later; served in %v", late-refused, len(n.refused)-late, quantileOf(n.served[served:], 0.9))
			}
			if m.gate.pressed.Load() {
				t.Error("still pressed 5 s later")
			}
		})
	}
}

// One organization asks for ten times its half. The other, which asks for less than its own, is served as if it were alone.
func TestTheQuietDoNotPayForTheLoud(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]kind{"documents": document, "streams": speech} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			capacity := float64(time.Second) / float64(k.cost())
			k.refusal /= 4 // so that refusing ten times as much leaves time for anything
			ids := id.NewSource(clock.System{}.Now, nil)
			alone := quantileOf(quiet(t, k, capacity, nil, ids).served, 0.99)
			loud := &tenant{org: id.NewOrg(ids)}
			beside := quiet(t, k, capacity, loud, ids)
			if len(beside.refused) > beside.sent/100 {
				t.Errorf("%d of %d requests of the quiet one were refused", len(beside.refused), beside.sent)
			}
			// 25 ms are five passages of a queue at its target: small beside what models take, large beside these 60 ms.
			if got := quantileOf(beside.served, 0.99); got > alone+alone/5+25*time.Millisecond {
				t.Errorf("p99 alone %v, beside the loud one %v", alone, got)
			}
			if len(loud.refused) < loud.sent/2 {
				t.Errorf("%d of %d of the loud one were refused", len(loud.refused), loud.sent)
			}
		})
	}
}

// quiet gives what a tenant sees that asks for a third of the capacity, from the fourth second on.
func quiet(t *testing.T, k kind, capacity float64, loud *tenant, ids *id.Source) *tenant {
	m := newMachine(t)
	if loud != nil {
		m.load(loud, k, 5*capacity, 12*time.Second)
	}
	m.until(4 * time.Second)
	n := &tenant{org: id.NewOrg(ids)}
	m.load(n, k, capacity/3, 8*time.Second)
	m.until(12 * time.Second)
	return n
}
