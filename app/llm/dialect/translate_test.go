package dialect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
)

var update = flag.Bool("update", false, "rewrite golden files")

// tongue is one dialect under test: a row for each. A new dialect is a row here and files in testdata.
type tongue struct {
	name    string
	client  llm.Dialect
	wire    llm.Wire
	ask     string // a plain question, to answer with recorded answers
	streams string // the same, streamed
	// inPath says that the path names the model and asks for a stream; bodies with streamed in front of them are asked so.
	inPath bool
	// frames says that streams are binary: testdata and golden files hold their events, a line for each.
	frames bool
}

const streamed = "alt=sse"

var tongues = []tongue{
	{"openai", openai.Dialect{}, openai.Wire{}, `{"model":"alias","messages":[{"role":"user","content":"hi"}]}`,
		`{"model":"alias","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}`, false, false},
	{"anthropic", anthropic.Dialect{}, anthropic.Wire{}, `{"model":"alias","max_tokens":500,"messages":[{"role":"user","content":"hi"}]}`,
		`{"model":"alias","max_tokens":500,"messages":[{"role":"user","content":"hi"}],"stream":true}`, false, false},
	{"gemini", gemini.Dialect{}, gemini.Wire{}, `{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"thinkingConfig":{"includeThoughts":true}}}`,
		streamed + `{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"thinkingConfig":{"includeThoughts":true}}}`, true, false},
	{"bedrock", bedrock.Dialect{}, bedrock.Wire{}, `{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":500}}`,
		streamed + `{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":500}}`, true, true},
	{"responses", responses.Dialect{}, responses.Wire{}, `{"model":"alias","input":"hi"}`, `{"model":"alias","input":"hi","stream":true}`, false, false},
}

// framed makes frames of lines "event NAME JSON".
func framed(lines []byte) []byte {
	var out []byte
	for line := range bytes.Lines(lines) {
		parts := strings.SplitN(string(bytes.TrimSpace(line)), " ", 3)
		out = bedrock.AppendFrame(out, parts[0], parts[1], []byte(parts[2]))
	}
	return out
}

// lines is the way back.
func lines(t *testing.T, frames string) string {
	t.Helper()
	var out strings.Builder
	d := eventstream.NewDecoder()
	for in := strings.NewReader(frames); in.Len() > 0; {
		m, err := d.Decode(in, nil) // AWS's own reader
		if err != nil {
			t.Fatal(err)
		}
		kind := m.Headers.Get(eventstreamapi.MessageTypeHeader).String()
		fmt.Fprintf(&out, "%s %s %s\n", kind, m.Headers.Get(":"+kind+"-type"), m.Payload)
	}
	return out.String()
}

func decoded(t *testing.T, in tongue, body string) *llm.Call {
	t.Helper()
	a := llm.Ask{Operation: llm.Chat, Body: []byte(body), At: 1767225600}
	if in.inPath {
		body, a.Stream = strings.CutPrefix(body, streamed)
		a.Model, a.Body, a.Query = "alias", []byte(body), streamed
	}
	call, err := in.client.Decode(a)
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return call
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	var out []string
	for _, f := range list {
		if filepath.Ext(f) != ".golden" {
			out = append(out, f)
		}
	}
	return out
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); look at it and run with -update. Got:\n%s", path, err, got)
	}
}

// TestRequestsAreTranslatedAsRecorded renders every request in testdata/requests/<dialect> in every other dialect. The
// golden file holds the body as the provider gets it, and what the client is warned of.
func TestRequestsAreTranslatedAsRecorded(t *testing.T) {
	t.Parallel()
	for _, from := range tongues {
		for _, file := range files(t, filepath.Join("testdata", "requests", from.name)) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range tongues {
				if to.name == from.name {
					continue
				}
				t.Run(from.name+" to "+to.name+", "+filepath.Base(file), func(t *testing.T) {
					t.Parallel()
					golden(t, strings.TrimSuffix(file, ".json")+"."+to.name+".golden", rendered(t, from, to, string(body)))
				})
			}
		}
	}
}

func rendered(t *testing.T, from, to tongue, body string) string {
	notes := &llm.Notes{}
	out, err := llm.Body(to.wire, decoded(t, from, body), llm.Edit{Model: "upstream", DefaultOutput: 8192, Notes: notes})
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	var b bytes.Buffer
	for _, w := range notes.Warnings() {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	if err := json.Indent(&b, out, "", "  "); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return b.String() + "\n"
}

// TestLabelsAreNotLostInSilence: under the strictest policy a request with some is refused wherever they cannot go.
func TestLabelsAreNotLostInSilence(t *testing.T) {
	t.Parallel()
	for _, to := range tongues {
		for _, policy := range []llm.Unsupported{llm.Warn, llm.Reject} {
			c := &llm.Conversation{Metadata: []byte(`{"run":"7"}`)}
			c.Add(llm.User, llm.Part{Text: "hi"})
			notes := &llm.Notes{Policy: policy}
			out, err := to.wire.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: "m", Notes: notes})
			if err != nil || len(notes.Warnings()) > 0 != (policy == llm.Warn) || (notes.Err() != nil) != (policy == llm.Reject) {
				t.Errorf("%s, %s: %s, %v, %v, %v", to.name, policy, out, notes.Warnings(), notes.Err(), err)
			}
		}
	}
}

// TestAnswersAreTranslatedAsRecorded reads every answer in testdata/answers/<dialect> and writes it in every other
// dialect, at once and cut at every byte: what the client gets must not depend on how the network cuts.
func TestAnswersAreTranslatedAsRecorded(t *testing.T) {
	t.Parallel()
	for _, from := range tongues {
		for _, file := range files(t, filepath.Join("testdata", "answers", from.name)) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if from.frames && filepath.Ext(file) != ".json" {
				body = framed(body)
			}
			for _, to := range tongues {
				if to.name == from.name {
					continue
				}
				t.Run(from.name+" to "+to.name+", "+filepath.Base(file), func(t *testing.T) {
					t.Parallel()
					streams := filepath.Ext(file) != ".json"
					want := told(t, from, to, bytes.NewReader(body), body, streams)
					golden(t, file+"."+to.name+".golden", want)
					if !streams {
						return
					}
					if got := told(t, from, to, iotest.OneByteReader(bytes.NewReader(body)), body, true); got != want {
						t.Errorf("byte by byte it says\n%s", got)
					}
					for i := range body {
						if got := told(t, from, to, io.MultiReader(bytes.NewReader(body[:i]), bytes.NewReader(body[i:])), body, true); got != want {
							t.Fatalf("cut at %d it says\n%s", i, got)
						}
					}
				})
			}
		}
	}
}

// told is what the client gets, and what the gateway learns.
func told(t *testing.T, from, to tongue, src io.Reader, body []byte, streams bool) string {
	t.Helper()
	ask := to.ask
	if streams {
		ask = to.streams
	}
	call := decoded(t, to, ask)
	var own llm.Stream
	if streams {
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
	for {
		e, err := s.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Fprintf(&out, "broken: %v\n", err)
			}
			break
		}
		raw.Write(e.Raw)
		if e.Usage != nil && !e.Running {
			fmt.Fprintf(&out, "usage: %+v\n", *e.Usage)
		}
		if e.Kind == llm.Terminal {
			out.WriteString("complete\n")
		}
		if e.Err != nil {
			fmt.Fprintf(&out, "failed: %s\n", e.Err.Public)
		}
	}
	if to.frames && streams {
		return out.String() + "\n" + lines(t, raw.String())
	}
	return out.String() + "\n" + raw.String()
}
