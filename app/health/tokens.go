package health

import "time"

// The retry budget of a target: a fifth of a try for each request, and three for a target that is rarely asked, as Envoy's
// defaults have it (20 %, at least 3). Ten at most are saved up, so that a long quiet time pays for no storm.
const (
	perRequest = 200 // thousandths of a retry
	perRetry   = 1000
	fewest     = 3 * perRetry
	mostSaved  = 10 * perRetry
	refill     = time.Minute // after which three are there again
)

// tokens are the retries that a target has left, in thousandths. The zero value has three.
type tokens struct {
	spent int64     // what fewest is short of; negative = saved up
	since time.Time // of the last refill
}

// earn adds a request's part.
func (t *tokens) earn(now time.Time) {
	if t.spent > 0 && now.Sub(t.since) >= refill {
		t.spent, t.since = 0, now
	}
	t.spent = max(t.spent-perRequest, fewest-mostSaved)
}

// spend takes a retry, if there is one.
func (t *tokens) spend(now time.Time) bool {
	if t.spent > 0 && now.Sub(t.since) >= refill {
		t.spent, t.since = 0, now
	}
	if t.spent+perRetry > fewest {
		return false
	}
	if t.since.IsZero() || t.spent <= 0 {
		t.since = now
	}
	t.spent += perRetry
	return true
}
