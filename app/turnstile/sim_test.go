package turnstile

import (
	"container/heap"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// machine is one processor with one queue, in simulated time: what a gateway does, without a gateway. Streams stand in the queue here
// as everybody does: they take no turns, which only makes it harder. So overload can be
// looked at exactly, on any machine.
type machine struct {
	t       *testing.T
	now     time.Duration
	events  events
	order   int
	gate    *Turnstile
	clock   *still
	random  *rand.Rand
	line    []job
	working bool
	waits   []time.Duration
}

// job is what waits for the processor.
type job struct {
	asked  time.Duration
	decide func() time.Duration
	then   func()
}

// still is a clock that the simulation moves.
type still struct{ now time.Time }

func (s *still) Now() time.Time { return s.now }

var _ clock.Clock = (*still)(nil)

type event struct {
	at    time.Duration
	order int
	run   func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	x := old[len(old)-1]
	*e = old[:len(old)-1]
	return x
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, clock: &still{time.Unix(1_800_000_000, 0)}, random: rand.New(rand.NewPCG(1, 2))}
	m.gate = New(m.clock, slog.New(slog.DiscardHandler), m.sample)
	m.gate.governor.processors = 1
	var beat func()
	beat = func() { m.gate.turn(m.clock.now); m.after(tick, beat) }
	m.after(tick, beat)
	return m
}

func (m *machine) after(d time.Duration, run func()) {
	m.order++
	heap.Push(&m.events, event{m.now + d, m.order, run})
}

// about is a time that varies by half of itself: providers are no metronomes.
func (m *machine) about(d time.Duration) time.Duration {
	return d/2 + time.Duration(m.random.Int64N(int64(d)+1))
}

// work puts something into the queue of the processor: decide runs when its turn comes and says what it costs; then runs
// when that is done.
func (m *machine) work(decide func() time.Duration, then func()) {
	m.line = append(m.line, job{m.now, decide, then})
	if !m.working {
		m.step()
	}
}

// step takes the first of the queue.
func (m *machine) step() {
	if m.working = len(m.line) > 0; !m.working {
		return
	}
	j := m.line[0]
	m.line = m.line[1:]
	m.waits = append(m.waits, m.now-j.asked)
	m.after(j.decide(), func() {
		if j.then != nil {
			j.then()
		}
		m.step()
	})
}

func (m *machine) sample() Sample {
	s := Sample{Queue: float64(len(m.line))}
	if n := len(m.waits); n > 0 {
		slices.Sort(m.waits)
		s.Wait = m.waits[int(often*float64(n-1))]
	}
	m.waits = m.waits[:0]
	return s
}

func (m *machine) until(at time.Duration) {
	for len(m.events) > 0 && m.events[0].at <= at {
		e := heap.Pop(&m.events).(event)
		m.now = e.at
		m.clock.now = time.Unix(1_800_000_000, 0).Add(m.now)
		e.run()
	}
	m.now = at
}

// kind is what a request is like.
type kind struct {
	come, chunk, refusal time.Duration // of the processor
	chunks               int
	pause                time.Duration // of the provider before each chunk
}

// cost is the processor's time for all of it.
func (k kind) cost() time.Duration { return k.come + time.Duration(k.chunks)*k.chunk }

var (
	document = kind{come: 70 * time.Microsecond, chunk: 50 * time.Microsecond, refusal: 20 * time.Microsecond, chunks: 1, pause: 60 * time.Millisecond}
	speech   = kind{come: 110 * time.Microsecond, chunk: 40 * time.Microsecond, refusal: 20 * time.Microsecond, chunks: 40, pause: 25 * time.Millisecond}
)

// tenant is an organization's load.
type tenant struct {
	org             id.Org
	sent            int
	served, refused []time.Duration // how long each took
	at              []time.Duration // when each was served
}

// load sends a tenant's requests evenly from now on for a while.
func (m *machine) load(n *tenant, k kind, rate float64, d time.Duration) {
	until := m.now + d
	gap := time.Duration(float64(time.Second) / rate)
	var next func()
	next = func() {
		if m.now >= until {
			return
		}
		n.sent++
		m.request(n, k)
		m.after(gap, next)
	}
	next()
}

func (m *machine) request(n *tenant, k kind) {
	began := m.now
	v := &Visit{}
	left := max(1, int(m.about(time.Duration(k.chunks))))
	coming, lies := left, 0
	var speak func() // the provider does, whatever the processor is at
	speak = func() {
		if coming--; coming > 0 {
			m.after(m.about(k.pause), speak)
		}
		if lies++; lies > 1 {
			return // it is read with the one before
		}
		m.work(func() time.Duration {
			m.gate.Stir(v)
			cost := k.chunk + time.Duration(lies-1)*k.chunk/2
			left, lies = left-lies, 0
			if left == 0 {
				m.gate.Leave(v)
			}
			return cost
		}, func() {
			if left == 0 {
				n.served, n.at = append(n.served, m.now-began), append(n.at, m.now)
			}
		})
	}
	enter := func() time.Duration {
		v.org = n.org
		m.gate.flying.Add(1)
		m.gate.Stir(v)
		m.after(k.come+m.about(k.pause), speak)
		return k.come
	}
	m.work(func() time.Duration {
		if !m.gate.pressed.Load() {
			return enter()
		}
		v.share = m.gate.crowd.of(n.org)
		wait, ok := m.gate.claim(v.share)
		switch {
		case !ok:
			m.after(k.refusal, func() { n.refused = append(n.refused, m.now-began) })
			return k.refusal
		case wait > 0:
			m.after(wait, func() { m.work(enter, nil) })
			return k.refusal / 4
		}
		return enter()
	}, nil)
}

// share in hundredths, of a list of moments between from and to.
func (n *tenant) goodput(from, to time.Duration) float64 {
	i, _ := slices.BinarySearch(n.at, from)
	j, _ := slices.BinarySearch(n.at, to)
	return float64(j-i) / (to - from).Seconds()
}

func quantileOf(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Clone(d)
	slices.Sort(d)
	return d[int(q*float64(len(d)-1))]
}
