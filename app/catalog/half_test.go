package catalog

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
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
	b.Searches = 1 // their fee is not halved
	whole, _ = q.Ceiling(b)
	if searching, _ := h.Ceiling(b); searching.Fees != whole.Fees || searching.Fees == 0 || searching.Input-searching.Fees != half.Input {
		t.Errorf("%+v of %+v", searching, whole)
	}
}

// What is held for half the price covers half the bill, whose fees are not halved.
func TestHalfOfACeilingCoversHalfOfTheBill(t *testing.T) {
	t.Parallel()
	const perMTok, perFee = 1_000_001, 10_000_000_001 // pico-dollars: a dollar a million, and a cent
	for name, prices := range map[string]map[Class]money.Price{
		"tokens":                   {Input: perMTok, Output: 3 * perMTok},
		"a fee for each request":   {Input: perMTok, Output: 3 * perMTok, PerRequest: perFee},
		"a fee and nothing else":   {Input: 0, Output: 0, PerRequest: perFee},
		"fees for searches":        {Input: perMTok, Output: 3 * perMTok, PerSearch: perFee},
		"fees for both":            {Input: perMTok, Output: 3 * perMTok, PerRequest: perFee, PerSearch: perFee},
		"a fee for each character": {Input: perMTok, Output: 3 * perMTok, PerCharacter: perMTok},
	} {
		own, err := Override{Version: "o", Prices: prices}.Quote(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range []llm.Usage{{}, {Input: 7, Output: 1}, {Input: 1000, Output: 333, WebSearches: 2, Characters: 1001}} {
			h := Half(own)
			c, err := h.Ceiling(llm.Bound{TextBytes: u.Input, Searches: u.WebSearches, Characters: u.Characters})
			if err != nil {
				t.Fatal(err)
			}
			var output money.Sum
			if err := output.Add(c.PerOutput, u.Output); err != nil {
				t.Fatal(err)
			}
			most, err := output.Ceil()
			b, wrong := h.Bill(u)
			if err != nil || wrong != nil || c.Input+most < b.Total {
				t.Errorf("%s: %+v is held at %s and %s, and billed at %s; %v %v", name, u, c.Input, most, b.Total, err, wrong)
			}
		}
	}
}
