package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Every request, top to bottom. The order is the product:
//
//	authenticate  who asks: the virtual key, and the chain of the tree it spends along
//	enter         is there room for it in this process
//	decode        what is asked: one strict scan, so that the provider reads the request that we priced
//	compose       stored prompts become messages
//	admit         may this key ask for this model, from this network
//	limit         rate limits
//	screen        personal data and secrets in the request
//	transcribe    the team may want its texts kept
//	assign        experiments choose a variant
//	plan          the model name becomes an ordered list of targets
//	recall        a cached answer ends the search here
//	reserve       money for the first target is held on every budget of the chain
//	dispatch      attempts, each with its own hold, until one gives a first event
//	respond       the answer, or the refusal, in the client's dialect; always runs
func (g *Gateway) stages() []Stage {
	return []Stage{
		{"authenticate", g.authenticate},
		{"enter", g.enter},
		{"decode", g.decode},
		{"compose", g.compose},
		{"admit", g.admit},
		{"limit", g.limit},
		{"screen", g.screen},
		{"transcribe", g.transcribe},
		{"assign", g.assign},
		{"plan", g.plan},
		{"recall", g.recall},
		{"reserve", g.reserve},
		{"dispatch", g.dispatch},
	}
}

// A Stage reads and fills the Exchange, may answer it by setting x.Answer, or refuses it with an error. The Finish it
// returns undoes or completes what it began: reserve and settle, look up and store sit side by side in one file.
type Stage struct {
	Name string
	Run  func(ctx context.Context, x *Exchange) (Finish, error)
}

// Finish runs exactly once, in reverse order of the stages, after the last byte, a refusal, a disconnect or a panic, on
// a context that outlives the client.
type Finish func(ctx context.Context, x *Exchange)

// run takes one exchange through the pipeline. It is the only place that knows about stopping early, finishing and
// panics.
func (g *Gateway) run(ctx context.Context, x *Exchange) {
	var finishes [16]Finish
	n := 0
	defer func() {
		late := context.WithoutCancel(ctx)
		for n--; n >= 0; n-- {
			if finishes[n] != nil {
				g.contain(x, "finish", func() { finishes[n](late, x) })
			}
		}
	}()
	for _, s := range g.pipeline {
		g.contain(x, s.Name, func() {
			finishes[n], x.Err = s.Run(ctx, x)
		})
		n++
		if x.Err != nil || x.Answer != nil {
			break
		}
	}
	g.contain(x, "respond", func() { g.respond(x) })
}

// contain keeps a panic inside its request: it becomes an internal error there, the finishers still run, and the
// process lives. The stack goes to the log, never to the client.
func (g *Gateway) contain(x *Exchange, stage string, fn func()) {
	defer func() {
		if p := recover(); p != nil {
			x.Err = fault.From(fmt.Errorf("panic in %s: %v", stage, p))
			g.log.Error("panic in the pipeline", slog.String("stage", stage), slog.String("request_id", x.ID.String()),
				slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			if stage == "respond" {
				g.refuse(x, fault.From(x.Err))
			}
		}
	}()
	fn()
}
