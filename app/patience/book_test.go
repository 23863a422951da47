package patience

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// A setting that names one of two waits that are parts of each other binds both, whatever a wider one says.
func TestTheFirstEventsWaitHoldsTheHeaders(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for name, c := range map[string]struct{ own, wide, want Waits }{
		"nothing":                        {Waits{}, Waits{}, Waits{Headers: Standard.Headers, First: Standard.First}},
		"a short first event":            {Waits{First: 10 * s}, Waits{}, Waits{Headers: 10 * s, First: 10 * s}},
		"one that is longer":             {Waits{First: 200 * s}, Waits{}, Waits{Headers: Standard.Headers, First: 200 * s}},
		"long headers":                   {Waits{Headers: 400 * s}, Waits{}, Waits{Headers: 400 * s, First: 400 * s}},
		"headers of a wider setting":     {Waits{First: 10 * s}, Waits{Headers: 30 * s}, Waits{Headers: 10 * s, First: 10 * s}},
		"both of a wider setting":        {Waits{First: 10 * s}, Waits{Headers: 5 * s, First: 7 * s}, Waits{Headers: 5 * s, First: 10 * s}},
		"a first event of a wider one":   {Waits{Headers: 20 * s}, Waits{First: 10 * s}, Waits{Headers: 20 * s, First: 20 * s}},
		"both are of one, as they stand": {Waits{Headers: 3 * s, First: 10 * s}, Waits{Headers: s}, Waits{Headers: 3 * s, First: 10 * s}},
	} {
		said := map[place]Policy{{"smart", llm.Chat}: {Waits: c.own}, {}: {Waits: c.wide}}
		if got := resolve(said, place{"smart", llm.Chat}).Waits; got.Headers != c.want.Headers || got.First != c.want.First {
			t.Errorf("%s: headers %s, first event %s; want %s and %s", name, got.Headers, got.First, c.want.Headers, c.want.First)
		}
	}
}
