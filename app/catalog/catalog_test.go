package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

var builtIn = sync.OnceValue(catalog.BuiltIn)

var august = time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)

func quote(t *testing.T, kind, model string, at time.Time) catalog.Quote {
	t.Helper()
	q, ok := builtIn().Quote(kind, model, at)
	if !ok {
		t.Fatalf("%s/%s has no price at %s", kind, model, at)
	}
	return q
}

func TestAModelIsFoundByItsKind(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ name, kind, model, provider, want string }{
		{"by its own provider", "openai", "gpt-5.5", "openai", "gpt-5.5"},
		{"whatever its case", "openai", "GPT-5.5-2026-04-23", "openai", "gpt-5.5"},
		{"Gemini and Vertex are Google", "vertex", "gemini-2.5-pro", "google", "gemini-2.5-pro"},
		{"Bedrock is AWS", "bedrock", "global.anthropic.claude-sonnet-5-v1:0", "aws", "global.anthropic.claude-sonnet-5-v1:0"},
		{"Azure falls back to OpenAI", "azure", "gpt-5.5", "openai", "gpt-5.5"},
		{"Vertex falls back to Anthropic", "vertex", "claude-haiku-4-5", "anthropic", "claude-haiku-4-5"},
		{"a compatible server by the model's own name", "openai-compatible", "deepseek-chat", "deepseek", "deepseek-chat"},
		{"a provider named by its address", "groq", "llama-3.3-70b-versatile", "groq", "llama-3.3-70b-versatile"},
		{"the sandbox without its script", "sandbox", "sandbox-chat+latency=800ms+status=503", "sandbox", "sandbox-chat"},
		{"anything on Ollama", "ollama", "qwen3:8b", "ollama", "any"},
		{"nothing that OpenAI does not have", "openai", "claude-opus-4-8", "", ""},
		{"no fallback over two steps", "azure", "gemini-2.5-pro", "", ""},
		{"a provider by a spelling of its name", "google-vertex", "gemini-2.5-pro", "google", "gemini-2.5-pro"},
		{"Bedrock by a spelling of its name", "amazon-bedrock", "amazon.nova-pro-v1:0", "aws", "amazon.nova-pro-v1:0"},
		{"nothing of an unknown kind", "frobnicator", "gpt-5.5", "", ""},
		{"nothing unknown on a compatible server", "openai-compatible", "my-own-finetune", "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second answer comes from memory
				m, ok := builtIn().Find(x.kind, x.model)
				if ok != (x.want != "") || ok && (m.ID != x.want || m.Provider != x.provider) {
					t.Fatalf("found %+v, %v", m, ok)
				}
			}
		})
	}
}

func TestClaudeIsAtGoogleOnVertexAlone(t *testing.T) {
	has := func(kind, prefix string) bool {
		return slices.ContainsFunc(builtIn().Models(kind), func(m *catalog.Model) bool { return strings.HasPrefix(m.ID, prefix) })
	}
	if has("gemini", "claude-") || !has("gemini", "gemini-") || !has("vertex", "claude-") || !has("vertex", "gemini-") {
		t.Error("the kinds of Google list others' models, or not their own")
	}
}

func TestAnAddressNamesItsProvider(t *testing.T) {
	t.Parallel()
	for _, x := range [][3]string{
		{"openai-compatible", "https://api.groq.com/openai/v1", "groq"},
		{"openai-compatible", "https://openrouter.ai/api/v1", "openrouter"},
		{"openai-compatible", "https://evil.test/?https://api.groq.com", "openai-compatible"},
		{"openai-compatible", "http://10.0.0.7:8000/v1", "openai-compatible"},
		{"openai-compatible", "", "openai-compatible"},
		{"openai", "https://api.groq.com/openai/v1", "openai"},
	} {
		if got := builtIn().ProviderOf(x[0], x[1]); got != x[2] {
			t.Errorf("%s at %s is %s, want %s", x[0], x[1], got, x[2])
		}
	}
}

func TestAnUnknownPriceIsNotZero(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, kind, model string
		known             bool
	}{
		{"a model nobody knows", "openai", "gpt-99", false},
		{"a model listed without prices", "google", "gemma-3", false},
		{"a model whose name says that it is free", "openrouter", "deepseek/deepseek-r1:free", true},
		{"a model listed at zero", "ollama", "llama3", true},
	} {
		if _, ok := builtIn().Quote(x.kind, x.model, august); ok != x.known {
			t.Errorf("%s: a price is known: %v", x.name, ok)
		}
	}
}

func TestTheSandboxCharges(t *testing.T) {
	t.Parallel()
	u := llm.Usage{Input: 1_000_000, CacheRead: 200_000, Output: 1_000_000}
	for model, want := range map[string]string{
		"sandbox-chat":      "4.82",
		"sandbox-reasoning": "9.64",
		"sandbox-vision":    "4.82",
	} {
		bill, err := quote(t, "sandbox", model+"+tokens=9", august).Bill(u)
		if err != nil || bill.Total.String() != want {
			t.Errorf("%s: %s, %v; want %s", model, bill.Total, err, want)
		}
	}
	bill, err := quote(t, "sandbox", "sandbox-embed", august).Bill(llm.Usage{Input: 1_000_000})
	if err != nil || bill.Total.String() != "0.02" {
		t.Errorf("sandbox-embed: %s, %v", bill.Total, err)
	}
}

func TestABillSaysWhatItIsMadeOf(t *testing.T) {
	t.Parallel()
	q := quote(t, "anthropic", "claude-sonnet-4-5", august)
	bill, err := q.Bill(llm.Usage{Input: 10_000, CacheRead: 4_000, CacheWrite5m: 1_000, CacheWrite1h: 2_000, Output: 500, Reasoning: 100, WebSearches: 2})
	if err != nil {
		t.Fatal(err)
	}
	want := map[catalog.Class]catalog.Line{
		catalog.Input:        {catalog.Input, 3_000, 3_000_000},
		catalog.CacheRead:    {catalog.CacheRead, 4_000, 300_000},
		catalog.CacheWrite:   {catalog.CacheWrite, 1_000, 3_750_000},
		catalog.CacheWrite1h: {catalog.CacheWrite1h, 2_000, 6_000_000},
		catalog.Output:       {catalog.Output, 500, 15_000_000}, // reasoning has no price of its own here
		catalog.PerSearch:    {catalog.PerSearch, 2, 10_000_000_000},
	}
	for _, l := range bill.Lines {
		if want[l.Class] != l {
			t.Errorf("line %+v, want %+v", l, want[l.Class])
		}
		delete(want, l.Class)
	}
	if len(want) > 0 {
		t.Errorf("lines are missing: %v", want)
	}
	// 3,000 × 3 + 4,000 × 0.3 + 1,000 × 3.75 + 2,000 × 6 = 25,950 millionths; 500 × 15 = 7,500; two searches at 0.01.
	if bill.Input.String() != "0.02595" || bill.Output.String() != "0.0075" || bill.Total.String() != "0.05345" {
		t.Errorf("input %s, output %s, total %s", bill.Input, bill.Output, bill.Total)
	}
	if !strings.HasSuffix(bill.Version, "/anthropic/claude-sonnet-4-5") || bill.Version != q.Version() {
		t.Errorf("version %q", bill.Version)
	}
}

func TestABillIsRoundedUpOnce(t *testing.T) {
	t.Parallel()
	q, err := catalog.Override{Version: "v", Prices: map[catalog.Class]money.Price{catalog.Input: 1, catalog.Output: 1}}.Quote(nil)
	if err != nil {
		t.Fatal(err)
	}
	bill, err := q.Bill(llm.Usage{Input: 1, Output: 1})
	if err != nil || bill.Total != 1 || bill.Input != 1 || bill.Output != 1 {
		t.Errorf("two pico-dollars are %+v, %v", bill, err)
	}
	if bill, _ = q.Bill(llm.Usage{Input: 999, Output: 2}); bill.Total != 2 {
		t.Errorf("1,001 pico-dollars are %d nano-dollars", bill.Total)
	}
}

func TestPartsThatExceedTheirWholeAreChargedInFull(t *testing.T) {
	t.Parallel()
	q := quote(t, "sandbox", "sandbox-chat", august)
	bill, err := q.Bill(llm.Usage{Input: 10, CacheRead: 100})
	if err != nil || bill.Total != 100*100 {
		t.Errorf("%+v, %v", bill, err)
	}
}

func TestUsageWithoutAPriceIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := quote(t, "openai", "text-embedding-3-small", august).Bill(llm.Usage{Input: 5, Output: 1}); err == nil {
		t.Error("output of an embedding model was billed at nothing")
	}
	if _, err := quote(t, "sandbox", "sandbox-chat", august).Bill(llm.Usage{Output: 1 << 62}); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("an overflow gave %v", err)
	}
}

func TestPricesChangeAtTheirDates(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time { v, _ := time.Parse(time.RFC3339, s); return v }
	for _, x := range []struct{ kind, model, at, want string }{
		{"anthropic", "claude-sonnet-5", "2026-08-31T23:59:59Z", "2"},
		{"anthropic", "claude-sonnet-5", "2026-09-01T00:00:00Z", "3"},
		{"anthropic", "claude-sonnet-5", "2026-09-01T01:59:59+02:00", "2"}, // the day begins in UTC
		{"openai-compatible", "deepseek-chat", "2026-05-05T00:29:59Z", "0.135"},
		{"openai-compatible", "deepseek-chat", "2026-05-05T00:30:00Z", "0.27"},
		{"openai-compatible", "deepseek-chat", "2026-05-05T16:29:59Z", "0.27"},
		{"openai-compatible", "deepseek-chat", "2026-05-05T16:30:00Z", "0.135"},
		{"openai-compatible", "deepseek-chat", "2026-05-05T18:00:00+02:00", "0.27"},
	} {
		bill, err := quote(t, x.kind, x.model, at(x.at)).Bill(llm.Usage{Input: 1_000_000})
		if err != nil || bill.Total.String() != x.want {
			t.Errorf("%s at %s costs %s, %v; want %s", x.model, x.at, bill.Total, err, x.want)
		}
	}
	early, late := quote(t, "anthropic", "claude-sonnet-5", august), quote(t, "anthropic", "claude-sonnet-5", august.AddDate(0, 1, 0))
	if early.Version() == late.Version() || !strings.HasSuffix(late.Version(), "@2026-09-01") {
		t.Errorf("versions %q and %q", early.Version(), late.Version())
	}
}

func TestASpanOfTheDayMayPassMidnight(t *testing.T) {
	t.Parallel()
	c := load(t, `{"providers":[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":[
		{"prices":{"input_mtok":2}},{"constraint":{"start_time":"16:30:00Z","end_time":"00:30:00Z"},"prices":{"input_mtok":1}}]}]}]}`)
	for clock, want := range map[string]string{"16:29:59": "2", "16:30:00": "1", "23:59:59": "1", "00:29:59": "1", "00:30:00": "2"} {
		at, _ := time.Parse(time.RFC3339, "2026-05-05T"+clock+"Z")
		q, _ := c.Quote("p", "m", at)
		if bill, err := q.Bill(llm.Usage{Input: 1_000_000}); err != nil || bill.Total.String() != want {
			t.Errorf("at %s: %s, %v; want %s", clock, bill.Total, err, want)
		}
	}
}

func load(t *testing.T, data string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestABrokenCatalogueIsRefusedWhole(t *testing.T) {
	t.Parallel()
	model := func(m string) string {
		return `{"providers":[{"id":"good","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":1}}]},{"id":"p","models":[` + m + `]}]}`
	}
	for name, data := range map[string]string{
		"no JSON":                        `{`,
		"no providers":                   `{"providers":[]}`,
		"a provider without models":      `{"providers":[{"id":"p","models":[]}]}`,
		"a provider twice":               `{"providers":[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{}}]},{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{}}]}]}`,
		"a provider that is ours":        `{"providers":[{"id":"sandbox","models":[{"id":"m","match":{"equals":"m"},"prices":{}}]}]}`,
		"a bad address":                  `{"providers":[{"id":"p","api_pattern":"(","models":[{"id":"m","match":{"equals":"m"},"prices":{}}]}]}`,
		"a model without an id":          model(`{"match":{"equals":"m"},"prices":{}}`),
		"a negative price":               model(`{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":-1}}`),
		"an absurd price":                model(`{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":1e30}}`),
		"a price in words":               model(`{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":"free"}}`),
		"a tier at zero":                 model(`{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":{"base":1,"tiers":[{"start":0,"price":2}]}}}`),
		"a tier without a base":          model(`{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":{"tiers":[{"start":5,"price":2}]}}}`),
		"a match of nothing":             model(`{"id":"m","match":{},"prices":{}}`),
		"a match of two":                 model(`{"id":"m","match":{"equals":"m","contains":"n"},"prices":{}}`),
		"a bad regular expression":       model(`{"id":"m","match":{"regex":"("},"prices":{}}`),
		"a bad date":                     model(`{"id":"m","match":{"equals":"m"},"prices":[{"constraint":{"start_date":"soon"},"prices":{}}]}`),
		"a date and a time of day":       model(`{"id":"m","match":{"equals":"m"},"prices":[{"constraint":{"start_date":"2026-01-01","start_time":"00:30:00Z","end_time":"01:00:00Z"},"prices":{}}]}`),
		"a span without an end":          model(`{"id":"m","match":{"equals":"m"},"prices":[{"constraint":{"start_time":"00:30:00Z"},"prices":{}}]}`),
		"a context window that can't be": model(`{"id":"m","match":{"equals":"m"},"context_window":-1,"prices":{}}`),
	} {
		if _, err := catalog.Load([]byte(data)); err == nil {
			t.Errorf("%s was loaded", name)
		}
	}
}

func TestAClassWeCannotCountMakesThePriceUnknown(t *testing.T) {
	t.Parallel()
	c := load(t, `{"providers":[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":1,"input_smell_mtok":9}}]}]}`)
	if _, ok := c.Quote("p", "m", august); ok {
		t.Error("half a price was quoted")
	}
	if _, ok := c.Find("p", "m"); !ok {
		t.Error("the model itself is known")
	}
}

func TestAPriceWithTooManyDigitsIsRoundedUp(t *testing.T) {
	t.Parallel()
	c := load(t, `{"providers":[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":0.08333333333333334}}]}]}`)
	q, _ := c.Quote("p", "m", august)
	if bill, err := q.Bill(llm.Usage{Input: 1}); err != nil || bill.Lines[0].Price != 83_334 {
		t.Errorf("%+v, %v", bill, err)
	}
}

func TestAnOverrideWinsAndChecksItself(t *testing.T) {
	t.Parallel()
	m, _ := builtIn().Find("openai", "gpt-5.5")
	q, err := catalog.Override{Version: "ovr_1@7", Prices: map[catalog.Class]money.Price{catalog.Input: 1_000_000, catalog.Output: 2_000_000}}.Quote(m)
	if err != nil {
		t.Fatal(err)
	}
	bill, err := q.Bill(llm.Usage{Input: 1000, CacheRead: 500, Output: 1000})
	if err != nil || bill.Total.String() != "0.003" || bill.Version != "ovr_1@7" {
		t.Errorf("%+v, %v", bill, err)
	}
	for name, prices := range map[string]map[catalog.Class]money.Price{
		"no input price":   {catalog.Output: 1},
		"a negative price": {catalog.Input: -1},
		"an unknown class": {catalog.Input: 1, "smell": 2},
	} {
		if _, err := (catalog.Override{Prices: prices}).Quote(nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	c := catalog.BuiltIn()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, m := range c.Models("openai") {
				want, _ := builtIn().Find("openai", m.ID)
				if got, ok := c.Find("openai", m.ID); ok != (want != nil) || ok && got.ID != want.ID {
					t.Errorf("%s is %v", m.ID, got)
				}
			}
		})
	}
	wg.Wait()
	if ids := c.Models("sandbox"); len(ids) != 10 || !slices.ContainsFunc(ids, func(m *catalog.Model) bool { return m.ID == "sandbox-chat" }) {
		t.Errorf("the sandbox offers %d models", len(ids))
	}
}

func BenchmarkQuote(b *testing.B) {
	c := catalog.BuiltIn()
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := c.Quote("openai", "gpt-5.6-luna", august); !ok {
			b.Fatal("no price")
		}
	}
}

func BenchmarkBill(b *testing.B) {
	q, _ := catalog.BuiltIn().Quote("openai", "gpt-5.6-luna", august)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := q.Bill(llm.Usage{Input: 1000, CacheRead: 500, Output: 300}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCeiling(b *testing.B) {
	q, _ := catalog.BuiltIn().Quote("openai", "gpt-5.6-luna", august)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := q.Ceiling(llm.Bound{TextBytes: 4096, Messages: 5}); err != nil {
			b.Fatal(err)
		}
	}
}
