package openai

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

func open(src io.Reader, wantsUsage bool) llm.Stream {
	return NewStream(io.NopCloser(src), &llm.Call{Stream: true, WantsUsage: wantsUsage})
}

// told is what a client and the ledger learn from a stream.
type told struct {
	forwarded string // bytes that the client gets
	kinds     string // one letter for each event: data, usage only, terminal, failed
	usage     *llm.Usage
	bytes     int
	fault     *fault.Error
	err       error
}

func hear(t *testing.T, s llm.Stream) (h told) {
	t.Helper()
	for range 20_000 {
		e, err := s.Next()
		if err != nil {
			h.err = err
			if _, again := s.Next(); !errors.Is(again, err) {
				t.Errorf("after %v came %v", err, again)
			}
			return h
		}
		h.kinds += string("dutf"[e.Kind])
		if e.Usage != nil {
			u := *e.Usage
			h.usage = &u
		}
		h.bytes += e.OutputBytes
		if e.Kind != llm.UsageOnly {
			h.forwarded += string(e.Raw)
		}
		if e.Kind == llm.Failed {
			h.fault = e.Err
		}
	}
	t.Fatal("the stream never ends")
	return h
}

func chip(content string) string {
	return `data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"` + content + `"},"finish_reason":null}],"usage":null}` + "\n\n"
}

const (
	usageChunk = `data: {"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":2}}}` + "\n\n"
	mark       = "data: [DONE]\n\n"
)

var nine = llm.Usage{Input: 9, CacheRead: 2, Output: 4}

func TestAStreamPassesByteForByte(t *testing.T) {
	t.Parallel()
	body := chip("Hel") + ": comment\n\n" + strings.ReplaceAll(chip("lo"), "\n", "\r\n") + "event: x\nid: 1\ndata: {\"new\":true}\n\n" + chip("") + usageChunk + mark
	asked := hear(t, open(strings.NewReader(body), true))
	if asked.forwarded != body || asked.kinds != "ddddddt" || *asked.usage != nine || asked.bytes != 5 || !errors.Is(asked.err, io.EOF) {
		t.Errorf("%+v", asked)
	}
	silent := hear(t, open(strings.NewReader(body), false))
	if silent.forwarded != strings.Replace(body, usageChunk, "", 1) || silent.kinds != "dddddut" || *silent.usage != nine {
		t.Errorf("%+v", silent)
	}
}

func TestAStreamIsTheSameHoweverItIsCut(t *testing.T) {
	t.Parallel()
	body := "\xef\xbb\xbf" + chip("über") + strings.ReplaceAll(chip("漢字\\n"), "\n", "\r\n") + ": c\n\n" + usageChunk + mark
	want := hear(t, open(strings.NewReader(body), false))
	if want.kinds != "dddut" || want.bytes != 5+8 {
		t.Fatalf("%+v", want)
	}
	for i := range len(body) {
		got := hear(t, open(io.MultiReader(strings.NewReader(body[:i]), strings.NewReader(body[i:])), false))
		if got.forwarded != want.forwarded || got.kinds != want.kinds || *got.usage != *want.usage || got.bytes != want.bytes {
			t.Fatalf("cut at %d: %+v", i, got)
		}
	}
	if got := hear(t, open(iotest.OneByteReader(strings.NewReader(body)), false)); got.forwarded != want.forwarded {
		t.Errorf("byte by byte: %+v", got)
	}
}

func TestAStreamEndsAsItShould(t *testing.T) {
	t.Parallel()
	long := `data: {"choices":[{"delta":{"content":"` + strings.Repeat("x", 1<<20) + `"}}]}` + "\n\n"
	for _, x := range []struct {
		name, body, kinds string
		says              string // in the fault, if it fails
		truncated         bool
	}{
		{"with its mark", chip("a") + mark, "dt", "", false},
		{"with a mark whose blank line is missing", chip("a") + "data: [DONE]", "dt", "", false},
		{"with a mark without a space", chip("a") + "data:[DONE]\n\n", "dt", "", false},
		{"with something behind the mark", chip("a") + mark + chip("b"), "dt", "", false},
		{"without its mark", chip("a"), "d", "", true},
		{"in the middle of an event", chip("a") + "data: {\"cho", "d", "", true},
		{"at once", "", "", "", true},
		{"with an error", chip("a") + `data: {"error":{"message":"Overloaded, org-abc123def","type":"server_error","code":503}}` + "\n\n" + mark, "df", "Overloaded, [redacted]", false},
		{"with an error by its event's name", chip("a") + "event: error\ndata: {\"message\":\"no\",\"code\":1}\n\n", "df", "no", false},
		{"with an error as a sentence", `data: {"error":"it broke"}` + "\n\n", "f", "it broke", false},
		{"not with a null error", `data: {"error":null,"choices":[]}` + "\n\n" + mark, "dt", "", false},
		{"with broken JSON in a delta", chip("a") + `data: {"choices":[{"delta":{"content":"a}}]}` + "\n\n", "df", "not valid JSON", false},
		{"with broken JSON around usage", chip("a") + `data: {"usage":{"prompt_tokens":1,}}` + "\n\n", "df", "not valid JSON", false},
		{"with half an object", chip("a") + `data: {"choices":[` + "\n\n", "df", "not JSON", false},
		{"with a page", "<html>\n\ndata: <html>\n\n", "df", "not JSON", false},
		{"with an event without end", long + chip("b") + mark, "f", "larger than 1 MiB", false},
		{"with a flood of comments", strings.Repeat(":\n\n", dialect.MaxIdle+1), strings.Repeat("d", dialect.MaxIdle) + "f", "empty events", false},
		{"with many comments between data", strings.Repeat(strings.Repeat(":\n\n", dialect.MaxIdle/2)+chip("a"), 3) + mark, strings.Repeat(strings.Repeat("d", dialect.MaxIdle/2)+"d", 3) + "t", "", false},
		{"with a flood of empty data", strings.Repeat("data:\n\n", dialect.MaxIdle+1), strings.Repeat("u", dialect.MaxIdle) + "f", "empty events", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			h := hear(t, open(strings.NewReader(x.body), false))
			if h.kinds != x.kinds || errors.Is(h.err, llm.ErrTruncated) != x.truncated || !x.truncated && !errors.Is(h.err, io.EOF) {
				t.Errorf("kinds %.20s, error %v", h.kinds, h.err)
			}
			if (h.fault != nil) != (x.says != "") || h.fault != nil && (!strings.Contains(h.fault.Public, x.says) || h.fault.Kind != fault.Upstream) {
				t.Errorf("fault %v", h.fault)
			}
			if strings.HasSuffix(h.kinds, "t") && !strings.HasSuffix(h.forwarded, "\n\n") {
				t.Errorf("the mark is not complete: %q", h.forwarded)
			}
		})
	}
}

func TestAReadErrorIsATruncationWithItsCause(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset by peer")
	h := hear(t, open(io.MultiReader(strings.NewReader(chip("a")), iotest.ErrReader(reset)), false))
	if h.kinds != "d" || !errors.Is(h.err, llm.ErrTruncated) || !errors.Is(h.err, reset) || fault.From(h.err).Code != "upstream_truncated" {
		t.Errorf("%+v", h)
	}
}

func TestUsageIsReadAsReported(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, usage string
		want        *llm.Usage // nil: not to be believed
	}{
		{"plain", `{"prompt_tokens":9,"completion_tokens":4}`, &llm.Usage{Input: 9, Output: 4}},
		{"zero", `{"prompt_tokens":0,"completion_tokens":0}`, &llm.Usage{}},
		{"in detail", `{"prompt_tokens":90,"completion_tokens":40,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":20,"audio_tokens":30,"text_tokens":60},"completion_tokens_details":{"reasoning_tokens":10,"audio_tokens":5,"accepted_prediction_tokens":0}}`, &llm.Usage{Input: 90, CacheRead: 20, InputAudio: 30, Output: 40, Reasoning: 10, OutputAudio: 5}},
		{"details that are null", `{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":null,"completion_tokens_details":{"reasoning_tokens":null}}`, &llm.Usage{Input: 9, Output: 4}},
		{"of an embedding", `{"prompt_tokens":9,"total_tokens":9}`, &llm.Usage{Input: 9}},
		{"reasoning beside the output", `{"prompt_tokens":9,"completion_tokens":4,"total_tokens":113,"completion_tokens_details":{"reasoning_tokens":100}}`, &llm.Usage{Input: 9, Output: 104, Reasoning: 100}},
		{"in another order with unknown fields", `{"cost":0.1,"completion_tokens":4,"x":{"y":[1]},"prompt_tokens":9}`, &llm.Usage{Input: 9, Output: 4}},
		{"negative", `{"prompt_tokens":-1,"completion_tokens":4}`, nil},
		{"with a point", `{"prompt_tokens":9.5,"completion_tokens":4}`, nil},
		{"beyond counting", `{"prompt_tokens":9223372036854775808,"completion_tokens":4}`, nil},
		{"absurd", `{"prompt_tokens":1099511627777,"completion_tokens":4}`, nil},
		{"in words", `{"prompt_tokens":"9","completion_tokens":4}`, nil},
		{"without the prompt", `{"completion_tokens":4}`, nil},
		{"of nothing", `{}`, nil},
		{"no object", `[9,4]`, nil},
		{"more cached than there was", `{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":10}}`, nil},
		{"more reasoned than put out", `{"prompt_tokens":9,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":5}}`, nil},
		{"bad details", `{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":-1}}`, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			h := hear(t, open(strings.NewReader(chip("a")+`data: {"choices":[],"usage": `+x.usage+"}\n\n"+mark), false))
			if h.kinds != "dut" || (h.usage == nil) != (x.want == nil) || x.want != nil && *h.usage != *x.want {
				t.Errorf("%s: %+v", h.kinds, h.usage)
			}
		})
	}
}

func TestTheLastUsageWins(t *testing.T) {
	t.Parallel()
	running := func(out int) string {
		return fmt.Sprintf(`data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":9,"completion_tokens":%d}}`, out) + "\n\n"
	}
	h := hear(t, open(strings.NewReader(running(1)+running(2)+running(7)+running(5)+mark), false))
	if h.kinds != "ddddt" || h.usage.Output != 5 {
		t.Errorf("%s %+v", h.kinds, h.usage)
	}
}

func TestGeneratedTextIsCountedWhereverItIs(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]int{
		`{"choices":[{"delta":{"role":"assistant","content":""}}]}`:                                                                        0,
		`{"choices":[{"delta":{"content":"four"}}]}`:                                                                                       4,
		`{"choices":[{"delta":{"content":"a\nb"}}]}`:                                                                                       4, // as it stands: not too few
		`{"choices":[{"delta":{"reasoning_content":"abc","content":null}}]}`:                                                               3,
		`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}}]}`: 2 + 8 + 1 + 9,
		`{"choices":[{"delta":{"content":"ab"}},{"index":1,"delta":{"content":"cd"}}]}`:                                                    4,
		`{"object":"ping"}`: 0,
	} {
		if n, ok := deltas([]byte(payload)); n != want || !ok {
			t.Errorf("%s: %d, %v; want %d", payload, n, ok, want)
		}
	}
}

func TestWhatTheClientGetsIsValid(t *testing.T) {
	t.Parallel()
	h := hear(t, open(strings.NewReader("data: {\"x\":\"a\xffb\x00c\"}\n\n"+mark), false))
	if h.forwarded != "data: {\"x\":\"a\uFFFDb\uFFFDc\"}\n\n"+mark {
		t.Errorf("%q", h.forwarded)
	}
}

// endless is a body whose reads block until it is closed, once its bytes are gone.
type endless struct {
	io.Reader
	once   sync.Once
	closed chan struct{}
}

func (b *endless) Read(p []byte) (int, error) {
	if n, err := b.Reader.Read(p); err == nil {
		return n, nil
	}
	<-b.closed
	return 0, errors.New("read on closed body")
}

func (b *endless) Close() error { b.once.Do(func() { close(b.closed) }); return nil }

func TestCloseWaitsOnlyAMomentForTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &endless{Reader: bytes.NewReader([]byte(mark)), closed: make(chan struct{})}
		s := NewStream(b, &llm.Call{})
		if e, err := s.Next(); err != nil || e.Kind != llm.Terminal {
			t.Fatal(e, err)
		}
		_ = s.Close() // hangs forever if it waits for the body alone
		_ = s.Close()
	})
}

func TestCloseWakesAReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &endless{Reader: bytes.NewReader(nil), closed: make(chan struct{})}
		s := NewStream(b, &llm.Call{})
		done := make(chan error)
		go func() { _, err := s.Next(); done <- err }()
		synctest.Wait()
		_ = s.Close()
		if err := <-done; !errors.Is(err, llm.ErrTruncated) {
			t.Error(err)
		}
	})
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(chip("a")+usageChunk+mark), uint16(20))
	f.Add([]byte("data: {\"error\":{}}\n\n"), uint16(3))
	f.Add([]byte("data: {\"choices\":[{\"delta\":{\"content\":\"\\ud800\"}}]}\r\n\r\ndata: [DONE]"), uint16(1))
	f.Fuzz(func(t *testing.T, stream []byte, cut uint16) {
		want := hear(t, open(bytes.NewReader(stream), false))
		i := min(int(cut), len(stream))
		got := hear(t, open(io.MultiReader(bytes.NewReader(stream[:i]), iotest.OneByteReader(bytes.NewReader(stream[i:]))), false))
		if got.forwarded != want.forwarded || got.kinds != want.kinds || got.bytes != want.bytes || (got.usage == nil) != (want.usage == nil) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	})
}

// Where messages may hold pictures an event may be as large as one.
func TestAPictureFitsIntoOneChunkWhereThereAreSome(t *testing.T) {
	t.Parallel()
	chunk := `data: {"choices":[{"delta":{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,` + strings.Repeat("AAAA", 1<<20) + `"}}]}}]}` + "\n\n"
	for _, w := range []Wire{{Quirks: Quirks{Pictures: true}}, {}} {
		e, err := w.Stream(io.NopCloser(strings.NewReader(chunk+"data: [DONE]\n\n")), &llm.Call{Stream: true}).Next()
		if err != nil || (e.Kind == llm.Data) != w.Quirks.Pictures {
			t.Errorf("%+v: kind %d, %v", w.Quirks, e.Kind, err)
		}
	}
}
