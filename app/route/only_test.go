package route_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// known is a model of which something is known: $2 a million tokens in, $10 out, 128,000 tokens of context, tools.
type known struct{ rate }

func (known) Window() int64 { return 128_000 }

func (known) Bill(u llm.Usage) (catalog.Bill, error) {
	b := catalog.Bill{Input: money.USD(u.Input * 2_000), Output: money.USD(u.Output * 10_000)}
	b.Total = b.Input + b.Output
	return b, nil
}

func (known) Serves(n llm.Needs, _ llm.Bound) bool {
	return n == (llm.Needs{Tools: true}) || n == (llm.Needs{})
}

func TestWhatATargetMustFulfil(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		only  route.Only
		place route.Place
		quote catalog.Quote
		says  string // "" = it does
	}{
		"nothing":                       {route.Only{}, route.Place{}, nil, ""},
		"the region":                    {route.Only{Regions: []string{"eu"}}, route.Place{Residency: "eu"}, nil, ""},
		"a part of the region":          {route.Only{Regions: []string{"us", "eu"}}, route.Place{Residency: "eu-west-1"}, nil, ""},
		"a region that begins alike":    {route.Only{Regions: []string{"eu"}}, route.Place{Residency: "europa"}, nil, "stays in europa"},
		"another region":                {route.Only{Regions: []string{"eu", "ch"}}, route.Place{Residency: "us-east-1"}, nil, "stays in us-east-1, and the route wants eu or ch"},
		"the whole is not its part":     {route.Only{Regions: []string{"eu-west-1"}}, route.Place{Residency: "eu"}, nil, "stays in eu"},
		"a region that nobody said":     {route.Only{Regions: []string{"eu"}}, route.Place{}, nil, "not said where"},
		"zero retention":                {route.Only{ZeroRetention: true}, route.Place{ZeroRetention: true}, nil, ""},
		"no zero retention":             {route.Only{ZeroRetention: true}, route.Place{}, nil, "zero retention"},
		"cheap enough":                  {route.Only{MaxInput: "2", MaxOutput: "10.00"}, route.Place{}, known{}, ""},
		"input too dear":                {route.Only{MaxInput: "1.99"}, route.Place{}, known{}, "its input costs $2"},
		"output too dear":               {route.Only{MaxOutput: "9.99"}, route.Place{}, known{}, "its output costs $10"},
		"a price that nobody knows":     {route.Only{MaxInput: "2"}, route.Place{}, nil, "nothing is known"},
		"a window that is large enough": {route.Only{MinContext: 128_000}, route.Place{}, known{}, ""},
		"a window that is too small":    {route.Only{MinContext: 128_001}, route.Place{}, known{}, "128000 tokens, and the route wants 128001"},
		"an ability":                    {route.Only{Needs: []string{"tools"}}, route.Place{}, known{}, ""},
		"an ability that it has not":    {route.Only{Needs: []string{"tools", "images"}}, route.Place{}, known{}, "not known to take images"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.only.Bars(c.place)
			if got == "" {
				got = c.only.Lacks(c.quote, true)
			}
			if (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
				t.Errorf("%q, want %q", got, c.says)
			}
		})
	}
	if n := (*route.Only)(nil); n.Bars(route.Place{}) != "" || n.Lacks(nil, true) != "" || n.WantsCapable() || !n.IsZero() {
		t.Error("nothing is demanded of nil")
	}
}

// A model of embeddings has no price of output, which nobody misses unless text is wanted of it; a fee by the request is no price of
// tokens.
func TestWhatAPriceIsOf(t *testing.T) {
	t.Parallel()
	book := catalog.BuiltIn()
	for name, c := range map[string]struct {
		kind, model string
		only        route.Only
		generates   bool
		says        string
	}{
		"embeddings":                 {"openai", "text-embedding-3-small", route.Only{MaxOutput: "15.00", MaxInput: "0.02"}, false, ""},
		"embeddings, asked for text": {"openai", "text-embedding-3-small", route.Only{MaxOutput: "15.00"}, true, "its price of output is not known"},
		"embeddings that are dear":   {"openai", "text-embedding-3-small", route.Only{MaxInput: "0.01"}, false, "its input costs $0.02"},
		"text is dear in any case":   {"openai", "gpt-4o", route.Only{MaxOutput: "9.99"}, false, "its output costs $10"},
		"a fee by the request":       {"perplexity", "sonar", route.Only{MaxInput: "1", MaxOutput: "1"}, true, ""},
		"and tokens that cost more":  {"perplexity", "sonar", route.Only{MaxInput: "0.99"}, true, "its input costs $1"},
	} {
		q, ok := book.Quote(c.kind, c.model, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
		if !ok {
			t.Fatalf("%s: no price", name)
		}
		if got := c.only.Lacks(q, c.generates); (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// What is demanded where a target comes from holds as well: an alias in another alias's list keeps its demands.
func TestDemandsOfNestedAliasesAddUp(t *testing.T) {
	t.Parallel()
	w := newTown()
	inner := w.named("smart")
	inner.Routing.Only = &route.Only{ZeroRetention: true}
	outer := w.named("fast")
	outer.Targets = append(outer.Targets, route.TargetRef{Alias: inner.ID})
	outer.Routing.Only = &route.Only{Regions: []string{"eu"}}
	p, err := w.compile(t).Plan(w.here, &llm.Call{Model: "fast"})
	if err != nil {
		t.Fatal(err)
	}
	last := p.Targets[len(p.Targets)-1]
	if last.Only.Bars(route.Place{Residency: "eu"}) == "" || last.Only.Bars(route.Place{ZeroRetention: true}) == "" || last.Only.Bars(route.Place{Residency: "eu", ZeroRetention: true}) != "" {
		t.Errorf("%+v demands %+v", last, last.Only)
	}
	if first := p.Targets[0]; first.Only.Bars(route.Place{Residency: "eu"}) != "" || first.Only.Bars(route.Place{}) == "" {
		t.Errorf("its own targets demand %+v", first.Only)
	}
}

func TestWhereAConnectionLives(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]provider.ConnectionRecord{
		"":             {Kind: provider.OpenAI},
		"ch":           {Kind: provider.Bedrock, BaseURL: "https://bedrock-runtime.eu-west-1.amazonaws.com", Terms: provider.Terms{Residency: "ch"}},
		"eu-west-1":    {Kind: provider.Bedrock, BaseURL: "https://bedrock-runtime.eu-west-1.amazonaws.com"},
		"europe-west4": {Kind: provider.Vertex, BaseURL: "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4"},
	} {
		if got := r.Lives(); got != want {
			t.Errorf("%s %s lives in %q, want %q", r.Kind, r.BaseURL, got, want)
		}
	}
}
