package catalog

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// searchBill is what searches alone cost, and how the bill lists them.
func searchBill(t *testing.T, q Quote, n int64) (string, *Line) {
	t.Helper()
	b, err := q.Bill(llm.Usage{WebSearches: n})
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Lines {
		if b.Lines[i].Class == PerSearch {
			return b.Total.String(), &b.Lines[i]
		}
	}
	return b.Total.String(), nil
}

var searched = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func TestSearchesAreBilledByTheirListPrice(t *testing.T) {
	t.Parallel()
	c := BuiltIn()
	for _, x := range []struct{ kind, model, three string }{
		{"openai", "gpt-5.5", "0.03"},
		{"openai", "o3", "0.03"},
		{"openai", "gpt-4o", "0.075"},
		{"openai", "gpt-4.1-mini", "0.075"},
		{"openai", "gpt-4o-search-preview", "0.075"},
		{"openai", "gpt-4o-mini-search-preview", "0.075"},
		{"azure", "gpt-5.5", "0.042"},
		{"azure", "gpt-4o", "0.075"},
		{"azure", "o3-mini", "0.042"},
		{"gemini", "gemini-2.5-flash", "0.035"}, // once per request
		{"vertex", "gemini-2.0-flash", "0.035"},
		{"gemini", "gemini-pro", "0.035"},
		{"gemini", "gemini-3-pro-preview", "0.042"},
		{"vertex", "gemini-3.5-flash", "0.042"},
		{"x-ai", "grok-4.5", "0.015"},
		{"anthropic", "claude-sonnet-4-5", "0.03"}, // the data's own
		{"vertex", "claude-opus-5", "0.03"},
		{"azure", "claude-sonnet-4-5", "0"}, // by the source's rule
		{"perplexity", "sonar-deep-research", "0.015"},
		{"perplexity", "sonar", "0.012"},            // a fee per request, which holds them
		{"mistral", "mistral-large-latest", "0.15"}, // unknown: as the ceiling held it
		{"bedrock", "openai.gpt-5.5", "0.15"},
		{"sandbox", "sandbox-chat", "0"},
		{"ollama", "llama3", "0"},
	} {
		q, ok := c.Quote(x.kind, x.model, searched)
		if !ok {
			t.Errorf("%s/%s has no price", x.kind, x.model)
			continue
		}
		got, line := searchBill(t, q, 3)
		if got != x.three {
			t.Errorf("three searches of %s/%s cost %s, want %s", x.kind, x.model, got, x.three)
		}
		if holds := x.three != "0" && x.model != "sonar"; holds != (line != nil) {
			t.Errorf("%s/%s: the bill's line is %+v", x.kind, x.model, line)
		}
		if half, _ := searchBill(t, Half(q), 3); half != x.three && x.model != "sonar" {
			t.Errorf("%s/%s: with half the price of tokens searches cost %s, want %s", x.kind, x.model, half, x.three)
		}
		want, _ := money.Parse(x.three)
		if ceiling, err := q.Ceiling(llm.Bound{Searches: 3}); err != nil || ceiling.Input < want {
			t.Errorf("%s/%s: a ceiling of %s is below %s, %v", x.kind, x.model, ceiling.Input, x.three, err)
		}
	}
}

func TestWhatCannotSearchListsNoSearch(t *testing.T) {
	t.Parallel()
	c := BuiltIn()
	for _, x := range [][2]string{{"openai", "text-embedding-3-small"}, {"openai", "dall-e-3"}, {"openai", "omni-moderation-latest"}, {"mistral", "mistral-large-latest"}, {"sandbox", "sandbox-chat"}} {
		if p, ok := c.Rates(x[0], x[1], searched)[PerSearch]; ok {
			t.Errorf("%v lists a search at %d", x, p)
		}
	}
}

func TestAPriceListThatPricesSearchesWins(t *testing.T) {
	t.Parallel()
	c, err := Load([]byte(`{"providers":[
		{"id":"openai","name":"O","models":[{"id":"gpt-5.5","match":{"equals":"gpt-5.5"},"prices":{"input_mtok":1,"output_mtok":2,"web_searches_kcount":7}},
			{"id":"gpt-9","match":{"equals":"gpt-9"},"prices":{"input_mtok":1,"output_mtok":2}}]},
		{"id":"azure","name":"A","fallback_model_providers":["openai"],"models":[{"id":"phi","match":{"equals":"phi"},"prices":{"input_mtok":1,"output_mtok":2}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ kind, model, want string }{
		{"openai", "gpt-5.5", "0.007"}, {"azure", "gpt-5.5", "0.007"}, {"openai", "gpt-9", "0.01"}, {"azure", "gpt-9", "0.014"},
	} {
		q, _ := c.Quote(x.kind, x.model, searched)
		if got, _ := searchBill(t, q, 1); got != x.want {
			t.Errorf("a search of %s/%s costs %s, want %s", x.kind, x.model, got, x.want)
		}
	}
}

func TestAnOwnPriceForSearchesWins(t *testing.T) {
	t.Parallel()
	c := BuiltIn()
	for _, x := range []struct {
		name, kind, model string
		prices            map[Class]money.Price
		three             string
	}{
		{"a price of its own", "openai", "gpt-5.5", map[Class]money.Price{Input: 1, Output: 1, PerSearch: 1_000_000_000}, "0.003"},
		{"for nothing", "openai", "gpt-5.5", map[Class]money.Price{Input: 1, Output: 1, PerSearch: 0}, "0"},
		{"left out", "openai", "gpt-5.5", map[Class]money.Price{Input: 1, Output: 1}, "0.03"},
		{"left out, once per request", "gemini", "gemini-2.5-pro", map[Class]money.Price{Input: 1, Output: 1}, "0.035"},
		{"left out, for a model of nobody", "", "", map[Class]money.Price{Input: 1, Output: 1}, "0.15"},
		{"left out, on one's own machine", "ollama", "llama3", map[Class]money.Price{Input: 1, Output: 1}, "0"},
	} {
		m, _ := c.Find(x.kind, x.model)
		q, err := Override{Version: "o", Prices: x.prices}.Quote(m)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := searchBill(t, q, 3); got != x.three {
			t.Errorf("%s: three searches cost %s, want %s", x.name, got, x.three)
		}
	}
}

func TestManyRequestsAreGroundedAtMostOnceEach(t *testing.T) {
	t.Parallel()
	q, _ := BuiltIn().Quote("gemini", "gemini-2.5-flash", searched)
	for _, x := range []struct {
		requests, searches int64
		want               string
	}{{4, 10, "0.14"}, {4, 4, "0.14"}, {4, 1, "0.035"}, {4, 0, "0"}} {
		got, err := Recost(q, []Workload{{Requests: x.requests, Usage: llm.Usage{WebSearches: x.searches}}})
		if err != nil || got.String() != x.want {
			t.Errorf("%d searches of %d requests cost %s, want %s, %v", x.searches, x.requests, got, x.want, err)
		}
	}
}
