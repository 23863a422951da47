package openai

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestSpliceTouchesOnlyWhatIsEdited(t *testing.T) {
	t.Parallel()
	old, only := Quirks{MaxKey: "max_tokens"}, Quirks{MaxKey: "max_tokens", OnlyMaxKey: true}
	for _, x := range []struct {
		name, fields string // $ stands for the messages
		edit         llm.Edit
		quirks       Quirks
		want         string
	}{
		{"nothing", `{"model":"m",$}`, llm.Edit{}, Quirks{}, `{"model":"m",$}`},
		{"the model, keeping order, space and unknown fields", "{\n \"x\": 1.50, \"model\" : \"m\",\n$ , \"y\":[ ]}", llm.Edit{Model: "gpt-5.5"}, Quirks{}, "{\n \"x\": 1.50, \"model\" : \"gpt-5.5\",\n$ , \"y\":[ ]}"},
		{"the same model", `{"model":"m",$}`, llm.Edit{Model: "m"}, Quirks{}, `{"model":"m",$}`},
		{"a model that needs quoting", `{"model":"m",$}`, llm.Edit{Model: "a\"b\\c\né"}, Quirks{}, `{"model":"a\"b\\c\né",$}`},
		{"a cap where there was none", `{ "model":"m",$}`, llm.Edit{MaxOutput: 7}, Quirks{}, `{"max_completion_tokens":7, "model":"m",$}`},
		{"a cap where there was none, by its old name", `{"model":"m",$}`, llm.Edit{MaxOutput: 7}, old, `{"max_tokens":7,"model":"m",$}`},
		{"a higher cap is lowered", `{"model":"m","max_tokens": 100,$}`, llm.Edit{MaxOutput: 7}, Quirks{}, `{"model":"m","max_tokens": 7,$}`},
		{"a lower cap stays", `{"model":"m","max_completion_tokens":5,$}`, llm.Edit{MaxOutput: 7}, old, `{"model":"m","max_completion_tokens":5,$}`},
		{"a null cap is filled", `{"model":"m","max_completion_tokens":null,$}`, llm.Edit{MaxOutput: 7}, Quirks{}, `{"model":"m","max_completion_tokens":7,$}`},
		{"a null cap by the other name stays", `{"model":"m","max_tokens":null,$}`, llm.Edit{MaxOutput: 7}, Quirks{}, `{"max_completion_tokens":7,"model":"m","max_tokens":null,$}`},
		{"a cap that the server would ignore is renamed", `{"model":"m","max_completion_tokens":5,$}`, llm.Edit{}, only, `{"model":"m","max_tokens":5,$}`},
		{"and lowered", `{"model":"m","max_completion_tokens":5,$}`, llm.Edit{MaxOutput: 3}, only, `{"model":"m","max_tokens":3,$}`},
		{"or moved to the name that is there", `{"model":"m","max_tokens":null,"max_completion_tokens":5,$}`, llm.Edit{}, only, `{"model":"m","max_tokens":5,"max_completion_tokens":null,$}`},
		{"usage", `{"model":"m","stream":true,$}`, llm.Edit{IncludeUsage: true}, Quirks{}, `{"stream_options":{"include_usage":true},"model":"m","stream":true,$}`},
		{"usage among other options", `{"model":"m","stream":true,"stream_options":{ "x":1},$}`, llm.Edit{IncludeUsage: true}, Quirks{}, `{"model":"m","stream":true,"stream_options":{"include_usage":true, "x":1},$}`},
		{"usage among no options", `{"model":"m","stream":true,"stream_options":{ },$}`, llm.Edit{IncludeUsage: true}, Quirks{}, `{"model":"m","stream":true,"stream_options":{"include_usage":true},$}`},
		{"usage instead of null", `{"model":"m","stream":true,"stream_options":null,$}`, llm.Edit{IncludeUsage: true}, Quirks{}, `{"model":"m","stream":true,"stream_options":{"include_usage":true},$}`},
		{"usage instead of none", `{"model":"m","stream":true,"stream_options":{"include_usage" : false},$}`, llm.Edit{IncludeUsage: true}, Quirks{}, `{"model":"m","stream":true,"stream_options":{"include_usage" : true},$}`},
		{"usage that is asked for already", `{"model":"m","stream":true,"stream_options":{"include_usage":true},$}`, llm.Edit{IncludeUsage: true}, Quirks{}, `{"model":"m","stream":true,"stream_options":{"include_usage":true},$}`},
		{"no usage without a stream", `{"model":"m",$}`, llm.Edit{IncludeUsage: true}, Quirks{}, `{"model":"m",$}`},
		{"no usage where it is refused", `{"model":"m","stream":true,$}`, llm.Edit{IncludeUsage: true}, Quirks{NoUsage: true}, `{"model":"m","stream":true,$}`},
		{"all at once", `{"max_tokens":9,"model":"m","stream":true,$}`, llm.Edit{Model: "n", MaxOutput: 7, IncludeUsage: true}, only, `{"stream_options":{"include_usage":true},"max_tokens":7,"model":"n","stream":true,$}`},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			call := decoded(t, expand(x.fields))
			got := string(Splice(call, x.edit, x.quirks))
			if want := expand(x.want); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			if string(call.Body) != expand(x.fields) {
				t.Error("the body was changed in place")
			}
			decoded(t, got)
		})
	}
}

func expand(s string) string {
	for i := range s {
		if s[i] == '$' {
			return s[:i] + hi + s[i+1:]
		}
	}
	return s
}
