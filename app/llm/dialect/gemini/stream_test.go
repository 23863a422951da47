package gemini_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

const (
	begin = `{"candidates":[{"content":{"parts":[{"text":"Hel\"lo"}],"role":"model"},"index":0}],"odd":"kept","responseId":"r"}`
	end   = `{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11},"responseId":"r"}`
	other = `{"candidates":[{"content":{"parts":[{"text":"B"}],"role":"model"},"index":1}],"responseId":"r"}`
	endB  = `{"candidates":[{"finishReason":"MAX_TOKENS","index":1}],"responseId":"r"}`
)

func event(data string) string { return "data: " + data + "\r\n\r\n" }

func streaming(t *testing.T, query string) *llm.Call {
	t.Helper()
	c, err := gemini.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Model: "smart", Stream: true, Query: query, Body: []byte(`{"contents":[{"parts":[{"text":"hi"}]}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// drain reads a stream to its end. last is the last event, with the last usage.
func drain(s llm.Stream) (raw string, last llm.Event, err error) {
	var b strings.Builder
	for {
		e, err := s.Next()
		if err != nil {
			return b.String(), last, err
		}
		b.Write(e.Raw)
		if e.Usage == nil {
			e.Usage = last.Usage
		} else {
			u := *e.Usage
			e.Usage = &u
		}
		last = e
	}
}

func TestAnAnswerIsWholeWhenEveryCandidateHasEnded(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		whole      bool
	}{
		{"one candidate", event(begin) + event(end), true},
		{"its end without a blank line", event(begin) + "data: " + end, true},
		{"its end, and counts after it", event(begin) + event(end) + event(`{"usageMetadata":{"promptTokenCount":9}}`), true},
		{"a blocked prompt", event(`{"promptFeedback":{"blockReason":"SAFETY"}}`), true},
		{"an end mark of another dialect", event(begin) + event(end) + "data: [DONE]\n\n", true},
		{"no end", event(begin), false},
		{"one of two", event(begin) + event(other) + event(end), false},
		{"both of two", event(begin) + event(other) + event(end) + event(endB), true},
		{"half of the end", event(begin) + "data: " + end[:40], false},
		{"nothing", "", false},
	} {
		for cut := range len(x.body) + 1 {
			src := io.MultiReader(strings.NewReader(x.body[:cut]), strings.NewReader(x.body[cut:]))
			raw, last, err := drain(gemini.Wire{}.Stream(io.NopCloser(src), streaming(t, "alt=sse")))
			if x.whole != (last.Kind == llm.Terminal && errors.Is(err, io.EOF)) || !x.whole && !errors.Is(err, llm.ErrTruncated) {
				t.Fatalf("%s, cut at %d: %+v, %v", x.name, cut, last, err)
			}
			if sent := strings.TrimSuffix(x.body, "data: [DONE]\n\n"); x.whole && strings.TrimRight(raw, "\r\n") != strings.TrimRight(sent, "\r\n") {
				t.Fatalf("%s, cut at %d: bytes changed: %q", x.name, cut, raw)
			}
		}
	}
}

func TestAStreamNobodyAskedEventsForIsAnArray(t *testing.T) {
	t.Parallel()
	raw, last, err := drain(gemini.Wire{}.Stream(io.NopCloser(strings.NewReader(event(begin)+event(end))), streaming(t, "key=x")))
	if want := "[" + begin + ",\r\n" + end + "]"; raw != want || last.Kind != llm.Terminal || !errors.Is(err, io.EOF) || last.Usage == nil || last.Usage.Output != 2 {
		t.Errorf("%q, %+v, %v", raw, last, err)
	}
}

func TestAnErrorEndsAStreamInItsFraming(t *testing.T) {
	t.Parallel()
	f := fault.New(fault.Upstream, "upstream_truncated", "It broke.")
	for _, query := range []string{"alt=sse", ""} {
		for _, body := range []string{event(begin), ""} {
			call := streaming(t, query)
			raw, _, err := drain(gemini.Wire{}.Stream(io.NopCloser(strings.NewReader(body)), call))
			if !errors.Is(err, llm.ErrTruncated) {
				t.Fatal(err)
			}
			all := string(gemini.Dialect{}.Ping(call)) + raw + string(gemini.Dialect{}.ErrorEvent(call, f, "req_1"))
			last := all[strings.LastIndex(all, `{"error"`):]
			if query == "" {
				var list []json.RawMessage
				if err := json.Unmarshal([]byte(all), &list); err != nil {
					t.Fatalf("%v: %s", err, all)
				}
				last = string(list[len(list)-1])
			}
			var v struct {
				Error struct {
					Code            int
					Message, Status string
				}
			}
			if err := json.Unmarshal([]byte(last), &v); err != nil || v.Error.Code != 502 || v.Error.Status != "UNAVAILABLE" || v.Error.Message != "It broke." {
				t.Errorf("%v: %s", err, all)
			}
		}
	}
}

// A chunk with a picture is larger than any with words.
func TestACandidateThatNobodyAskedForIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, index := range []string{"-1", "128", "4000000000"} {
		for _, client := range []llm.Dialect{openai.Dialect{}, gemini.Dialect{}} {
			body := `{"model":"m","messages":[{"role":"user","content":"hi"}]}`
			if client.Family() == llm.Gemini {
				body = `{"contents":[{"parts":[{"text":"hi"}]}]}`
			}
			call, err := client.Decode(llm.Ask{Operation: llm.Chat, Model: "m", Body: []byte(body)})
			if err != nil {
				t.Fatal(err)
			}
			call.Retold = true
			w := gemini.Wire{}
			e, err := w.Document(call, []byte(`{"candidates":[{"index":`+index+`,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}`))
			if err != nil {
				t.Fatal(err)
			}
			s, err := llm.Answer(w, call, llm.NewWhole(e))
			if err != nil {
				t.Fatal(err)
			}
			if e, err = s.Next(); err != nil || e.Kind != llm.Failed {
				t.Errorf("%s of %s: %v %q, %v", index, client.Family(), e.Kind, e.Raw, err)
			}
		}
	}
}

func TestAPictureFitsIntoOneChunk(t *testing.T) {
	t.Parallel()
	chunk := `data: {"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"` + strings.Repeat("AAAA", 1<<20) + `"}}]},"finishReason":"STOP"}]}` + "\n\n"
	s := gemini.Wire{}.Stream(io.NopCloser(strings.NewReader(chunk)), &llm.Call{Family: llm.Gemini, Stream: true})
	e, err := s.Next()
	if err != nil || e.Kind != llm.Data || string(e.Raw) != chunk {
		t.Errorf("%v, kind %d, %d bytes, %v", err, e.Kind, len(e.Raw), e.Err)
	}
	if e, err := s.Next(); err != nil || e.Kind != llm.Terminal {
		t.Errorf("%v, kind %d", err, e.Kind)
	}
}

// sourced is a chunk of a stream with what was searched for.
func sourced(index, queries, more string) string {
	return event(`{"candidates":[{"content":{"parts":[{"text":"a"}]},"groundingMetadata":{"webSearchQueries":[` + queries + `]},"index":` + index + `}]` + more + `}`)
}

func TestSearchesOfAnAnswerAreCounted(t *testing.T) {
	t.Parallel()
	const counts = `,"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2}`
	for _, x := range []struct {
		name, body string
		want       int64
	}{
		{"none", event(begin) + event(end), 0},
		{"in the last chunk", event(begin) + sourced("0", `"a","b"`, counts) + event(end), 2},
		{"repeated", sourced("0", `"a"`, counts) + sourced("0", `"a","b"`, counts) + sourced("0", `"a"`, counts) + event(end), 2},
		{"before the counts", sourced("0", `"a","b","c"`, "") + event(end), 3},
		{"after the counts", event(begin) + event(end) + sourced("0", `"a"`, ""), 1},
		{"of two candidates", sourced("0", `"a","b"`, counts) + sourced("1", `"c"`, counts) + event(end) + event(endB), 3},
		{"of a candidate that nobody asked for", event(begin) + sourced("4000000000", `"c"`, counts) + event(end), 0},
	} {
		_, last, err := drain(gemini.Wire{}.Stream(io.NopCloser(strings.NewReader(x.body)), streaming(t, "alt=sse")))
		if !errors.Is(err, io.EOF) || last.Usage == nil || last.Usage.WebSearches != x.want || last.Usage.Input != 9 {
			t.Errorf("%s: %+v, %v", x.name, last.Usage, err)
		}
	}
	whole := strings.TrimPrefix(strings.TrimSpace(sourced("0", `"a","b"`, counts)), "data: ")
	e, err := gemini.Wire{Vertex: true}.Document(streaming(t, ""), []byte(whole))
	if err != nil || e.Usage == nil || e.Usage.WebSearches != 2 {
		t.Errorf("a whole answer: %+v, %v", e.Usage, err)
	}
}
