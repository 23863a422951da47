package cache_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// One tenant asks a thousand questions with long answers, again and again. What the others have in this process stays, and the one
// has half of the room.
func TestNoTenantPushesOutAnothersAnswers(t *testing.T) {
	t.Parallel()
	const room = 256 << 10
	busy, quiet, third := someone(), someone(), someone()
	n := newNode(t, func(p *cache.Parts) { p.Memory, p.Store = room, nil }, rule(busy.Org, cache.Team), rule(quiet.Org, cache.Team), rule(third.Org, cache.Team))
	long := strings.Repeat("a", 2000)
	for i := range 10 {
		n.keep(t, ask(quiet, chat(t, fmt.Sprint("q", i))), long)
	}
	flood := func(c int, who *cache.Ask) (found int) {
		for i := range c {
			who.Call = chat(t, fmt.Sprint("question ", i))
			n.keep(t, who, long)
		}
		for i := range c {
			who.Call = chat(t, fmt.Sprint("question ", i))
			if n.given(t, who) == long {
				found++
			}
		}
		return found
	}
	one := flood(1000, ask(busy, nil))
	if most := room / 2 / 2700; one > most+2 || one < most/2 {
		t.Errorf("it has %d of its answers, which should fill half of the room", one)
	}
	flood(1000, ask(third, nil))
	for i := range 10 {
		if n.given(t, ask(quiet, chat(t, fmt.Sprint("q", i)))) != long {
			t.Errorf("answer %d of the quiet one is gone", i)
		}
	}
	if s := n.Stats(); s.Bytes > room || s.OwnEvictions < 900 || s.FullEvictions == 0 || int64(s.Entries)*600 > s.Bytes {
		t.Errorf("%+v", s)
	}
}

// Of one tenant's answers those stay that are wanted.
func TestWhatIsWantedStaysInMemory(t *testing.T) {
	t.Parallel()
	me := someone()
	n := newNode(t, func(p *cache.Parts) { p.Memory, p.Store = 64<<10, nil }, rule(me.Org, cache.Team))
	n.keep(t, ask(me, chat(t, "wanted")), "yes")
	n.keep(t, ask(me, chat(t, "unwanted")), "no")
	for i := range 200 {
		n.keep(t, ask(me, chat(t, fmt.Sprint(i))), strings.Repeat("b", 300))
		if n.given(t, ask(me, chat(t, "wanted"))) != "yes" {
			t.Fatalf("it is gone after %d", i)
		}
	}
	if n.given(t, ask(me, chat(t, "unwanted"))) != "" {
		t.Error("what nobody wanted is still there, though there is no room")
	}
}

// What is kept for outages comes from the store too, on another node, and not a moment longer than policy and route say.
func TestWhatIsKeptForOutagesIsGivenByAnotherNode(t *testing.T) {
	t.Parallel()
	me := someone()
	rules := []cache.Record{rule(me.Org, cache.Team, func(r *cache.Record) { r.Stale, r.LastResort = time.Minute, 24*time.Hour })}
	n := newNode(t, nil, rules...)
	n.keep(t, ask(me, chat(t, "hi")), "hello")
	if err := n.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := *n
	other.Desk = cache.NewDesk(n.Parts)
	other.load(t, cache.Snapshot{Rules: rules})
	lastGood := func(age time.Duration) bool {
		s, _ := other.Seek(ask(me, chat(t, "hi")))
		if _, ok := other.Get(t.Context(), s); ok {
			t.Error("it is given though a provider may answer")
		}
		h, ok := other.LastGood(t.Context(), s, age)
		return ok && strings.Contains(string(h.Body), "hello")
	}
	n.clock.Advance(2 * time.Hour)
	if !lastGood(3*time.Hour) || lastGood(2*time.Hour) {
		t.Error("two hours old: a route that allows three gets it, one that allows less does not")
	}
	rules[0].LastResort = time.Hour
	other.load(t, cache.Snapshot{Rules: rules})
	if lastGood(24 * time.Hour) {
		t.Error("the policy says less now")
	}
	rules[0].LastResort = 24 * time.Hour
	other.load(t, cache.Snapshot{Rules: rules})
	n.clock.Advance(22 * time.Hour)
	if lastGood(48 * time.Hour) {
		t.Error("it is older than it is kept")
	}
	if err := other.Flush(t.Context()); err != nil || n.store.Each(func(*cache.Entry) {}) != 0 {
		t.Error("it is still there", err)
	}
}

// Tenants put, find and lose answers at once, some of them their last one; the books of the memory stay right.
func TestTheMemoryCountsRightWhileAllUseIt(t *testing.T) {
	t.Parallel()
	const room, tenants, rounds = 64 << 10, 8, 2000
	m := cache.NewMemory(room)
	var all sync.WaitGroup
	for i := range tenants {
		me := id.NewOrg(ids)
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for range rounds {
				e := &cache.Entry{Org: me, Key: cache.Key{byte(random.IntN(6)), byte(i % 2)}, Sealed: make([]byte, random.IntN(5000))}
				switch random.IntN(3) {
				case 0:
					m.Drop(me, e.Key)
				case 1:
					if found, ok := m.Get(me, e.Key); ok && (found.Org != me || found.Key != e.Key) {
						t.Errorf("%s was given an entry of %s", me, found.Org)
					}
				default:
					m.Set(e)
				}
			}
		})
	}
	all.Wait()
	entries, bytes, left := 0, int64(0), []*cache.Entry{}
	for e := range m.All() {
		entries, bytes, left = entries+1, bytes+cache.Weight(e), append(left, e)
	}
	if n, b, _, full := m.Count(); n != entries || b != bytes || b > room || full == 0 {
		t.Errorf("it counts %d entries of %d bytes, has %d of %d, and %d had to go", n, b, entries, bytes, full)
	}
	for _, e := range left {
		m.Drop(e.Org, e.Key)
	}
	if n, b, _, _ := m.Count(); n != 0 || b != 0 {
		t.Errorf("emptied, it counts %d entries of %d bytes", n, b)
	}
}
