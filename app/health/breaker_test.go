package health

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var ids = id.NewSource(clock.System{}.Now, nil)

// scene is a board at a moment that the test moves, with the longest of random cool-downs.
type scene struct {
	*Board
	t       *testing.T
	now     time.Time
	at      Target
	key     secret.String
	changes []Change
}

func newScene(t *testing.T, r Rules) *scene {
	s := &scene{t: t, now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), key: secret.New("sk-1"),
		at: Target{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Model: "m"}}
	s.Board = NewBoard(Config{Rules: func(id.Org, id.Connection) Rules { return r }, Random: func(int64) int64 { return 0 }, Changed: func(c Change) { s.changes = append(s.changes, c) }})
	return s
}

// try asks the target once; false = it was left alone.
func (s *scene) try(r Report) bool {
	p, _, ok := s.Admit(s.at, s.key, s.now)
	if ok {
		if r.Outcome == Good {
			p.Alive(s.now)
		}
		p.Done(s.now, r)
	}
	return ok
}

func (s *scene) tries(n int, r Report) (let int) {
	for range n {
		if s.try(r) {
			let++
		}
	}
	return let
}

func (s *scene) state() State {
	for _, st := range s.Standings(s.at.Org, s.now) {
		if st.Target == s.at {
			return st.State
		}
	}
	return Closed
}

var good, bad = Report{Outcome: Good}, Report{Outcome: Bad}

func TestABreakerOpensWhenTooManyFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(s *scene)
		open bool
	}{
		"eight in a row": {func(s *scene) { s.tries(8, bad) }, true},
		"seven in a row": {func(s *scene) { s.tries(7, bad) }, false},
		"every second one": {func(s *scene) {
			for range 8 {
				s.try(bad)
				s.try(good)
			}
		}, true},
		"every third one": {func(s *scene) {
			for range 40 {
				s.try(bad)
				s.try(good)
				s.try(good)
			}
		}, false},
		"all at once after much success": {func(s *scene) { s.try(bad); s.tries(5000, good); s.tries(8, bad) }, true},
		"slowly": {func(s *scene) {
			for range 40 {
				s.try(bad)
				s.try(good)
				s.now = s.now.Add(10 * time.Second)
			}
		}, false},
		"what says nothing":           {func(s *scene) { s.tries(1000, Report{}) }, false},
		"a failure of the connection": {func(s *scene) { s.tries(8, Report{Outcome: Bad, Whole: true}) }, false}, // its own breaker opens
		"pauses that the provider asks for": {func(s *scene) {
			for range 40 {
				s.try(Report{Outcome: Limited})
				s.now = s.now.Add(2 * time.Second)
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, Defaults())
			if c.do(s); (s.state() == Open) != c.open {
				t.Errorf("%s after %+v", s.state(), s.changes)
			}
		})
	}
}

func TestAnOpenBreakerIsProbedByOneAtATimeAndClosesOnSuccess(t *testing.T) {
	t.Parallel()
	r := Defaults()
	r.Successes = 2
	s := newScene(t, r)
	s.tries(10, bad)
	if n := s.tries(100, good); n != 0 {
		t.Errorf("%d requests passed an open breaker", n)
	}
	s.now = s.now.Add(r.CoolDown)
	first, _, ok := s.Admit(s.at, s.key, s.now)
	if n := s.tries(100, good); n != 0 || !ok {
		t.Errorf("%d requests passed beside the probe", n)
	}
	first.Alive(s.now)
	if s.state() != HalfOpen {
		t.Errorf("%s after one of two probes", s.state())
	}
	if first.Done(s.now, good); s.state() != HalfOpen {
		t.Errorf("%s after one of two probes that came to its end", s.state())
	}
	if !s.try(good) || s.state() != Closed || s.tries(10, good) != 10 {
		t.Errorf("%s after two", s.state())
	}
	want := []State{Open, HalfOpen, Closed}
	if len(s.changes) != len(want) {
		t.Fatalf("changes %+v", s.changes)
	}
	for i, w := range want {
		if s.changes[i].To != w {
			t.Errorf("change %d to %s, want %s", i, s.changes[i].To, w)
		}
	}
}

// A probe that says nothing is no proof: the next request probes.
func TestAProbeThatSaysNothingIsGivenBack(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	s.tries(8, bad)
	s.now = s.now.Add(Defaults().CoolDown)
	if !s.try(Report{}) || s.state() != HalfOpen || !s.try(good) || s.state() != Closed {
		t.Errorf("%s", s.state())
	}
}

// A connection is there if it answers, even with an error of one model's. A timeout is no answer, of nobody: it may be the model
// that is slow, so it is no failure of the connection either.
func TestAProbeOfAConnectionPassesByAnAnswerOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says Report
		want State
	}{
		"an error": {bad, Closed}, "a pause": {Report{Outcome: Limited}, Closed}, "silence": {Report{Outcome: Bad, Silent: true}, HalfOpen},
	} {
		s := newScene(t, Defaults())
		s.tries(8, Report{Outcome: Bad, Whole: true})
		s.now = s.now.Add(Defaults().CoolDown)
		s.try(c.says)
		s.at.Model = ""
		if s.state() != c.want {
			t.Errorf("after %s: %s, want %s", name, s.state(), c.want)
		}
		if s.at.Model = "another"; !s.try(good) {
			t.Errorf("after %s: the next request was no probe", name)
		}
	}
}

// A provider that comes and goes is left alone for longer each time, so a breaker never flaps.
func TestCoolDownsGrowWithEveryRelapse(t *testing.T) {
	t.Parallel()
	r := Defaults()
	s := newScene(t, r)
	begin := s.now
	s.tries(8, bad)
	for _, want := range []time.Duration{r.CoolDown, 2 * r.CoolDown, 4 * r.CoolDown, 8 * r.CoolDown, 16 * r.CoolDown, r.MaxCoolDown, r.MaxCoolDown} {
		opened := s.now
		for !s.try(bad) {
			s.now = s.now.Add(100 * time.Millisecond)
		}
		if got := s.now.Sub(opened); got < want || got > want+100*time.Millisecond {
			t.Errorf("probed after %s, want %s", got, want)
		}
	}
	if n, span := len(s.changes), s.now.Sub(begin); float64(n) > span.Seconds() {
		t.Errorf("%d changes in %s", n, span)
	}
	// a probe passes, and it fails again at once: a relapse
	s.now = s.now.Add(r.MaxCoolDown)
	s.try(good)
	s.tries(8, bad)
	if c := s.changes[len(s.changes)-1]; c.To != Open || c.Until.Sub(s.now) != r.MaxCoolDown {
		t.Errorf("the relapse: %+v", c)
	}
	// and after a long good time it is a first failure again
	s.now = s.now.Add(r.MaxCoolDown)
	s.try(good)
	s.now = s.now.Add(time.Hour)
	s.tries(8, bad)
	if c := s.changes[len(s.changes)-1]; c.To != Open || c.Until.Sub(s.now) != r.CoolDown {
		t.Errorf("long after: %+v", c)
	}
}

func TestAnyChanceOfFailureMakesNoFlapping(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	begin := s.now
	for i := range 60_000 { // ten minutes at a hundred requests a second, of which seven in ten fail
		r := good
		if i*7%10 < 7 {
			r = bad
		}
		s.try(r)
		s.now = s.now.Add(10 * time.Millisecond)
	}
	if n, span := len(s.changes), s.now.Sub(begin); float64(n) > span.Seconds() {
		t.Errorf("%d changes in %s", n, span)
	}
}

func TestARefusedCredentialIsLeftAloneUntilItChanges(t *testing.T) {
	t.Parallel()
	for _, o := range []Outcome{Locked, Spent} {
		s := newScene(t, Defaults())
		s.try(Report{Outcome: o, Whole: true})
		s.at.Model = "another"
		if s.try(good) {
			t.Errorf("%d: another model of the connection was asked", o)
		}
		s.key = secret.New("sk-2")
		if got := s.try(good); got != (o == Locked) {
			t.Errorf("%d: with another key it was asked: %v", o, got)
		}
		s.key = secret.New("sk-1")
		s.now = s.now.Add(Defaults().CoolDown)
		if !s.try(good) {
			t.Errorf("%d: not probed", o)
		}
	}
}

func TestAPauseIsKept(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]time.Duration{7 * time.Second: 7 * time.Second, 0: LeastPause, 24 * time.Hour: mostPause} {
		s := newScene(t, Defaults())
		s.try(Report{Outcome: Limited, Wait: wait})
		s.now = s.now.Add(want - time.Millisecond)
		_, no, ok := s.Admit(s.at, s.key, s.now)
		if ok || no.Cause != RateLimit {
			t.Errorf("%s: asked before the pause was over", wait)
		}
		s.now = s.now.Add(time.Millisecond)
		if !s.try(good) || s.state() != Closed {
			t.Errorf("%s: not asked after it", wait)
		}
	}
}

// What is sent because nothing better is left counts: its success closes the breaker.
func TestAForcedSuccessCloses(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	s.tries(8, bad)
	p := s.Force(s.at, s.key)
	p.Done(s.now, good)
	if s.state() != Closed || !s.try(good) {
		t.Errorf("%s", s.state())
	}
}

func TestRetriesAreAFifthAndAtLeastThree(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	retries := 0
	ask := func(n int) {
		for range n {
			s.try(Report{Outcome: Bad})
			s.now = s.now.Add(time.Millisecond)
			for s.Retry(s.at, s.now) {
				retries++
			}
		}
	}
	if ask(1); retries != 3 {
		t.Errorf("%d retries for the first request, want 3", retries)
	}
	if ask(1000); retries < 195 || retries > 204 {
		t.Errorf("%d retries for 1,001 requests", retries)
	}
	before := retries
	s.now = s.now.Add(refill)
	if ask(1); retries-before != 3 {
		t.Errorf("%d retries after a quiet minute, want 3", retries-before)
	}
}

// Names that clients make up, and targets that never failed, take no memory; a connection's models are bounded.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	for range 10_000 {
		s.at.Model = id.NewRequest(ids).String()
		s.try(good)
		s.try(Report{})
	}
	if n := len(s.Standings(s.at.Org, s.now)); n != 0 {
		t.Errorf("%d breakers of targets that never failed", n)
	}
	for range 10_000 {
		s.at.Model = id.NewRequest(ids).String()
		s.try(bad)
	}
	if n := len(s.Standings(s.at.Org, s.now)); n > mostModels+1 {
		t.Errorf("%d breakers of one connection", n)
	}
	s.Forget(s.now.Add(2 * forgetful))
	if n := len(s.Standings(s.at.Org, s.now)); n > 1 {
		t.Errorf("%d breakers after a quiet time", n)
	}
}

func TestTenantsHaveNothingToDoWithEachOther(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	s.tries(20, Report{Outcome: Bad, Whole: true})
	mine := s.at
	s.at = Target{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Model: "m"}
	if !s.try(good) || len(s.Standings(s.at.Org, s.now)) != 0 || len(s.Standings(mine.Org, s.now)) == 0 {
		t.Error("another tenant's breaker is in the way, or to be seen")
	}
}

func BenchmarkAdmit(b *testing.B) {
	s := &scene{Board: NewBoard(Config{}), now: clock.System{}.Now(), at: Target{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Model: "m"}}
	for _, name := range []string{"never failed", "failed once"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, _, _ := s.Admit(s.at, s.key, s.now)
				p.Alive(s.now)
				p.Done(s.now, good)
			}
		})
		s.try(bad)
		s.try(Report{Outcome: Bad, Whole: true})
	}
}

// Two nodes find a provider down. One reads what the other said of it, and somebody puts the target back before that is
// taken over: then it is old news, or the node that was asked would leave the target alone until the cool-down is over.
func TestWhatAnotherNodeSaidBeforeATargetWasPutBackIsOldNews(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	s.tries(50, Report{Outcome: Bad})
	if s.state() != Open {
		t.Fatal("nothing is known of the failures")
	}
	said := Change{Target: s.at, To: Open, Cause: Failures, At: s.now, Until: s.now.Add(time.Minute), Level: 1, By: "two"}
	s.now = s.now.Add(time.Millisecond)
	s.Reset(s.at, s.now, "ada")
	s.Adopt(said)
	if got := s.state(); got != Closed {
		t.Errorf("put back, and then %s by older news", got)
	}
	s.now = s.now.Add(time.Millisecond)
	said.At = s.now
	s.Adopt(said)
	if got := s.state(); got != Open {
		t.Errorf("newer failures of another node leave it %s", got)
	}
}

// One node finds a provider well again, another one a moment later that it is not. The older word arrives after that.
func TestWhatAnotherNodeSaidBeforeATargetFailedIsOldNews(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	well := Change{Target: s.at, From: HalfOpen, To: Closed, Cause: Failures, At: s.now, By: "two"}
	s.now = s.now.Add(time.Millisecond)
	s.tries(50, Report{Outcome: Bad})
	if s.state() != Open {
		t.Fatal("nothing is known of the failures")
	}
	s.Adopt(well)
	if got := s.state(); got != Open {
		t.Errorf("failed, and then %s by older news", got)
	}
	s.now = s.now.Add(time.Millisecond)
	well.At = s.now
	s.Adopt(well)
	if got := s.state(); got != Closed {
		t.Errorf("the other node's newer word leaves it %s", got)
	}
}
