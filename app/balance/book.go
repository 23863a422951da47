package balance

import (
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Target is what is measured: one model of a connection, which belongs to one organization.
type Target struct {
	Connection id.Connection
	Model      string
}

// Place stands for a target in Sticky, on every node the same.
func (t Target) Place() uint64 {
	h := fnv.New64a()
	b := t.Connection.Bytes()
	_, _ = h.Write(b[:])
	_, _ = h.Write([]byte(t.Model))
	return mix(h.Sum64())
}

// Who stands for whom Sticky keeps together: the name of a session, an end user or a key.
func Who(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return mix(h.Sum64())
}

// mix spreads a hash over all bits (the finisher of splitmix64, Steele and others, 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Book knows how targets did lately on this node. Only those that a policy asked for are measured, so other routes pay a look
// at an empty map. No lock is shared between targets. The zero Book works; safe for concurrent use.
type Book struct {
	mu     sync.Mutex // held to add a gauge
	gauges atomic.Pointer[map[Target]*Gauge]
	likes  atomic.Pointer[map[Target]Likes]
}

// A Book that is full forgets what nobody asked for an hour, and does not measure more than this.
const (
	mostGauges = 20_000
	forgetful  = time.Hour
)

// Watch gives a target's load, and has it measured from now on.
func (b *Book) Watch(t Target, now time.Time) Load {
	g := b.Gauge(t)
	if g == nil {
		if g = b.add(t, now); g == nil {
			return Load{Likes: b.Likes(t)}
		}
	}
	l := g.load(now)
	l.Likes = b.Likes(t)
	return l
}

// Look gives a target's load without having it measured, for people who look; false where it is not.
func (b *Book) Look(t Target, now time.Time) (Load, bool) {
	g := b.Gauge(t)
	if g == nil {
		return Load{}, false
	}
	l := g.look(now)
	l.Likes = b.Likes(t)
	return l, true
}

// Gauge finds a target's; nil where it is not measured.
func (b *Book) Gauge(t Target) *Gauge {
	all := b.gauges.Load()
	if all == nil {
		return nil
	}
	return (*all)[t]
}

func (b *Book) add(t Target, now time.Time) *Gauge {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := map[Target]*Gauge{}
	if all := b.gauges.Load(); all != nil {
		if g := (*all)[t]; g != nil {
			return g
		}
		for k, g := range *all {
			if len(*all) < mostGauges || !g.idle(now) {
				next[k] = g
			}
		}
	}
	if len(next) >= mostGauges {
		return nil
	}
	g := &Gauge{used: now}
	next[t] = g
	b.gauges.Store(&next)
	return g
}
