package health

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// ledgerBook is a store of which only the keeper's part works; it can be away.
type ledgerBook struct {
	Store
	mu     sync.Mutex
	away   bool
	gone   id.Org // whose events are refused
	events []Event
}

func (b *ledgerBook) Note(_ context.Context, events []Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away || !b.gone.IsZero() && slices.ContainsFunc(events, func(e Event) bool { return e.Target.Org == b.gone }) {
		return errors.New("away")
	}
	b.events = append(b.events, events...)
	return nil
}

func (b *ledgerBook) Prune(context.Context, time.Time) error { return nil }

func (b *ledgerBook) PruneHours(context.Context, time.Time) error { return nil }

func (b *ledgerBook) PruneOutages(context.Context, time.Time) error { return nil }

func (b *ledgerBook) EndOutages(context.Context, string, time.Time, time.Time) error { return nil }

func (b *ledgerBook) count() int { b.mu.Lock(); defer b.mu.Unlock(); return len(b.events) }

type alerts struct {
	mu    sync.Mutex
	words []string
}

func (a *alerts) tell(_ context.Context, e Event, back bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	word := string(e.Cause)
	if back {
		word = "back"
	}
	a.words = append(a.words, word)
	return nil
}

func (a *alerts) said() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.words...)
}

func TestPeopleAreToldOfWhatLastsAndOnlyOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cause Cause
		after time.Duration // when it is back; 0 = never
		want  []string
	}{
		"a short failure":         {Failures, 30 * time.Second, nil},
		"a long one":              {Failures, 0, []string{"failures"}},
		"a long one that ends":    {Failures, 5 * time.Minute, []string{"failures", "back"}},
		"a refused credential":    {Credential, 10 * time.Second, []string{"credential", "back"}},
		"an empty account":        {Quota, 0, []string{"quota"}},
		"what a person did":       {ByHand, 0, nil},
		"a pause of the provider": {RateLimit, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ids := id.NewSource(clock.System{}.Now, nil)
				told := &alerts{}
				k := NewKeeper(Keeping{Store: &ledgerBook{}, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Alert: told.tell})
				ctx, cancel := context.WithCancel(t.Context())
				go func() { _ = k.Run(ctx, NewBoard(Config{})) }()
				at := Target{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Model: "m"}
				if c.cause != RateLimit {
					k.Changed(Change{Target: at, To: Open, Cause: c.cause, At: clock.System{}.Now()})
				}
				if c.after > 0 {
					<-time.After(c.after)
					k.Changed(Change{Target: at, From: HalfOpen, To: Closed, Cause: c.cause, At: clock.System{}.Now()})
				}
				<-time.After(time.Hour)
				cancel()
				synctest.Wait()
				if got := told.said(); len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] || len(got) > 1 && got[1] != c.want[1] {
					t.Errorf("told %v, want %v", got, c.want)
				}
			})
		})
	}
}

// A database that is away loses no event and holds nobody up; what another node found out is that node's to write down.
func TestEventsWaitForTheDatabase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ids := id.NewSource(clock.System{}.Now, nil)
		book := &ledgerBook{away: true}
		k := NewKeeper(Keeping{Store: book, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = k.Run(ctx, NewBoard(Config{})) }()
		at := Target{Org: id.NewOrg(ids), Connection: id.NewConnection(ids)}
		for i := range 100 {
			k.Changed(Change{Target: at, To: State(i % 3), At: clock.System{}.Now(), Remote: i%2 == 1})
		}
		<-time.After(time.Minute)
		book.mu.Lock()
		book.away = false
		book.mu.Unlock()
		<-time.After(2 * every)
		cancel()
		synctest.Wait()
		if n := book.count(); n != 50 {
			t.Errorf("%d events written down, want this node's 50", n)
		}
	})
}

// One organization's event that the database refuses keeps nobody else's out, and does not come back for ever.
func TestAnEventThatIsRefusedKeepsNoOtherOut(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	at, other := Target{Org: id.NewOrg(ids), Model: "m\x00"}, Target{Org: id.NewOrg(ids)}
	book := &ledgerBook{gone: other.Org}
	k := NewKeeper(Keeping{Store: book, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	for _, target := range []Target{at, other, at, other} {
		k.take(Change{Target: target, To: Open, Cause: Failures})
	}
	k.flush(t.Context())
	if n := book.count(); n != 2 || len(k.waiting) != 1 || book.events[0].Target.Model != "m" {
		t.Errorf("%d written down, %d wait: %+v", n, len(k.waiting), book.events)
	}
	k.take(Change{Target: at, To: Closed})
	for range 2 {
		k.flush(t.Context())
	}
	if n := book.count(); n != 3 || len(k.waiting) != 0 {
		t.Errorf("later %d written down, %d wait", n, len(k.waiting))
	}
}

// A target that a person took out of service is left alone until a person puts it back, whatever its breaker says.
func TestATargetTakenOutOfServiceIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	other := s.at
	other.Model = "n"
	s.Keep([]Held{{Target: s.at}}, s.now)
	for range 3 {
		if s.try(good) {
			t.Error("it was asked")
		}
		p := s.Force(s.at, s.key)
		p.Done(s.now, good)
		s.now = s.now.Add(time.Hour)
	}
	if p, _, ok := s.Admit(other, s.key, s.now); !ok {
		t.Error("another model is left alone too")
	} else {
		p.Done(s.now, Report{})
	}
	s.Reset(s.at, s.now, "x")
	if s.try(good) {
		t.Error("a reset put it back, although it is still on the list")
	}
	s.Keep(nil, s.now)
	if !s.try(good) || s.state() != Closed {
		t.Errorf("it is back, and %s", s.state())
	}
	whole := s.at
	whole.Model = ""
	s.Keep([]Held{{Target: whole}}, s.now)
	if s.try(good) {
		t.Error("a model of a connection that is out of service was asked")
	}
	s.Keep(nil, s.now)
	s.tries(8, bad)
	s.Reset(s.at, s.now, "x")
	if !s.try(good) {
		t.Error("a reset breaker is still open")
	}
}
