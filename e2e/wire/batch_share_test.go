package wire

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// answered asks at a fixed rate, whether or not answers come, and returns how long each took.
func (w *world) answered(t *testing.T, client *http.Client, rate int, d time.Duration) []time.Duration {
	t.Helper()
	const body = `{"model":"paced","max_tokens":20,"messages":[{"role":"user","content":"somebody waits for this"}]}`
	var mu sync.Mutex
	var all sync.WaitGroup
	var took []time.Duration
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for range int(d.Seconds() * float64(rate)) {
		<-tick.C
		all.Go(func() {
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.ProxyURL+"/chat/completions", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			q.Header.Set("Authorization", "Bearer "+w.VirtualKey)
			q.Header.Set("Content-Type", "application/json")
			start := time.Now()
			r, err := client.Do(q)
			if err != nil {
				t.Error(err)
				return
			}
			_, err = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
			if err != nil || r.StatusCode != http.StatusOK {
				t.Errorf("%d %v", r.StatusCode, err)
			}
			mu.Lock()
			took = append(took, time.Since(start))
			mu.Unlock()
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}

func at(sorted []time.Duration, percent int) time.Duration {
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// TestWhoWaitsForAnswersDoesNotNoticeABatch asks at a fixed rate, beside no batch and beside a running one, in turns; the figure is the median of
// the ratios. Machines are noisy, so the short form tells it and fails only where the batch is in everybody's way; the long one (-batch.long)
// holds it to a tenth.
func TestWhoWaitsForAnswersDoesNotNoticeABatch(t *testing.T) {
	rounds, each, rate := 2, 3*time.Second, 40
	if *longBatch {
		rounds, each = 7, 15*time.Second
	}
	w := beginOn(t, nil, "", "paced=sb/sandbox-chat+latency=60ms")
	c := w.client()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}, Timeout: time.Minute}
	w.answered(t, client, rate, time.Second) // connections, caches
	var p50, p99 []float64
	for range rounds {
		quiet := w.answered(t, client, rate, each)
		b := w.batch(t, requests(250*int(each.Seconds()+4), "smart"))
		harness.Wait(t, "the batch to be at its pace", func() bool {
			got, err := c.Batches.Get(t.Context(), b.ID)
			return err == nil && got.RequestCounts.Completed > 100
		})
		before, err := c.Batches.Get(t.Context(), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		busy := w.answered(t, client, rate, each)
		after, err := c.Batches.Get(t.Context(), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if after.Status != openai.BatchStatusInProgress {
			t.Errorf("the batch was over before: %s", after.Status)
		}
		if _, err := c.Batches.Cancel(t.Context(), b.ID); err != nil {
			t.Fatal(err)
		}
		w.ended(t, b.ID, time.Minute)
		t.Logf("p50 %s and %s, p99 %s and %s beside %d lines a second", at(quiet, 50), at(busy, 50), at(quiet, 99), at(busy, 99), int64(float64(after.RequestCounts.Completed-before.RequestCounts.Completed)/each.Seconds()))
		p50 = append(p50, float64(at(busy, 50))/float64(at(quiet, 50)))
		p99 = append(p99, float64(at(busy, 99))/float64(at(quiet, 99)))
	}
	middle, most := median(p99), 3.0
	if *longBatch {
		most = 1.10
	}
	t.Logf("beside a batch p50 is %.3f and p99 %.3f of what it is without", median(p50), middle)
	if middle > most {
		t.Errorf("p99 beside a batch is %.2f of what it is without, and may be %.2f", middle, most)
	}
}
