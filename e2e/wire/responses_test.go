package wire

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

// TestTheGoClientSpeaksResponses runs the official client's Responses through one gateway, to a provider that speaks them and
// to one that does not; at the end the books must agree.
func TestTheGoClientSpeaksResponses(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	t.Run("all", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, *world){
			"create": creates, "stream": streamsEvents, "tools and reasoning": answersCalls, "JSON schema": shapes,
			"stored": keepsResponses, "refusals": refusesResponses, "a websocket": refusesSockets,
		} {
			t.Run(name, func(t *testing.T) { t.Parallel(); test(t, w) })
		}
	})
	w.balanced(t)
}

func say(model, text string) responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: model, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(text)}}
}

func creates(t *testing.T, w *world) {
	var resp *http.Response
	c := w.client()
	a, err := c.Responses.New(within(t, 20*time.Second), say("smart", "What is a hold?"), option.WithResponseInto(&resp))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(a.OutputText(), `"What is a hold?"`) || a.Status != "completed" || a.Usage.InputTokens == 0 {
		t.Errorf("%s", a.RawJSON())
	}
	want := price("sandbox-chat", a.Usage.InputTokens, a.Usage.InputTokensDetails.CachedTokens, a.Usage.OutputTokens)
	if got := resp.Header.Get("X-Bodhi-Cost-Usd"); got == "" || want == 0 {
		t.Errorf("cost %q, want %d nanos", got, want)
	}
}

func streamsEvents(t *testing.T, w *world) {
	c := w.client()
	s := c.Responses.NewStreaming(within(t, 20*time.Second), say("smart", "Stream, please."))
	defer s.Close()
	var text string
	var last responses.ResponseStreamEventUnion
	for n := int64(0); s.Next(); n++ {
		last = s.Current()
		if last.SequenceNumber != n {
			t.Errorf("event %d has number %d", n, last.SequenceNumber)
		}
		text += last.AsResponseOutputTextDelta().Delta
	}
	if s.Err() != nil || last.Type != "response.completed" || last.Response.OutputText() != text || text == "" {
		t.Errorf("%v: %q, %s", s.Err(), text, last.RawJSON())
	}
}

func answersCalls(t *testing.T, w *world) {
	c := w.client()
	p := say("think", "What is the weather?")
	p.Store, p.Include = openai.Bool(false), []responses.ResponseIncludable{"reasoning.encrypted_content"}
	p.Reasoning = shared.ReasoningParam{Effort: "low"}
	p.Tools = []responses.ToolUnionParam{{OfFunction: &responses.FunctionToolParam{Name: "weather",
		Parameters: map[string]any{"type": "object", "properties": map[string]any{"city": map[string]any{"type": "string"}}, "required": []string{"city"}}}}}
	first, err := c.Responses.New(within(t, 20*time.Second), p)
	if err != nil {
		t.Fatal(err)
	}
	var items responses.ResponseInputParam
	items = append(items, responses.ResponseInputItemParamOfMessage("What is the weather?", "user"))
	calls, sealed := 0, 0
	for _, it := range first.Output {
		switch it.Type {
		case "reasoning":
			r := it.AsReasoning().ToParam()
			if it.AsReasoning().EncryptedContent != "" {
				sealed++
			}
			items = append(items, responses.ResponseInputItemUnionParam{OfReasoning: &r})
		case "function_call":
			calls++
			k := it.AsFunctionCall()
			result := responses.ResponseInputItemParamOfFunctionCallOutput("sunny")
			result.OfFunctionCallOutput.CallID = openai.String(k.CallID)
			items = append(items, responses.ResponseInputItemParamOfFunctionCall(k.Arguments, k.CallID, k.Name),
				result)
		}
	}
	if calls != 1 || sealed != 1 {
		t.Fatalf("%s", first.RawJSON())
	}
	p.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: items}
	if a, err := c.Responses.New(within(t, 20*time.Second), p); err != nil || a.OutputText() == "" {
		t.Errorf("%v %+v", err, a)
	}
}

func shapes(t *testing.T, w *world) {
	c := w.client()
	p := say("smart", "A person, please.")
	p.Text = responses.ResponseTextConfigParam{Format: responses.ResponseFormatTextConfigParamOfJSONSchema("person", map[string]any{
		"type": "object", "properties": map[string]any{"age": map[string]any{"type": "integer"}}, "required": []string{"age"}, "additionalProperties": false})}
	a, err := c.Responses.New(within(t, 20*time.Second), p)
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Age *int }
	if err := json.Unmarshal([]byte(a.OutputText()), &v); err != nil || v.Age == nil {
		t.Errorf("%v: %s", err, a.OutputText())
	}
}

func keepsResponses(t *testing.T, w *world) {
	c := w.client()
	ctx := within(t, 20*time.Second)
	a, err := c.Responses.New(ctx, say("smart", "Keep this."))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Responses.Get(ctx, a.ID, responses.ResponseGetParams{}); err != nil || got.ID != a.ID {
		t.Errorf("%v %+v", err, got)
	}
	if list, err := c.Responses.InputItems.List(ctx, a.ID, responses.InputItemListParams{}); err != nil || len(list.Data) != 1 {
		t.Errorf("%v %+v", err, list)
	}
	p := say("smart", "And then?")
	p.PreviousResponseID = openai.String(a.ID)
	if b, err := c.Responses.New(ctx, p); err != nil || b.PreviousResponseID != a.ID || b.Usage.InputTokens <= a.Usage.InputTokens {
		t.Errorf("%v %+v", err, b)
	}
	if _, err := c.Responses.Cancel(ctx, a.ID); typed(t, err).StatusCode != 400 {
		t.Error(err)
	}
	if err := c.Responses.Delete(ctx, a.ID); err != nil {
		t.Error(err)
	}
	for _, id := range []string{a.ID, "resp_never"} {
		if _, err := c.Responses.Get(ctx, id, responses.ResponseGetParams{}); typed(t, err).StatusCode != 404 {
			t.Error(err)
		}
	}
}

func refusesResponses(t *testing.T, w *world) {
	c := w.client()
	for model, code := range map[string]string{"no-such-model": "model_not_found", "too-long": "context_length_exceeded"} {
		if _, err := c.Responses.New(within(t, 20*time.Second), say(model, "hi")); typed(t, err).Code != code {
			t.Error(err)
		}
	}
}

// TestTheGoClientSeesACutResponse is apart: what is booked for a stream that breaks off is our own count, not the bill.
func TestTheGoClientSeesACutResponse(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	c := w.client()
	s := c.Responses.NewStreaming(within(t, 20*time.Second), say("cut", "hi"))
	defer s.Close()
	for s.Next() {
		if k := s.Current().Type; k == "response.completed" {
			t.Error("a cut stream looks complete")
		}
	}
	if s.Err() == nil {
		t.Error("the client does not see that the stream was cut")
	}
}

func refusesSockets(t *testing.T, w *world) {
	if resp, body := w.raw(t, http.MethodGet, "/responses", "", "Connection", "Upgrade", "Upgrade", "websocket"); resp.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// TestTheGoClientCompletes asks for legacy completions, whole and streamed.
func TestTheGoClientCompletes(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	c := w.client()
	p := openai.CompletionNewParams{Model: "smart", MaxTokens: openai.Int(30), N: openai.Int(2),
		Prompt: openai.CompletionNewParamsPromptUnion{OfArrayOfStrings: []string{"Once", "Twice"}}}
	a, err := c.Completions.New(within(t, 20*time.Second), p)
	if err != nil || len(a.Choices) != 4 || a.Choices[0].Text == "" || a.Usage.CompletionTokens == 0 {
		t.Fatalf("%v %+v", err, a)
	}
	p.N, p.MaxTokens = openai.Int(1), openai.Int(12)
	p.Prompt = openai.CompletionNewParamsPromptUnion{OfString: openai.String("Once")}
	s := c.Completions.NewStreaming(within(t, 20*time.Second), p)
	defer s.Close()
	var text string
	for s.Next() {
		if len(s.Current().Choices) != 1 {
			t.Errorf("the client did not ask for usage: %s", s.Current().RawJSON())
			continue
		}
		text += s.Current().Choices[0].Text
	}
	if s.Err() != nil || text == "" {
		t.Errorf("%v %q", s.Err(), text)
	}
	if resp, body := w.raw(t, http.MethodPost, "/completions", `{"model":"smart"}`); resp.StatusCode != 400 || !strings.Contains(body, "prompt") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	w.balanced(t)
}
