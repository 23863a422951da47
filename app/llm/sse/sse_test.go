package sse_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// all reads a stream to its end: what each event says, and all raw bytes.
func all(t *testing.T, src io.Reader) (said []string, raw string, err error) {
	t.Helper()
	r := sse.NewReader(src)
	for {
		e, err := r.Next()
		raw += string(e.Raw)
		if len(e.Raw) > 0 {
			said = append(said, fmt.Sprintf("%s|%s", e.Name, e.Data))
		}
		if err != nil {
			return said, raw, err
		}
	}
}

const mixed = "\xef\xbb\xbfdata: one\n\n: comment\n\nevent: x\ndata:two\nid: 7\nretry: 3\n\n\n" +
	"data: three\r\n\r\ndata: f\xc3\xbcnf\ndata: zeilen\n\nnonsense\n\ndata:  two spaces\n\ndata\n\ndata:\n\nevent: last\n\n"

const mark = "\xef\xbb\xbf"

// bare is mixed without its byte order mark, which is not handed on.
var bare = strings.TrimPrefix(mixed, mark)

func TestEventsComeAsTheyArrive(t *testing.T) {
	t.Parallel()
	want := "|one;|;x|two;|;|three;|fünf\nzeilen;|;| two spaces;|;|;last|"
	said, raw, err := all(t, strings.NewReader(mixed))
	if strings.Join(said, ";") != want || !errors.Is(err, io.EOF) {
		t.Errorf("said %q, %v", strings.Join(said, ";"), err)
	}
	if raw != bare {
		t.Errorf("bytes changed:\n%q\n%q", raw, bare)
	}
}

func TestItDoesNotMatterHowTheBytesAreCut(t *testing.T) {
	t.Parallel()
	want, _, _ := all(t, strings.NewReader(mixed))
	for i := range len(mixed) {
		got, raw, _ := all(t, io.MultiReader(strings.NewReader(mixed[:i]), strings.NewReader(mixed[i:])))
		if strings.Join(got, ";") != strings.Join(want, ";") || raw != bare {
			t.Errorf("cut at %d: %q", i, got)
		}
	}
	got, raw, _ := all(t, iotest.OneByteReader(strings.NewReader(mixed)))
	if strings.Join(got, ";") != strings.Join(want, ";") || raw != bare {
		t.Errorf("byte by byte: %q", got)
	}
}

func TestEventsMayLieAcrossBuffers(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	var want []string
	for i := range 2000 {
		said := strings.Repeat("y", i*7%300)
		want = append(want, "|"+said)
		b.WriteString("data: " + said + "\n\n")
	}
	said, raw, err := all(t, strings.NewReader(b.String()))
	if !slices.Equal(said, want) || raw != b.String() || !errors.Is(err, io.EOF) {
		t.Errorf("%d events, %v", len(said), err)
	}
}

// TestNoEventWaitsForALaterOne gives a reader exactly one event and blocks then.
func TestNoEventWaitsForALaterOne(t *testing.T) {
	t.Parallel()
	for _, event := range []string{"data: x\n\n", "data: x\r\n\r\n", ": c\n\n"} {
		src, sink := io.Pipe()
		r := sse.NewReader(src)
		go func() { _, _ = sink.Write([]byte(event)) }()
		if e, err := r.Next(); err != nil || string(e.Raw) != event { // hangs if it waits
			t.Errorf("%q, %v", e.Raw, err)
		}
		if r.Ready() {
			t.Error("ready for what never came")
		}
		_ = sink.Close()
	}
}

func TestReadyTellsWhetherAnEventIsHere(t *testing.T) {
	t.Parallel()
	r := sse.NewReader(strings.NewReader("data: 1\n\ndata: 2\n\ndata: 3\n"))
	if r.Ready() {
		t.Error("ready before anything was read")
	}
	first, _ := r.Next()
	if !r.Ready() || string(first.Raw) != "data: 1\n\n" {
		t.Errorf("not ready, or the event changed: %q", first.Raw)
	}
	if _, err := r.Next(); err != nil || r.Ready() {
		t.Errorf("half an event is no event, %v", err)
	}
	if e, err := r.Next(); !errors.Is(err, io.EOF) || string(e.Data) != "3" || string(e.Raw) != "data: 3\n" {
		t.Errorf("the rest is %q, %v", e.Raw, err)
	}
}

func TestAnEventWithoutEndIsCutOff(t *testing.T) {
	t.Parallel()
	fits := "data: " + strings.Repeat("x", sse.MaxEvent-8) + "\n\n"
	if _, raw, err := all(t, strings.NewReader("data: a\n\n"+fits)); !errors.Is(err, io.EOF) || len(raw) != len(fits)+9 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	tooLarge := "data: " + strings.Repeat("x", sse.MaxEvent-7) + "\n\n"
	if _, _, err := all(t, strings.NewReader(tooLarge)); !errors.Is(err, sse.ErrTooLarge) {
		t.Error(err)
	}
	endless := io.MultiReader(strings.NewReader("data: a\n\ndata: "), endlessly('x'))
	if _, _, err := all(t, endless); !errors.Is(err, sse.ErrTooLarge) {
		t.Error(err)
	}
	if _, _, err := all(t, io.MultiReader(strings.NewReader("data: x\n"), iotest.ErrReader(io.ErrUnexpectedEOF))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if _, _, err := all(t, lazy{}); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
}

type endlessly byte

func (b endlessly) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

type lazy struct{}

func (lazy) Read([]byte) (int, error) { return 0, nil }

func FuzzReader(f *testing.F) {
	f.Add([]byte(mixed), uint16(7))
	f.Add([]byte("data: [DONE]"), uint16(1))
	f.Fuzz(func(t *testing.T, stream []byte, cut uint16) {
		want, raw, _ := all(t, bytes.NewReader(stream))
		if raw != strings.TrimPrefix(string(stream), mark) {
			t.Fatalf("bytes changed: %q", raw)
		}
		i := min(int(cut), len(stream))
		got, raw, _ := all(t, io.MultiReader(bytes.NewReader(stream[:i]), iotest.OneByteReader(bytes.NewReader(stream[i:]))))
		if raw != strings.TrimPrefix(string(stream), mark) || strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	chunk := `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}],"usage":null,"obfuscation":"abcdefghijkl"}` + "\n\n"
	src := []byte(strings.Repeat(chunk, 1000))
	b.SetBytes(int64(len(chunk)))
	b.ReportAllocs()
	r, n := sse.NewReader(bytes.NewReader(src)), 0
	for b.Loop() {
		if n++; n == 1000 {
			r, n = sse.NewReader(bytes.NewReader(src)), 0
		}
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}
