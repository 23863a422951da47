package evaluation

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// patiently asks again, a few times, where a rate limit or a full gateway turned a question away: that costs nothing.
func (j *job) patiently(ctx context.Context, g *key.Grant, q question) (got reply) {
	q.ip = j.run.Body.IP
	for n := 0; ; n++ {
		got = j.caller.ask(ctx, g, q)
		if !got.busy() || n == busy || got.cost > 0 {
			return got
		}
		t := time.NewTimer(min(max(got.wait, time.Second), pause))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			got.unsent = true
			return got
		}
	}
}

// busy reports whether it is worth asking again in a moment.
func (r *reply) busy() bool {
	return r.status == http.StatusTooManyRequests && !r.broke() || r.status == http.StatusServiceUnavailable || r.code == "budget_reserved"
}

// broke reports whether nothing more can be asked: a budget is used up, or the key is not good any more.
func (r *reply) broke() bool {
	return r.status == http.StatusUnauthorized || r.code == "budget_exhausted" && r.scope != "request"
}

// spent is what an answer cost. One that was broken off counts at its most: what was booked for it is known when it is too late.
func (r *reply) spent(ctx context.Context, most money.USD) money.USD {
	if !r.told && !r.unsent && r.status != http.StatusOK && ctx.Err() != nil {
		return most
	}
	return r.cost
}

// Sum adds tallies up over all subjects and steps.
func Sum(all []Tally) (t Tally) {
	for _, x := range all {
		t.Count, t.Right, t.Scored = t.Count+x.Count, t.Right+x.Right, t.Scored+x.Scored
		t.Cost, t.JudgeCost = t.Cost+x.Cost, t.JudgeCost+x.JudgeCost
		t.Held, t.JudgeHeld = t.Held+x.Held, t.JudgeHeld+x.JudgeHeld
	}
	return t
}
