package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// wave is a WAV file of so many seconds of silence: 8,000 bytes each.
func wave(seconds int) string {
	b := "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00"
	return b + strings.Repeat("\x80", 8000*seconds)
}

// form is a body in multipart/form-data: names and values; a value behind "@" is an upload.
func form(pairs ...string) (body, kind string) {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, "--B\r\nContent-Disposition: form-data; name=%q", pairs[i])
		if v, ok := strings.CutPrefix(pairs[i+1], "@"); ok {
			b.WriteString("; filename=\"a.bin\"\r\n\r\n" + v + "\r\n")
		} else {
			b.WriteString("\r\n\r\n" + v + "\r\n")
		}
	}
	return b.String() + "--B--\r\n", "multipart/form-data; boundary=B"
}

const png = "\x89PNG\r\n\x1a\nrest"

type workAsked struct {
	name        string
	at          host
	model       string
	path        string
	body, kind  string
	says, warns []string
}

// worksOfOthers are media that other providers make for OpenAI's clients.
func worksOfOthers() (list []workAsked) {
	const images, edits, speech, heard, english = "/v1/images/generations", "/v1/images/edits", "/v1/audio/speech", "/v1/audio/transcriptions", "/v1/audio/translations"
	add := func(name string, at host, model, path, body, kind string, says []string, warns ...string) {
		list = append(list, workAsked{name, at, model, path, body, kind, says, warns})
	}
	const js = "application/json"
	for _, at := range []host{asGemini, asVertex} {
		n := string(at.kind) + ": "
		add(n+"a picture", at, "gemini-2.5-flash-image", images, `{"model":"smart","prompt":"a fox","size":"1536x1024","quality":"high"}`, js,
			[]string{`"b64_json":"iVBOR`, `"output_tokens":1290`, `"image_tokens":0`, `"output_format":"png"`}, "size became the aspect ratio 3:2", "dropped quality")
		add(n+"a picture in events", at, "gemini-2.5-flash-image", images, `{"model":"smart","prompt":"a fox","stream":true,"partial_images":2}`, js,
			[]string{"event: image_generation.completed\ndata: {", `"b64_json":"iVBOR`, "x-bodhi-cost-usd"}, "dropped partial_images")
		body, kind := form("model", "smart", "prompt", "a red fox", "image", "@"+png)
		add(n+"an edit", at, "gemini-2.5-flash-image", edits, body, kind, []string{`"b64_json":"iVBOR`, `"image_tokens":85`})
		add(n+"an edit in JSON", at, "gemini-2.5-flash-image", edits, `{"model":"smart","prompt":"a red fox","images":[{"image_url":"data:image/png;base64,AAAA"}]}`, js, []string{`"image_tokens":85`})
		add(n+"Imagen", at, "imagen-4.0-generate-001", images, `{"model":"smart","prompt":"a fox","n":2,"size":"1024x1024","output_format":"jpeg"}`, js, []string{`},{"b64_json":"iVBOR`, `"output_format":"jpeg"`}, "size became the aspect ratio 1:1")
		add(n+"speech", at, "gemini-2.5-flash-preview-tts", speech, `{"model":"smart","input":"hello there","voice":"alloy","response_format":"wav","speed":1.5}`, js, []string{"RIFF"}, "voice became Kore", "dropped speed")
		add(n+"speech in samples", at, "gemini-2.5-flash-preview-tts", speech, `{"model":"smart","input":"hello there","voice":"Puck","response_format":"pcm"}`, js, nil)
		add(n+"speech in events", at, "gemini-2.5-flash-preview-tts", speech, `{"model":"smart","input":"hello there","voice":"Puck","response_format":"pcm","stream_format":"sse"}`, js,
			[]string{"event: speech.audio.delta\ndata: {", "event: speech.audio.done\ndata: {", `"output_tokens":25`})
		body, kind = form("model", "smart", "file", "@"+wave(3), "language", "en", "temperature", "0.5")
		add(n+"a transcript", at, "gemini-2.5-flash", heard, body, kind, []string{`{"text":"The sandbox heard a sound of 3.0 seconds."`, `"audio_tokens":96`}, "dropped temperature")
		body, kind = form("model", "smart", "file", "@"+wave(3), "response_format", "text")
		add(n+"a transcript as text", at, "gemini-2.5-flash", heard, body, kind, []string{"The sandbox heard a sound of 3.0 seconds.\n"})
		body, kind = form("model", "smart", "file", "@"+wave(3), "stream", "true")
		add(n+"a transcript in events", at, "gemini-2.5-flash", heard, body, kind, []string{"event: transcript.text.delta", "event: transcript.text.done", `"audio_tokens":96`})
		body, kind = form("model", "smart", "file", "@"+wave(3))
		add(n+"a translation", at, "gemini-2.5-flash", english, body, kind, []string{`{"text":"The sandbox heard`})
	}
	add("Nova Canvas", asBedrock, "amazon.nova-canvas-v1:0", images, `{"model":"smart","prompt":"a fox","n":2,"size":"512x512","quality":"medium"}`, js, []string{`},{"b64_json":"iVBOR`})
	add("Stability", asBedrock, "stability.stable-image-core-v1:1", images, `{"model":"smart","prompt":"a fox","size":"1024x1792"}`, js, []string{`"b64_json":"iVBOR`}, "size became the aspect ratio 9:16")
	return list
}

func TestOtherProvidersMakeMediaForOpenAIsClients(t *testing.T) {
	t.Parallel()
	for _, c := range worksOfOthers() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, box := billed(t, c.at, c.model)
			resp, text := h.send(t, "POST", c.path, c.body, c.kind)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", resp.StatusCode, text)
			}
			for _, s := range c.says {
				if !strings.Contains(text, s) {
					t.Errorf("it does not say %q: %.600s", s, text)
				}
			}
			warning := resp.Header.Get("X-Bodhi-Warning")
			for _, s := range c.warns {
				if !strings.Contains(warning, s) {
					t.Errorf("no warning of %q: %s", s, warning)
				}
			}
			if len(c.warns) == 0 && warning != "" {
				t.Errorf("a warning: %s", warning)
			}
			h.books.only(t, 1)
			if s, bill := h.books.ends[0], box.Bill(); s.State != ledger.Complete || int64(s.Cost) != bill.Total || bill.Total == 0 || h.books.attempts[0].Held.Money < s.Cost {
				t.Errorf("%s %s of %s held, the bill is %d nano-dollars", s.State, s.Cost, h.books.attempts[0].Held.Money, bill.Total)
			}
		})
	}
}

// TestSpeechIsTheProvidersSamples compares the three forms byte for byte.
func TestSpeechIsTheProvidersSamples(t *testing.T) {
	t.Parallel()
	say := func(format, stream string) string {
		h, _ := serve(t, asGemini, "gemini-2.5-flash-preview-tts")
		_, text := h.send(t, "POST", "/v1/audio/speech", `{"model":"smart","input":"hello there","voice":"Puck","response_format":"`+format+`"`+stream+`}`, "application/json")
		return text
	}
	pcm, wav, events := say("pcm", ""), say("wav", ""), say("pcm", `,"stream_format":"sse"`)
	if len(pcm) != 480 || len(wav) != 44+len(pcm) || wav[44:] != pcm || wav[:4] != "RIFF" || wav[40] != byte(len(pcm)) && wav[40] != 0xe0 {
		t.Errorf("%d bytes of samples, %d of WAV", len(pcm), len(wav))
	}
	_, rest, _ := strings.Cut(events, "data: ")
	line, _, _ := strings.Cut(rest, "\n")
	var v struct{ Audio string }
	if err := json.Unmarshal([]byte(line), &v); err != nil || v.Audio != base64.StdEncoding.EncodeToString([]byte(pcm)) {
		t.Errorf("%v: %s", err, events)
	}
}

// TestMediaThatOtherDialectsCannotSay are refused before anything is sent, by the field's name, with models that could.
func TestMediaThatOtherDialectsCannotSay(t *testing.T) {
	t.Parallel()
	const images, edits, speech, heard = "/v1/images/generations", "/v1/images/edits", "/v1/audio/speech", "/v1/audio/transcriptions"
	const js = "application/json"
	heardForm := func(more ...string) (string, string) {
		return form(append([]string{"model", "smart", "file", "@" + wave(1)}, more...)...)
	}
	type refused struct {
		at                      host
		model, path, body, kind string
		field                   string
	}
	list := []refused{
		{asGemini, "gemini-2.5-flash-image", images, `{"model":"smart","prompt":"x","n":2}`, js, "n"},
		{asGemini, "gemini-2.5-flash-image", images, `{"model":"smart","prompt":"x","output_format":"webp"}`, js, "output_format"},
		{asGemini, "gemini-2.5-flash-image", images, `{"model":"smart","prompt":"x","background":"transparent"}`, js, "background"},
		{asGemini, "gemini-2.5-flash-image", images, `{"model":"smart","prompt":"x","response_format":"url"}`, js, "response_format"},
		{asGemini, "gemini-2.5-flash-image", edits, `{"model":"smart","prompt":"x","images":[{"image_url":"https://example.com/a.png"}]}`, js, "images[0]"},
		{asGemini, "gemini-2.5-flash-image", edits, `{"model":"smart","prompt":"x","images":[{"file_id":"file-1"}]}`, js, "images[0]"},
		{asVertex, "imagen-4.0-generate-001", images, `{"model":"smart","prompt":"x","n":5}`, js, "n"},
		{asVertex, "imagen-4.0-generate-001", images, `{"model":"smart","prompt":"x","output_format":"webp"}`, js, "output_format"},
		{asBedrock, "amazon.nova-canvas-v1:0", images, `{"model":"smart","prompt":"x","n":6}`, js, "n"},
		{asBedrock, "stability.stable-image-core-v1:1", images, `{"model":"smart","prompt":"x","n":2}`, js, "n"},
		{asBedrock, "amazon.nova-pro-v1:0", images, `{"model":"smart","prompt":"x"}`, js, "model"},
		{asGemini, "gemini-2.5-flash-preview-tts", speech, `{"model":"smart","input":"x","voice":"alloy"}`, js, "response_format"},
		{asGemini, "gemini-2.5-flash-preview-tts", speech, `{"model":"smart","input":"x","voice":"alloy","response_format":"opus"}`, js, "response_format"},
	}
	for _, more := range [][]string{{"response_format", "srt"}, {"response_format", "verbose_json"}, {"timestamp_granularities[]", "word"}, {"include[]", "logprobs"}} {
		body, kind := heardForm(more...)
		list = append(list, refused{asVertex, "gemini-2.5-flash", heard, body, kind, more[0]})
	}
	body, kind := form("model", "smart", "file", "@not a sound")
	list = append(list, refused{asVertex, "gemini-2.5-flash", heard, body, kind, "file"})
	for _, c := range list {
		h, box := serve(t, c.at, c.model)
		h.others = map[string]route.Target{"own-picture": {Model: "gpt-image-1", Connection: &provider.Connection{Kind: provider.OpenAI}},
			"own-voice": {Model: "tts-1", Connection: &provider.Connection{Kind: provider.OpenAI}}, "own-ear": {Model: "whisper-1", Connection: &provider.Connection{Kind: provider.OpenAI}}}
		resp, text := h.send(t, "POST", c.path, c.body, c.kind)
		want := map[string]string{images: "own-picture", edits: "own-picture", speech: "own-voice", heard: "own-ear"}[c.path]
		if resp.StatusCode != 400 || !strings.Contains(text, fmt.Sprintf(`"param":%q`, c.field)) || !strings.Contains(text, "unsupported_") || strings.Count(text, "own-") != 1 || !strings.Contains(text, want) || box.Bill().Calls != 0 {
			t.Errorf("%s, %.80q: %d %s", c.model, c.body, resp.StatusCode, text)
		}
	}
}

// TestWhatAModelWouldNotMake is the model's refusal, costs nothing and is asked for once.
func TestWhatAModelWouldNotMake(t *testing.T) {
	t.Parallel()
	for model, at := range map[string]host{"gemini-2.5-flash-image": asGemini, "imagen-4.0-generate-001": asVertex, "amazon.nova-canvas-v1:0": asBedrock} {
		h, _ := serve(t, at, model)
		resp, text := h.send(t, "POST", "/v1/images/generations", `{"model":"smart","prompt":"something forbidden"}`, "application/json")
		h.books.only(t, 1)
		if resp.StatusCode != 400 || !strings.Contains(text, "content_policy_violation") || len(h.books.ends) != 1 || h.books.ends[0].Cost != 0 {
			t.Errorf("%s: %d %s, %+v", model, resp.StatusCode, text, h.books.ends)
		}
	}
}

func TestATranscriptThatReachesItsCapIsNoTranscript(t *testing.T) {
	t.Parallel()
	h, _ := billed(t, asGemini, "gemini-2.5-flash+tokens=50000")
	body, kind := form("model", "smart", "file", "@"+wave(3))
	resp, text := h.send(t, "POST", "/v1/audio/transcriptions", body, kind)
	h.books.only(t, 1)
	if resp.StatusCode < 500 || strings.Contains(text, "sandbox heard") || h.books.ends[0].Cost == 0 {
		t.Errorf("%d %s, booked %s", resp.StatusCode, text, h.books.ends[0].Cost)
	}
}

// TestMediaFieldsOfTheWrongTypeAreAnsweredInWords gives each field of each request that is translated each wrong type: the
// answer is an answer or says what is wrong, and is never our fault.
func TestMediaFieldsOfTheWrongTypeAreAnsweredInWords(t *testing.T) {
	t.Parallel()
	type request struct {
		at          host
		model, path string
		fields      map[string]any
	}
	images := map[string]any{"model": "smart", "prompt": "a fox", "n": 1, "size": "1024x1024", "quality": "high", "background": "auto", "output_format": "png", "stream": false,
		"partial_images": 0, "user": "u", "response_format": "b64_json"}
	list := []request{
		{asGemini, "gemini-2.5-flash-image", "/v1/images/generations", images}, {asVertex, "imagen-4.0-generate-001", "/v1/images/generations", images},
		{asBedrock, "amazon.nova-canvas-v1:0", "/v1/images/generations", images}, {asBedrock, "stability.stable-image-core-v1:1", "/v1/images/generations", images},
		{asGemini, "gemini-2.5-flash-image", "/v1/images/edits", map[string]any{"model": "smart", "prompt": "red", "images": []any{map[string]any{"image_url": "data:image/png;base64,AAAA"}}, "mask": nil}},
		{asGemini, "gemini-2.5-flash-preview-tts", "/v1/audio/speech", map[string]any{"model": "smart", "input": "hello", "voice": "alloy", "response_format": "wav", "instructions": "softly", "speed": 1, "stream_format": "audio"}},
		{asVertex, "text-embedding-005", "/v1/embeddings", map[string]any{"model": "smart", "input": []any{"a", "b"}, "dimensions": 256, "encoding_format": "float", "user": "u", "input_type": "search_query"}},
		{asBedrock, "cohere.embed-v4:0", "/v1/embeddings", map[string]any{"model": "smart", "input": "a", "dimensions": 256, "encoding_format": "base64", "input_type": "clustering"}},
		{asBedrock, "amazon.titan-embed-text-v2:0", "/v1beta/models/smart:embedContent", map[string]any{"model": "models/smart", "content": map[string]any{"parts": []any{map[string]any{"text": "a"}}}, "taskType": "CLUSTERING", "title": "t", "outputDimensionality": 256}},
	}
	wrong := []any{nil, true, -1, 1.5, "word", "", []any{}, []any{nil}, map[string]any{}, map[string]any{"type": 1}}
	for _, r := range list {
		h, _ := serve(t, r.at, r.model)
		send := func(fields map[string]any) (int, string) {
			b, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			resp, text := h.post(t, r.path, string(b))
			return resp.StatusCode, text
		}
		if status, text := send(r.fields); status != 200 {
			t.Errorf("%s, unspoilt: %d %s", r.model, status, text)
		}
		refused := 0
		for name := range r.fields {
			for _, bad := range wrong {
				spoilt := maps.Clone(r.fields)
				spoilt[name] = bad
				status, text := send(spoilt)
				if status != 200 && (status < 400 || status >= 500 || !strings.Contains(text, `"message"`)) {
					t.Errorf("%s, %s is %v: %d %s", r.model, name, bad, status, text)
				}
				if status != 200 {
					refused++
				}
			}
		}
		if refused < len(r.fields)*2 {
			t.Errorf("%s: only %d refused", r.model, refused)
		}
	}
}
