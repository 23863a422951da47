package dialect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// maker is a provider's way to be asked for something else than text: a row for each, and files in testdata/*/media.
type maker struct {
	name   string
	wire   llm.Wire
	models map[llm.Operation]string // what it is asked for, and of which model
}

var heard = int64(7) // what a header counts

var makers = []maker{
	{"openai", openai.Wire{}, nil}, // its bytes pass; only answers are read
	{"gemini", gemini.Wire{}, map[llm.Operation]string{llm.MakeImages: "gemini-2.5-flash-image", llm.EditImages: "gemini-3-pro-image", llm.Speak: "gemini-2.5-flash-preview-tts",
		llm.Transcribe: "gemini-2.5-flash", llm.Interpret: "gemini-3-pro", llm.Embeddings: "gemini-embedding-001"}},
	{"vertex", gemini.Wire{Vertex: true}, map[llm.Operation]string{llm.MakeImages: "gemini-3-pro-image"}},
	{"imagen", gemini.Predict{}, map[llm.Operation]string{llm.MakeImages: "imagen-4.0-generate-001"}},
	{"predict", gemini.Predict{}, map[llm.Operation]string{llm.Embeddings: "text-embedding-005"}},
	{"content", gemini.Content{}, map[llm.Operation]string{llm.Embeddings: "gemini-embedding-2"}},
	{"canvas", bedrock.Maker{}, map[llm.Operation]string{llm.MakeImages: "amazon.nova-canvas-v1:0"}},
	{"stability", bedrock.Maker{}, map[llm.Operation]string{llm.MakeImages: "stability.stable-image-core-v1:1"}},
	{"titan", bedrock.Maker{}, map[llm.Operation]string{llm.Embeddings: "amazon.titan-embed-text-v2:0"}},
	{"cohere", bedrock.Maker{Tokens: &heard}, map[llm.Operation]string{llm.Embeddings: "cohere.embed-v4:0"}},
}

// operation is what a file is about: its name begins with it. Requests of Google's clients have "google-" in front.
func operation(file string) (op llm.Operation, google bool) {
	name, google := strings.CutPrefix(filepath.Base(file), "google-")
	word, _, _ := strings.Cut(name, "-")
	return llm.Operation(word), google
}

// medium decodes a request; forms stand in their files with plain line ends.
func medium(t *testing.T, file string, stream bool) *llm.Call {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	op, google := operation(file)
	a := llm.Ask{Operation: op, Body: body, At: 1767225600, Header: http.Header{}}
	var client llm.Dialect = openai.Dialect{}
	switch {
	case google:
		client, a.Model = gemini.Dialect{}, "alias"
	case filepath.Ext(file) == ".form":
		a.Body = bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))
		a.Header.Set("Content-Type", "multipart/form-data; boundary=B0")
	}
	call, err := client.Decode(a)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	call.Stream = call.Stream || stream
	return call
}

// TestMediaAreAskedForAsRecorded writes every request in testdata/requests/media for every maker that does it.
func TestMediaAreAskedForAsRecorded(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, "testdata/requests/media") {
		op, _ := operation(file)
		for _, to := range makers {
			model, does := to.models[op]
			if !does {
				continue
			}
			t.Run(to.name+", "+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				call := medium(t, file, false)
				if call.Family == to.wire.Family() {
					return // bytes pass
				}
				notes := &llm.Notes{}
				var b bytes.Buffer
				out, err := llm.Body(to.wire, call, llm.Edit{Model: model, DefaultOutput: 2048, Notes: notes})
				for _, w := range notes.Warnings() {
					fmt.Fprintf(&b, "warning: %s\n", w)
				}
				if err != nil {
					fmt.Fprintf(&b, "refused: %v", err)
				} else if err := json.Indent(&b, out, "", "  "); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				golden(t, strings.TrimSuffix(file, filepath.Ext(file))+"."+to.name+".golden", b.String()+"\n")
			})
		}
	}
}

// asking are the questions behind recorded answers.
var asking = map[llm.Operation]string{
	llm.MakeImages: "image_generation-plain.json", llm.EditImages: "image_edit-data.json", llm.Speak: "speech-wav.json",
	llm.Transcribe: "transcription-plain.form", llm.Embeddings: "embeddings-two.json",
}

// TestMediaAreAnsweredAsRecorded reads every answer in testdata/answers/media/<maker> as an OpenAI client is told of it, whole
// and in a stream; OpenAI's own streams are cut at every byte.
func TestMediaAreAnsweredAsRecorded(t *testing.T) {
	t.Parallel()
	for _, from := range makers {
		if from.name == "vertex" { // answers as AI Studio does
			continue
		}
		for _, file := range files(t, filepath.Join("testdata", "answers", "media", from.name)) {
			t.Run(from.name+", "+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				body, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if filepath.Ext(file) == ".sse" {
					want := said(t, from, file, bytes.NewReader(body), nil, true)
					golden(t, file+".golden", want)
					if got := said(t, from, file, iotest.OneByteReader(bytes.NewReader(body)), nil, true); got != want {
						t.Errorf("byte by byte it says\n%s", got)
					}
					for i := range body {
						if got := said(t, from, file, io.MultiReader(bytes.NewReader(body[:i]), bytes.NewReader(body[i:])), nil, true); got != want {
							t.Fatalf("cut at %d it says\n%s", i, got)
						}
					}
					return
				}
				want := said(t, from, file, nil, body, false)
				if op, _ := operation(file); from.name != "openai" && op != llm.Embeddings {
					want += "\n--- in a stream\n" + said(t, from, file, nil, body, true)
				}
				golden(t, file+".golden", want)
			})
		}
	}
}

// said is what the client gets, and what the gateway learns.
func said(t *testing.T, from maker, file string, src io.Reader, body []byte, stream bool) string {
	t.Helper()
	op, _ := operation(file)
	call := &llm.Call{Family: llm.OpenAI, Dialect: openai.Dialect{}, Operation: op, Stream: stream} // verdicts have no question here
	if name := asking[op]; name != "" {
		call = medium(t, "testdata/requests/media/"+name, stream)
		if op == llm.Speak && src != nil {
			call.Plain = ""
		}
	}
	var own llm.Stream
	if src != nil {
		own = from.wire.Stream(io.NopCloser(src), call)
	} else {
		e, err := from.wire.Document(call, body)
		if err != nil {
			return "no answer: " + err.Error() + "\n"
		}
		own = llm.NewWhole(e)
	}
	s, err := llm.Answer(from.wire, call, own)
	if err != nil {
		t.Fatal(err)
	}
	var out, raw strings.Builder
	generated := 0
	for {
		e, err := s.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Fprintf(&out, "broken: %v\n", err)
			}
			break
		}
		raw.Write(e.Raw)
		generated += e.OutputBytes
		if e.Usage != nil {
			fmt.Fprintf(&out, "usage: %+v\n", *e.Usage)
		}
		if e.Kind == llm.Terminal {
			out.WriteString("complete\n")
		}
		if e.Err != nil {
			fmt.Fprintf(&out, "failed: %s\n", e.Err.Public)
		}
	}
	if generated > 0 {
		fmt.Fprintf(&out, "generated: %d bytes\n", generated)
	}
	text := raw.String()
	if call.Operation == llm.Speak && call.Plain != "" {
		text = fmt.Sprintf("%q\n", text)
	}
	return out.String() + "\n" + text
}
