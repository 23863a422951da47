package health

import "time"

// Rules say when a breaker opens and closes. An organization and a connection may have their own (Setting).
type Rules struct {
	// Window is how long a failure counts.
	Window time.Duration
	// Failures is how many must have failed in the window, and Percent how many of a hundred, for it to open. A target has
	// its breaker from its first failure on, so what succeeded before that does not weigh against it.
	Failures int
	Percent  int
	// Row is how many failures one after the other open it, whatever succeeded before: a provider that goes down under
	// heavy traffic is not tried until half a window has failed.
	Row int
	// CoolDown is how long it stays open at first. It doubles with every relapse, up to MaxCoolDown. Up to a quarter of it
	// is taken off at random, so that nodes and targets do not probe in step.
	CoolDown    time.Duration
	MaxCoolDown time.Duration
	// Successes is how many probes must pass, one after the other, for it to close.
	Successes int
}

// Defaults are the rules of an organization that has none of its own. Eight failures are below the ten at which a provider
// that is down must be left alone; thirty seconds are about as long as providers' short outages last.
func Defaults() Rules {
	return Rules{Window: 30 * time.Second, Failures: 8, Percent: 50, Row: 8, CoolDown: 10 * time.Second, MaxCoolDown: 5 * time.Minute, Successes: 1}
}

// Or fills the zero fields of r from q.
func (r Rules) Or(q Rules) Rules {
	or(&r.Window, q.Window)
	or(&r.Failures, q.Failures)
	or(&r.Percent, q.Percent)
	or(&r.Row, q.Row)
	or(&r.CoolDown, q.CoolDown)
	or(&r.MaxCoolDown, q.MaxCoolDown)
	or(&r.Successes, q.Successes)
	return r
}

func or[T comparable](v *T, other T) {
	if *v == *new(T) {
		*v = other
	}
}

// The pauses of a target that asked for one.
const (
	LeastPause = time.Second     // of a rate limit without a word about how long; nobody is let through before
	mostPause  = 5 * time.Minute // whoever names a longer one is asked again by then
)

// relapse is how many cool-downs after closing a new opening still counts as a relapse.
const relapse = 6

// coolDown is how long a breaker stays open that opens for the level-th time in a row. random gives a number in [0, n).
func (r Rules) coolDown(level int, random func(int64) int64) time.Duration {
	d := r.CoolDown
	for range level {
		if d *= 2; d >= r.MaxCoolDown {
			d = r.MaxCoolDown
			break
		}
	}
	return d - time.Duration(random(int64(d/4)+1))
}
