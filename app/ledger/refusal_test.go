package ledger

import "testing"

func TestWhatWasLeftAndWhatWasLacking(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r             Refusal
		left, lacking Units
	}{
		{Refusal{Limit: 100, Spent: 60, Held: 30, Need: 25}, 10, 15},
		{Refusal{Limit: 100, Spent: 60, Held: 30, Need: 10}, 10, 0},
		{Refusal{Limit: 100, Spent: 60, Held: 30, Need: 5}, 10, 0},
		{Refusal{Limit: 100, Spent: 110, Held: 0, Need: 5}, 0, 5},
		{Refusal{Limit: 100, Spent: 90, Held: 20}, 0, 0},
	} {
		if c.r.Left() != c.left || c.r.Lacking() != c.lacking {
			t.Errorf("%+v: %d left, %d lacking", c.r, c.r.Left(), c.r.Lacking())
		}
	}
}

// A reader that has seen enough is not given more: of a tag's pairs, and of the accounts of a hold.
func TestReadersMayStop(t *testing.T) {
	t.Parallel()
	seen := 0
	for range Pairs("a=1,b=2,c=3") {
		seen++
		break
	}
	for range (&Hold{lines: make([]holdLine, 3)}).On {
		seen++
		break
	}
	if seen != 2 {
		t.Errorf("%d were given", seen)
	}
}
