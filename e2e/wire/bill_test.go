package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// The tests of the bill send a thousand mixed requests, a fifth of them streams that the client leaves in the middle, and
// compare what the provider would charge with what was booked: to the nano-dollar where it said what was used, and never
// below it where the client left before that.
func TestTheSandboxsBillIsOurLedgerOnSQLite(t *testing.T) {
	t.Parallel()
	compareBills(t, nil)
}

func TestTheSandboxsBillIsOurLedgerOnPostgreSQL(t *testing.T) {
	t.Parallel()
	compareBills(t, harness.OnPostgres(pgtest.Start(t).URL()))
}

func compareBills(t *testing.T, env []string) {
	const total, workers = 1000, 16
	w := beginOn(t, env, "")
	jobs := make(chan int)
	var wg sync.WaitGroup
	var canceled atomic.Int64
	for range workers {
		wg.Go(func() {
			for i := range jobs {
				if err := one(t.Context(), w, i, &canceled); err != nil {
					t.Errorf("request %d: %v", i, err)
				}
			}
		})
	}
	for i := range total {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	w.balanced(t)
	bill := w.sandbox.Bill(t)
	byHand, broken, left := int64(0), int64(0), 0
	for _, c := range bill.List {
		byHand += price(c.Model, c.Input, c.Cached, c.Output)
		if c.End == "canceled" {
			broken += c.Nanos
			left++
		}
	}
	var whole, part int64
	harness.Wait(t, "all requests to be in the books", func() bool {
		var n int64
		whole, part, n = w.booked(t)
		return n == total
	})
	if whole != bill.Total-broken {
		t.Errorf("%d nano-dollars booked for answers that came to their end, %d on the bill", whole, bill.Total-broken)
	}
	if part < broken || part > 2*broken {
		t.Errorf("%d nano-dollars booked for streams that clients left, %d on the bill", part, broken)
	}
	if byHand != bill.Total || bill.Calls != int64(total) || left != int(canceled.Load()) || left != total/5 {
		t.Errorf("%d calls, %d of them canceled (clients left %d); %d nano-dollars by hand, %d on the bill", bill.Calls, left, canceled.Load(), byHand, bill.Total)
	}
	w.Run(t, "verify", "--json")
	w.Stop(t)
	w.Run(t, "verify", "--json")
}

// booked is what the management API says was booked, apart for requests that were left, and for how many requests.
func (w *world) booked(t *testing.T) (whole, part, requests int64) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(w.DashboardURL, "/")+"/api/v1/usage/allocation?by=project", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.AdminToken)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	type sums struct {
		ID       string    `json:"id"`
		Requests int64     `json:"requests"`
		Cost     money.USD `json:"cost_usd"`
	}
	var out struct {
		Total sums   `json:"total"`
		Data  []sums `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("allocation: %d, %v", resp.StatusCode, err)
	}
	for _, line := range out.Data {
		if line.ID == "left" {
			part = int64(line.Cost)
		}
	}
	return int64(out.Total.Cost) - part, part, out.Total.Requests
}

// one sends the i-th request. Its kind depends on i alone, its text on chance.
func one(ctx context.Context, w *world, i int, canceled *atomic.Int64) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	c := w.client()
	r := rand.New(rand.NewPCG(uint64(i), 1))
	p := ask("smart", fmt.Sprintf("question %d of %d", i, r.IntN(1000)))
	switch i % 10 {
	case 0, 5:
		return leave(ctx, w, p, canceled)
	case 1:
		p.Model = "think"
		return finish(ctx, w, p, r.IntN(2) == 0)
	case 2:
		_, err := c.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "embed", Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String(fmt.Sprint("text ", i))}})
		return err
	case 3:
		p.Tools, p.ParallelToolCalls = weather(), openai.Bool(i%4 == 3)
		return finish(ctx, w, p, i%4 == 1)
	case 4:
		p.N, p.MaxCompletionTokens = openai.Int(1+r.Int64N(3)), openai.Int(5+r.Int64N(50))
	case 6:
		p.ResponseFormat = schemaFormat()
	case 7, 8:
		return finish(ctx, w, p, i%10 == 7)
	}
	_, err := c.Chat.Completions.New(ctx, p, option.WithHeader("X-Bodhi-Tags", "project=bill"))
	return err
}

// finish reads a stream to its end.
func finish(ctx context.Context, w *world, p openai.ChatCompletionNewParams, usage bool) error {
	if usage {
		p.StreamOptions.IncludeUsage = openai.Bool(true)
	}
	acc, _, err := collect(ctx, w, p)
	if err == nil && (len(acc.Choices) == 0 || acc.Choices[0].FinishReason == "") {
		err = errors.New("the stream ended early")
	}
	return err
}

// leave reads the six pieces that the sandbox sends before it falls silent, and goes.
func leave(ctx context.Context, w *world, p openai.ChatCompletionNewParams, canceled *atomic.Int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.Model = "hang"
	c := w.client(option.WithHeader("X-Bodhi-Tags", "project=left"))
	s := c.Chat.Completions.NewStreaming(ctx, p)
	for pieces := 0; pieces < 6; {
		if !s.Next() {
			return fmt.Errorf("after %d pieces: %w", pieces, s.Err())
		}
		if ch := s.Current().Choices; len(ch) > 0 && ch[0].Delta.Content != "" {
			pieces++
		}
	}
	canceled.Add(1)
	return s.Close()
}
