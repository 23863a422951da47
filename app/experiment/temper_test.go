package experiment

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestATemperatureIsWrittenAsTheClientMightHave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		family     llm.Family
		body, want string
	}{
		{llm.OpenAI, `{"model":"m"}`, `{"temperature":0.2,"model":"m"}`},
		{llm.OpenAI, `{ "temperature" : 1 , "messages":[{"temperature":9}]}`, `{ "temperature" : 0.2 , "messages":[{"temperature":9}]}`},
		{llm.Anthropic, `{}`, `{"temperature":0.2}`},
		{llm.Gemini, `{"contents":[]}`, `{"generationConfig":{"temperature":0.2},"contents":[]}`},
		{llm.Gemini, `{"generation_config":{"topP":1}}`, `{"generation_config":{"temperature":0.2,"topP":1}}`},
		{llm.Bedrock, `{"inferenceConfig":{"temperature":1,"topP":1}}`, `{"inferenceConfig":{"temperature":0.2,"topP":1}}`},
	} {
		got, ok := Temper(&llm.Call{Family: c.family, Operation: llm.Chat, Body: []byte(c.body)}, "0.2")
		if !ok || string(got) != c.want {
			t.Errorf("%s %s: %s", c.family, c.body, got)
		}
	}
	if _, ok := Temper(&llm.Call{Family: llm.OpenAI, Operation: llm.Embeddings, Body: []byte(`{}`)}, "0.2"); ok {
		t.Error("vectors have a temperature")
	}
}
