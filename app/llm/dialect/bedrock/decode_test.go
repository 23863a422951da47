package bedrock

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

const hi = `"messages":[{"role":"user","content":[{"text":"hi"}]}]`

func asking(body string) llm.Ask { return llm.Ask{Operation: llm.Chat, Model: "m", Body: []byte(body)} }

func TestARequestSaysWhatItWants(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		check      func(*llm.Call) bool
	}{
		{"a cap", `{` + hi + `,"inferenceConfig":{"maxTokens":7}}`, func(c *llm.Call) bool { return c.MaxOutput == 7 }},
		{"nulls are as good as absent", `{` + hi + `,"inferenceConfig":null,"toolConfig":null,"additionalModelRequestFields":null,"serviceTier":null}`,
			func(c *llm.Call) bool { return c.MaxOutput == 0 && c.Tier == "" && !c.Needs.Tools }},
		{"tools", `{` + hi + `,"toolConfig":{"tools":[{"toolSpec":{"name":"f"}}]}}`, func(c *llm.Call) bool { return c.Needs.Tools && c.Bound.Framing > 0 }},
		{"thinking", `{` + hi + `,"additionalModelRequestFields":{"thinking":{"type":"enabled"}}}`, func(c *llm.Call) bool { return c.Needs.Reasoning }},
		{"a tier", `{` + hi + `,"serviceTier":{"type":"flex"}}`, func(c *llm.Call) bool { return c.Tier == "flex" }},
		{"the default tier", `{` + hi + `,"serviceTier":{"type":"default"}}`, func(c *llm.Call) bool { return c.Tier == "" }},
		{"the dearest cache writes", `{` + hi + `,"system":[{"text":"x"},{"cachePoint":{"type":"default","ttl":"1h"}}]}`, func(c *llm.Call) bool { return c.Bound.LongCache }},
		{"an image, whose bytes are no text", `{"messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":"` + strings.Repeat("A", 4000) + `"}}}]}]}`,
			func(c *llm.Call) bool { return c.Bound.Images == 1 && c.Needs.Vision && c.Bound.TextBytes < 200 }},
		{"an image in a tool's result", `{"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"x","content":[{"image":{"format":"png","source":{"bytes":"AAAA"}}}]}}]}]}`,
			func(c *llm.Call) bool { return c.Bound.Images == 1 }},
		{"what lies elsewhere", `{"messages":[{"role":"user","content":[{"video":{"format":"mp4","source":{"s3Location":{"uri":"s3://x"}}}}]}]}`, func(c *llm.Call) bool { return c.Bound.Opaque }},
		{"names of its own", `{` + hi + `,"unknown":{"MAXTOKENS":1}}`, func(c *llm.Call) bool { return c.Bound.Messages == 1 }},
	} {
		c, err := Dialect{}.Decode(asking(x.body))
		if err != nil || !x.check(c) {
			t.Errorf("%s: %+v, %v", x.name, c, err)
		}
	}
}

func TestABadRequestIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	for body, field := range map[string]string{
		`[]`: "", `{}`: "messages", `{"messages":[]}`: "messages", `{"messages":{}}`: "messages", `{` + hi: "",
		`{` + hi + `,` + hi + `}`:                                                     "messages",
		`{` + hi + `,"Messages":[]}`:                                                  "Messages",
		`{` + hi + `,"inferenceConfig":{"maxtokens":5}}`:                              "maxtokens",
		`{` + hi + `,"inferenceConfig":{"maxTokens":-1}}`:                             "inferenceConfig.maxTokens",
		`{` + hi + `,"inferenceConfig":{"maxTokens":5,"maxTokens":6}}`:                "maxTokens",
		`{` + hi + `,"inferenceConfig":[]}`:                                           "inferenceConfig",
		`{` + hi + `,"additionalModelRequestFields":{"max_tokens":100000}}`:           "additionalModelRequestFields.max_tokens",
		`{` + hi + `,"additionalModelRequestFields":{"maxGenLen":1,"max_gen_len":2}}`: "additionalModelRequestFields.maxGenLen",
		`{"messages":[{"role":"user","content":"hi"}]}`:                               "messages[0].content",
		`{"messages":[7]}`: "messages[0].role",
	} {
		_, err := Dialect{}.Decode(asking(body))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != field {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := (Dialect{}).Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{` + hi + `}`)}); err == nil {
		t.Error("a request without a model passes")
	}
}

func TestACapIsLoweredWhereItStands(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{` + hi + `}`:                                       `{"inferenceConfig":{"maxTokens":5},` + hi + `}`,
		`{` + hi + `,"inferenceConfig":{}}`:                  `{` + hi + `,"inferenceConfig":{"maxTokens":5}}`,
		`{` + hi + `,"inferenceConfig":null}`:                `{` + hi + `,"inferenceConfig":{"maxTokens":5}}`,
		`{` + hi + `,"inferenceConfig":{"topP":0.50}}`:       `{` + hi + `,"inferenceConfig":{"maxTokens":5,"topP":0.50}}`,
		`{` + hi + `,"inferenceConfig":{ "maxTokens" : 9 }}`: `{` + hi + `,"inferenceConfig":{ "maxTokens" : 5 }}`,
		`{` + hi + `,"inferenceConfig":{"maxTokens":4}}`:     `{` + hi + `,"inferenceConfig":{"maxTokens":4}}`,
	} {
		c, err := Dialect{}.Decode(asking(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := (Wire{}).Edited(c, llm.Edit{Model: "other", MaxOutput: 5}); string(got) != want {
			t.Errorf("%s", got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{` + hi + `,"inferenceConfig":{"maxTokens":9},"toolConfig":{"tools":[{"toolSpec":{"name":"x"}},{"cachePoint":{}}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := Dialect{}.Decode(asking(string(body)))
		if err != nil {
			return
		}
		again, err := Dialect{}.Decode(asking(string(Wire{}.Edited(c, llm.Edit{MaxOutput: 5}))))
		if err != nil || again.MaxOutput < 1 || again.MaxOutput > 5 {
			t.Errorf("%s: %v", body, err)
		}
		_, _ = c.Conversation()
	})
}

// TestAGuardrailIsNeverLeftOut: AWS's SDKs name it in a header of InvokeModel, which has no place in a body of Anthropic's.
func TestAGuardrailIsNeverLeftOut(t *testing.T) {
	t.Parallel()
	a := asking(`{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`)
	if _, err := (Invoke{}).Decode(a); err != nil {
		t.Fatal(err)
	}
	a.Header = http.Header{"X-Amzn-Bedrock-Guardrailidentifier": {"gr-1"}, "X-Amzn-Bedrock-Guardrailversion": {"1"}}
	_, err := Invoke{}.Decode(a)
	if f := (*fault.Error)(nil); !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != "x-amzn-bedrock-guardrailidentifier" {
		t.Errorf("%v", err)
	}
}
