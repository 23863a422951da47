package wire

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// google starts a gateway in front of one sandbox, which is reached as OpenAI's kind, as AI Studio and as Vertex.
func google(t *testing.T, budget string) *world {
	t.Helper()
	s := harness.StartSandbox(t)
	root := strings.TrimSuffix(s.URL, "/v1")
	return &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{Budget: budget,
		Providers: []string{"name=sb,kind=sandbox,base-url=" + s.URL + ",key-env=E2E_KEY", "name=gg,kind=gemini,base-url=" + root + ",key-env=E2E_KEY",
			"name=vx,kind=vertex,project=acme,location=europe-west4,base-url=" + root + ",key-env=E2E_KEY"},
		Models: []string{"gem=gg/gemini-2.5-flash", "ver=vx/gemini-2.5-flash", "gpt=sb/sandbox-reasoning+reasoning=16", "embed=gg/gemini-embedding-001",
			"down=sb/sandbox-chat+status=503", "long=sb/sandbox-chat+tokens=2000", "gpt-embed=sb/sandbox-embed"}})}
}

// gemini is Google's client, with nothing set but what every user sets.
func (w *world) gemini(t *testing.T) *genai.Client {
	t.Helper()
	c, err := genai.NewClient(t.Context(), &genai.ClientConfig{APIKey: w.VirtualKey, Backend: genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: strings.TrimSuffix(w.ProxyURL, "/v1")}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestGooglesClient runs what programs do every day, against providers of its own dialect and one of another; at the end the
// books must agree.
func TestGooglesClient(t *testing.T) {
	t.Parallel()
	w := google(t, "")
	t.Run("all", func(t *testing.T) {
		for _, model := range []string{"gem", "ver", "gpt"} {
			for name, test := range map[string]func(*testing.T, *world, string){
				"answer": answers, "stream": answersAsItComes, "functions, with their results": callsFunctions, "image": looksAt, "JSON schema": obeysSchemas, "count": counts,
			} {
				t.Run(model+", "+name, func(t *testing.T) { t.Parallel(); test(t, w, model) })
			}
		}
		t.Run("a chat that keeps its history", func(t *testing.T) { t.Parallel(); keepsHistory(t, w) })
		t.Run("embeddings", func(t *testing.T) { t.Parallel(); embedsContents(t, w) })
		t.Run("models", func(t *testing.T) { t.Parallel(); listsGoogles(t, w) })
		t.Run("errors", func(t *testing.T) { t.Parallel(); googlesErrors(t, w) })
		t.Run("cancel", func(t *testing.T) { t.Parallel(); leavesAStream(t, w) })
	})
	w.balanced(t)
	w.Run(t, "verify", "--json")
}

func answers(t *testing.T, w *world, model string) {
	a, err := w.gemini(t).Models.GenerateContent(within(t, 20*time.Second), model, genai.Text("What is a ledger?"), &genai.GenerateContentConfig{
		SystemInstruction: genai.NewContentFromText("Be brief.", genai.RoleUser), ThinkingConfig: &genai.ThinkingConfig{IncludeThoughts: true}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(a.Text(), `"What is a ledger?"`) || a.Candidates[0].FinishReason != genai.FinishReasonStop || a.UsageMetadata.PromptTokenCount == 0 || a.UsageMetadata.ThoughtsTokenCount == 0 {
		t.Errorf("%+v", a)
	}
	if h := a.SDKHTTPResponse.Headers; h.Get("X-Bodhi-Cost-Usd") == "" || h.Get("X-Request-Id") == "" {
		t.Errorf("headers %v", h)
	}
}

// gather reads a stream as programs do.
func gather(stream iter.Seq2[*genai.GenerateContentResponse, error]) (text string, calls []*genai.FunctionCall, last *genai.GenerateContentResponse, err error) {
	for chunk, err := range stream {
		if err != nil {
			return text, calls, last, err
		}
		last = chunk
		text += chunk.Text()
		calls = append(calls, chunk.FunctionCalls()...)
	}
	return text, calls, last, nil
}

func answersAsItComes(t *testing.T, w *world, model string) {
	text, _, last, err := gather(w.gemini(t).Models.GenerateContentStream(within(t, 20*time.Second), model, genai.Text("Stream."), nil))
	if err != nil || !strings.Contains(text, "Stream.") || last.Candidates[0].FinishReason != genai.FinishReasonStop || last.UsageMetadata == nil || last.UsageMetadata.CandidatesTokenCount == 0 {
		t.Errorf("%v, %q, %+v", err, text, last)
	}
}

func functions() *genai.GenerateContentConfig {
	city := &genai.Schema{Type: genai.TypeObject, Properties: map[string]*genai.Schema{"city": {Type: genai.TypeString}}, Required: []string{"city"}}
	return &genai.GenerateContentConfig{Tools: []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{Name: "weather", Parameters: city}, {Name: "now", ParametersJsonSchema: map[string]any{"type": "object", "properties": map[string]any{}}}}}}}
}

// callsFunctions sends a call back with its result, as the client keeps it: signatures and ids must come through.
func callsFunctions(t *testing.T, w *world, model string) {
	c, config := w.gemini(t), functions()
	ask := genai.Text("Weather in Rome?")
	_, calls, last, err := gather(c.Models.GenerateContentStream(within(t, 20*time.Second), model, ask, config))
	if err != nil || len(calls) != 1 || calls[0].Name != "weather" || calls[0].Args["city"] == "" || last.Candidates[0].FinishReason != genai.FinishReasonStop {
		t.Fatalf("%v, %+v", err, calls)
	}
	whole, err := c.Models.GenerateContent(within(t, 20*time.Second), model, ask, config)
	if err != nil || len(whole.FunctionCalls()) != 1 {
		t.Fatalf("%v, %+v", err, whole)
	}
	call := whole.FunctionCalls()[0]
	result := &genai.Part{FunctionResponse: &genai.FunctionResponse{ID: call.ID, Name: call.Name, Response: map[string]any{"output": "sunny"}}}
	a, err := c.Models.GenerateContent(within(t, 20*time.Second), model, append(ask, whole.Candidates[0].Content, genai.NewContentFromParts([]*genai.Part{result}, genai.RoleUser)), config)
	if err != nil || a.Text() == "" || len(a.FunctionCalls()) != 0 {
		t.Errorf("%v, %+v", err, a)
	}
}

func looksAt(t *testing.T, w *world, model string) {
	parts := []*genai.Part{genai.NewPartFromText("What is it?"), genai.NewPartFromBytes([]byte("\x89PNG\r\n\x1a\n"), "image/png")}
	a, err := w.gemini(t).Models.GenerateContent(within(t, 20*time.Second), model, []*genai.Content{genai.NewContentFromParts(parts, genai.RoleUser)}, nil)
	if err != nil || !strings.Contains(a.Text(), "I see 1 image(s): image/png") {
		t.Errorf("%v, %+v", err, a)
	}
}

func obeysSchemas(t *testing.T, w *world, model string) {
	a, err := w.gemini(t).Models.GenerateContent(within(t, 20*time.Second), model, genai.Text("The invoice."), &genai.GenerateContentConfig{ResponseMIMEType: "application/json",
		ResponseSchema: &genai.Schema{Type: genai.TypeObject, Required: []string{"total", "paid"}, Properties: map[string]*genai.Schema{"total": {Type: genai.TypeNumber}, "paid": {Type: genai.TypeBoolean}}}})
	var v struct {
		Total *float64
		Paid  *bool
	}
	if err != nil || json.Unmarshal([]byte(a.Text()), &v) != nil || v.Total == nil || v.Paid == nil {
		t.Errorf("%v, %+v", err, a)
	}
}

func counts(t *testing.T, w *world, model string) {
	n, err := w.gemini(t).Models.CountTokens(within(t, 20*time.Second), model, genai.Text("How long is this?"), nil)
	if err != nil || n.TotalTokens < 5 || n.TotalTokens > 100 {
		t.Errorf("%v, %+v", err, n)
	}
}

func keepsHistory(t *testing.T, w *world) {
	chat, err := w.gemini(t).Chats.Create(t.Context(), "gem", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"First.", "Second."} {
		a, err := chat.SendMessage(within(t, 20*time.Second), genai.Part{Text: text})
		if err != nil || !strings.Contains(a.Text(), text) {
			t.Fatalf("%v, %+v", err, a)
		}
	}
}

func embedsContents(t *testing.T, w *world) {
	size := int32(64)
	e, err := w.gemini(t).Models.EmbedContent(within(t, 20*time.Second), "embed", append(genai.Text("one text"), genai.Text("another")...), &genai.EmbedContentConfig{OutputDimensionality: &size})
	if err != nil || len(e.Embeddings) != 2 || len(e.Embeddings[0].Values) != 64 {
		t.Errorf("%v, %+v", err, e)
	}
	other, err := w.gemini(t).Models.EmbedContent(within(t, 20*time.Second), "gpt-embed", append(genai.Text("one text"), genai.Text("another")...), &genai.EmbedContentConfig{OutputDimensionality: &size})
	if err != nil || len(other.Embeddings) != 2 || !slices.Equal(other.Embeddings[1].Values, e.Embeddings[1].Values) {
		t.Errorf("from OpenAI's kind: %v, %+v", err, other)
	}
}

func listsGoogles(t *testing.T, w *world) {
	names := map[string]bool{}
	for m, err := range w.gemini(t).Models.All(within(t, 20*time.Second)) {
		if err != nil {
			t.Fatal(err)
		}
		names[m.Name] = true
	}
	if !names["models/gem"] || !names["models/gpt"] {
		t.Errorf("%v", names)
	}
	if m, err := w.gemini(t).Models.Get(within(t, 20*time.Second), "gem", nil); err != nil || m.Name != "models/gem" {
		t.Errorf("%v, %+v", err, m)
	}
}

// googleError finds the client's own error type in err.
func googleError(t *testing.T, err error) genai.APIError {
	t.Helper()
	var e genai.APIError
	if !errors.As(err, &e) {
		t.Fatalf("not a typed error: %v", err)
	}
	return e
}

func googlesErrors(t *testing.T, w *world) {
	c := w.gemini(t)
	for model, want := range map[string]genai.APIError{"nothing": {Code: 404, Status: "NOT_FOUND"}, "down": {Code: 503, Status: "UNAVAILABLE"}} {
		_, err := c.Models.GenerateContent(within(t, 20*time.Second), model, genai.Text("hi"), nil)
		if e := googleError(t, err); e.Code != want.Code || e.Status != want.Status || e.Message == "" {
			t.Errorf("%s: %+v", model, e)
		}
		_, _, _, err = gather(c.Models.GenerateContentStream(within(t, 20*time.Second), model, genai.Text("hi"), nil))
		if e := googleError(t, err); e.Code != want.Code {
			t.Errorf("%s, streamed: %+v", model, e)
		}
	}
	c, err := genai.NewClient(t.Context(), &genai.ClientConfig{APIKey: "bad", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: strings.TrimSuffix(w.ProxyURL, "/v1")}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Models.GenerateContent(within(t, 20*time.Second), "gem", genai.Text("hi"), nil)
	if e := googleError(t, err); e.Code != 401 || e.Status != "UNAUTHENTICATED" {
		t.Errorf("%+v", e)
	}
}

// leavesAStream leaves in the middle: the provider sees it at once, and what came by then is billed.
func leavesAStream(t *testing.T, w *world) {
	ctx, cancel := context.WithCancel(within(t, 20*time.Second))
	defer cancel()
	pieces := 0
	for _, err := range w.gemini(t).Models.GenerateContentStream(ctx, "gem", genai.Text("Leave."), &genai.GenerateContentConfig{
		HTTPOptions: &genai.HTTPOptions{Headers: http.Header{"X-Sandbox-Hang": {"6"}}}}) {
		if err != nil {
			t.Fatal(err)
		}
		if pieces++; pieces == 6 {
			break
		}
	}
	left := time.Now()
	cancel()
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
}

// TestGooglesClientReadsASpentBudget: 429, and the reset where Google's clients look for it.
func TestGooglesClientReadsASpentBudget(t *testing.T) {
	t.Parallel()
	w := google(t, "0.00001/monthly/hard")
	var err error
	for range 20 {
		if _, err = w.gemini(t).Models.GenerateContent(within(t, 20*time.Second), "gem", genai.Text("Spend."), nil); err != nil {
			break
		}
	}
	e := googleError(t, err)
	delay := ""
	for _, d := range e.Details {
		if s, ok := d["retryDelay"].(string); ok {
			delay = s
		}
	}
	if wait, err := time.ParseDuration(delay); e.Code != 429 || e.Status != "RESOURCE_EXHAUSTED" || err != nil || wait > 31*24*time.Hour || !strings.Contains(e.Message, "budget") {
		t.Errorf("%+v", e)
	}
}
