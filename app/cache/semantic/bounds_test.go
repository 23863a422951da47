package semantic

import (
	"fmt"
	"testing"
)

func TestTheIndexStaysWithinItsBytes(t *testing.T) {
	t.Parallel()
	const room = 300_000
	x := NewIndex(room)
	q := parsed(t, "How do I open the door?")
	for i := range 2000 {
		x.Add(Owner{}, Prefix{byte(i), byte(i >> 8)}, entryKey(i), q, nil)
		if x.Bytes() > room {
			t.Fatalf("%d bytes after %d entries", x.Bytes(), i)
		}
	}
	if x.Bytes() < room/2 {
		t.Errorf("only %d bytes are used", x.Bytes())
	}
	last := Prefix{1999 & 255, 1999 >> 8}
	if c := x.Like(last, q, q.Vector(), 0.9); len(c) != 1 {
		t.Error("the newest is gone")
	}
	if c := x.Like(Prefix{0, 0}, q, q.Vector(), 0.9); len(c) != 0 {
		t.Error("the oldest is there")
	}
	// What is asked for stays.
	used := NewIndex(room)
	for i := range 2000 {
		used.Add(Owner{}, Prefix{9, byte(i), byte(i >> 8)}, entryKey(i), q, nil)
		if c := used.Like(Prefix{9}, q, q.Vector(), 0.9); len(c) != 1 {
			t.Fatalf("what is asked for was forgotten after %d", i)
		}
	}
}

func TestOnePrefixThatIsTooLargeForgetsItsOldest(t *testing.T) {
	t.Parallel()
	x := NewIndex(100_000)
	for i := range 500 {
		x.Add(Owner{}, Prefix{1}, entryKey(i), parsed(t, fmt.Sprintf("How do I open door %d?", i)), nil)
		if x.Bytes() > 100_000 || x.Bytes() < 0 {
			t.Fatalf("%d bytes", x.Bytes())
		}
	}
	for door, want := range map[int]bool{0: false, 499: true, 480: true} {
		if _, ok := x.Match(Prefix{1}, parsed(t, fmt.Sprintf("how to open door %d", door)), (*Question).Strict); ok != want {
			t.Errorf("door %d: %v", door, ok)
		}
	}
}

func TestBytesAreCountedOutAsTheyWereCountedIn(t *testing.T) {
	t.Parallel()
	x, mine, other := NewIndex(0), Owner{1}, Owner{2}
	for i := range 100 {
		q := parsed(t, fmt.Sprintf("How do I open door %d?", i))
		x.Add(mine, Prefix{1, byte(i % 5)}, entryKey(i), q, nil)
		x.Add(mine, Prefix{1, byte(i % 5)}, entryKey(i), parsed(t, "What is the capital of Peru?"), nil)
		x.Add(other, Prefix{2}, entryKey(i), q, nil)
	}
	for i := range 50 {
		x.Remove(Prefix{2}, entryKey(i))
	}
	x.DropOwner(mine)
	if _, ok := x.Match(Prefix{1, 1}, parsed(t, "What is the capital of Peru?"), (*Question).Strict); ok {
		t.Error("an owner's questions are there after they were dropped")
	}
	if _, ok := x.Match(Prefix{2}, parsed(t, "How do I open door 70?"), (*Question).Strict); !ok {
		t.Error("another owner's are gone")
	}
	x.Drop(Prefix{2})
	if x.Bytes() != 0 {
		t.Errorf("%d bytes are left of nothing", x.Bytes())
	}
}
