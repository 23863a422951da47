package tool_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
)

// filled is a value that a schema allows.
func filled(schema any) any {
	s, _ := schema.(map[string]any)
	kind, _ := s["type"].(string)
	if all, ok := s["type"].([]any); ok {
		kind, _ = all[0].(string)
	}
	switch kind {
	case "object":
		out := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			out[name] = filled(p)
		}
		return out
	case "array":
		return []any{filled(s["items"])}
	case "integer":
		return 1
	case "number":
		return 0.5
	}
	return "a word"
}

// named are the pages that a result names, with how sure the model is of each.
func named(v any) (n int, wrong bool) {
	switch v := v.(type) {
	case map[string]any:
		if page, ok := v["page"]; ok {
			n, wrong = 1, page != 1 || v["confidence"] != 0.5
		}
		for _, x := range v {
			more, bad := named(x)
			n, wrong = n+more, wrong || bad
		}
	case []any:
		for _, x := range v {
			more, bad := named(x)
			n, wrong = n+more, wrong || bad
		}
	}
	return n, wrong
}

// Each tool asks about a picture with its own schema: receipts, tables, contracts, résumés, screenshots, diagrams, product pictures. What
// fits the schema is the result, with page and confidence.
func TestEachToolReadsAPicture(t *testing.T) {
	t.Parallel()
	for _, x := range tool.Tools {
		t.Run(x.Name, func(t *testing.T) {
			t.Parallel()
			var schema any
			if err := json.Unmarshal(x.Shape.Schema(), &schema); err != nil {
				t.Fatal(err)
			}
			answer, _ := json.Marshal(filled(schema))
			p := &plane{answer: func(int, *http.Request, string) (int, string) { return 200, chat(string(answer)) }}
			r, err := service(p).Run(t.Context(), tool.Caller{}, tool.Ask{Tool: x.Name, Model: "eyes", Name: "a.png", Data: []byte("\x89PNG\r\n\x1a\n0000")}, nil)
			if err != nil || len(p.asked) != 1 || !strings.Contains(p.asked[0], "data:image/png;base64,") || !strings.Contains(p.asked[0], `"strict":true`) {
				t.Fatalf("%v, asked %.300s", err, p.asked)
			}
			if len(r.Result) != len(x.Shape) {
				t.Errorf("%v", r.Result)
			}
			if n, wrong := named(map[string]any(r.Result)); wrong || n == 0 && x.Name != "picture" {
				t.Errorf("%d pages are named in %v", n, r.Result)
			}
		})
	}
}

// Who speaks is told where a model tells it, also behind an alias that says nothing of it.
func TestWhoSpeaksIsTold(t *testing.T) {
	t.Parallel()
	for model, first := range map[string]string{"gpt-4o-transcribe-diarize": "diarized_json", "meetings": "verbose_json"} {
		p := &plane{answer: func(_ int, _ *http.Request, body string) (int, string) {
			if !strings.Contains(body, "diarized_json") {
				return 400, `{"error":{"message":"response_format 'verbose_json' is not compatible with this model. Use 'json', 'text' or 'diarized_json'."}}`
			}
			return 200, `{"text":"Hi. Hello.","segments":[{"start":0,"end":1,"text":"Hi.","speaker":"A"},{"start":1,"end":2,"text":"Hello.","speaker":"B"}]}`
		}}
		s, err := service(p).Transcribe(t.Context(), tool.Caller{}, tool.Sound{Model: model, Data: tone(2 * time.Second)}, nil)
		if err != nil || len(s.Segments) != 2 || s.Segments[1].Speaker != "B" || !s.Timed || !strings.Contains(s.SRT(), "B: Hello.") {
			t.Fatalf("%s: %+v %v", model, s, err)
		}
		if last := p.asked[len(p.asked)-1]; !strings.Contains(p.asked[0], first) || len(p.asked) > 2 || !strings.Contains(last, "chunking_strategy") {
			t.Errorf("%s: asked %d times", model, len(p.asked))
		}
	}
}

// A voice note is compressed: it goes whole, under a name that says what it is.
func TestAVoiceNoteGoesWhole(t *testing.T) {
	t.Parallel()
	p := &plane{answer: func(int, *http.Request, string) (int, string) { return 200, `{"text":"Buy milk."}` }}
	s, err := service(p).Transcribe(t.Context(), tool.Caller{}, tool.Sound{Model: "whisper", Name: "PTT-0001.opus", Data: []byte("OggS\x00\x02" + strings.Repeat("\x00", 60))}, nil)
	if err != nil || s.Text != "Buy milk." || len(s.Clips) != 1 || len(p.asked) != 1 || !strings.Contains(p.asked[0], `filename="sound.ogg"`) {
		t.Errorf("%+v %v", s, err)
	}
}
