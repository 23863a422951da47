package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// TestAHardLimitHoldsUnderParallelRequests sends two hundred requests at once against one cent: half of them streams, a
// third without a cap on output. At no moment may more be spent and held than the limit, and no refusal may be of
// another kind than "used up" or "held by others".
func TestAHardLimitHoldsUnderParallelRequests(t *testing.T) {
	t.Parallel()
	const limit = money.Cent
	w := begin(t, "0.01/monthly/hard", "slow=sb/sandbox-chat+latency=50ms+tokens=40")
	ctx, done := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() {
		for ctx.Err() == nil {
			if spent, held := w.standing(t); spent+held > limit {
				t.Errorf("%s spent and %s held, of %s", spent, held, limit)
			}
		}
	})
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			status, err := w.try(t, i, limit)
			if err != nil {
				t.Errorf("request %d: %v", i, err)
			}
			mu.Lock()
			statuses[status]++
			mu.Unlock()
		})
	}
	wg.Wait()
	done()
	watch.Wait()
	if statuses[200] == 0 || statuses[402]+statuses[429] == 0 || statuses[200]+statuses[402]+statuses[429] != 200 {
		t.Errorf("statuses %v", statuses)
	}
	w.balanced(t)
	if spent, _ := w.standing(t); spent > limit {
		t.Errorf("%s of %s were spent", spent, limit)
	}
}

// try sends the i-th request and gives its status. A success must say what is left, and a refusal why.
func (w *world) try(t *testing.T, i int, limit money.USD) (int, error) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := w.client()
	p := ask("slow", fmt.Sprint("request ", i))
	if i%3 > 0 {
		p.MaxCompletionTokens = openai.Int(int64(20 * (i % 3)))
	}
	var resp *http.Response
	var err error
	if i%2 == 0 {
		_, err = c.Chat.Completions.New(ctx, p, option.WithResponseInto(&resp))
	} else {
		s := c.Chat.Completions.NewStreaming(ctx, p, option.WithResponseInto(&resp))
		for s.Next() {
		}
		err = s.Err()
	}
	var e *openai.Error
	if errors.As(err, &e) {
		if want := map[int]string{402: "budget_exhausted", 429: "budget_reserved"}[e.StatusCode]; e.Code != want {
			return e.StatusCode, fmt.Errorf("%d %s", e.StatusCode, e.RawJSON())
		}
		return e.StatusCode, nil
	}
	if err != nil {
		return 0, err
	}
	left, err := money.Parse(resp.Header.Get("X-Bodhi-Budget-Left-Usd"))
	if err != nil || left < 0 || left >= limit {
		return 200, fmt.Errorf("x-bodhi-budget-left-usd is %q, %v", resp.Header.Get("X-Bodhi-Budget-Left-Usd"), err)
	}
	return 200, nil
}
