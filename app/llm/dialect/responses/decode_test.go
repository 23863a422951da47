package responses

import (
	"errors"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

func read(body string) (*llm.Call, error) {
	return Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
}

// TestDecodeFindsWhatPolicyReads changes one thing of a plain request, and says what the call then is.
func TestDecodeFindsWhatPolicyReads(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		want       func(c *llm.Call)
	}{
		{"a text", `{"model":"m","input":"hi"}`, func(*llm.Call) {}},
		{"a stream with a cap, not to be kept", `{"model":"m","input":"hi","stream":true,"max_output_tokens":7,"store":false,"service_tier":"flex"}`,
			func(c *llm.Call) { c.Stream, c.MaxOutput, c.Keeps, c.Tier = true, 7, false, "flex" }},
		{"items", `{"model":"m","input":[{"role":"user","content":"a"},{"type":"function_call_output","call_id":"1","output":"b"}]}`,
			func(c *llm.Call) { c.Bound.Messages = 2 }},
		{"going on from a kept answer", `{"model":"m","previous_response_id":"resp_1"}`,
			func(c *llm.Call) { c.Follows, c.Bound.Opaque, c.Bound.Messages = "resp_1", true, 0 }},
		{"a schema and thinking", `{"model":"m","input":"hi","text":{"format":{"name":"x","type":"json_schema"}},"reasoning":{"effort":"low"}}`,
			func(c *llm.Call) { c.Needs.Schema, c.Needs.Reasoning = true, true }},
		{"no thinking", `{"model":"m","input":"hi","reasoning":{"effort":"none"},"text":null}`, func(*llm.Call) {}},
		{"tools", `{"model":"m","input":"hi","tools":[{"name":"f","type":"function"},{"type":"custom","name":"g"},{"type":"namespace","tools":[]}]}`,
			func(c *llm.Call) { c.Needs.Tools, c.Bound.Framing = true, toolFraming }},
		{"searches", `{"model":"m","input":"hi","tools":[{"type":"web_search"}]}`,
			func(c *llm.Call) {
				c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque, c.Bound.Searches = true, toolFraming, true, mostSearches
			}},
		{"few searches", `{"model":"m","max_tool_calls":2,"input":"hi","tools":[{"type":"web_search_preview"}]}`,
			func(c *llm.Call) {
				c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque, c.Bound.Searches = true, toolFraming, true, 2
			}},
		{"many searches", `{"model":"m","max_tool_calls":200,"input":"hi","tools":[{"type":"web_search_preview"}]}`,
			func(c *llm.Call) {
				c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque, c.Bound.Searches = true, toolFraming, true, 200
			}},
		{"a tool with a bill of its own", `{"model":"m","input":"hi","tools":[{"type":"code_interpreter","container":{"type":"auto"}}]}`,
			func(c *llm.Call) {
				c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque, c.Bound.Unpriced = true, toolFraming, true, true
			}},
		{"a picture by address", `{"model":"m","input":[{"role":"user","content":[{"image_url":"https://x/a.png","type":"input_image"}]}]}`,
			func(c *llm.Call) { c.Needs.Vision, c.Bound.Images = true, 1 }},
		{"a picture by file", `{"model":"m","input":[{"role":"user","content":[{"type":"input_image","file_id":"file-1"}]}]}`,
			func(c *llm.Call) { c.Needs.Vision, c.Bound.Images, c.Bound.Opaque = true, 1, true }},
		{"a screenshot", `{"model":"m","input":[{"type":"computer_call_output","call_id":"1","output":{"type":"computer_screenshot","image_url":"https://x"}}]}`,
			func(c *llm.Call) { c.Needs.Vision, c.Bound.Images = true, 1 }},
		{"a paper", `{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_url":"https://x/a.pdf"}]}]}`,
			func(c *llm.Call) { c.Needs.Files, c.Bound.Opaque = true, true }},
		{"a reference", `{"model":"m","input":[{"type":"item_reference","id":"msg_1"}]}`, func(c *llm.Call) { c.Bound.Opaque = true }},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(x.body)
			if err != nil {
				t.Fatal(err)
			}
			want := llm.Call{Model: "m", Choices: 1, Keeps: true, Bound: llm.Bound{Messages: 1, TextBytes: int64(len(x.body))}}
			x.want(&want)
			if got.Bound != want.Bound || got.Needs != want.Needs || got.Stream != want.Stream || got.MaxOutput != want.MaxOutput ||
				got.Keeps != want.Keeps || got.Follows != want.Follows || got.Tier != want.Tier || got.Model != want.Model || got.Choices != 1 {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestInlineMediaIsNoText(t *testing.T) {
	t.Parallel()
	data := strings.Repeat("A", 5000)
	c, err := read(`{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,` + data + `"},
		{"type":"input_file","file_data":"data:application/pdf;base64,` + data + `"},{"type":"input_audio","input_audio":{"format":"wav","data":"` + data + `"}}]}]}`)
	if err != nil || c.Bound.TextBytes > 400 || c.Bound.AudioSecs < 3 || c.Bound.Images != 1 || !c.Needs.Audio {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for body, field := range map[string]string{
		`[]`:                                                                       "",
		`{"input":"hi"}`:                                                           "model",
		`{"model":"m"}`:                                                            "input",
		`{"model":"m","input":[]}`:                                                 "input",
		`{"model":"m","input":5}`:                                                  "input",
		`{"model":"m","input":["hi"]}`:                                             "input[0].type",
		`{"model":"m","input":[{"x":1}]}`:                                          "input[0].type",
		`{"model":"m","input":"a","input":1}`:                                      "input",
		`{"model":"m","Input":"a"}`:                                                "Input",
		`{"model":"m","input":"a","MAX_OUTPUT_TOKENS":9}`:                          "MAX_OUTPUT_TOKENS",
		`{"model":"m","input":"a","max_output_tokens":0}`:                          "max_output_tokens",
		`{"model":"m","input":"a","stream":"yes"}`:                                 "stream",
		`{"model":"m","input":"a","background":true}`:                              "background",
		`{"model":"m","input":"a","conversation":"conv_1"}`:                        "conversation",
		`{"model":"m","input":"a","tools":[5]}`:                                    "tools",
		`{"model":"m","input":"a","tools":[{"type":"function","Type":"mcp"}]}`:     "Type",
		`{"model":"m","input":[{"role":"user","content":[7]}]}`:                    "input[0].content[0].type",
		`{"model":"m","input":[{"role":"user","content":[{"type":1}]}]}`:           "input[0].content[0].type",
		`{"model":"m","input":[{"role":"user","content":[{"Image_url":"x"}]}]}`:    "input[0].content[0].Image_url",
		`{"model":"m","input":"a","text":[]}`:                                      "text",
		`{"model":"m","input":"a"} {}`:                                             "",
		`{"model":"m","input":"a","x":` + strings.Repeat("[", 80):                  "",
		`{"model":"m","input":[` + strings.Repeat(`{"role":"user"},`, 5000) + `]}`: "input",
	} {
		c, err := read(body)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != field {
			t.Errorf("%.80s: %v, field %q, call %v", body, err, f.Field, c)
		}
	}
}

func TestEditsTouchOnlyWhatTheyEdit(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		body, want string
		edit       llm.Edit
	}{
		{`{"model":"m", "input":"hi"}`, `{"model":"m", "input":"hi"}`, llm.Edit{}},
		{`{ "input":"hi","model" : "m","z":1.50}`, `{"max_output_tokens":9, "input":"hi","model" : "up","z":1.50}`, llm.Edit{Model: "up", MaxOutput: 9}},
		{`{"max_output_tokens":99,"model":"m","input":"hi"}`, `{"max_output_tokens":9,"model":"m","input":"hi"}`, llm.Edit{MaxOutput: 9}},
		{`{"max_output_tokens":5,"model":"m","input":"hi"}`, `{"max_output_tokens":5,"model":"m","input":"hi"}`, llm.Edit{MaxOutput: 9, IncludeUsage: true}},
		{`{"max_output_tokens":null,"model":"m","input":"hi"}`, `{"max_output_tokens":9,"model":"m","input":"hi"}`, llm.Edit{MaxOutput: 9}},
		{`{"model":"m","input":"hi","tools":[{"type":"web_search"}]}`, `{"max_tool_calls":20,"model":"m","input":"hi","tools":[{"type":"web_search"}]}`, llm.Edit{}},
		{`{"model":"m","max_tool_calls":null,"tools":[{"type":"web_search"}],"input":"hi"}`, `{"model":"m","max_tool_calls":20,"tools":[{"type":"web_search"}],"input":"hi"}`, llm.Edit{}},
		{`{"model":"m","max_tool_calls":200,"tools":[{"type":"web_search"}],"input":"hi"}`, `{"model":"m","max_tool_calls":200,"tools":[{"type":"web_search"}],"input":"hi"}`, llm.Edit{}},
		{`{"model":"m","input":"hi","tools":[{"type":"mcp"}]}`, `{"model":"m","input":"hi","tools":[{"type":"mcp"}]}`, llm.Edit{}},
	} {
		c, err := read(x.body)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(Wire{}.Edited(c, x.edit)); got != x.want {
			t.Errorf("%s became %s, want %s", x.body, got, x.want)
		}
	}
}

// TestItemsOfOtherKindsAreDropped: what only OpenAI can read is left out of a conversation, whatever stands under names that calls have.
func TestItemsOfOtherKindsAreDropped(t *testing.T) {
	t.Parallel()
	c, err := read(`{"model":"m","input":[{"role":"user","content":"hi"},{"type":"tool_search_call","call_id":"c","execution":"client","arguments":{"query":"mail"}},{"type":"tool_search_output","call_id":"c","tools":[]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	talk, err := c.Conversation()
	if err != nil || len(talk.Turns) != 1 || len(talk.Unknown) != 2 {
		t.Errorf("%+v, %v", talk, err)
	}
}
