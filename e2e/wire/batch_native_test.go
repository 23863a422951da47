package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	claudeoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// nights are models whose batches take a while, or go wrong.
var nights = []string{"slow-night=sb/sandbox-chat+night=8s", "night=sb/sandbox-chat+night=3s", "never=sb/sandbox-chat+night=200h", "cl=cl/claude-sonnet-4-5+night=1s", "fate-missing=sb/sandbox-chat+fate=missing", "fate-twice=sb/sandbox-chat+fate=twice",
	"fate-garbled=sb/sandbox-chat+fate=garbled", "fate-expired=sb/sandbox-chat+fate=expired", "fate-strange=sb/sandbox-chat+fate=strange", "fate-busy=sb/sandbox-chat+fate=busy", "fate-broken=sb/sandbox-chat+fate=broken",
	"fate-unsaid=sb/sandbox-chat+fate=unsaid", "fate-invalid=sb/sandbox-chat+fate=invalid"}

func beginAtNight(t *testing.T, env []string, budget string) *world {
	t.Helper()
	s := harness.StartSandbox(t)
	return &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{Env: env, Budget: budget, Models: append(nights, models...),
		Providers: []string{"name=sb,kind=sandbox,base-url=" + s.URL + ",key-env=E2E_KEY",
			"name=cl,kind=anthropic,base-url=" + strings.TrimSuffix(s.URL, "/v1") + ",key-env=E2E_KEY"}})}
}

// mayWait makes a batch that may be handed over.
func (w *world) mayWait(t *testing.T, text string, more ...option.RequestOption) *openai.Batch {
	t.Helper()
	c, ctx := w.client(), within(t, time.Minute)
	f, err := c.Files.New(ctx, openai.FileNewParams{File: upload([]byte(text), "asks.jsonl", "application/jsonl"), Purpose: openai.FilePurposeBatch})
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Batches.New(ctx, openai.BatchNewParams{InputFileID: f.ID, Endpoint: openai.BatchNewParamsEndpointV1ChatCompletions, CompletionWindow: openai.BatchNewParamsCompletionWindow24h},
		append(more, option.WithJSONSet("bodhi.provider_batch", true))...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// asideOf is what a batch says beside OpenAI's words.
func asideOf(t *testing.T, b *openai.Batch) (out struct {
	Cost, Lost money.USD
	Handed     int
}) {
	t.Helper()
	var said struct {
		Bodhi struct {
			Cost   money.USD `json:"cost_usd"`
			Lost   money.USD `json:"lost_usd"`
			Handed *struct {
				Requests int `json:"requests"`
			} `json:"handed_over"`
		} `json:"bodhi"`
	}
	if err := json.Unmarshal([]byte(b.RawJSON()), &said); err != nil {
		t.Fatal(err)
	}
	if out.Cost, out.Lost = said.Bodhi.Cost, said.Bodhi.Lost; said.Bodhi.Handed != nil {
		out.Handed = said.Bodhi.Handed.Requests
	}
	return out
}

func (w *world) handed(t *testing.T, b *openai.Batch, n int) {
	t.Helper()
	c := w.client()
	harness.Wait(t, fmt.Sprintf("%d lines to be handed over", n), func() bool {
		got, err := c.Batches.Get(t.Context(), b.ID)
		return err == nil && asideOf(t, got).Handed == n
	})
}

// squared asks once more, after which this node knows what the books say, and compares them with the bill.
func (w *world) squared(t *testing.T, more money.USD) {
	t.Helper()
	c := w.client()
	if _, err := c.Chat.Completions.New(within(t, time.Minute), ask("smart", "good morning")); err != nil {
		t.Fatal(err)
	}
	var spent, held money.USD
	var bill harness.Bill
	defer func() {
		if t.Failed() {
			t.Logf("%s spent, %s held, the bill is %s", spent, held, money.USD(bill.Total))
		}
	}()
	harness.Wait(t, "the books to be the bill", func() bool {
		bill = w.sandbox.Bill(t)
		spent, held = w.standing(t)
		return held == 0 && int64(spent) == bill.Total+int64(more)
	})
	w.Run(t, "verify", "--json")
	w.calm(t)
}

// TestBatchesAreHandedOver hands batches over to both interfaces: half the price, every line settled once, and the books are the bill.
func TestBatchesAreHandedOver(t *testing.T) {
	t.Parallel()
	handedOver(t, nil)
}

func TestBatchesAreHandedOverOnPostgreSQL(t *testing.T) {
	t.Parallel()
	handedOver(t, harness.OnPostgres(pgtest.Start(t).URL()))
}

func handedOver(t *testing.T, env []string) {
	w := beginAtNight(t, env, "")
	for _, model := range []string{"night", "cl"} {
		before := w.sandbox.Bill(t)
		b := w.mayWait(t, requests(100, model))
		w.handed(t, b, 100)
		if calls := w.sandbox.Bill(t).Calls; model == "night" && calls != before.Calls {
			t.Errorf("%s: %d calls before its time", model, calls-before.Calls)
		}
		got := w.ended(t, b.ID, time.Minute)
		if got.Status != "completed" || got.RequestCounts.Completed != 100 {
			t.Fatalf("%s: %s", model, got.RawJSON())
		}
		good := w.results(t, got.OutputFileID)
		if len(good) != 100 || !strings.Contains(good["c-000007"], `"object":"chat.completion"`) || !strings.Contains(good["c-000007"], "question 000007") {
			t.Errorf("%s: %d results: %s", model, len(good), good["c-000007"])
		}
		after := w.sandbox.Bill(t)
		if said := asideOf(t, got); int64(said.Cost) != after.Total-before.Total || said.Lost != 0 || after.Calls-before.Calls != 100 {
			t.Errorf("%s: it says %s, the bill is %s for %d calls", model, said.Cost, money.USD(after.Total-before.Total), after.Calls-before.Calls)
		}
	}
	w.squared(t, 0)
}

// TestAHandedBatchOutlivesTheGateway kills the server while lines are at the provider.
func TestAHandedBatchOutlivesTheGateway(t *testing.T) {
	t.Parallel()
	w := beginAtNight(t, nil, "")
	b := w.mayWait(t, requests(300, "slow-night"))
	up := openai.NewClient(option.WithBaseURL(w.sandbox.URL), option.WithAPIKey("sk-upstream-canary"), option.WithMaxRetries(0))
	harness.Wait(t, "the provider to have them", func() bool {
		page, err := up.Batches.List(t.Context(), openai.BatchListParams{})
		return err == nil && len(page.Data) == 1
	})
	for range 3 {
		w.Kill(t)
		w.Serve(t)
	}
	got := w.ended(t, b.ID, 2*time.Minute)
	said := asideOf(t, got)
	bill := w.sandbox.Bill(t)
	if got.Status != "completed" || got.RequestCounts.Completed != 300 || len(w.results(t, got.OutputFileID)) != 300 || bill.Calls != 300 || page(t, up) != 1 || said.Lost != 0 || int64(said.Cost) != bill.Total {
		t.Errorf("%d calls for %s, %s", bill.Calls, money.USD(bill.Total), got.RawJSON())
	}
	w.squared(t, 0)
}

// page is how many batches the provider has.
func page(t *testing.T, up openai.Client) int {
	t.Helper()
	p, err := up.Batches.List(t.Context(), openai.BatchListParams{})
	if err != nil {
		t.Fatal(err)
	}
	return len(p.Data)
}

// TestWhatGoesWrongAtTheProvider is every fate that a line or a load can have. Each line has one result, and the books are never below
// the bill.
func TestWhatGoesWrongAtTheProvider(t *testing.T) {
	t.Parallel()
	w := beginAtNight(t, nil, "")
	lost := money.USD(0)
	for _, c := range []struct {
		fate  string
		calls int64 // by the provider, together and alone
		keeps bool  // what was booked stays: nobody knows whether it was asked
	}{
		{"missing", 20, true}, {"garbled", 20, true}, {"strange", 20, true}, {"twice", 10, false}, {"expired", 10, false},
		{"busy", 10, false}, {"broken", 10, false}, {"unsaid", 10, false}, {"invalid", 10, false},
	} {
		before := w.sandbox.Bill(t)
		got := w.ended(t, w.mayWait(t, requests(10, "fate-"+c.fate)).ID, time.Minute)
		after, said := w.sandbox.Bill(t), asideOf(t, got)
		if got.Status != "completed" || got.RequestCounts.Completed != 10 || len(w.results(t, got.OutputFileID)) != 10 || after.Calls-before.Calls != c.calls {
			t.Errorf("%s: %d calls, %s", c.fate, after.Calls-before.Calls, got.RawJSON())
		}
		if (said.Lost > 0) != c.keeps || int64(said.Cost+said.Lost) < after.Total-before.Total || !c.keeps && int64(said.Cost) != after.Total-before.Total {
			t.Errorf("%s: it says %s and %s lost, the bill is %s", c.fate, said.Cost, said.Lost, money.USD(after.Total-before.Total))
		}
		if c.keeps {
			lost += said.Lost + said.Cost - money.USD(after.Total-before.Total)
		}
	}
	w.squared(t, lost)
}

// TestABudgetBoundsWhatIsHandedOver has a budget that pays for a part: no more is handed over than it could pay for, and what comes back
// pays for more.
func TestABudgetBoundsWhatIsHandedOver(t *testing.T) {
	t.Parallel()
	w := beginAtNight(t, nil, "0.005/monthly/hard")
	b := w.mayWait(t, requests(60, "night"))
	c := w.client()
	worst := money.USD(0)
	harness.Wait(t, "the batch to end or wait", func() bool {
		got, err := c.Batches.Get(t.Context(), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		worst = max(worst, asideOf(t, got).Cost)
		return got.Status == "completed" || strings.Contains(got.RawJSON(), `"state":"paused"`)
	})
	got, err := c.Batches.Get(t.Context(), b.ID)
	if err != nil || worst > 5*money.Dollar/1000 || got.RequestCounts.Completed == 0 {
		t.Errorf("%s at most, %v: %s", worst, err, got.RawJSON())
	}
	if bill := w.sandbox.Bill(t); bill.Total > int64(5*money.Dollar/1000) {
		t.Errorf("the bill is %s", money.USD(bill.Total))
	}
	w.Run(t, "verify", "--json")
}

func TestACancelledBatchIsTakenBack(t *testing.T) {
	t.Parallel()
	w := beginAtNight(t, nil, "")
	b := w.mayWait(t, requests(40, "never"))
	w.handed(t, b, 40)
	c := w.client()
	if _, err := c.Batches.Cancel(within(t, time.Minute), b.ID); err != nil {
		t.Fatal(err)
	}
	got := w.ended(t, b.ID, time.Minute)
	// The sandbox has done half of each load by then, and in how many loads lines went goes by how fast they came.
	done := got.RequestCounts.Completed
	if got.Status != "cancelled" || done > 20 || done+got.RequestCounts.Failed != 40 || w.sandbox.Bill(t).Calls != done {
		t.Errorf("%s", got.RawJSON())
	}
	w.squared(t, 0)
}

// TestTheSandboxSpeaksTheBatchInterfaces is the official clients against the sandbox itself.
func TestTheSandboxSpeaksTheBatchInterfaces(t *testing.T) {
	t.Parallel()
	s := harness.StartSandbox(t)
	ctx := within(t, time.Minute)
	c := openai.NewClient(option.WithBaseURL(s.URL), option.WithAPIKey("sk-x"), option.WithMaxRetries(0))
	f, err := c.Files.New(ctx, openai.FileNewParams{File: upload([]byte(requests(3, "sandbox-chat+night=1s")), "a.jsonl", "application/jsonl"), Purpose: openai.FilePurposeBatch})
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Batches.New(ctx, openai.BatchNewParams{InputFileID: f.ID, Endpoint: openai.BatchNewParamsEndpointV1ChatCompletions, CompletionWindow: openai.BatchNewParamsCompletionWindow24h, Metadata: map[string]string{"a": "b"}})
	if err != nil || b.Status != openai.BatchStatusValidating || b.RequestCounts.Total != 3 || b.Metadata["a"] != "b" {
		t.Fatalf("%v %s", err, b.RawJSON())
	}
	harness.Wait(t, "the batch", func() bool {
		b, err = c.Batches.Get(ctx, b.ID)
		return err == nil && b.Status == openai.BatchStatusCompleted
	})
	if b.OutputFileID == "" || b.ErrorFileID != "" || b.RequestCounts.Completed != 3 || b.CompletedAt == 0 {
		t.Errorf("%s", b.RawJSON())
	}
	page, err := c.Batches.List(ctx, openai.BatchListParams{})
	if err != nil || len(page.Data) != 1 || page.Data[0].ID != b.ID {
		t.Errorf("%v %+v", err, page)
	}
	a := anthropic.NewClient(claudeoption.WithBaseURL(strings.TrimSuffix(s.URL, "/v1")), claudeoption.WithAPIKey("sk-x"), claudeoption.WithMaxRetries(0))
	m, err := a.Messages.Batches.New(ctx, anthropic.MessageBatchNewParams{Requests: []anthropic.MessageBatchNewParamsRequest{{CustomID: "one", Params: anthropic.MessageBatchNewParamsRequestParams{Model: "claude-sonnet-4-5", MaxTokens: 20,
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("hello"))}}}}})
	if err != nil || m.ProcessingStatus != "in_progress" {
		t.Fatalf("%v %s", err, m.RawJSON())
	}
	harness.Wait(t, "the message batch", func() bool {
		m, err = a.Messages.Batches.Get(ctx, m.ID, anthropic.MessageBatchGetParams{})
		return err == nil && m.ProcessingStatus == "ended"
	})
	n := 0
	for all := a.Messages.Batches.ResultsStreaming(ctx, m.ID, anthropic.MessageBatchResultsParams{}); all.Next(); n++ {
		if r := all.Current(); r.CustomID != "one" || r.Result.AsSucceeded().Message.Usage.OutputTokens == 0 {
			t.Errorf("%s", r.RawJSON())
		}
	}
	if n != 1 || m.RequestCounts.Succeeded != 1 {
		t.Errorf("%d results, %s", n, m.RawJSON())
	}
	if _, err := a.Messages.Batches.Delete(ctx, m.ID, anthropic.MessageBatchDeleteParams{}); err != nil {
		t.Error(err)
	}
	bill := s.Bill(t)
	for _, x := range bill.List {
		if !strings.HasPrefix(x.Model, "claude") && x.Nanos != (price(x.Model, x.Input, x.Cached, x.Output)+1)/2 {
			t.Errorf("%+v is not half", x)
		}
	}
	if bill.Calls != 4 {
		t.Errorf("%d calls", bill.Calls)
	}
}
