package responses

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// view is what policy reads of a request, as a second parser sees it: one that takes the last of two keys and ignores their
// case, exactly the reader that a request must not deceive.
type view struct {
	Model  *string         `json:"model"`
	Stream *bool           `json:"stream"`
	Store  *bool           `json:"store"`
	Max    *int64          `json:"max_output_tokens"`
	Input  json.RawMessage `json:"input"`
	Prev   *string         `json:"previous_response_id"`
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func agrees(t *testing.T, call *llm.Call, body []byte) {
	t.Helper()
	var v view
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%q passes, encoding/json says %v", body, err)
	}
	var items []json.RawMessage
	n := int64(0)
	if json.Unmarshal(v.Input, &items) == nil {
		n = int64(len(items))
	} else if len(v.Input) > 0 {
		n = 1
	}
	if utf8.ValidString(call.Model) && or(v.Model, "") != call.Model || or(v.Stream, false) != call.Stream || or(v.Store, true) != call.Keeps ||
		or(v.Max, 0) != call.MaxOutput || or(v.Prev, "") != call.Follows || n != call.Bound.Messages {
		t.Fatalf("%q: call %+v, encoding/json says %+v, %d items", body, call, v, n)
	}
}

// FuzzDecode: whatever passes means to us what it means to another reader, before and after it is spliced, and it can be
// parsed or is refused with a sentence.
func FuzzDecode(f *testing.F) {
	list, _ := filepath.Glob("../testdata/requests/responses/*.json")
	for _, name := range list {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, int64(3), "other")
	}
	f.Add([]byte(`{"MODEL":"a","model":"b","Store":false,"input":[{"type":"message","content":[{}]}]}`), int64(1), "x")
	f.Fuzz(func(t *testing.T, body []byte, most int64, name string) {
		call, err := read(string(body))
		if err != nil {
			return
		}
		agrees(t, call, body)
		if call.Bound.TextBytes < 0 || call.Bound.TextBytes > int64(len(body)) {
			t.Fatalf("%q has %d bytes of text", body, call.Bound.TextBytes)
		}
		if c, err := call.Conversation(); err == nil {
			if _, err := (Wire{}).Render(call, c, llm.Edit{}); err != nil {
				t.Fatalf("%q: %v", body, err)
			}
		}
		name = strings.ToValidUTF8(name, "")
		if name == "" || len(name) > dialect.MaxModel || most < 1 || most > dialect.MaxTokens {
			return
		}
		out := Wire{}.Edited(call, llm.Edit{Model: name, MaxOutput: most})
		again, err := read(string(out))
		if err != nil {
			t.Fatalf("%q became %q: %v", body, out, err)
		}
		agrees(t, again, out)
		limit := most
		if call.MaxOutput > 0 {
			limit = min(limit, call.MaxOutput)
		}
		if again.Model != name || again.MaxOutput != limit || again.Follows != call.Follows || again.Keeps != call.Keeps {
			t.Fatalf("%q became %q", body, out)
		}
	})
}

// FuzzStream: whatever a provider sends, it passes byte for byte or breaks, and reading it neither panics nor gives an answer
// without an end.
func FuzzStream(f *testing.F) {
	list, _ := filepath.Glob("../testdata/answers/responses/*.sse")
	for _, name := range list {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := Wire{}.Stream(io.NopCloser(bytes.NewReader(body)), &llm.Call{Stream: true})
		r := Wire{}.Reader(nil, &llm.Conversation{})
		var deltas []llm.Delta
		for {
			e, err := s.Next()
			if err != nil {
				return
			}
			if e.Kind == llm.Failed {
				continue
			}
			if deltas, err = r.Read(deltas[:0], e); err != nil {
				return
			}
			for _, d := range deltas {
				if d.Kind == llm.End && e.Kind != llm.Terminal {
					t.Fatalf("%q ends before its end", body)
				}
			}
		}
	})
}
