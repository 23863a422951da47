package ledger_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestTheSettlementTable(t *testing.T) {
	t.Parallel()
	const held, counted, billed = 1000, 300, 250
	type end = ledger.End
	sent := func(e end) end { e.Written, e.Held, e.Counted = true, held, counted; return e }
	for name, c := range map[string]struct {
		end   end
		state ledger.State
		cost  money.USD
	}{
		"nothing was written":                             {end{Class: "unreachable", Held: held}, ledger.Voided, 0},
		"nothing was written before the client left":      {end{Class: "canceled", Held: held}, ledger.Voided, 0},
		"refused with a 4xx":                              {sent(end{Class: "refused", Status: 400}), ledger.Voided, 0},
		"our key is bad":                                  {sent(end{Class: "credential", Status: 401}), ledger.Voided, 0},
		"rate limited":                                    {sent(end{Class: "rate_limit", Status: 429}), ledger.Voided, 0},
		"the account is empty":                            {sent(end{Class: "quota", Status: 429}), ledger.Voided, 0},
		"overloaded":                                      {sent(end{Class: "overloaded", Status: 529}), ledger.Voided, 0},
		"a proxy in front of the provider failed":         {sent(end{Class: "server", Status: 502}), ledger.Voided, 0},
		"the last of the proxies' failures":               {sent(end{Class: "server", Status: 504}), ledger.Voided, 0},
		"a failure before theirs":                         {sent(end{Class: "server", Status: 501}), ledger.Ambiguous, held},
		"a failure behind theirs":                         {sent(end{Class: "server", Status: 505}), ledger.Ambiguous, held},
		"a 299 that is not an answer":                     {sent(end{Class: "garbled", Status: 299}), ledger.Counted, counted},
		"a 300 that is not an answer":                     {sent(end{Class: "garbled", Status: 300}), ledger.Voided, 0},
		"a 199 that is not an answer":                     {sent(end{Class: "garbled", Status: 199}), ledger.Voided, 0},
		"the provider failed and may bill it":             {sent(end{Class: "server", Status: 500}), ledger.Ambiguous, held},
		"the provider failed and does not bill it":        {sent(end{Class: "server", Status: 500, ErrorsFree: true}), ledger.Voided, 0},
		"a redirect":                                      {sent(end{Class: "garbled", Status: 302}), ledger.Voided, 0},
		"a 200 that is not an answer":                     {sent(end{Class: "garbled", Status: 200}), ledger.Counted, counted},
		"an error inside a 200, before any answer":        {sent(end{Class: "rate_limit", Status: 200}), ledger.Voided, 0},
		"the connection broke before an answer":           {sent(end{Class: "ambiguous"}), ledger.Ambiguous, held},
		"no headers in time":                              {sent(end{Class: "timeout"}), ledger.Ambiguous, held},
		"the client left before an answer":                {sent(end{Class: "canceled"}), ledger.Ambiguous, held},
		"a refusal that came as an answer":                {sent(end{Class: "withheld", Status: 200, Started: true, Complete: true}), ledger.Counted, counted},
		"a class that nobody told us of":                  {sent(end{Class: "gremlins", Status: 418}), ledger.Ambiguous, held},
		"written although it could not be reached":        {sent(end{Class: "unreachable"}), ledger.Ambiguous, held},
		"complete with usage":                             {sent(end{Status: 200, Started: true, Complete: true, Report: ledger.FinalUsage, Billed: billed}), ledger.Complete, billed},
		"complete with a usage of zero":                   {sent(end{Status: 200, Started: true, Complete: true, Report: ledger.FinalUsage}), ledger.Complete, 0},
		"complete with a running usage":                   {sent(end{Status: 200, Started: true, Complete: true, Report: ledger.PartialUsage, Billed: billed}), ledger.Complete, billed},
		"usage above the hold":                            {sent(end{Status: 200, Started: true, Complete: true, Report: ledger.FinalUsage, Billed: 1400}), ledger.Complete, 1400},
		"complete without usage":                          {sent(end{Status: 200, Started: true, Complete: true}), ledger.Counted, counted},
		"our own count is never above the hold":           {sent(end{Status: 200, Started: true, Complete: true, Counted: counted}), ledger.Counted, counted},
		"a stream cut":                                    {sent(end{Status: 200, Started: true, Streamed: true, Class: "canceled"}), ledger.Cut, counted + counted/10},
		"a stream without its end mark":                   {sent(end{Status: 200, Started: true, Streamed: true}), ledger.Cut, counted + counted/10},
		"a stream cut after the final usage":              {sent(end{Status: 200, Started: true, Streamed: true, Class: "canceled", Report: ledger.FinalUsage, Billed: billed}), ledger.Complete, billed},
		"a stream cut with a running usage below ours":    {sent(end{Status: 200, Started: true, Streamed: true, Report: ledger.PartialUsage, Billed: 10}), ledger.Cut, counted + counted/10},
		"a stream cut with a running usage above ours":    {sent(end{Status: 200, Started: true, Streamed: true, Report: ledger.PartialUsage, Billed: 700}), ledger.Cut, 700},
		"a stream cut with a running usage over the hold": {sent(end{Status: 200, Started: true, Streamed: true, Report: ledger.PartialUsage, Billed: 1200}), ledger.Cut, 1200},
		"an error event inside a stream":                  {sent(end{Status: 200, Started: true, Streamed: true, Class: "server"}), ledger.Cut, counted + counted/10},
		"a whole answer cut: all of it was generated":     {sent(end{Status: 200, Started: true, Class: "timeout"}), ledger.Cut, held},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, cost := ledger.Decide(c.end)
			if state != c.state || cost != c.cost {
				t.Errorf("%s for %s, want %s for %s", state, cost, c.state, c.cost)
			}
		})
	}
}

// A cut stream costs what we counted and a tenth, at least one nano-dollar more if it was anything, and no more than was held.
func TestTheMarginOfACutStream(t *testing.T) {
	t.Parallel()
	for counted, want := range map[money.USD]money.USD{0: 0, 1: 2, 9: 10, 99: 100, 100: 110, 109: 119, 910: 1000, 950: 1000, money.Max: 1000} {
		if state, cost := ledger.Decide(ledger.End{Written: true, Started: true, Streamed: true, Held: 1000, Counted: counted}); state != ledger.Cut || cost != want {
			t.Errorf("%s counted: %s for %s, want %s", counted, state, cost, want)
		}
	}
}

// TestEveryEndHasOneState walks the whole table: it is total, nothing unsent costs anything, and only what the provider
// itself reported costs more than the hold.
func TestEveryEndHasOneState(t *testing.T) {
	t.Parallel()
	known := map[ledger.State]bool{ledger.Voided: true, ledger.Complete: true, ledger.Counted: true, ledger.Cut: true, ledger.Ambiguous: true}
	truth := []bool{false, true}
	classes := []string{"", "refused", "credential", "rate_limit", "quota", "overloaded", "server", "garbled", "unreachable", "ambiguous", "timeout", "canceled", "?"}
	n := 0
	for _, class := range classes {
		for _, status := range []int{0, 200, 302, 400, 500, 503, 999} {
			for flags := range 32 {
				for report := ledger.NoUsage; report <= ledger.FinalUsage; report++ {
					for _, counted := range []money.USD{0, 1, 50, 99, 5000, money.Max} {
						bit := func(i int) bool { return truth[flags>>i&1] }
						e := ledger.End{Written: bit(0), Started: bit(1), Streamed: bit(2), Complete: bit(3), ErrorsFree: bit(4), Class: class,
							Status: status, Report: report, Billed: 70, Counted: counted, Held: 100}
						state, cost := ledger.Decide(e)
						n++
						switch {
						case !known[state], cost < 0:
							t.Fatalf("%+v: %q for %s", e, state, cost)
						case !e.Written && (state != ledger.Voided || cost != 0):
							t.Fatalf("%+v was not sent and is %s for %s", e, state, cost)
						case cost > e.Held && e.Report == ledger.NoUsage:
							t.Fatalf("%+v costs %s, more than the hold", e, cost)
						case state == ledger.Voided && cost != 0:
							t.Fatalf("%+v is void for %s", e, cost)
						case e.Written && e.Report == ledger.FinalUsage && cost != e.Billed:
							t.Fatalf("%+v costs %s, the provider said %s", e, cost, e.Billed)
						case e.Written && e.Started && state == ledger.Voided:
							t.Fatalf("%+v began to answer and is void", e)
						}
					}
				}
			}
		}
	}
	if n < 10_000 {
		t.Errorf("only %d ends tried", n)
	}
}
