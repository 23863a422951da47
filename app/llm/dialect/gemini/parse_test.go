package gemini_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
)

// TestAResponseAnswersItsCall: Google's 2.5 gives calls no ids, and Gemini CLI answers them by ids of its own.
func TestAResponseAnswersItsCall(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, calls, responses string
		want                   []string // each response's call, by its place; "" is refused
	}{
		{"without ids, in order", `{"functionCall":{"name":"f"}},{"functionCall":{"name":"g"}}`, `{"functionResponse":{"name":"g"}},{"functionResponse":{"name":"f"}}`, []string{"call_g1_1", "call_g1_0"}},
		{"by the ids that Google gave", `{"functionCall":{"id":"a","name":"f"}},{"functionCall":{"id":"b","name":"f"}}`, `{"functionResponse":{"id":"b","name":"f"}},{"functionResponse":{"id":"a","name":"f"}}`, []string{"b", "a"}},
		{"by ids that only the client knows", `{"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}}`,
			`{"functionResponse":{"id":"f-1767225600-x","name":"f"}},{"functionResponse":{"id":"f-1767225601-y","name":"f"}}`, []string{"call_g1_0", "call_g1_1"}},
		{"by both", `{"functionCall":{"id":"a","name":"f"}},{"functionCall":{"name":"f"}}`, `{"functionResponse":{"id":"f-1","name":"f"}},{"functionResponse":{"id":"a","name":"f"}}`, []string{"call_g1_1", "a"}},
		{"an id of nothing, where calls have theirs", `{"functionCall":{"id":"a","name":"f"}}`, `{"functionResponse":{"id":"f-1","name":"f"}}`, nil},
		{"another function", `{"functionCall":{"name":"f"}}`, `{"functionResponse":{"id":"g-1","name":"g"}}`, nil},
		{"once more", `{"functionCall":{"name":"f"}}`, `{"functionResponse":{"id":"f-1","name":"f"}},{"functionResponse":{"id":"f-1","name":"f"}}`, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			call, err := gemini.Dialect{}.Decode(ask(llm.Chat, `{"contents":[{"role":"user","parts":[{"text":"hi"}]},{"role":"model","parts":[`+x.calls+`]},{"role":"user","parts":[`+x.responses+`]}]}`))
			if err != nil {
				t.Fatal(err)
			}
			c, err := call.Conversation()
			if x.want == nil {
				if err == nil {
					t.Errorf("passes: %+v", c.Turns)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range c.Turns[len(c.Turns)-1].Parts {
				if p.Kind != llm.ToolResult || p.ID != x.want[i] {
					t.Errorf("response %d answers %q, want %q", i, p.ID, x.want[i])
				}
			}
		})
	}
}
