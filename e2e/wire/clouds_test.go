package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// clouds starts a gateway in front of one sandbox, which is reached as Bedrock with signed requests, as Azure, and as
// Anthropic.
func clouds(t *testing.T) *world {
	t.Helper()
	s := harness.StartSandbox(t)
	root := strings.TrimSuffix(s.URL, "/v1")
	return &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{
		Env: []string{"AKID=AKIDEXAMPLE", "ASECRET=s3cr3t/with+signs"},
		Providers: []string{"name=aws,kind=bedrock,region=eu-west-1,access-key-env=AKID,secret-key-env=ASECRET,base-url=" + root,
			"name=az,kind=azure,key-env=E2E_KEY,base-url=" + root, "name=cl,kind=anthropic,key-env=E2E_KEY,base-url=" + root, "name=sb,kind=sandbox,key-env=E2E_KEY,base-url=" + s.URL},
		Models: []string{"claude=cl/claude-sonnet-4-5", "converse=aws/anthropic.claude-sonnet-4-5-20250929-v1:0", "gpt=sb/sandbox-chat",
			"refused=aws/anthropic.claude-sonnet-4-5-20250929-v1:0+status=400+code=context_length_exceeded", "down=aws/anthropic.claude-sonnet-4-5-20250929-v1:0+status=503",
			"cut=sb/sandbox-chat+tokens=500+usage=each+cut=4"}, Budget: "1000/monthly/soft"})}
}

// aws is AWS's client, with the virtual key as access key id and secret. It does not repeat requests.
func (w *world) aws(key string) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{Region: "eu-west-1", BaseEndpoint: aws.String(strings.TrimSuffix(w.ProxyURL, "/v1")), RetryMaxAttempts: 1, HTTPClient: held{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: key}, nil
		})})
}

// held sends bodies from memory. AWS's client closes a body when the answer's head is there; if the head is faster than
// net/http's last look at the body it just wrote, net/http takes that for a failed write and closes the connection under the
// answer. Only a server on the same machine is that fast.
type held struct{}

func (held) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(b))
	}
	return http.DefaultClient.Do(r)
}

func saying(text string) []types.Message {
	return []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}}}}
}

// TestAWSsClient runs what programs do every day, against Bedrock itself and against providers of other dialects; at the
// end the books must agree.
func TestAWSsClient(t *testing.T) {
	t.Parallel()
	w := clouds(t)
	t.Run("all", func(t *testing.T) {
		for _, model := range []string{"converse", "claude", "gpt", "aws/anthropic.claude-sonnet-4-5-20250929-v1:0"} {
			t.Run(model, func(t *testing.T) { t.Parallel(); converses(t, w, model) })
			t.Run(model+", stream", func(t *testing.T) { t.Parallel(); conversesAsItComes(t, w, model) })
			t.Run(model+", tools", func(t *testing.T) { t.Parallel(); conversesWithTools(t, w, model) })
			t.Run(model+", invoke", func(t *testing.T) { t.Parallel(); invokes(t, w, model) })
		}
		t.Run("errors", func(t *testing.T) { t.Parallel(); awsErrors(t, w) })
	})
	w.balanced(t)
	w.Run(t, "verify", "--json")
}

func converses(t *testing.T, w *world, model string) {
	out, err := w.aws(w.VirtualKey).Converse(within(t, 20*time.Second), &bedrockruntime.ConverseInput{ModelId: &model, Messages: saying("What is a ledger?"),
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: aws.Int32(500)}})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := out.Output.(*types.ConverseOutputMemberMessage)
	text, _ := m.Value.Content[0].(*types.ContentBlockMemberText)
	if text == nil || !strings.Contains(text.Value, `"What is a ledger?"`) || out.StopReason != types.StopReasonEndTurn || *out.Usage.OutputTokens == 0 || *out.Usage.InputTokens == 0 {
		t.Errorf("%+v", out)
	}
}

func conversesAsItComes(t *testing.T, w *world, model string) {
	out, err := w.aws(w.VirtualKey).ConverseStream(within(t, 20*time.Second), &bedrockruntime.ConverseStreamInput{ModelId: &model, Messages: saying("Stream, please."),
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: aws.Int32(500)}})
	if err != nil {
		t.Fatal(err)
	}
	s := out.GetStream()
	defer s.Close()
	text, pieces, stopped, tokens := "", 0, types.StopReason(""), int32(0)
	for e := range s.Events() {
		switch v := e.(type) {
		case *types.ConverseStreamOutputMemberContentBlockDelta:
			if d, ok := v.Value.Delta.(*types.ContentBlockDeltaMemberText); ok {
				text += d.Value
				pieces++
			}
		case *types.ConverseStreamOutputMemberMessageStop:
			stopped = v.Value.StopReason
		case *types.ConverseStreamOutputMemberMetadata:
			tokens = *v.Value.Usage.OutputTokens
		}
	}
	if err := s.Err(); err != nil || !strings.Contains(text, `"Stream, please."`) || pieces < 3 || stopped != types.StopReasonEndTurn || tokens == 0 {
		t.Errorf("%v: %q in %d pieces, %s, %d tokens", err, text, pieces, stopped, tokens)
	}
}

func conversesWithTools(t *testing.T, w *world, model string) {
	ask := &bedrockruntime.ConverseInput{ModelId: &model, Messages: saying("Weather in Rome?"), InferenceConfig: &types.InferenceConfiguration{MaxTokens: aws.Int32(500)},
		ToolConfig: &types.ToolConfiguration{Tools: []types.Tool{&types.ToolMemberToolSpec{Value: types.ToolSpecification{Name: aws.String("weather"),
			InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(map[string]any{"type": "object", "required": []string{"city"},
				"properties": map[string]any{"city": map[string]any{"type": "string"}}})}}}}}}
	c := w.aws(w.VirtualKey)
	out, err := c.Converse(within(t, 20*time.Second), ask)
	if err != nil {
		t.Fatal(err)
	}
	said := out.Output.(*types.ConverseOutputMemberMessage).Value
	call, ok := said.Content[len(said.Content)-1].(*types.ContentBlockMemberToolUse)
	if !ok || out.StopReason != types.StopReasonToolUse {
		t.Fatalf("%+v", out)
	}
	var in struct{ City string }
	if err := call.Value.Input.UnmarshalSmithyDocument(&in); err != nil || *call.Value.Name != "weather" {
		t.Errorf("%v %+v", err, call)
	}
	ask.Messages = append(ask.Messages, said, types.Message{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberToolResult{
		Value: types.ToolResultBlock{ToolUseId: call.Value.ToolUseId, Content: []types.ToolResultContentBlock{&types.ToolResultContentBlockMemberText{Value: "sunny"}}}}}})
	if out, err = c.Converse(within(t, 20*time.Second), ask); err != nil || out.StopReason != types.StopReasonEndTurn {
		t.Errorf("with the result: %v, %+v", err, out)
	}
}

func invokes(t *testing.T, w *world, model string) {
	const body = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":500,"messages":[{"role":"user","content":"hi"}]}`
	c := w.aws(w.VirtualKey)
	out, err := c.InvokeModel(within(t, 20*time.Second), &bedrockruntime.InvokeModelInput{ModelId: &model, Body: []byte(body), ContentType: aws.String("application/json")})
	if err != nil || !strings.Contains(string(out.Body), `"type":"message"`) {
		t.Fatalf("%v %+v", err, out)
	}
	stream, err := c.InvokeModelWithResponseStream(within(t, 20*time.Second), &bedrockruntime.InvokeModelWithResponseStreamInput{ModelId: &model, Body: []byte(body), ContentType: aws.String("application/json")})
	if err != nil {
		t.Fatal(err)
	}
	s := stream.GetStream()
	defer s.Close()
	all := ""
	for e := range s.Events() {
		if v, ok := e.(*types.ResponseStreamMemberChunk); ok {
			all += string(v.Value.Bytes) + "\n"
		}
	}
	if s.Err() != nil || !strings.HasPrefix(all, `{"type":"message_start"`) || !strings.HasSuffix(all, "{\"type\":\"message_stop\"}\n") {
		t.Errorf("%v %s", s.Err(), all)
	}
}

func awsErrors(t *testing.T, w *world) {
	ask := func(key, model string) error {
		_, err := w.aws(key).Converse(within(t, 20*time.Second), &bedrockruntime.ConverseInput{ModelId: &model, Messages: saying("hi")})
		return err
	}
	var missing *types.ResourceNotFoundException
	if err := ask(w.VirtualKey, "nothing-of-the-kind"); !errors.As(err, &missing) {
		t.Errorf("an unknown model: %v", err)
	}
	var invalid *types.ValidationException
	if err := ask(w.VirtualKey, "refused"); !errors.As(err, &invalid) || !strings.Contains(invalid.ErrorMessage(), "Input is too long") {
		t.Errorf("what Bedrock refuses: %v", err)
	}
	var down *types.ServiceUnavailableException
	if err := ask(w.VirtualKey, "down"); !errors.As(err, &down) {
		t.Errorf("Bedrock is down: %v", err)
	}
	if err := ask("bdh_live_nobody", "converse"); err == nil || !strings.Contains(err.Error(), "UnrecognizedClientException") {
		t.Errorf("an unknown key: %v", err)
	}
	model := "cut"
	out, err := w.aws(w.VirtualKey).ConverseStream(within(t, 20*time.Second), &bedrockruntime.ConverseStreamInput{ModelId: &model, Messages: saying("hi")})
	if err != nil {
		t.Fatal(err)
	}
	s := out.GetStream()
	defer s.Close()
	for range s.Events() {
	}
	var broken *types.ModelStreamErrorException
	if !errors.As(s.Err(), &broken) {
		t.Errorf("a cut stream: %v", s.Err())
	}
}

// TestAzuresClient asks through OpenAI's client as it is set up for Azure.
func TestAzuresClient(t *testing.T) {
	t.Parallel()
	w := clouds(t)
	c := func(key, version string) openai.Client {
		return openai.NewClient(azure.WithEndpoint(strings.TrimSuffix(w.ProxyURL, "/v1"), version), azure.WithAPIKey(key), azure.WithUnsafeAllowHTTP())
	}
	for _, model := range []string{"gpt", "converse"} {
		client := c(w.VirtualKey, "2024-10-21")
		a, err := client.Chat.Completions.New(within(t, 20*time.Second), ask(model, "Hello, Azure."))
		if err != nil || !strings.Contains(a.Choices[0].Message.Content, `"Hello, Azure."`) {
			t.Errorf("%s: %v %+v", model, err, a)
		}
		s := client.Chat.Completions.NewStreaming(within(t, 20*time.Second), ask(model, "Stream, Azure."))
		text := ""
		for s.Next() {
			if ch := s.Current().Choices; len(ch) > 0 {
				text += ch[0].Delta.Content
			}
		}
		if err := errors.Join(s.Err(), s.Close()); err != nil || !strings.Contains(text, `"Stream, Azure."`) {
			t.Errorf("%s: %v %q", model, err, text)
		}
	}
	for _, x := range []struct {
		name, key, version, model string
		status                    int
	}{{"a wrong version", w.VirtualKey, "latest", "gpt", 400}, {"an unknown key", "bdh_live_nobody", "2024-10-21", "gpt", 401}, {"an unknown deployment", w.VirtualKey, "2024-10-21", "nothing", 404}} {
		client := c(x.key, x.version)
		_, err := client.Chat.Completions.New(within(t, 20*time.Second), ask(x.model, "hi"))
		if e := typed(t, err); e.StatusCode != x.status {
			t.Errorf("%s: %d %s", x.name, e.StatusCode, e.Message)
		}
	}
	w.balanced(t)
	// And Azure as the provider; a deployment has no price of its own.
	client := c(w.VirtualKey, "2025-04-01-preview")
	if a, err := client.Chat.Completions.New(within(t, 20*time.Second), ask("az/sandbox-chat", "Hello, deployment.")); err != nil || !strings.Contains(a.Choices[0].Message.Content, "deployment") {
		t.Errorf("az/sandbox-chat: %v", err)
	}
	if resp, body := w.raw(t, http.MethodGet, "/models", ""); resp.StatusCode != 200 || !strings.Contains(body, "anthropic.claude-sonnet-4-5-20250929-v1:0") {
		t.Errorf("the models of Bedrock's list: %d %s", resp.StatusCode, body)
	}
}
