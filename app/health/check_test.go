package health

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// turns is a Turns of one process.
type turns struct {
	mu    sync.Mutex
	node  string
	until time.Time
	found []Check
}

func (x *turns) Claim(_ context.Context, _ id.Org, _ id.Connection, node string, now, until time.Time) (bool, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.node != node && x.until.After(now) {
		return false, nil
	}
	x.node, x.until = node, until
	return true, nil
}

func (x *turns) Found(_ context.Context, _ id.Org, c Check) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.found = append(x.found, c)
	return nil
}

// place is an endpoint that is looked at by one or more checkers.
type place struct {
	mu     sync.Mutex
	report Report
	asked  map[string]int
}

func (p *place) say(r Report) { p.mu.Lock(); defer p.mu.Unlock(); p.report = r }

func (p *place) count(node string) int { p.mu.Lock(); defer p.mu.Unlock(); return p.asked[node] }

func (p *place) checker(node string, s *Setting, b *Board, x Turns) *Checker {
	return NewChecker(Checking{Settings: func() []Setting { return []Setting{*s} }, Board: b, Turns: x, Node: node, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
		Open: func(context.Context, id.Org, id.Connection) (Door, bool, error) {
			return Door{Credential: secret.New("sk"), Knock: func(context.Context) (Report, string) {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.asked[node]++
				return p.report, "note"
			}}, true, nil
		}})
}

func TestALookOpensTheBreakerAndIsItsProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := Setting{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Check: 10 * time.Second}
		at := Target{Org: s.Org, Connection: s.Connection}
		b, p, x := NewBoard(Config{Random: func(int64) int64 { return 0 }}), &place{report: Report{Outcome: Good}, asked: map[string]int{}}, &turns{}
		ctx, stop := context.WithCancel(t.Context())
		go func() { _ = p.checker("a", &s, b, x).Run(ctx) }()
		time.Sleep(time.Minute) // synctest's clock
		synctest.Wait()
		if n := p.count("a"); n < 4 || n > 8 {
			t.Errorf("%d looks in a minute at one every ten seconds", n)
		}
		p.say(Report{Outcome: Bad})
		time.Sleep(time.Minute)
		synctest.Wait()
		if b.cause(at) != Failures {
			t.Fatalf("eight looks failed and it is not open: %+v", b.Standings(s.Org, clock.System{}.Now()))
		}
		failing := p.count("a")
		if failing > 8+8+4 { // those before, those that opened it, a probe or two with a growing pause
			t.Errorf("%d looks: it is not left alone", failing)
		}
		p.say(Report{Outcome: Good})
		time.Sleep(Defaults().MaxCoolDown)
		synctest.Wait()
		if b.cause(at) != "" {
			t.Errorf("it is back, and no look closed it: %+v", b.Standings(s.Org, clock.System{}.Now()))
		}
		if len(x.found) != p.count("a") || x.found[len(x.found)-1].Outcome != Good || x.found[0].Node != "a" {
			t.Errorf("%d looks, written down %d", p.count("a"), len(x.found))
		}
		stop()
		synctest.Wait()
	})
}

func TestOneNodeLooksAndAnotherTakesOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := Setting{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Check: 10 * time.Second}
		p, x := &place{report: Report{Outcome: Good}, asked: map[string]int{}}, &turns{}
		first, stopFirst := context.WithCancel(t.Context())
		second, stopSecond := context.WithCancel(t.Context())
		go func() { _ = p.checker("a", &s, NewBoard(Config{}), x).Run(first) }()
		go func() { _ = p.checker("b", &s, NewBoard(Config{}), x).Run(second) }()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		a, b := p.count("a"), p.count("b")
		if (a == 0) == (b == 0) {
			t.Fatalf("a looked %d times, b %d times", a, b)
		}
		if a > 0 {
			stopFirst()
		} else {
			stopSecond()
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if p.count("a") == 0 || p.count("b") == 0 {
			t.Error("nobody took over")
		}
		stopFirst()
		stopSecond()
		synctest.Wait()
	})
}

func TestWhatIsLeftAloneIsNotLookedAt(t *testing.T) {
	t.Parallel()
	s := Setting{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Check: time.Minute}
	at := Target{Org: s.Org, Connection: s.Connection}
	now := clock.System{}.Now()
	for name, away := range map[string]func(b *Board){
		"taken out by hand": func(b *Board) { b.Keep([]Held{{Target: at, At: now}}, now) },
		"an empty account":  func(b *Board) { p := b.Force(at, secret.New("sk")); p.Done(now, Report{Outcome: Spent, Whole: true}) },
		"in its cool-down":  func(b *Board) { p := b.Force(at, secret.New("sk")); p.Done(now, Report{Outcome: Locked, Whole: true}) },
	} {
		b, p := NewBoard(Config{}), &place{asked: map[string]int{}}
		away(b)
		p.checker("a", &s, b, &turns{}).ask(t.Context(), s)
		if p.count("a") != 0 {
			t.Errorf("%s: it was looked at", name)
		}
	}
	k := (&place{asked: map[string]int{}}).checker("a", &s, NewBoard(Config{}), &turns{})
	k.Open = func(context.Context, id.Org, id.Connection) (Door, bool, error) {
		return Door{}, false, errors.New("away")
	}
	k.look(t.Context(), s) // neither panics nor holds its place
	if len(k.busy) != 0 {
		t.Error("it is busy for ever")
	}
}
