package identity

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// throttle slows down guessing. It counts failed log-ins per address and e-mail, known or not, so that it tells nobody
// which e-mails exist; and per address alone, against trying one password on many. It counts before the password is
// looked at, so parallel guesses do not slip through. Counts are per process and in memory: a restart forgives.
//
// It deliberately does not count per e-mail alone: that would let anyone lock anyone out.
type throttle struct {
	clock clock.Clock
	mu    sync.Mutex
	seen  map[string]tally
}

type tally struct {
	failures int
	until    time.Time // no further try before
	forget   time.Time
}

const (
	freeTries   = 5  // per address and e-mail
	freePerIP   = 60 // per address
	firstPause  = 15 * time.Second
	longest     = 15 * time.Minute
	forgetAfter = 30 * time.Minute
	maxTallies  = 100_000
)

func newThrottle(c clock.Clock) *throttle { return &throttle{clock: c, seen: map[string]tally{}} }

// try counts an attempt and returns how long to wait instead, or 0 to go on.
func (t *throttle) try(ip, email string) time.Duration {
	now := t.clock.Now()
	place := network(ip)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range []string{place + "\n" + email, place} {
		if wait := t.seen[k].until.Sub(now); wait > 0 {
			return wait
		}
	}
	t.count(place+"\n"+email, freeTries, now)
	t.count(place, freePerIP, now)
	return 0
}

// pace counts one thing from one network, with a number of free tries of its own.
func (t *throttle) pace(ip, what string, free int) time.Duration {
	now, k := t.clock.Now(), network(ip)+"\n"+what
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.seen[k].until.Sub(now); wait > 0 {
		return wait
	}
	t.count(k, free, now)
	return 0
}

func (t *throttle) count(k string, free int, now time.Time) {
	if len(t.seen) >= maxTallies {
		t.sweep(now)
	}
	v := t.seen[k]
	if now.After(v.forget) {
		v = tally{}
	}
	v.failures++
	v.forget = now.Add(forgetAfter)
	if over := v.failures - free; over >= 0 {
		v.until = now.Add(min(longest, firstPause<<min(over, 10)))
	}
	t.seen[k] = v
}

// sweep drops what may be forgotten; if an attacker filled the table with live entries, all of it, because memory that
// grows without bound is the worse harm.
func (t *throttle) sweep(now time.Time) {
	for k, v := range t.seen {
		if now.After(v.forget) {
			delete(t.seen, k)
		}
	}
	if len(t.seen) >= maxTallies {
		clear(t.seen)
	}
}

// succeeded forgives the e-mail's failures from this address, and takes this try off the address's.
func (t *throttle) succeeded(ip, email string) {
	place := network(ip)
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, place+"\n"+email)
	if strings.HasPrefix(email, "\x00") {
		return // Pace's: it did not count the address
	}
	t.less(place)
}

// right takes back a try that opened some of the e-mail's accounts, and its pause; the failures before it stay. Anybody may have an
// account of their own under somebody's e-mail, and would forgive themselves their guesses at the others by it.
func (t *throttle) right(ip, email string) {
	place := network(ip)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.less(place)
	t.less(place + "\n" + email)
	if v, ok := t.seen[place+"\n"+email]; ok {
		v.until = time.Time{} // there was none before this try, or it would have been refused
		t.seen[place+"\n"+email] = v
	}
}

func (t *throttle) less(k string) {
	if v, ok := t.seen[k]; ok && v.failures > 0 {
		v.failures--
		t.seen[k] = v
	}
}

// network is the address, or for IPv6 its /64: one household or server has all of that.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil || a.Unmap().Is4() {
		return ip
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}
