package wire

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestMediaOfCloudsThroughTheGoClient asks Google's and Bedrock's models with OpenAI's own client, through the program as it is
// built; at the end the books are the bill, to the nano-dollar.
func TestMediaOfCloudsThroughTheGoClient(t *testing.T) {
	t.Parallel()
	s := harness.StartSandbox(t)
	root := strings.TrimSuffix(s.URL, "/v1")
	w := &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{
		Env: []string{"AKID=AKIDEXAMPLE", "ASECRET=s3cr3t/with+signs"},
		Providers: []string{"name=gg,kind=gemini,key-env=E2E_KEY,base-url=" + root, "name=vx,kind=vertex,key-env=E2E_KEY,base-url=" + root + "/v1/projects/p/locations/l",
			"name=aws,kind=bedrock,region=eu-west-1,access-key-env=AKID,secret-key-env=ASECRET,base-url=" + root},
		Models: []string{"paint=gg/gemini-2.5-flash-image", "imagen=vx/imagen-4.0-generate-001", "canvas=aws/amazon.nova-canvas-v1:0", "core=aws/stability.stable-image-core-v1:1",
			"say=vx/gemini-2.5-flash-preview-tts", "write=gg/gemini-2.5-flash", "vec-five=vx/text-embedding-005", "vec-titan=aws/amazon.titan-embed-text-v2:0", "vec-cohere=aws/cohere.embed-v4:0"}})}
	c, ctx := w.client(), within(t, 60*time.Second)
	for model, n := range map[string]int64{"paint": 1, "imagen": 2, "canvas": 3, "core": 1} {
		a, err := c.Images.Generate(ctx, openai.ImageGenerateParams{Model: model, Prompt: "a ledger", N: openai.Int(n), Size: "1024x1024"})
		if err != nil || int64(len(a.Data)) != n {
			t.Errorf("%s: %v", model, err)
			continue
		}
		if b, err := base64.StdEncoding.DecodeString(a.Data[0].B64JSON); err != nil || !strings.HasPrefix(string(b), "\x89PNG") {
			t.Errorf("%s made no picture: %v", model, err)
		}
	}
	in := c.Images.GenerateStreaming(ctx, openai.ImageGenerateParams{Model: "paint", Prompt: "a ledger"})
	for in.Next() {
	}
	if last := in.Current(); in.Err() != nil || last.Type != "image_generation.completed" || last.Usage.OutputTokens != 1290 {
		t.Errorf("in a stream: %v %s", in.Err(), last.RawJSON())
	}
	edited, err := c.Images.Edit(ctx, openai.ImageEditParams{Model: "paint", Prompt: "in red", Image: openai.ImageEditParamsImageUnion{OfFile: upload(dot, "a.png", "image/png")}})
	if err != nil || len(edited.Data) != 1 || edited.Usage.InputTokensDetails.ImageTokens != 85 {
		t.Errorf("an edit: %v %+v", err, edited)
	}
	spoken, err := c.Audio.Speech.New(ctx, openai.AudioSpeechNewParams{Model: "say", Input: "Hello there", Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")}, ResponseFormat: "wav"})
	if err != nil {
		t.Fatal(err)
	}
	sound, err := io.ReadAll(spoken.Body)
	_ = spoken.Body.Close()
	if err != nil || !strings.HasPrefix(string(sound), "RIFF") || spoken.Header.Get("Content-Type") != "audio/wav" || spoken.Trailer.Get("X-Bodhi-Cost-Usd") == "" {
		t.Errorf("speech: %v, %d bytes, %v", err, len(sound), spoken.Trailer)
	}
	heard, err := c.Audio.Transcriptions.New(ctx, openai.AudioTranscriptionNewParams{Model: "write", File: upload(wave(30), "talk.wav", "audio/wav")})
	if err != nil || heard.Text != "The sandbox heard a sound of 3.0 seconds." || heard.Usage.InputTokenDetails.AudioTokens != 96 {
		t.Errorf("a transcript: %v %+v", err, heard)
	}
	for model, n := range map[string]int{"vec-five": 2, "vec-titan": 1, "vec-cohere": 2} {
		texts := []string{"a ledger", "a book of accounts"}[:n]
		v, err := c.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: model, Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: texts}, Dimensions: openai.Int(256)})
		if err != nil || len(v.Data) != n || len(v.Data[0].Embedding) != 256 || v.Usage.PromptTokens == 0 {
			t.Errorf("%s: %v %+v", model, err, v)
		}
	}
	if _, err := c.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "vec-titan", Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"a", "b"}}}); typed(t, err).Param != "input" {
		t.Errorf("two texts to Titan: %v", err)
	}
	w.balanced(t)
}
