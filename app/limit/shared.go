package limit

import (
	"context"
	_ "embed" // the scripts
	"errors"
)

// Shared is what counters in Redis need of it. *limitredis.Client implements it; nothing else of Redis is known here.
type Shared interface {
	// Eval runs one script in one round trip and gives its integers.
	Eval(ctx context.Context, s Script, keys []string, args []any) ([]int64, error)
}

// Script is one of this package's Lua scripts.
type Script string

// The scripts.
var (
	//go:embed lua/take.lua
	takeScript Script
	//go:embed lua/settle.lua
	settleScript Script
	//go:embed lua/beat.lua
	beatScript Script
)

// Scripts are all of them, for implementations that load them ahead.
func Scripts() []Script { return []Script{takeScript, settleScript, beatScript} }

// answered is how many integers the take script gives for each limit.
const answered = 8

var errAnswer = errors.New("limit: the script's answer has the wrong length")

// ask runs the take script for a place's claims and fills in what it found.
func (p *Seat) ask(ctx context.Context, s Shared, mode string) error {
	keys := make([]string, len(p.claims))
	args := make([]any, 1, 1+9*len(p.claims))
	args[0] = mode
	for i := range p.claims {
		c := &p.claims[i]
		today := int64(0)
		if c.raised > 0 {
			today = day(p.now, c.rule.zone)
		}
		b := c.rule.Burst
		keys[i] = c.rule.key
		args = append(args, c.rule.width, c.base, c.raised, c.factor, c.need, c.take, b.Duration.Microseconds(), b.Cool.Microseconds(), today)
	}
	got, err := s.Eval(ctx, takeScript, keys, args)
	if err != nil {
		return err
	}
	if len(got) != answered*len(p.claims) {
		return errAnswer
	}
	for i := range p.claims {
		c, v := &p.claims[i], got[answered*i:]
		c.used, c.limit, c.reset, c.wait, c.shared = v[0], v[1], v[2], v[3], v[4]
		c.burst = burst{until: v[5], cool: v[6], day: v[7]}
	}
	return nil
}
