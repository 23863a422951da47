package wire

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/openai/openai-go/v3"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

var longBatch = flag.Bool("batch.long", false, "the long form of the batch that outlives the gateway: 10,000 lines and 20 kills")

// requests are n lines of a batch.
func requests(n int, model string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"custom_id":"c-%06d","method":"POST","url":"/v1/chat/completions","body":{"model":%q,"max_tokens":60,"messages":[{"role":"user","content":"question %06d"}]}}`+"\n", i, model, i)
	}
	return b.String()
}

func (w *world) batch(t *testing.T, text string) *openai.Batch {
	t.Helper()
	c := w.client()
	ctx := within(t, time.Minute)
	f, err := c.Files.New(ctx, openai.FileNewParams{File: upload([]byte(text), "asks.jsonl", "application/jsonl"), Purpose: openai.FilePurposeBatch})
	if err != nil {
		t.Fatal(err)
	}
	if f.Bytes != int64(len(text)) || f.Purpose != "batch" || f.Filename != "asks.jsonl" {
		t.Errorf("%s", f.RawJSON())
	}
	b, err := c.Batches.New(ctx, openai.BatchNewParams{InputFileID: f.ID, Endpoint: openai.BatchNewParamsEndpointV1ChatCompletions, CompletionWindow: openai.BatchNewParamsCompletionWindow24h, Metadata: map[string]string{"night": "one"}})
	if err != nil {
		t.Fatal(err)
	}
	if b.Status != openai.BatchStatusValidating || b.InputFileID != f.ID || b.Metadata["night"] != "one" {
		t.Errorf("%s", b.RawJSON())
	}
	return b
}

func (w *world) ended(t *testing.T, which string, patience time.Duration) *openai.Batch {
	t.Helper()
	c := w.client()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		b, err := c.Batches.Get(ctx, which)
		if err != nil {
			t.Fatal(err)
		}
		if b.Status == "completed" || b.Status == "failed" || b.Status == "cancelled" || b.Status == "expired" {
			tick.Stop()
			return b
		}
		<-tick.C
	}
}

// results are the lines of a file by custom id; none is there twice.
func (w *world) results(t *testing.T, file string) map[string]string {
	t.Helper()
	c := w.client()
	resp, err := c.Files.Content(within(t, time.Minute), file)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		var v struct {
			CustomID string `json:"custom_id"`
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil || out[v.CustomID] != "" {
			t.Fatalf("%v: %.200s", err, line)
		}
		out[v.CustomID] = line
	}
	return out
}

// TestBatchesThroughTheClients uses the official clients of both families; at the end the books are the bill.
func TestBatchesThroughTheClients(t *testing.T) {
	t.Parallel()
	batchesThrough(t, nil)
}

func TestBatchesThroughTheClientsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	batchesThrough(t, harness.OnPostgres(pgtest.Start(t).URL()))
}

func batchesThrough(t *testing.T, env []string) {
	w := beginOn(t, env, "", "slow=sb/sandbox-chat+latency=30s", "broken=sb/sandbox-chat+status=400")
	c := w.client()
	ctx := within(t, 2*time.Minute)

	text := requests(300, "smart") + strings.ReplaceAll(requests(1, "broken"), "c-", "bad-")
	b := w.ended(t, w.batch(t, text).ID, 2*time.Minute)
	if b.Status != "completed" || b.RequestCounts.Total != 301 || b.RequestCounts.Completed != 300 || b.RequestCounts.Failed != 1 || b.OutputFileID == "" || b.ErrorFileID == "" {
		t.Fatalf("%s", b.RawJSON())
	}
	good, bad := w.results(t, b.OutputFileID), w.results(t, b.ErrorFileID)
	if len(good) != 300 || len(bad) != 1 || !strings.Contains(good["c-000007"], "question 000007") || !strings.Contains(bad["bad-000000"], `"status_code":400`) {
		t.Errorf("%d good, %d bad: %.300s %.300s", len(good), len(bad), good["c-000007"], bad["bad-000000"])
	}

	list, err := c.Batches.List(ctx, openai.BatchListParams{Limit: openai.Int(1)})
	if err != nil || len(list.Data) != 1 || list.Data[0].ID != b.ID || list.HasMore {
		t.Errorf("%v %s", err, list.RawJSON())
	}
	files, err := c.Files.List(ctx, openai.FileListParams{Purpose: openai.String("batch_output")})
	if err != nil || len(files.Data) != 2 {
		t.Errorf("%v %s", err, files.RawJSON())
	}
	if _, err := c.Files.Delete(ctx, b.OutputFileID); err != nil {
		t.Error(err)
	}
	if _, err := c.Files.Get(ctx, b.OutputFileID); typed(t, err).StatusCode != http.StatusNotFound {
		t.Errorf("a deleted file: %v", err)
	}
	if _, err := c.Batches.Get(ctx, "batch_018f5c7a0000700080000000000000aa"); typed(t, err).StatusCode != http.StatusNotFound {
		t.Errorf("a foreign batch: %v", err)
	}

	slow := w.batch(t, requests(20, "slow"))
	harness.Wait(t, "the slow one to begin", func() bool {
		b, err := c.Batches.Get(ctx, slow.ID)
		return err == nil && b.Status == "in_progress"
	})
	if b, err = c.Batches.Cancel(ctx, slow.ID); err != nil || b.Status != "cancelling" && b.Status != "cancelled" {
		t.Errorf("%v %s", err, b.RawJSON())
	}
	if b = w.ended(t, slow.ID, time.Minute); b.Status != "cancelled" || b.RequestCounts.Failed != 20 {
		t.Errorf("%s", b.RawJSON())
	}
	if b = w.ended(t, w.batch(t, "{\n").ID, time.Minute); b.Status != "failed" || len(b.Errors.Data) != 1 || b.Errors.Data[0].Line != 1 {
		t.Errorf("%s", b.RawJSON())
	}
	messageBatches(t, w)

	harness.Wait(t, "every attempt to settle", func() bool {
		spent, held := w.standing(t)
		return held == 0 && int64(spent) >= w.sandbox.Bill(t).Total
	})
	w.Run(t, "verify", "--json")
	w.calm(t)
}

func messageBatches(t *testing.T, w *world) {
	c, ctx := w.claude(), within(t, 2*time.Minute)
	var asks []anthropic.MessageBatchNewParamsRequest
	for i := range 30 {
		asks = append(asks, anthropic.MessageBatchNewParamsRequest{CustomID: fmt.Sprintf("m-%d", i), Params: anthropic.MessageBatchNewParamsRequestParams{Model: "smart", MaxTokens: 50,
			Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(fmt.Sprintf("question %d", i)))}}})
	}
	b, err := c.Messages.Batches.New(ctx, anthropic.MessageBatchNewParams{Requests: asks})
	if err != nil || b.ProcessingStatus != "in_progress" || b.RequestCounts.Processing != 30 {
		t.Fatalf("%v %s", err, b.RawJSON())
	}
	harness.Wait(t, "the message batch to end", func() bool {
		b, err = c.Messages.Batches.Get(ctx, b.ID, anthropic.MessageBatchGetParams{})
		return err == nil && b.ProcessingStatus == "ended"
	})
	if b.RequestCounts.Succeeded != 30 || b.ResultsURL == "" || b.EndedAt.IsZero() {
		t.Errorf("%s", b.RawJSON())
	}
	n := 0
	results := c.Messages.Batches.ResultsStreaming(ctx, b.ID, anthropic.MessageBatchResultsParams{})
	for results.Next() {
		r := results.Current()
		if m := r.Result.AsSucceeded(); m.Message.Role != "assistant" || m.Message.Usage.OutputTokens == 0 {
			t.Errorf("%s", r.RawJSON())
		}
		n++
	}
	if err := results.Err(); err != nil || n != 30 {
		t.Errorf("%d results, %v", n, err)
	}
	if page, err := c.Messages.Batches.List(ctx, anthropic.MessageBatchListParams{}); err != nil || len(page.Data) != 1 || page.Data[0].ID != b.ID {
		t.Errorf("%v %+v", err, page)
	}
	if _, err := c.Messages.Batches.Delete(ctx, b.ID, anthropic.MessageBatchDeleteParams{}); err != nil {
		t.Error(err)
	}
	if _, err := c.Messages.Batches.Get(ctx, b.ID, anthropic.MessageBatchGetParams{}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a deleted batch: %v", err)
	}
}

// TestABatchOutlivesTheGateway kills the server again and again while it works on a batch: in the end each line has one result, and
// progress never went back. What the batch says they cost is what they cost, but for those that were kept and not booked when the server died:
// they count as the dearest.
func TestABatchOutlivesTheGateway(t *testing.T) {
	t.Parallel()
	lines, kills := 600, 4
	if *longBatch {
		lines, kills = 10_000, 20
	}
	w := begin(t, "")
	b := w.batch(t, requests(lines, "smart"))
	c := w.client()
	done := int64(0)
	progress := func() int64 {
		got, err := c.Batches.Get(t.Context(), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if n := got.RequestCounts.Completed; n < done {
			t.Errorf("progress went back from %d to %d", done, n)
		} else {
			done = n
		}
		return done
	}
	for n := range kills {
		next := int64((n + 1) * lines / (kills + 1))
		harness.Wait(t, "the batch to go on", func() bool { return progress() >= next })
		w.Kill(t)
		w.Serve(t)
		c = w.client()
	}
	got := w.ended(t, b.ID, 5*time.Minute)
	if got.Status != "completed" || got.RequestCounts.Completed != int64(lines) || got.RequestCounts.Failed != 0 {
		t.Fatalf("%s", got.RawJSON())
	}
	good := w.results(t, got.OutputFileID)
	if len(good) != lines {
		t.Errorf("%d results", len(good))
	}
	each, dearest := money.USD(0), money.USD(0)
	for _, line := range good {
		var v struct {
			Response struct {
				Body struct {
					Usage struct {
						Input  int64 `json:"prompt_tokens"`
						Output int64 `json:"completion_tokens"`
					} `json:"usage"`
				} `json:"body"`
			} `json:"response"`
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		cost := money.USD(price("sandbox-chat", v.Response.Body.Usage.Input, 0, v.Response.Body.Usage.Output))
		each, dearest = each+cost, max(dearest, cost)
	}
	var said struct {
		Bodhi struct {
			Cost money.USD `json:"cost_usd"`
			Lost money.USD `json:"lost_usd"`
		} `json:"bodhi"`
	}
	if err := json.Unmarshal([]byte(got.RawJSON()), &said); err != nil || said.Bodhi.Cost < each || said.Bodhi.Cost > each+money.USD(kills*16)*dearest {
		t.Errorf("the results cost %s, and the batch says %s; %v", each, said.Bodhi.Cost, err)
	}
	bill := w.sandbox.Bill(t)
	if more := bill.Calls - int64(lines); more < 0 || more > int64(kills*16) {
		t.Errorf("%d calls for %d lines and %d kills", bill.Calls, lines, kills)
	}
	var spent money.USD
	harness.Wait(t, "every attempt to settle", func() bool {
		var held money.USD
		spent, held = w.standing(t)
		return held == 0 && int64(spent) >= bill.Total
	})
	t.Logf("%d lines, %d kills: %d calls, the results cost %s, %s are booked, the provider charges %s, %s may have been lost", lines, kills, bill.Calls, each, spent, money.USD(bill.Total), said.Bodhi.Lost)
	w.Run(t, "verify", "--json")
}
