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

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
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
}

var tongues = []tongue{
	{"openai", openai.Dialect{}, openai.Wire{}, `{"model":"alias","messages":[{"role":"user","content":"hi"}]}`,
		`{"model":"alias","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}`},
	{"anthropic", anthropic.Dialect{}, anthropic.Wire{}, `{"model":"alias","max_tokens":500,"messages":[{"role":"user","content":"hi"}]}`,
		`{"model":"alias","max_tokens":500,"messages":[{"role":"user","content":"hi"}],"stream":true}`},
	{"responses", responses.Dialect{}, responses.Wire{}, `{"model":"alias","input":"hi"}`, `{"model":"alias","input":"hi","stream":true}`},
}

func decoded(t *testing.T, d llm.Dialect, body string) *llm.Call {
	t.Helper()
	call, err := d.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body), At: 1767225600})
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
	out, err := llm.Body(to.wire, decoded(t, from.client, body), llm.Edit{Model: "upstream", DefaultOutput: 8192, Notes: notes})
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
	call := decoded(t, to.client, ask)
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
	return out.String() + "\n" + raw.String()
}
