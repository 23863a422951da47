package openai

import (
	"errors"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// decodedMedia decodes a JSON body.
func decodedMedia(t *testing.T, op llm.Operation, body string) *llm.Call {
	t.Helper()
	call, err := (Dialect{}).Decode(llm.Ask{Operation: op, Body: []byte(body)})
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return call
}

func TestAMediaRequestSaysWhatItCanCost(t *testing.T) {
	t.Parallel()
	const picture = `"data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`
	for _, x := range []struct {
		name   string
		op     llm.Operation
		fields string
		media  int // bytes that are not text
		want   func(*llm.Call)
	}{
		{"a picture", llm.MakeImages, `"prompt":"x"`, 0, func(c *llm.Call) { c.Bound.Picture.Count = 1 }},
		{"of everything", llm.MakeImages, `"prompt":"x","n":3,"size":"1536x1024","quality":"high","stream":true,"partial_images":2,"unknown":[{}]`, 0, func(c *llm.Call) {
			c.Choices, c.Stream = 3, true
			c.Bound.Picture = llm.Picture{Count: 3, Width: 1536, Height: 1024, Quality: "high", Partials: 2}
		}},
		{"a moving one", llm.MakeImages, `"prompt":"x","output_format":"gif"`, 0, func(c *llm.Call) { c.Bound.Picture = llm.Picture{Count: 1, Frames: 9} }},
		{"of frames", llm.MakeImages, `"prompt":"x","output_format":"gif","frame_count":4`, 0, func(c *llm.Call) { c.Bound.Picture = llm.Picture{Count: 1, Frames: 4} }},
		{"a drawing, written by another model", llm.MakeImages, `"prompt":"x","svg":{"model":"gpt-5.5"}`, len(`{"model":"gpt-5.5"}`), func(c *llm.Call) { c.Bound.Picture.Count, c.Bound.Unpriced = 1, true }},
		{"of a quality that nobody prices", llm.MakeImages, `"prompt":"x","quality":"max"`, 0, func(c *llm.Call) {
			c.Bound.Picture, c.Bound.Unpriced = llm.Picture{Count: 1, Quality: "max"}, true
		}},
		{"nulls", llm.MakeImages, `"prompt":"x","n":null,"size":null,"quality":null,"stream":null,"svg":null,"partial_images":null`, 0, func(c *llm.Call) { c.Bound.Picture.Count = 1 }},
		{"pictures to edit", llm.EditImages, `"prompt":"x","images":[{"image_url":` + picture + `},{"file_id":"file-1"}],"mask":{"file_id":"file-2"}`, len(picture) + len(`[{"image_url":},{"file_id":"file-1"}]`) + len(`{"file_id":"file-2"}`), func(c *llm.Call) {
			c.Bound.Picture.Count, c.Bound.Images = 1, 3
		}},
		{"one picture to edit", llm.EditImages, `"prompt":"x","image":` + picture, len(picture), func(c *llm.Call) { c.Bound.Picture.Count, c.Bound.Images = 1, 1 }},
		{"speech", llm.Speak, `"input":"Grüße \ud83d\ude00","voice":"alloy"`, 0, func(c *llm.Call) {
			c.Stream, c.Plain, c.Bound.Characters = true, "audio/mpeg", 7
			c.Bound.Output = 1024 + 8*c.Bound.TextBytes
		}},
		{"slow speech", llm.Speak, `"input":"x","voice":{"id":"v"},"speed":0.3,"response_format":"opus","stream_format":"audio"`, 0, func(c *llm.Call) {
			c.Stream, c.Plain, c.Bound.Characters = true, "audio/ogg", 1
			c.Bound.Output = 1024 + 8*4*c.Bound.TextBytes
		}},
		{"speech in events", llm.Speak, `"input":"x","stream_format":"sse"`, 0, func(c *llm.Call) {
			c.Stream, c.Bound.Characters = true, 1
			c.Bound.Output = 1024 + 8*c.Bound.TextBytes
		}},
		{"verdicts", llm.Moderate, `"input":["a","b"]`, 0, func(*llm.Call) {}},
		{"a verdict on parts that are texts", llm.Moderate, `"input":[{"type":"text","text":"a"},{"text":"b","type":"text"}]`, 0, func(*llm.Call) {}},
		{"a verdict on a picture", llm.Moderate, `"input":[{"type":"image_url","image_url":{"url":` + picture + `}}]`, len(picture) + len(`{"type":"image_url","image_url":{"url":}}`), func(c *llm.Call) { c.Bound.Images = 1 }},
	} {
		body := `{"model":"m",` + x.fields + `}`
		want := llm.Call{Family: llm.OpenAI, Dialect: Dialect{}, Operation: x.op, Model: "m", Choices: 1, Body: []byte(body)}
		want.Bound.Messages, want.Bound.TextBytes = 1, int64(len(body)-x.media)
		x.want(&want)
		got := *decodedMedia(t, x.op, body)
		got.Spots = llm.Spots{}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", x.name, got, want)
		}
	}
	if c := decodedMedia(t, llm.Moderate, `{"input":"x"}`); c.Model != "omni-moderation-latest" {
		t.Errorf("moderations without a model ask %q", c.Model)
	}
}

// beep is a WAV file of a second and a half.
func beep() string {
	b := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"), 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0)
	b = append(b, "data\xff\xff\xff\xff"...)
	return string(append(b, make([]byte, 24_000)...))
}

func TestATranscriptionSaysWhatItCanCost(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name  string
		op    llm.Operation
		parts []string
		want  func(*llm.Call)
	}{
		{"sound", llm.Transcribe, []string{filed("file", "a.wav", beep())}, func(*llm.Call) {}},
		{"with a prompt", llm.Transcribe, []string{filed("file", "a.wav", beep()), fielded("prompt", "hello"), fielded("keywords[]", "ab")}, func(c *llm.Call) { c.Bound.TextBytes = 7 }},
		{"in chunks", llm.Transcribe, []string{filed("file", "a.wav", beep()), fielded("chunking_strategy", "auto")}, func(c *llm.Call) { c.Bound.Output += 2 * 32 }},
		{"streamed", llm.Transcribe, []string{filed("file", "a.wav", beep()), fielded("stream", "true")}, func(c *llm.Call) { c.Stream = true }},
		{"as subtitles", llm.Interpret, []string{filed("file", "a.wav", beep()), fielded("response_format", "srt")}, func(c *llm.Call) { c.Plain = "text/plain; charset=utf-8" }},
		{"with speakers' samples", llm.Transcribe, []string{filed("file", "a.wav", beep()), fielded("known_speaker_references[]", "data:,"), fielded("known_speaker_references[]", "data:,")}, func(c *llm.Call) { c.Bound.AudioSecs = 22 }},
		{"that cannot be measured", llm.Transcribe, []string{filed("file", "a.webm", "\x1aE\xdf\xa3")}, func(c *llm.Call) {
			c.Bound.AudioSecs, c.Bound.Unpriced, c.Bound.Unmeasured = 0, true, true
		}},
	} {
		body := formed(append(x.parts, fielded("model", "m"))...)
		call, err := (Dialect{}).Decode(llm.Ask{Operation: x.op, Header: http.Header{"Content-Type": {boundary}}, Body: []byte(body)})
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		want := llm.Call{Family: llm.OpenAI, Dialect: Dialect{}, Operation: x.op, Model: "m", Choices: 1, Body: []byte(body), Bound: llm.Bound{Messages: 1, AudioSecs: 2, Output: 2048}}
		x.want(&want)
		got := *call
		got.Native = nil
		if !reflect.DeepEqual(got, want) {
			got.Body, want.Body = nil, nil
			t.Errorf("%s\n got %+v\nwant %+v", x.name, got, want)
		}
	}
}

func TestABadMediaRequestIsRefusedByField(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		op                llm.Operation
		body, field, says string
	}{
		{llm.MakeImages, `[]`, "", "must be a JSON object"},
		{llm.MakeImages, `{"model":"m","prompt":"x"`, "", "byte"},
		{llm.MakeImages, `{"prompt":"x"}`, "model", "names no model"},
		{llm.MakeImages, `{"model":"","prompt":"x"}`, "model", "1 to 256"},
		{llm.MakeImages, `{"model":{},"prompt":"x"}`, "model", "single value"},
		{llm.MakeImages, `{"model":"m","prompt":["x"]}`, "prompt", "single value"},
		{llm.MakeImages, `{"model":"m","prompt":"x","n":0}`, "n", "1 to 10"},
		{llm.MakeImages, `{"model":"m","prompt":"x","n":1.5}`, "n", "1 to 10"},
		{llm.MakeImages, `{"model":"m","prompt":"x","n":99999999999999999999}`, "n", "1 to 10"},
		{llm.MakeImages, `{"model":"m","prompt":"x","size":"1024"}`, "size", "1024x1024"},
		{llm.MakeImages, `{"model":"m","prompt":"x","size":"-1x5"}`, "size", "1024x1024"},
		{llm.MakeImages, `{"model":"m","prompt":"x","size":7}`, "size", "string"},
		{llm.MakeImages, `{"model":"m","prompt":"x","stream":"yes"}`, "stream", "true or false"},
		{llm.MakeImages, `{"model":"m","prompt":"x","partial_images":4}`, "partial_images", "0 to 3"},
		{llm.MakeImages, `{"model":"m","prompt":"x","frame_count":17}`, "frame_count", "1 to 16"},
		{llm.MakeImages, `{"model":"m","prompt":"x","PROMPT":"y"}`, "PROMPT", `written "prompt"`},
		{llm.MakeImages, `{"model":"m","prompt":"x","prompt":"y"}`, "prompt", "twice"},
		{llm.EditImages, `{"model":"m","prompt":"x"}`, "image", `no "image"`},
		{llm.Speak, `{"model":"m","input":["x"]}`, "input", "must be a string"},
		{llm.Speak, `{"model":"m","input":"x","speed":"fast"}`, "speed", "0.25 to 4"},
		{llm.Speak, `{"model":"m","input":"x","speed":1e999}`, "speed", "0.25 to 4"},
		{llm.Speak, `{"model":"m","input":"x","response_format":"midi"}`, "response_format", "one of mp3"},
		{llm.Speak, `{"model":"m","input":"x","stream_format":"ws"}`, "stream_format", `"audio" or "sse"`},
		{llm.Moderate, `{"model":"m"}`, "input", `no "input"`},
		{llm.Moderate, `{"model":"m","input":[1]}`, "input", "a string"},
		{llm.Transcribe, `{"model":"m"}`, "content-type", "takes a form"},
		{llm.EditImages, `{"model":"m","prompt":"x","images":[{"image_url":"https://example.com/a.png"},{"image_url":"http://169.254.169.254/a"}]}`, "images", "private network"},
		{llm.EditImages, `{"model":"m","prompt":"x","images":[{"image_url":"https://example.com/a.png","image_url":"https://localhost/a.png"}]}`, "images", "private network"},
		{llm.EditImages, `{"model":"m","prompt":"x","image":"http://10.0.0.1/a.png"}`, "image", "private network"},
		{llm.EditImages, `{"model":"m","prompt":"x","images":[{"file_id":"f"}],"mask":{"image_url":"http://[::1]/m.png"}}`, "mask", "private network"},
		{llm.Moderate, `{"model":"m","input":[{"type":"image_url","image_url":{"url":"http://192.168.0.1/a.png"}}]}`, "input", "private network"},
	} {
		call, err := (Dialect{}).Decode(llm.Ask{Operation: x.op, Body: []byte(x.body)})
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || f.Field != x.field || !strings.Contains(f.Public, x.says) {
			t.Errorf("%s: %+v, %v", x.body, call, err)
		}
	}
}

// sample is a provider's answer from the corpus that all dialects share.
func sample(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../testdata/answers/media/openai/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestALargePictureFitsIntoOneEvent(t *testing.T) {
	t.Parallel()
	big := strings.Replace(sample(t, "image_generation-two.sse"), "BBBB", strings.Repeat("BBBB", 3<<20), 1)
	h := hear(t, NewStream(io.NopCloser(strings.NewReader(big)), &llm.Call{Operation: llm.MakeImages, Stream: true}))
	if h.kinds != "ddt" || h.forwarded != big {
		t.Errorf("%q, %d bytes, %v", h.kinds, len(h.forwarded), h.fault)
	}
}

func TestSpeechComesOutOfItsEvents(t *testing.T) {
	t.Parallel()
	spokenEvents := sample(t, "speech-sound.sse")
	for size := range len(spokenEvents) {
		r := io.MultiReader(strings.NewReader(spokenEvents[:size]), strings.NewReader(spokenEvents[size:]))
		h := hear(t, Wire{}.Unpacked(io.NopCloser(r), &llm.Call{Operation: llm.Speak, Stream: true, Plain: "audio/mpeg", Bound: llm.Bound{Characters: 11}}))
		if want := (&llm.Usage{Input: 3, Output: 40, Characters: 11}); h.forwarded != "Hello world" || !reflect.DeepEqual(h.usage, want) || !errors.Is(h.err, io.EOF) {
			t.Fatalf("cut at %d: %q %+v %v", size, h.forwarded, h.usage, h.err)
		}
	}
	for _, bad := range []string{"data: {\"audio\":\"***\"}\n\n", "data: {\"type\":\"speech.audio.done\"}\n\n"} {
		h := hear(t, Wire{}.Unpacked(io.NopCloser(strings.NewReader(bad)), &llm.Call{Operation: llm.Speak, Stream: true, Plain: "audio/mpeg"}))
		if h.fault == nil {
			t.Errorf("%s: %q %v", bad, h.kinds, h.err)
		}
	}
}

func TestBytesPassAsTheyAre(t *testing.T) {
	t.Parallel()
	call := &llm.Call{Operation: llm.Speak, Stream: true, Plain: "audio/mpeg", Bound: llm.Bound{Characters: 5}}
	sound := string([]byte{0xff, 0xfb, 0, 1, 2, '{', '"'}) + strings.Repeat("\x00\xfe", 40_000)
	h := hear(t, NewStream(io.NopCloser(strings.NewReader(sound)), call))
	if h.forwarded != sound || !strings.HasSuffix(h.kinds, "dt") || h.usage == nil || h.usage.Characters != 5 {
		t.Errorf("%d bytes, %q %+v", len(h.forwarded), h.kinds, h.usage)
	}
	for name, r := range map[string]io.Reader{"nothing": strings.NewReader(""), "half": io.MultiReader(strings.NewReader(sound[:100]), iotest.ErrReader(io.ErrUnexpectedEOF))} {
		if h := hear(t, NewStream(io.NopCloser(r), call)); !errors.Is(h.err, llm.ErrTruncated) {
			t.Errorf("%s: %q %v", name, h.kinds, h.err)
		}
	}
	if h := hear(t, NewStream(io.NopCloser(strings.NewReader("")), &llm.Call{Operation: llm.ReadFile, Stream: true, Plain: "x"})); h.kinds != "t" {
		t.Errorf("an empty file: %q %v", h.kinds, h.err)
	}
}

func TestDocumentsThatAreNoJSONOrKept(t *testing.T) {
	t.Parallel()
	if e, err := Document(&llm.Call{Operation: llm.UploadFile}, []byte(`{"object":"file","id":"file-1"}`)); err != nil || e.Kept != "file-1" {
		t.Errorf("%+v %v", e, err)
	}
	if e, err := Document(&llm.Call{Operation: llm.Transcribe, Plain: "text/plain"}, []byte("")); err != nil || e.Kind != llm.Terminal {
		t.Errorf("a transcript of silence: %v", err)
	}
}

func FuzzMediaDecode(f *testing.F) {
	f.Add(string(llm.MakeImages), `{"model":"m","prompt":"x","n":2}`)
	f.Add(string(llm.Speak), `{"model":"m","input":"x\u0041","speed":1}`)
	f.Add(string(llm.Moderate), `{"input":[{"type":"text","text":"x"}]}`)
	f.Add(string(llm.Transcribe), formed(filed("file", "a.wav", beep()), fielded("model", "m")))
	f.Fuzz(func(t *testing.T, op, body string) {
		if !llm.Operation(op).Media() {
			return
		}
		h := http.Header{}
		if strings.HasPrefix(body, "--B0") {
			h.Set("Content-Type", boundary)
		}
		call, err := (Dialect{}).Decode(llm.Ask{Operation: llm.Operation(op), Header: h, Body: []byte(body)})
		if err != nil {
			if f := fault.From(err); f.Kind != fault.Invalid {
				t.Errorf("%v", err)
			}
			return
		}
		b := call.Bound
		if call.Model == "" || call.Choices < 1 || b.TextBytes < 0 || b.Output < 0 || b.AudioSecs < 0 || b.Characters < 0 {
			t.Errorf("%+v", call)
		}
		n := 0
		for _, p := range PayloadOf(call, llm.Edit{Model: "other"}).Pieces {
			n += len(p)
		}
		if n == 0 {
			t.Error("nothing would be sent")
		}
	})
}
