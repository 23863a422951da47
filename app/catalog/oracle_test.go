package catalog

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// TestAgreesWithGenaiPrices compares with what genai-prices itself, run over the same data, found and computed
// (testdata/oracle.json): names, dated, tiered and time-of-day prices, and usage split over all classes.
func TestAgreesWithGenaiPrices(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/oracle.json")
	if err != nil {
		t.Fatal(err)
	}
	var oracle struct {
		Finds [][3]*string      `json:"finds"`
		Bills []json.RawMessage `json:"bills"`
	}
	if err := json.Unmarshal(raw, &oracle); err != nil {
		t.Fatal(err)
	}
	c := BuiltIn()
	for _, f := range oracle.Finds {
		got, want := "", ""
		if m, ok := c.Find(*f[0], *f[1]); ok {
			got = m.ID
		}
		if f[2] != nil {
			want = *f[2]
		}
		if got != want {
			t.Errorf("%s/%s is %q, genai-prices says %q", *f[0], *f[1], got, want)
		}
	}
	for _, raw := range oracle.Bills {
		compare(t, c, raw)
	}
	if len(oracle.Finds) < 500 || len(oracle.Bills) < 500 {
		t.Errorf("the oracle is too small: %d names, %d bills", len(oracle.Finds), len(oracle.Bills))
	}
}

func compare(t *testing.T, c *Catalog, raw json.RawMessage) {
	t.Helper()
	var provider, model, at, in, out, total string
	var n [11]int64
	if err := json.Unmarshal(raw, &[]any{&provider, &model, &at, &n, &in, &out, &total}); err != nil {
		t.Fatal(err)
	}
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	m := byExactID(c, provider, model)
	if m == nil || m.at(when) == nil {
		t.Errorf("%s: no price", raw)
		return
	}
	u := llm.Usage{Input: n[0], CacheRead: n[1], CacheWrite5m: n[2], CacheWrite1h: n[3], InputAudio: n[4], InputImage: n[5],
		Output: n[6], Reasoning: n[7], OutputAudio: n[8], OutputImage: n[9], WebSearches: n[10]}
	if !knowsSearches(m.at(when)) {
		u.WebSearches = 0 // genai-prices takes searches without a price for free; we do not
	}
	bill, err := m.at(when).Bill(u)
	if err != nil {
		if errors.Is(err, errUncovered) {
			return // genai-prices takes output without a price for free
		}
		t.Errorf("%s: %v", raw, err)
		return
	}
	for _, x := range []struct {
		name, want string
		got        decimal.Decimal
	}{{"input", in, bill.Input.Decimal()}, {"output", out, bill.Output.Decimal()}, {"total", total, bill.Total.Decimal()}} {
		if want := decimal.RequireFromString(x.want).RoundCeil(9); !x.got.Equal(want) {
			t.Errorf("%s: %s is %s, genai-prices says %s", raw, x.name, x.got, want)
		}
	}
}

// knowsSearches reports whether searches are billed by nothing but what the data says.
func knowsSearches(o *offer) bool {
	for _, r := range o.rates {
		if r.ours {
			return false
		}
	}
	return o.unknownSearch() == 0
}

func byExactID(c *Catalog, provider, id string) *Model {
	for _, m := range c.byID(provider).models {
		if m.ID == id {
			return m
		}
	}
	return nil
}
