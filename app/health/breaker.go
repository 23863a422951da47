package health

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// breaker is one target's state. Its lock is held for a few instructions and is no other target's.
type breaker struct {
	mu      sync.Mutex
	target  Target
	state   State
	cause   Cause
	since   time.Time
	until   time.Time // Open: when it is probed
	pause   time.Time // not before this, says the provider
	level   int
	probing bool // a probe is on its way
	passed  int  // probes that passed, in a row
	row     int  // failures in a row
	window  window
	digest  [sha256.Size]byte // of the credential that was refused
	used    time.Time         // the last look, for forgetting
	retries tokens
}

// admit lets a request through, as a probe where the breaker is not closed; or says why not.
func (b *breaker) admit(now time.Time, credential secret.String) (probe bool, no Refusal, moved *Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = now
	b.retries.earn(now)
	if b.state != Closed && b.cause == Credential && digestOf(credential) != b.digest {
		moved = b.close(now) // another key is another account until the provider says otherwise
	}
	switch {
	case b.state != Closed && b.cause == ByHand:
		return false, Refusal{Cause: ByHand}, nil
	case now.Before(b.pause):
		return false, Refusal{RateLimit, b.pause}, moved
	case b.state == Closed:
		return false, no, moved
	case b.state == Open && now.Before(b.until):
		return false, Refusal{b.cause, b.until}, nil
	case b.probing:
		return false, Refusal{b.cause, now.Add(time.Second)}, nil
	}
	if b.state == Open {
		moved = b.move(HalfOpen, b.cause, now)
		b.passed = 0
	}
	b.probing = true
	return true, no, moved
}

// close is the state of a target of which nothing bad is known.
func (b *breaker) close(now time.Time) *Change {
	c := b.move(Closed, b.cause, now)
	b.probing, b.passed, b.row, b.window, b.until, b.pause = false, 0, 0, window{}, time.Time{}, time.Time{}
	return c
}

// open leaves the target alone until its cool-down is over.
func (b *breaker) open(cause Cause, r Rules, now time.Time, random func(int64) int64) *Change {
	switch {
	case b.state == Open && b.cause == ByHand:
		return nil
	case b.state == HalfOpen, b.state == Closed && b.level > 0 && now.Sub(b.since) < relapse*r.CoolDown:
		b.level++
	case b.state == Closed:
		b.level = 1
	}
	b.probing, b.passed, b.row = false, 0, 0
	b.until = now.Add(r.coolDown(b.level-1, random))
	return b.move(Open, cause, now)
}

// move notes a transition; nil if there is none.
func (b *breaker) move(to State, cause Cause, now time.Time) *Change {
	c := Change{Target: b.target, From: b.state, To: to, Cause: cause, At: now, Level: b.level, digest: b.digest}
	if to == Open {
		c.Until = b.until
	}
	b.cause = cause
	if b.state == to {
		return nil
	}
	b.state, b.since = to, now
	return &c
}

// alive says that an attempt got a piece of an answer: its probe passed, whatever becomes of the rest.
func (b *breaker) alive(now time.Time, r Rules, probe bool) *Change {
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probing = false
	}
	b.row = 0
	if b.state == Closed || b.cause == ByHand {
		return nil
	}
	if b.passed++; b.passed >= r.Successes { // also of a request that was sent because nothing better was left
		return b.close(now)
	}
	return nil
}

// release gives a probe back that said nothing.
func (b *breaker) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
}

// count notes how an attempt ended.
func (b *breaker) count(now time.Time, failed bool, r Rules, random func(int64) int64) *Change {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = now
	b.window.add(now, r.Window, failed)
	if !failed {
		b.row = 0
		return nil
	}
	b.row++
	switch b.state {
	case HalfOpen:
		return b.open(b.cause, r, now, random)
	case Open:
		return nil
	}
	bad, all := b.window.sum(now, r.Window)
	if b.row >= r.Row || bad >= int64(r.Failures) && bad*100 >= all*int64(r.Percent) {
		return b.open(Failures, r, now, random)
	}
	return nil
}

// hold keeps requests away for as long as the provider asked; the breaker stays closed.
func (b *breaker) hold(now time.Time, wait time.Duration, probe bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = now
	if probe {
		b.probing = false
	}
	if until := now.Add(min(max(wait, LeastPause), mostPause)); until.After(b.pause) {
		b.pause = until
	}
}

// lock opens at the first word: the provider refuses the account, and will until somebody does something.
func (b *breaker) lock(cause Cause, credential secret.String, r Rules, now time.Time, random func(int64) int64) *Change {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used, b.digest = now, digestOf(credential)
	if b.state == Open && now.Before(b.until) {
		if b.cause != ByHand {
			b.cause = cause
		}
		return nil
	}
	return b.open(cause, r, now, random)
}

func (b *breaker) standing(now time.Time, r Rules) Standing {
	b.mu.Lock()
	defer b.mu.Unlock()
	bad, all := b.window.sum(now, r.Window)
	s := Standing{Target: b.target, State: b.state, Since: b.since, Level: b.level, Failures: int(bad), Attempts: int(all)}
	switch {
	case b.state != Closed:
		s.Cause, s.Until = b.cause, b.until
	case now.Before(b.pause):
		s.Cause, s.Until = RateLimit, b.pause
	}
	return s
}

// digestOf stands for a credential, so that a breaker remembers which one was refused without keeping it.
func digestOf(s secret.String) [sha256.Size]byte { return sha256.Sum256([]byte(s.Reveal())) }
