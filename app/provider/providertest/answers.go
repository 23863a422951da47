package providertest

import (
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
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// answer is a provider's answer whose body knows whether it was closed.
type answer struct {
	*http.Response
	body *body
}

type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error { b.closed = true; return nil }

// reply makes an answer of a status, headers (lines of "Name: value") and a body.
func reply(status int, headers string, src io.Reader) answer {
	h := http.Header{}
	for line := range strings.SplitSeq(headers, "\n") {
		if k, v, ok := strings.Cut(line, ":"); ok {
			h.Add(strings.TrimSpace(k), strings.TrimSpace(v))
		}
	}
	b := &body{Reader: src}
	return answer{&http.Response{StatusCode: status, Header: h, ContentLength: -1, Body: b}, b}
}

const (
	asJSON   = "Content-Type: application/json"
	asStream = "Content-Type: text/event-stream; charset=utf-8"
)

// streams is the header of a streamed answer.
func (s *Suite) streams() string {
	if s.Events != "" {
		return "Content-Type: " + s.Events
	}
	return asStream
}

// folder gives the files below one of the suite's folders.
func (s *Suite) folder(t *testing.T, name string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(s.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string, len(files))
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(s.Dir, name, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name()] = string(b)
	}
	return out
}

// answers reads every recorded answer, whole and byte by byte, and writes what it means into one golden file.
func (s *Suite) answers(t *testing.T) {
	var out strings.Builder
	for name, text := range ordered(s.folder(t, "answers")) {
		call, kind := s.call(t, llm.Chat, s.Bodies.Asking), asJSON
		switch {
		case strings.HasPrefix(name, "embeddings"):
			call = s.call(t, llm.Embeddings, s.embeds())
		case strings.HasSuffix(name, ".events"):
			call, kind, text = s.call(t, llm.Chat, s.Bodies.Streaming), s.streams(), s.Encode(text)
		case strings.HasSuffix(name, ".sse"):
			call, kind = s.call(t, llm.Chat, s.Bodies.Streaming), asStream
		}
		said, raw := s.hear(t, reply(200, kind, strings.NewReader(text)), call)
		if slow, _ := s.hear(t, reply(200, kind, iotest.OneByteReader(strings.NewReader(text))), call); slow != said {
			t.Errorf("%s: byte by byte it says\n%s\nand at once\n%s", name, slow, said)
		}
		if strings.HasPrefix(name, "unmarked") { // its mark is ours
			before, marked := strings.CutSuffix(raw, "data: [DONE]\n\n")
			if raw = strings.TrimRight(before, "\n"); !marked {
				t.Errorf("%s: the client gets no mark", name)
			}
		}
		if !strings.HasPrefix(text, raw) {
			t.Errorf("%s: bytes changed on their way:\n%q\n%q", name, raw, text)
		}
		fmt.Fprintf(&out, "--- %s\n%s", name, said)
	}
	golden(t, filepath.Join(s.Dir, "answers.golden"), out.String())
}

// hear reads a stream to its end and tells what happened, one line for each event, and all bytes.
func (s *Suite) hear(t *testing.T, a answer, call *llm.Call) (said, raw string) {
	t.Helper()
	stream, err := s.Adapter.Response(a.Response, call)
	if err != nil {
		return "refused: " + err.Error() + "\n", ""
	}
	var out strings.Builder
	for {
		e, err := stream.Next()
		if err != nil {
			fmt.Fprintf(&out, "end: %v\n", err)
			break
		}
		raw += string(e.Raw)
		fmt.Fprintf(&out, "%s: %d bytes, %d of them generated", [...]string{"data", "usage only", "terminal", "failed"}[e.Kind], len(e.Raw), e.OutputBytes)
		if u := e.Usage; u != nil {
			fmt.Fprintf(&out, "; input %d, cached %d, output %d, reasoning %d", u.Input, u.CacheRead, u.Output, u.Reasoning)
		}
		if e.Err != nil {
			var f *provider.Failure
			if !errors.As(e.Err, &f) {
				t.Errorf("a failed event without a class: %v", e.Err)
			} else {
				fmt.Fprintf(&out, "; class %s: %s", f.Class, e.Err.Public)
			}
		}
		out.WriteByte('\n')
	}
	if err := errors.Join(stream.Close(), stream.Close()); err != nil || !a.body.closed {
		t.Errorf("after Close the body is closed: %v, %v", a.body.closed, err)
	}
	return out.String(), raw
}

func (s *Suite) models(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(s.Dir, "models.json"))
	if err != nil {
		t.Fatal(err)
	}
	a := reply(200, asJSON, strings.NewReader(string(text)))
	names, err := s.Adapter.Models(a.Response)
	if err != nil || !a.body.closed {
		t.Errorf("%v, closed %v", err, a.body.closed)
	}
	golden(t, filepath.Join(s.Dir, "models.golden"), strings.Join(names, "\n")+"\n")
	for body, want := range map[string]provider.Class{`{"error":{"message":"bad key"}}`: provider.Credential, "<html>": provider.Credential} {
		_, err := s.Adapter.Models(reply(401, asJSON, strings.NewReader(body)).Response)
		var f *provider.Failure
		if !errors.As(err, &f) || f.Class != want {
			t.Errorf("a refused look at the models: %v", err)
		}
	}
	for _, body := range []string{"", "<html>", "[]", "{}", `{"data":7}`, `{"data":[{"id":"x"}]`} {
		_, err := s.Adapter.Models(reply(200, asJSON, strings.NewReader(body)).Response)
		var f *provider.Failure
		if !errors.As(err, &f) || f.Class != provider.Garbled {
			t.Errorf("%q is a list of models: %v", body, err)
		}
	}
}
