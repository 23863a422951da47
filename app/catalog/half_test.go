package catalog

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestHalfIsHalfOfTheExactSum(t *testing.T) {
	t.Parallel()
	q, ok := BuiltIn().Quote("openai", "gpt-4o-mini", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if !ok {
		t.Fatal("no price")
	}
	h := Half(q)
	for _, u := range []llm.Usage{{Input: 1, Output: 1}, {Input: 1001, CacheRead: 500, Output: 333}, {Input: 7}, {Output: 13}, {}} {
		whole, err := q.Bill(u)
		if err != nil {
			t.Fatal(err)
		}
		half, err := h.Bill(u)
		if err != nil || half.Total != (whole.Total+1)/2 || half.Version != whole.Version+"/batch" || len(half.Lines) != len(whole.Lines) {
			t.Errorf("%+v: half of %s is %s, %v", u, whole.Total, half.Total, err)
		}
		for i := range half.Lines {
			if half.Lines[i].Price*2 < whole.Lines[i].Price {
				t.Errorf("%+v", half.Lines[i])
			}
		}
	}
	b := llm.Bound{TextBytes: 999, Messages: 2}
	whole, _ := q.Ceiling(b)
	half, err := h.Ceiling(b)
	if err != nil || half.Input != (whole.Input+1)/2 || half.PerOutput*2 < whole.PerOutput || half.MaxOutput != whole.MaxOutput {
		t.Errorf("%+v of %+v, %v", half, whole, err)
	}
	b.Searches = 1 // their fee is not halved, and a ceiling does not tell it apart
	whole, _ = q.Ceiling(b)
	if half, _ := h.Ceiling(b); half != whole {
		t.Errorf("%+v of %+v", half, whole)
	}
}
