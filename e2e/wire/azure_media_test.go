package wire

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestMediaThroughAzure uses Azure's side of OpenAI's Go client, and a connection to Azure behind it: deployments in paths on
// both sides.
func TestMediaThroughAzure(t *testing.T) {
	t.Parallel()
	s := harness.StartSandbox(t)
	w := &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{Budget: "1000/monthly/soft", // these deployments have no price
		Models:    []string{"paint=az/sandbox-image", "write=az/sandbox-transcribe", "say=az/sandbox-speech", "gpt-4o=az/sandbox-chat"},
		Providers: []string{"name=az,kind=azure,base-url=" + strings.TrimSuffix(s.URL, "/v1") + ",key-env=E2E_KEY"},
	})}
	c := openai.NewClient(azure.WithEndpoint(strings.TrimSuffix(w.ProxyURL, "/v1"), "2025-04-01-preview"), azure.WithAPIKey(w.VirtualKey), azure.WithUnsafeAllowHTTP())
	ctx := within(t, 30*time.Second)
	if a, err := c.Images.Generate(ctx, openai.ImageGenerateParams{Model: "paint", Prompt: "a ledger", Quality: "low"}); err != nil || len(a.Data) != 1 || a.Usage.OutputTokens != 272 {
		t.Errorf("images: %v", err)
	}
	if a, err := c.Audio.Transcriptions.New(ctx, openai.AudioTranscriptionNewParams{Model: "write", File: upload(wave(10), "talk.wav", "audio/wav")}); err != nil || !strings.Contains(a.Text, "talk.wav") {
		t.Errorf("transcripts: %v", err)
	}
	resp, err := c.Audio.Speech.New(ctx, openai.AudioSpeechNewParams{Model: "say", Input: "Hello", Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || len(b) != 400 || resp.Header.Get("Content-Type") != "audio/mpeg" {
		t.Errorf("speech: %v, %d bytes", err, len(b))
	}
	if resp, body := w.raw(t, http.MethodPost, "/moderations", `{"model":"gpt-4o","input":"x"}`); resp.StatusCode != 400 || !strings.Contains(body, "unsupported_operation") {
		t.Errorf("moderations: %d %s", resp.StatusCode, body)
	}
}
