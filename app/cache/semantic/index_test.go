package semantic

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

func parsed(t testing.TB, text string) *Question {
	t.Helper()
	q, ok := Parse(text)
	if !ok {
		t.Fatalf("%q cannot be read", text)
	}
	return q
}

// entryKey is a key that a number stands for.
func entryKey(n int) (k Key) {
	binary.BigEndian.PutUint64(k[:], uint64(n))
	return k
}

func TestIndexAnswersWithinAPrefixOnly(t *testing.T) {
	t.Parallel()
	x, mine, other := NewIndex(0), Prefix{1}, Prefix{2}
	x.Add(Owner{}, mine, entryKey(1), parsed(t, "How do I center a div in CSS?"), nil)
	q := parsed(t, "css centering div")
	if c, ok := x.Match(mine, q, (*Question).Relaxed); !ok || c.Entry != entryKey(1) || c.Cosine < Threshold {
		t.Errorf("under its own prefix: %v %v", c, ok)
	}
	if c, ok := x.Match(mine, q, (*Question).Strict); ok {
		t.Errorf("strict takes another order: %v", c)
	}
	if c := x.Like(other, q, q.Vector(), 0); len(c) != 0 {
		t.Errorf("another prefix sees %v", c)
	}
	x.Add(Owner{}, other, entryKey(2), parsed(t, "How do I center a table in CSS?"), nil)
	if c, ok := x.Match(other, q, (*Question).Relaxed); ok {
		t.Errorf("another prefix hits %v", c)
	}
}

func TestIndexForgets(t *testing.T) {
	t.Parallel()
	x, p := NewIndex(0), Prefix{1}
	for i := range 50 {
		x.Add(Owner{}, p, entryKey(i), parsed(t, fmt.Sprintf("How do I open door %d?", i)), nil)
	}
	x.Remove(p, entryKey(7))
	x.Remove(p, entryKey(7))
	x.Remove(Prefix{9}, entryKey(8))
	x.Add(Owner{}, p, entryKey(8), parsed(t, "How do I paint a fence?"), nil)
	for i := range 50 {
		_, ok := x.Match(p, parsed(t, fmt.Sprintf("how to open door %d", i)), (*Question).Strict)
		if want := i != 7 && i != 8; ok != want {
			t.Errorf("door %d: found %v", i, ok)
		}
	}
	if _, ok := x.Match(p, parsed(t, "paint fence"), (*Question).Strict); !ok {
		t.Error("the new question of an entry is not found")
	}
	x.Drop(p)
	if c, ok := x.Match(p, parsed(t, "paint fence"), (*Question).Strict); ok {
		t.Errorf("after Drop: %v", c)
	}
}

func TestTheOldestMakeRoom(t *testing.T) {
	t.Parallel()
	x, p := NewIndex(0), Prefix{1}
	x.most = 4
	for i := range 6 {
		x.Add(Owner{}, p, entryKey(i), parsed(t, fmt.Sprintf("How do I open door %d?", i)), nil)
	}
	for i := range 6 {
		if _, ok := x.Match(p, parsed(t, fmt.Sprintf("open door %d", i)), (*Question).Strict); ok != (i > 1) {
			t.Errorf("door %d: found %v", i, ok)
		}
	}
}

func TestNearestComeFirst(t *testing.T) {
	t.Parallel()
	x, p := NewIndex(0), Prefix{1}
	for i, s := range []string{"How do I sort a list in Python?", "How do I sort a list in Java?", "In Python, how do I sort a list?", "Why is the sky blue?",
		"How do I sort a long list in Python?"} {
		x.Add(Owner{}, p, entryKey(i), parsed(t, s), nil)
	}
	q := parsed(t, "sort a list in Python")
	got := x.Like(p, q, q.Vector(), 0.3)
	if len(got) != 2 || got[0].Entry != entryKey(0) || got[0].Cosine < 0.999 || got[1].Entry != entryKey(2) && got[1].Entry != entryKey(0) {
		t.Errorf("got %v", got)
	}
	for i := range 40 {
		x.Add(Owner{}, p, entryKey(100+i), parsed(t, "python list sort"), nil)
	}
	if got = x.Like(p, q, q.Vector(), 0.3); len(got) != MostTried || got[0].Cosine < got[MostTried-1].Cosine {
		t.Errorf("%d are tried: %v", len(got), got)
	}
}

// The words find whatever a rule takes: every labelled pair, and one in sixteen of any two questions.
func TestNothingThatARuleTakesIsMissed(t *testing.T) {
	t.Parallel()
	var all []*Question
	for _, file := range []string{"same.txt", "different.txt", "later_same.txt", "later_different.txt", "last_same.txt", "last_different.txt"} {
		for _, p := range labelled(t, file) {
			for _, text := range []string{p.a, p.b} {
				if q, ok := Parse(text); ok {
					all = append(all, q)
				}
			}
		}
	}
	taken := 0
	for i, a := range all {
		sums := a.sums()
		for j, b := range all[i+1:] {
			if j > 0 && (i*7+j)%16 != 0 || !a.Relaxed(b) {
				continue
			}
			taken++
			if others := b.sums(); !slices.ContainsFunc(sums, func(s uint64) bool { return slices.Contains(others, s) }) {
				t.Errorf("%v and %v are alike, and not found", a.items, b.items)
			}
		}
	}
	if taken < 200 {
		t.Errorf("%d pairs prove little", taken)
	}
}

func TestIndexTakesManyAtOnce(t *testing.T) {
	t.Parallel()
	x, q := NewIndex(0), parsed(t, "How do I open a door?")
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			for i := range 200 {
				p := Prefix{byte(i % 3)}
				x.Add(Owner{}, p, entryKey(i), q, nil)
				x.Like(p, q, q.Vector(), 0.5)
				if w == 0 {
					x.Remove(p, entryKey(i/2))
				}
			}
		})
	}
	wait.Wait()
}

// filled makes an index of different questions under one prefix.
func filled(b *testing.B, n int) *Index {
	x := NewIndex(0)
	verbs := []string{"open", "paint", "wash", "measure", "compare", "translate", "rename", "cook", "plan", "repair"}
	for i := range n {
		x.Add(Owner{}, Prefix{}, entryKey(i), parsed(b, fmt.Sprintf("How do I %s the thing%d for customer%d in city%d?", verbs[i%10], i%97, i/7, i%1009)), nil)
	}
	return x
}

// BenchmarkLike searches 10,000 and 100,000 entries, and says how much memory one takes.
func BenchmarkLike(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			x := filled(b, n)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ResetTimer()
			for b.Loop() {
				q := parsed(b, "How do I paint the thing9 for customer12 in city5?")
				x.Match(Prefix{}, q, (*Question).Relaxed)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/entry")
			runtime.KeepAlive(x)
		})
	}
}
