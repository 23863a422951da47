package wire

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// both starts a gateway in front of one sandbox, which is reached as OpenAI's kind and as Anthropic's.
func both(t *testing.T) *world {
	t.Helper()
	s := harness.StartSandbox(t)
	return &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{
		Providers: []string{"name=sb,kind=sandbox,base-url=" + s.URL + ",key-env=E2E_KEY",
			"name=cl,kind=anthropic,base-url=" + strings.TrimSuffix(s.URL, "/v1") + ",key-env=E2E_KEY"},
		Models: []string{"claude=cl/claude-sonnet-4-5", "gpt=sb/sandbox-reasoning+reasoning=16", "down=sb/sandbox-chat+status=503", "long=sb/sandbox-chat+tokens=2000"}})}
}

// claude is Anthropic's client, with nothing set but what every user sets.
func (w *world) claude(more ...option.RequestOption) anthropic.Client {
	base := strings.TrimSuffix(w.ProxyURL, "/v1")
	return anthropic.NewClient(append([]option.RequestOption{option.WithBaseURL(base), option.WithAPIKey(w.VirtualKey), option.WithMaxRetries(0)}, more...)...)
}

func message(model string, blocks ...anthropic.ContentBlockParamUnion) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{Model: anthropic.Model(model), MaxTokens: 2000, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(blocks...)}}
}

// TestAnthropicsClient runs what programs do every day, against a provider of its own dialect and one of another; at the end
// the books must agree.
func TestAnthropicsClient(t *testing.T) {
	t.Parallel()
	w := both(t)
	t.Run("all", func(t *testing.T) {
		for _, model := range []string{"claude", "gpt"} {
			for name, test := range map[string]func(*testing.T, *world, string){
				"message": speaks, "stream": speaksAsItComes, "tools, with their results": usesTools, "thinking, sent back with a tool's result": thinksAndUsesTools,
				"image": looks, "count": countsTokens,
			} {
				t.Run(model+", "+name, func(t *testing.T) { t.Parallel(); test(t, w, model) })
			}
		}
		t.Run("models", func(t *testing.T) { t.Parallel(); listsClaude(t, w) })
		t.Run("errors", func(t *testing.T) { t.Parallel(); typedErrors(t, w) })
		t.Run("OpenAI's client asks Claude", func(t *testing.T) { t.Parallel(); gptAsksClaude(t, w) })
	})
	w.balanced(t)
}

func speaks(t *testing.T, w *world, model string) {
	client := w.claude()
	m, err := client.Messages.New(within(t, 20*time.Second), message(model, anthropic.NewTextBlock("hello "+model)))
	if err != nil {
		t.Fatal(err)
	}
	if m.Role != "assistant" || m.StopReason != anthropic.StopReasonEndTurn || len(m.Content) == 0 || m.Usage.InputTokens == 0 || m.Usage.OutputTokens == 0 {
		t.Errorf("%s", m.RawJSON())
	}
	if last := m.Content[len(m.Content)-1]; last.Type != "text" || !strings.Contains(last.Text, "hello "+model) {
		t.Errorf("%s", m.RawJSON())
	}
}

func speaksAsItComes(t *testing.T, w *world, model string) {
	client := w.claude()
	s := client.Messages.NewStreaming(within(t, 20*time.Second), message(model, anthropic.NewTextBlock("stream "+model)))
	var m anthropic.Message
	events := map[string]int{}
	for s.Next() {
		events[s.Current().Type]++
		if err := m.Accumulate(s.Current()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if events["message_start"] != 1 || events["message_stop"] != 1 || events["content_block_delta"] < 3 || m.StopReason != anthropic.StopReasonEndTurn || m.Usage.OutputTokens < 3 {
		t.Errorf("%v %s", events, m.RawJSON())
	}
}

var cities = anthropic.ToolUnionParam{OfTool: &anthropic.ToolParam{Name: "weather", InputSchema: anthropic.ToolInputSchemaParam{
	Properties: map[string]any{"city": map[string]any{"type": "string"}}, Required: []string{"city"}}}}

func usesTools(t *testing.T, w *world, model string) { toolLoop(t, w, model, false) }

func thinksAndUsesTools(t *testing.T, w *world, model string) { toolLoop(t, w, model, true) }

// toolLoop asks with a tool, sends the answer back as it came with the tool's result, and hears the end.
func toolLoop(t *testing.T, w *world, model string, thinks bool) {
	client := w.claude()
	ask := message(model, anthropic.NewTextBlock("the weather, "+t.Name()))
	ask.Tools = []anthropic.ToolUnionParam{cities}
	if thinks {
		ask.Thinking = anthropic.ThinkingConfigParamOfEnabled(1024)
	}
	m, err := client.Messages.New(within(t, 20*time.Second), ask)
	if err != nil {
		t.Fatal(err)
	}
	use := m.Content[len(m.Content)-1]
	var in struct{ City string }
	if err := json.Unmarshal(use.Input, &in); err != nil || use.Type != "tool_use" || use.Name != "weather" || in.City == "" || m.StopReason != anthropic.StopReasonToolUse {
		t.Fatalf("%v %s", err, m.RawJSON())
	}
	if signed := m.Content[0].Type == "thinking" && m.Content[0].Signature != ""; signed != (thinks && model == "claude") {
		t.Errorf("%s", m.RawJSON())
	}
	ask.Messages = append(ask.Messages, m.ToParam(), anthropic.NewUserMessage(anthropic.NewToolResultBlock(use.ID, "sunny", false)))
	if m, err = client.Messages.New(within(t, 20*time.Second), ask); err != nil {
		t.Fatal(err)
	}
	if m.StopReason != anthropic.StopReasonEndTurn || m.Content[len(m.Content)-1].Type != "text" {
		t.Errorf("%s", m.RawJSON())
	}
}

func looks(t *testing.T, w *world, model string) {
	const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	client := w.claude()
	m, err := client.Messages.New(within(t, 20*time.Second), message(model, anthropic.NewTextBlock("see"), anthropic.NewImageBlockBase64("image/png", pixel)))
	if err != nil {
		t.Fatal(err)
	}
	if last := m.Content[len(m.Content)-1]; !strings.Contains(last.Text, "image/png") {
		t.Errorf("%s", m.RawJSON())
	}
}

func countsTokens(t *testing.T, w *world, model string) {
	client := w.claude()
	n, err := client.Messages.CountTokens(within(t, 20*time.Second), anthropic.MessageCountTokensParams{Model: anthropic.Model(model),
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("how long is this?"))}})
	if err != nil || n.InputTokens < 5 {
		t.Errorf("%+v, %v", n, err)
	}
}

func listsClaude(t *testing.T, w *world) {
	client := w.claude()
	page, err := client.Models.List(within(t, 20*time.Second), anthropic.ModelListParams{})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, m := range page.Data {
		found = found || m.ID == "claude"
	}
	if !found || page.HasMore {
		t.Errorf("%+v", page)
	}
	if m, err := client.Models.Get(within(t, 20*time.Second), "claude", anthropic.ModelGetParams{}); err != nil || m.ID != "claude" {
		t.Errorf("%+v, %v", m, err)
	}
}

func typedErrors(t *testing.T, w *world) {
	for _, x := range []struct {
		name   string
		model  string
		key    string
		status int
		words  string
	}{
		{"an unknown model", "no-such-model", "", http.StatusNotFound, "no-such-model"},
		{"a bad key", "claude", "sk-ant-wrong", http.StatusUnauthorized, "key"},
		{"a provider that is down", "down", "", http.StatusServiceUnavailable, "overloaded"},
	} {
		opts := []option.RequestOption{}
		if x.key != "" {
			opts = append(opts, option.WithAPIKey(x.key))
		}
		client := w.claude(opts...)
		_, err := client.Messages.New(within(t, 20*time.Second), message(x.model, anthropic.NewTextBlock("hi")))
		var e *anthropic.Error
		if !errors.As(err, &e) || e.StatusCode != x.status || !strings.Contains(e.Error(), x.words) || e.RequestID == "" {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}

// gptAsksClaude is OpenAI's client with a model of Anthropic's: tools, stream and usage.
func gptAsksClaude(t *testing.T, w *world) {
	client := w.client()
	p := ask("claude", "across dialects")
	p.Tools = weather()[:1]
	c, err := client.Chat.Completions.New(within(t, 20*time.Second), p)
	if err != nil || len(c.Choices) != 1 || len(c.Choices[0].Message.ToolCalls) != 1 || c.Choices[0].FinishReason != "tool_calls" || c.Usage.TotalTokens == 0 {
		t.Fatalf("%v %+v", err, c)
	}
	p = ask("claude", "stream across dialects")
	p.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	p.ReasoningEffort = shared.ReasoningEffortLow
	s := client.Chat.Completions.NewStreaming(within(t, 20*time.Second), p)
	acc := openai.ChatCompletionAccumulator{}
	for s.Next() {
		acc.AddChunk(s.Current())
	}
	if err := s.Err(); err != nil || !strings.Contains(acc.Choices[0].Message.Content, "stream across dialects") || acc.Usage.CompletionTokens == 0 {
		t.Errorf("%v %+v", err, acc.ChatCompletion)
	}
}
