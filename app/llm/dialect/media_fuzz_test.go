package dialect_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// seeds gives every file of the corpus of media with what it is about.
func seeds(f *testing.F, pattern string, add func(op llm.Operation, file string, body []byte)) {
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range list {
		if filepath.Ext(file) == ".golden" {
			continue
		}
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		op, _ := operation(file)
		add(op, file, body)
	}
}

// FuzzEveryMediaRequest: whatever an OpenAI or Google client asks about media and vectors is valid JSON for every maker that
// does it, or refused as the client's mistake.
func FuzzEveryMediaRequest(f *testing.F) {
	seeds(f, "testdata/requests/media/*", func(op llm.Operation, file string, body []byte) {
		if filepath.Ext(file) == ".form" {
			body = bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))
		}
		for i := range makers {
			f.Add(string(op), body, uint8(i))
		}
	})
	f.Fuzz(func(t *testing.T, word string, body []byte, which uint8) {
		to, op := makers[int(which)%len(makers)], llm.Operation(word)
		model, does := to.models[op]
		if !does {
			return
		}
		for _, client := range []llm.Dialect{openai.Dialect{}, gemini.Dialect{}} {
			a := llm.Ask{Operation: op, Body: bytes.Clone(body), Header: http.Header{}}
			if client.Family() == llm.Gemini {
				if a.Model = "alias"; op != llm.Embeddings {
					continue
				}
			} else if bytes.HasPrefix(body, []byte("--B0")) {
				a.Header.Set("Content-Type", "multipart/form-data; boundary=B0")
			}
			call, err := client.Decode(a)
			if err != nil {
				clients(t, err)
				continue
			}
			out, err := llm.Body(to.wire, call, llm.Edit{Model: model, DefaultOutput: 2048, Notes: &llm.Notes{}})
			if err != nil {
				clients(t, err)
			} else if call.Family != to.wire.Family() && !json.Valid(out) {
				t.Fatalf("%s: %q became %q", to.name, body, out)
			}
			if !bytes.Equal(call.Body, body) {
				t.Fatal("the client's body was changed")
			}
		}
	})
}

// FuzzEveryMediaAnswer: whatever a maker answers is an answer to the client or an error, never a panic, and its usage is
// nothing that cannot be.
func FuzzEveryMediaAnswer(f *testing.F) {
	for i, m := range makers {
		if m.name == "vertex" {
			continue
		}
		seeds(f, "testdata/answers/media/"+m.name+"/*", func(op llm.Operation, _ string, body []byte) {
			f.Add(string(op), body, uint8(i), false)
			f.Add(string(op), body, uint8(i), true)
		})
	}
	calls := map[llm.Operation]*llm.Call{}
	f.Fuzz(func(t *testing.T, word string, body []byte, which uint8, stream bool) {
		from, op := makers[int(which)%len(makers)], llm.Operation(word)
		if asking[op] == "" {
			return
		}
		if calls[op] == nil {
			calls[op] = medium(t, "testdata/requests/media/"+asking[op], false)
		}
		call := *calls[op]
		call.Stream = call.Stream || stream && op != llm.Embeddings
		e, err := from.wire.Document(&call, body)
		if err != nil {
			return
		}
		s, err := llm.Answer(from.wire, &call, llm.NewWhole(e))
		if err != nil {
			return
		}
		for n := 0; ; n++ {
			e, err := s.Next()
			if err == io.EOF && n > 0 {
				return
			}
			if err != nil || n > 3 {
				t.Fatalf("after %d events: %v", n, err)
			}
			if u := e.Usage; u != nil && (u.Input < 0 || u.Output < 0 || u.Images < 0 || u.Characters < 0 || u.OutputImage > u.Output || u.InputAudio > u.Input) {
				t.Fatalf("%+v", *u)
			}
		}
	})
}
