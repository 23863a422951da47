package responses

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

const (
	created   = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"error\":null,\"usage\":null}}\n\n"
	piece1    = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"12345\"}\n\n"
	completed = "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"output\":[{\"type\":\"web_search_call\"}],\"usage\":{\"input_tokens\":9,\"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":3,\"output_tokens_details\":{\"reasoning_tokens\":1}}}}\n\n"
)

func drain(t *testing.T, src io.Reader) (list []llm.Event, raw string, err error) {
	t.Helper()
	s := Wire{}.Stream(io.NopCloser(src), &llm.Call{Stream: true})
	for {
		e, err := s.Next()
		if err != nil {
			return list, raw, err
		}
		raw += string(e.Raw)
		e.Raw = nil
		list = append(list, e)
	}
}

func TestAStreamPassesByteForByteAndIsReadOnTheSide(t *testing.T) {
	t.Parallel()
	all := created + ": comment\n\n" + piece1 + completed
	for name, src := range map[string]io.Reader{"at once": strings.NewReader(all), "byte by byte": iotest.OneByteReader(strings.NewReader(all))} {
		list, raw, err := drain(t, src)
		if err != io.EOF || raw != all || len(list) != 4 {
			t.Fatalf("%s: %v %d events, %q", name, err, len(list), raw)
		}
		last := list[3]
		want := llm.Usage{Input: 9, CacheRead: 4, Output: 3, Reasoning: 1, WebSearches: 1}
		if last.Kind != llm.Terminal || last.Usage == nil || *last.Usage != want || list[2].OutputBytes != 5 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func TestAStreamThatDoesNotComeToItsEndIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		body, says string
		failed     bool
	}{
		"cut":                       {created + piece1, "", false},
		"cut, with another's mark":  {created + piece1 + "data: [DONE]\n\n", "", false},
		"cut inside its last event": {created + completed[:len(completed)-30], "", false},
		"failed":                    {created + "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"broke\"}}}\n\n", "broke", true},
		"failed without a word":     {created + "data: {\"type\":\"response.failed\",\"response\":{\"error\":null}}\n\n", "not why", true},
		"an error":                  {"event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}\n\n", "slow", true},
		"an error, nested":          {"data: {\"error\":{\"message\":\"slow\",\"code\":429}}\n\n", "slow", true},
		"no JSON":                   {created + "data: {\"type\":\"response.completed\",]}\n\n", "not valid JSON", true},
		"a name that lies":          {created + "event: response.completed\ndata: {\"type\":\"response.in_progress\"}\n\n", "", false},
	} {
		list, _, err := drain(t, strings.NewReader(x.body))
		last := list[len(list)-1]
		switch {
		case x.failed && (last.Kind != llm.Failed || !strings.Contains(last.Err.Public, x.says)):
			t.Errorf("%s: %+v %v", name, last, err)
		case !x.failed && !strings.Contains(err.Error(), "truncated"):
			t.Errorf("%s: %+v %v", name, last, err)
		}
	}
}

// TestAnErrorInAStreamSaysTheProvidersCode: Codex acts on it, and only in response.failed; SDKs throw at "error".
func TestAnErrorInAStreamSaysTheProvidersCode(t *testing.T) {
	t.Parallel()
	f := dialect.Reported(&llm.Problem{Code: "context_length_exceeded", Message: "too long"}).Err
	for _, x := range []struct {
		f    *fault.Error
		code string
	}{{f, "context_length_exceeded"}, {llm.ErrTruncated, "upstream_truncated"}} {
		out := string(Dialect{}.ErrorEvent(&llm.Call{Model: "m", At: 7}, x.f, "req_1"))
		parts := strings.Split(strings.TrimSuffix(out, "\n\n"), "\n\n")
		if len(parts) != 2 || !strings.HasPrefix(parts[0], "event: error\ndata: ") || !strings.HasPrefix(parts[1], "event: response.failed\ndata: ") {
			t.Fatal(out)
		}
		var e struct {
			Type, Code string
			Error      struct{ Code, Message string }
			Response   struct {
				Status string
				Error  struct{ Code string }
			}
		}
		for _, p := range parts {
			_, data, _ := strings.Cut(p, "data: ")
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				t.Fatal(err)
			}
		}
		if e.Code != x.code || e.Error.Code != x.code || e.Response.Error.Code != x.code || e.Response.Status != "failed" || e.Error.Message != x.f.Public {
			t.Errorf("%s", out)
		}
	}
}

// TestACustomToolsCallComesBackAsOne: the provider knew the tool as one that takes an object.
func TestACustomToolsCallComesBackAsOne(t *testing.T) {
	t.Parallel()
	for _, stream := range []string{"false", "true"} {
		c, err := read(`{"model":"m","input":"hi","stream":` + stream + `,"tools":[{"type":"custom","name":"patch"},{"type":"function","name":"f"}]}`)
		if err != nil {
			t.Fatal(err)
		}
		w, out := Dialect{}.Writer(c), []byte(nil)
		for _, d := range []llm.Delta{{Kind: llm.Begin, ID: "1"}, {Kind: llm.CallBegin, ID: "c1", Name: "patch"}, {Kind: llm.CallDelta, Text: `{"input":`},
			{Kind: llm.CallDelta, Text: `"*** \n"}`}, {Kind: llm.Finish, Reason: llm.Calls}, {Kind: llm.End}} {
			if out, err = w.Write(out, &d); err != nil {
				t.Fatal(err)
			}
		}
		if s := string(out); !strings.Contains(s, `"type":"custom_tool_call"`) || !strings.Contains(s, `"input":"*** \n"`) || strings.Contains(s, "function_call") {
			t.Error(s)
		}
	}
}

// TestACustomToolsCallOutlivesAnAnswerWrittenAnew: a data rule on answers and one on timeouts have streams of this very dialect written
// anew, with what coding agents patch files by.
func TestACustomToolsCallOutlivesAnAnswerWrittenAnew(t *testing.T) {
	t.Parallel()
	const item = `{"type":"custom_tool_call","call_id":"c1","name":"patch","namespace":"files","input":"*** \"a\"\n"}`
	const search = `{"type":"tool_search_call","execution":"client","call_id":"c0","arguments":{"query":"patch"}}`
	const whole = `{"id":"resp_1","object":"response","model":"m","status":"completed","output":[` + search + `,` + item + `],"usage":{"input_tokens":9,"output_tokens":3}}`
	event := func(kind, more string) string {
		return "event: " + kind + "\ndata: {\"type\":\"" + kind + "\"," + more + "}\n\n"
	}
	events := event("response.created", `"response":{"id":"resp_1"}`) + event("response.output_item.done", `"output_index":0,"item":`+search) +
		event("response.output_item.added", `"output_index":1,"item":{"type":"custom_tool_call","call_id":"c1","name":"patch","namespace":"files","input":""}`) +
		event("response.custom_tool_call_input.delta", `"output_index":1,"delta":"*** \"a\"\n"`) + event("response.custom_tool_call_input.done", `"output_index":1,"input":"*** \"a\"\n"`) +
		event("response.output_item.done", `"output_index":1,"item":`+item) + event("response.completed", `"response":`+whole)
	for stream, body := range map[string]string{"false": whole, "true": events} {
		c, err := read(`{"model":"m","input":"hi","stream":` + stream + `,"tools":[{"type":"namespace","name":"files","tools":[{"type":"custom","name":"patch"}]}]}`)
		if err != nil {
			t.Fatal(err)
		}
		list, err := llm.Told(Wire{}, c, c.Stream, []byte(body), nil)
		if err != nil {
			t.Fatalf("stream %s: %v", stream, err)
		}
		w, out := Dialect{}.Writer(c), []byte(nil)
		for i := range list {
			if out, err = w.Write(out, &list[i]); err != nil {
				t.Fatal(err)
			}
		}
		if s := string(out); !strings.Contains(s, `"type":"custom_tool_call","status":"completed","call_id":"c1","input":"*** \"a\"\n","name":"patch","namespace":"files"`) || strings.Contains(s, "function_call") {
			t.Errorf("stream %s: %s", stream, s)
		}
	}
}

// The last event repeats the whole answer, pictures of OpenAI's own tool included.
func TestALargeAnswerFitsIntoItsLastEvent(t *testing.T) {
	t.Parallel()
	all := created + strings.Replace(completed, `{"type":"web_search_call"}`, `{"type":"image_generation_call","result":"`+strings.Repeat("AAAA", 1<<20)+`"}`, 1)
	list, raw, err := drain(t, strings.NewReader(all))
	if err != io.EOF || raw != all || len(list) != 2 || list[1].Kind != llm.Terminal || list[1].Usage == nil {
		t.Errorf("%d events, %d bytes, %v", len(list), len(raw), err)
	}
}
