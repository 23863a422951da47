package dialect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// How the network cuts a stream changes nothing of what passes in its own dialect.
func TestStreamsThatPassMayBeCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, in := range tongues {
		for _, file := range files(t, filepath.Join("testdata", "answers", in.name)) {
			if filepath.Ext(file) == ".json" {
				continue
			}
			t.Run(in.name+", "+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				body, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if in.frames {
					body = framed(body)
				}
				want := told(t, in, in, bytes.NewReader(body), body, true)
				for i := range body {
					if got := told(t, in, in, io.MultiReader(bytes.NewReader(body[:i]), bytes.NewReader(body[i:])), body, true); got != want {
						t.Fatalf("cut at %d it says\n%s\nwhole\n%s", i, got, want)
					}
				}
			})
		}
	}
}

// FuzzEveryAnswer: whatever a provider of one dialect streams, a client of any dialect gets the same however the network cuts
// it, and nothing panics.
func FuzzEveryAnswer(f *testing.F) {
	for i, in := range tongues {
		list, _ := filepath.Glob(filepath.Join("testdata", "answers", in.name, "*"))
		for j, file := range list {
			if ext := filepath.Ext(file); ext != ".sse" && ext != ".events" {
				continue
			}
			body, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if in.frames {
				body = framed(body)
			}
			f.Add(body, uint8(i), uint8(i+j), uint16(len(body)/2))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, a, b uint8, at uint16) {
		from, to := tongues[int(a)%len(tongues)], tongues[int(b)%len(tongues)]
		cut := min(int(at), len(body))
		whole := told(t, from, to, bytes.NewReader(body), body, true)
		if got := told(t, from, to, io.MultiReader(bytes.NewReader(body[:cut]), bytes.NewReader(body[cut:])), body, true); got != whole {
			t.Fatalf("%s to %s, cut at %d:\n%s\nwhole:\n%s", from.name, to.name, cut, got, whole)
		}
	})
}

// FuzzEveryRequest: whatever a client of one dialect asks is valid JSON for a provider of any dialect, or refused as the
// client's mistake, by each policy for what that provider does not have.
func FuzzEveryRequest(f *testing.F) {
	for i, in := range tongues {
		list, _ := filepath.Glob(filepath.Join("testdata", "requests", in.name, "*.json"))
		for j, file := range list {
			body, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body, uint8(i), uint8(i+j))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, a, b uint8) {
		from, to := tongues[int(a)%len(tongues)], tongues[int(b)%len(tongues)]
		ask := llm.Ask{Operation: llm.Chat, Body: bytes.Clone(body)}
		if from.inPath {
			ask.Model = "alias"
		}
		call, err := from.client.Decode(ask)
		if err != nil {
			clients(t, err)
			return
		}
		for _, p := range []llm.Unsupported{llm.Warn, llm.Reject} {
			out, err := llm.Body(to.wire, call, llm.Edit{Model: "upstream", MaxOutput: 7, Notes: &llm.Notes{Policy: p}})
			if err != nil {
				clients(t, err)
				continue
			}
			if !json.Valid(out) {
				t.Fatalf("%s to %s: %q became %q", from.name, to.name, body, out)
			}
		}
		if !bytes.Equal(call.Body, body) {
			t.Fatal("the client's body was changed")
		}
	})
}

func clients(t *testing.T, err error) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || strings.TrimSpace(f.Public) == "" {
		t.Fatalf("not the client's error: %v", err)
	}
}
