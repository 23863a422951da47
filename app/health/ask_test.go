package health

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// A look that asks a model leaves the breakers to the request that it makes: it holds none of their passes meanwhile, and leaves a
// provider alone whose cool-down is not over.
func TestALookThatAsksLeavesTheBreakerToItsRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := Setting{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Check: time.Minute, Ask: "small"}
		at := Target{Org: s.Org, Connection: s.Connection, Model: s.Ask}
		b, x := NewBoard(Config{Random: func(int64) int64 { return 0 }}), &turns{}
		var asked []time.Time
		var well atomic.Bool // whether the provider is
		k := NewChecker(Checking{Settings: func() []Setting { return []Setting{s} }, Board: b, Turns: x, Node: "a", Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Random: func(int64) int64 { return 0 },
			Open: func(context.Context, id.Org, id.Connection) (Door, bool, error) {
				return Door{Credential: secret.New("sk"), Knock: func(context.Context) (Report, string) { t.Error("it asks for the list"); return Report{}, "" },
					Ask: func(_ context.Context, model string) (Report, string) {
						now := clock.System{}.Now()
						pass, _, ok := b.Admit(at, secret.New("sk"), now) // as the gateway does
						if !ok || model != "small" {
							t.Errorf("the request for %q gets no pass", model)
						}
						asked = append(asked, now)
						r := Report{Outcome: Bad, Whole: true}
						if well.Load() {
							r.Outcome = Good
						}
						pass.Done(now, r)
						return r, "note"
					}}, true, nil
			}})
		ctx, stop := context.WithCancel(t.Context())
		go func() { _ = k.Run(ctx) }()
		time.Sleep(15 * time.Minute) // synctest's clock
		synctest.Wait()
		failed := len(asked)
		if failed < Defaults().Row || b.cause(at) == "" && b.cause(Target{Org: s.Org, Connection: s.Connection}) == "" {
			t.Errorf("%d failures did not open the breaker", failed)
		}
		well.Store(true)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if len(asked) == failed || b.cause(Target{Org: s.Org, Connection: s.Connection}) != "" {
			t.Error("after the outage no look was its probe")
		}
		if c := x.found[len(x.found)-1]; c.Outcome != Good || c.Connection != s.Connection {
			t.Errorf("found %+v", c)
		}
		gaps := slices.Collect(func(yield func(time.Duration) bool) {
			for i := 1; i < len(asked); i++ {
				if !yield(asked[i].Sub(asked[i-1])) {
					return
				}
			}
		})
		if least := slices.Min(gaps); least < 54*time.Second {
			t.Errorf("looks that cost money come %s apart", least)
		}
		stop()
		synctest.Wait()
	})
}

func TestWhichLooksMayCostMoney(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in    Input
		whole bool
		field string
		bad   bool
	}{
		"a model and how often":       {in: Input{Check: "5m", Ask: "gpt-4o-mini"}},
		"a name with slashes":         {in: Input{Check: "1h", Ask: "meta/llama-4"}},
		"a model without how often":   {in: Input{Ask: "m"}, field: "check", bad: true},
		"too often":                   {in: Input{Check: "30s", Ask: "m"}, field: "check", bad: true},
		"a name with a space":         {in: Input{Check: "5m", Ask: "my model"}, field: "ask", bad: true},
		"for all connections":         {in: Input{Ask: "m"}, whole: true, bad: true},
		"often, for the list is fine": {in: Input{Check: "10s"}},
	} {
		_, _, err := c.in.read(Rules{}, c.whole)
		if (err != nil) != c.bad {
			t.Errorf("%s: %v", name, err)
		} else if joined, ok := err.(interface{ Unwrap() []error }); ok && fault.From(joined.Unwrap()[0]).Field != c.field {
			t.Errorf("%s: %v, want the field %s", name, err, c.field)
		}
	}
}
