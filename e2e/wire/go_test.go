package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestTheGoClient runs what programs do every day through one gateway; at the end the books must agree.
func TestTheGoClient(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	t.Run("all", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, *world){
			"chat": chats, "stream with usage": streamsWithUsage, "stream without usage": streamsWithoutUsage, "stream, raw": streamsRaw,
			"tools": callsTools, "streamed tools": streamsTools, "vision": sees, "JSON schema": followsSchemas, "reasoning": reasons,
			"several choices and logprobs": choosesAndWeighs, "embeddings": embeds, "models": listsModels, "cancel": cancels,
			"a cut stream": isCutOff, "fallback": fallsBack, "refusals": refuses, "key in every place": takesKeysAnywhere,
			"key report": reportsTheKey,
		} {
			t.Run(name, func(t *testing.T) { t.Parallel(); test(t, w) })
		}
	})
	w.balanced(t)
	w.Run(t, "verify", "--json")
}

func chats(t *testing.T, w *world) {
	var resp *http.Response
	c := w.client()
	a, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "What is a ledger?"), option.WithResponseInto(&resp))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(a.Choices[0].Message.Content, `"What is a ledger?"`) || a.Choices[0].FinishReason != "stop" || a.Model != "sandbox-chat" {
		t.Errorf("answer %+v", a)
	}
	want := money.USD(price("sandbox-chat", a.Usage.PromptTokens, a.Usage.PromptTokensDetails.CachedTokens, a.Usage.CompletionTokens))
	h := resp.Header
	if got := h.Get("X-Bodhi-Cost-Usd"); got != want.String() {
		t.Errorf("cost %s, want %s", got, want)
	}
	for _, name := range []string{"X-Request-Id", "X-Bodhi-Request-Id", "X-Bodhi-Overhead-Us", "X-Bodhi-Budget-Left-Usd"} {
		if h.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
	for name, want := range map[string]string{"X-Bodhi-Provider": "sb", "X-Bodhi-Model": "sandbox-chat", "X-Bodhi-Attempts": "1", "X-Bodhi-Route": "alias smart", "Openai-Organization": "", "X-Ratelimit-Limit-Requests": ""} {
		if h.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, h.Get(name), want)
		}
	}
}

// collect reads a stream to its end with the client's own accumulator.
func collect(ctx context.Context, w *world, p openai.ChatCompletionNewParams) (acc openai.ChatCompletionAccumulator, chunks []openai.ChatCompletionChunk, err error) {
	c := w.client()
	s := c.Chat.Completions.NewStreaming(ctx, p)
	defer s.Close()
	for s.Next() {
		acc.AddChunk(s.Current())
		chunks = append(chunks, s.Current())
	}
	return acc, chunks, s.Err()
}

func streamsWithUsage(t *testing.T, w *world) {
	p := ask("smart", "Stream, please.")
	p.StreamOptions.IncludeUsage = openai.Bool(true)
	acc, chunks, err := collect(within(t, 20*time.Second), w, p)
	if err != nil {
		t.Fatal(err)
	}
	last := chunks[len(chunks)-1]
	if len(last.Choices) != 0 || last.Usage.PromptTokens == 0 || acc.Usage.CompletionTokens == 0 {
		t.Errorf("the last chunk is %s", last.RawJSON())
	}
	if !strings.Contains(acc.Choices[0].Message.Content, `"Stream, please."`) || acc.Choices[0].FinishReason != "stop" {
		t.Errorf("streamed %+v", acc.Choices)
	}
}

func streamsWithoutUsage(t *testing.T, w *world) {
	_, chunks, err := collect(within(t, 20*time.Second), w, ask("smart", "Stream, please."))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range chunks {
		if len(c.Choices) == 0 || strings.Contains(c.RawJSON(), `"usage":{`) {
			t.Errorf("usage nobody asked for: %s", c.RawJSON())
		}
	}
}

func streamsRaw(t *testing.T, w *world) {
	resp, body := w.raw(t, http.MethodPost, "/chat/completions", `{"model":"smart","stream":true,"messages":[{"role":"user","content":"Raw"}]}`)
	if ct := resp.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/event-stream") || resp.StatusCode != 200 {
		t.Fatalf("status %d, %s: %s", resp.StatusCode, ct, body)
	}
	cost := resp.Trailer.Get("X-Bodhi-Cost-Usd")
	if v, err := money.Parse(cost); err != nil || v <= 0 {
		t.Errorf("the trailer says %q, %v", cost, err)
	}
	if !strings.HasSuffix(body, ": x-bodhi-cost-usd="+cost+"\ndata: [DONE]\n\n") {
		t.Errorf("the stream ends with %q", body[max(0, len(body)-120):])
	}
}

func callsTools(t *testing.T, w *world) {
	p := ask("smart", "What is the weather in Oslo, and what time is it?")
	p.Tools, p.ParallelToolCalls = weather(), openai.Bool(true)
	c := w.client()
	a, err := c.Chat.Completions.New(within(t, 20*time.Second), p)
	if err != nil {
		t.Fatal(err)
	}
	calls := a.Choices[0].Message.ToolCalls
	if len(calls) != 2 || calls[0].Function.Name != "weather" || a.Choices[0].FinishReason != "tool_calls" {
		t.Fatalf("calls %+v", calls)
	}
	p.Messages = append(p.Messages, a.Choices[0].Message.ToParam())
	for _, call := range calls {
		var in struct{ City string }
		if err := json.Unmarshal([]byte(call.Function.Arguments), &in); err != nil || in.City == "" {
			t.Errorf("arguments %s: %v", call.Function.Arguments, err)
		}
		p.Messages = append(p.Messages, openai.ToolMessage("sunny", call.ID))
	}
	if a, err = c.Chat.Completions.New(within(t, 20*time.Second), p); err != nil || a.Choices[0].Message.Content == "" {
		t.Errorf("after the tools: %v, %+v", err, a)
	}
}

func streamsTools(t *testing.T, w *world) {
	p := ask("smart", "Weather and time?")
	p.Tools, p.ParallelToolCalls = weather(), openai.Bool(true)
	acc, _, err := collect(within(t, 20*time.Second), w, p)
	if err != nil {
		t.Fatal(err)
	}
	calls := acc.Choices[0].Message.ToolCalls
	if len(calls) != 2 || calls[1].Function.Name != "time" || !json.Valid([]byte(calls[1].Function.Arguments)) || calls[0].ID == calls[1].ID {
		t.Errorf("calls %+v", calls)
	}
}

func sees(t *testing.T, w *world) {
	p := ask("see", "")
	p.Messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
		openai.TextContentPart("What is in these?"),
		openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: "data:image/png;base64,iVBORw0KGgo="}),
		openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: "https://example.com/cat.jpg", Detail: "low"}),
	})}
	c := w.client()
	a, err := c.Chat.Completions.New(within(t, 20*time.Second), p)
	if err != nil || !strings.Contains(a.Choices[0].Message.Content, "I see 2 image(s): image/png of 9 bytes, https://example.com/cat.jpg") {
		t.Errorf("%v, %+v", err, a)
	}
}

func followsSchemas(t *testing.T, w *world) {
	p := ask("smart", "The invoice, please.")
	p.ResponseFormat = schemaFormat()
	c := w.client()
	a, err := c.Chat.Completions.New(within(t, 20*time.Second), p)
	if err != nil {
		t.Fatal(err)
	}
	var invoice struct {
		Number, Currency string
		Total            *float64
		Lines            []struct {
			Text  string
			Count int
		}
	}
	if err := json.Unmarshal([]byte(a.Choices[0].Message.Content), &invoice); err != nil || invoice.Total == nil || len(invoice.Lines) != 2 || invoice.Lines[0].Count < 1 || invoice.Currency != "USD" && invoice.Currency != "EUR" {
		t.Errorf("%v: %s", err, a.Choices[0].Message.Content)
	}
}

func reasons(t *testing.T, w *world) {
	p := ask("think", "Why?")
	p.ReasoningEffort, p.MaxCompletionTokens = "high", openai.Int(2000)
	c := w.client()
	a, err := c.Chat.Completions.New(within(t, 20*time.Second), p)
	if err != nil || a.Usage.CompletionTokensDetails.ReasoningTokens < 256 || a.Usage.CompletionTokens <= a.Usage.CompletionTokensDetails.ReasoningTokens {
		t.Errorf("%v, %+v", err, a)
	}
}

func choosesAndWeighs(t *testing.T, w *world) {
	p := ask("smart", "Three, please.")
	p.N, p.Logprobs, p.TopLogprobs, p.Stop = openai.Int(3), openai.Bool(true), openai.Int(2), openai.ChatCompletionNewParamsStopUnion{OfStringArray: []string{"You wrote"}}
	c := w.client()
	a, err := c.Chat.Completions.New(within(t, 20*time.Second), p)
	if err != nil || len(a.Choices) != 3 {
		t.Fatalf("%v, %+v", err, a)
	}
	if l := a.Choices[2].Logprobs.Content; len(l) == 0 || len(l[0].TopLogprobs) != 2 || strings.Contains(a.Choices[0].Message.Content, "You wrote") {
		t.Errorf("logprobs %+v of %q", l, a.Choices[0].Message.Content)
	}
}

func embeds(t *testing.T, w *world) {
	c := w.client()
	e, err := c.Embeddings.New(within(t, 20*time.Second), openai.EmbeddingNewParams{Model: "embed", Dimensions: openai.Int(64),
		Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"one text", "another"}}})
	if err != nil || len(e.Data) != 2 || len(e.Data[0].Embedding) != 64 || e.Usage.PromptTokens != 4 {
		t.Errorf("%v, %+v", err, e)
	}
}

func listsModels(t *testing.T, w *world) {
	c := w.client()
	page, err := c.Models.List(within(t, 20*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, m := range page.Data {
		ids[m.ID] = true
	}
	for _, alias := range []string{"smart", "think", "embed"} {
		if !ids[alias] {
			t.Errorf("%s is not listed: %v", alias, ids)
		}
	}
	if m, err := c.Models.Get(within(t, 20*time.Second), "smart"); err != nil || m.ID != "smart" {
		t.Errorf("%v, %+v", err, m)
	}
	if _, err := c.Models.Get(within(t, 20*time.Second), "nothing"); typed(t, err).StatusCode != 404 {
		t.Error(err)
	}
}

// cancels leaves in the middle: the provider sees it at once, and what came by then is billed.
func cancels(t *testing.T, w *world) {
	ctx, cancel := context.WithCancel(within(t, 20*time.Second))
	c := w.client()
	p := ask("hang", "Leave.")
	s := c.Chat.Completions.NewStreaming(ctx, p)
	text := ""
	for pieces := 0; pieces < 6 && s.Next(); pieces += len(s.Current().Choices) {
		if d := s.Current().Choices[0].Delta.Content; d == "" {
			pieces--
		} else {
			text += d
		}
	}
	left := time.Now()
	cancel()
	_ = s.Close()
	harness.Wait(t, "the sandbox to see the client leave", func() bool {
		for _, charge := range w.sandbox.Bill(t).List {
			if charge.End == "canceled" && charge.Pieces == 6 {
				return true
			}
		}
		return false
	})
	if took := time.Since(left); took > 4*time.Second {
		t.Errorf("the provider saw it after %s", took)
	}
	if text == "" {
		t.Error("nothing came before the client left")
	}
}

func isCutOff(t *testing.T, w *world) {
	_, chunks, err := collect(within(t, 20*time.Second), w, ask("cut", "Go on."))
	if err == nil || len(chunks) == 0 || !strings.Contains(err.Error(), "before it was complete") {
		t.Errorf("a stream that the provider broke off ended with %v after %d chunks", err, len(chunks))
	}
}

func fallsBack(t *testing.T, w *world) {
	var resp *http.Response
	c := w.client()
	if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("spare", "Anyone?"), option.WithResponseInto(&resp)); err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("X-Bodhi-Attempts"); got != "2" {
		t.Errorf("%s attempts", got)
	}
}

func takesKeysAnywhere(t *testing.T, w *world) {
	for name, place := range map[string]func(r *http.Request){
		"x-api-key":      func(r *http.Request) { r.Header.Set("X-Api-Key", w.VirtualKey) },
		"api-key":        func(r *http.Request) { r.Header.Set("Api-Key", w.VirtualKey) },
		"x-goog-api-key": func(r *http.Request) { r.Header.Set("X-Goog-Api-Key", w.VirtualKey) },
		"?key=":          func(r *http.Request) { r.URL.RawQuery = "beta=true&key=" + w.VirtualKey },
	} {
		r, err := http.NewRequestWithContext(within(t, 20*time.Second), http.MethodGet, w.URL+"/v1/key", nil)
		if err != nil {
			t.Fatal(err)
		}
		place(r)
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", name, resp.StatusCode, b)
		}
	}
}

func reportsTheKey(t *testing.T, w *world) {
	resp, body := w.raw(t, http.MethodGet, "/key", "")
	if resp.StatusCode != 200 || !strings.Contains(body, `"organization":"`+w.OrgSlug+`"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// A stream is never held back: the first piece is there while the provider is still silent about the second.
func TestNoPieceWaitsForALaterOne(t *testing.T) {
	t.Parallel()
	w := begin(t, "", "drip=sb/sandbox-chat+tokens=200+hang=1")
	r, err := http.NewRequestWithContext(within(t, 10*time.Second), http.MethodPost, w.ProxyURL+"/chat/completions", strings.NewReader(`{"model":"drip","stream":true,"messages":[{"role":"user","content":"x"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines, pieces := bufio.NewScanner(resp.Body), 0
	for pieces < 2 && lines.Scan() { // the role and the first piece
		if strings.HasPrefix(lines.Text(), "data: {") {
			pieces++
		}
	}
	if pieces != 2 {
		t.Errorf("%d chunks came before the provider went on: %v", pieces, lines.Err())
	}
}

// Without any provider, bootstrap sets up the sandbox inside the process: the first thing a newcomer meets.
func TestTheBuiltInSandbox(t *testing.T) {
	t.Parallel()
	w := &world{Gateway: harness.Start(t, harness.Setup{Models: []string{"smart=sandbox/sandbox-chat", "hang=sandbox/sandbox-chat+tokens=500+usage=each+hang=6"}})}
	acc, _, err := collect(within(t, 20*time.Second), w, func() openai.ChatCompletionNewParams {
		p := ask("smart", "Hello, newcomer.")
		p.StreamOptions.IncludeUsage = openai.Bool(true)
		return p
	}())
	if err != nil {
		t.Fatal(err)
	}
	want := money.USD(price("sandbox-chat", acc.Usage.PromptTokens, 0, acc.Usage.CompletionTokens))
	var left atomic.Int64
	if err := leave(within(t, 20*time.Second), w, ask("hang", "Bye."), &left); err != nil {
		t.Fatal(err)
	}
	var spent, held money.USD
	harness.Wait(t, "both attempts to settle", func() bool {
		spent, held = w.standing(t)
		return held == 0 && spent > want
	})
	// The prompt is 1 + 4 + 3 tokens, "Bye." and its framing; of the answer six pieces came, at most 60 bytes, eight tokens
	// may have been under way, and a tenth is the margin.
	if canceled := spent - want; canceled <= 8*1000 || canceled > (8*1000+(15+8)*4000)*11/10 {
		t.Errorf("the stream that was left costs %s USD", canceled)
	}
}
