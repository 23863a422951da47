package price_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/price"
)

var book = sync.OnceValue(catalog.BuiltIn)

var august = time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)

// TestRecordedAnswersCostWhatTheirProviderBills reads testdata/answers.jsonl: answers as the providers' documentation shows
// them, and beside each, worked out by hand, how many of which tokens are billed at which price per million.
func TestRecordedAnswersCostWhatTheirProviderBills(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/answers.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for text := range strings.Lines(string(raw)) {
		var x struct {
			Name, Kind, Family, Model, At string
			Body                          json.RawMessage
			Input, Output, Fees           []billed
		}
		if err := json.Unmarshal([]byte(text), &x); err != nil {
			t.Fatal(err)
		}
		count++
		t.Run(x.Name, func(t *testing.T) {
			t.Parallel()
			at, err := price.Moment(x.At, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := price.Price(book(), price.Answer{Kind: x.Kind, Family: x.Family, Model: x.Model, At: at, Body: x.Body})
			if err != nil {
				t.Fatal(err)
			}
			in, out, fees := sum(x.Input), sum(x.Output), sum(x.Fees)
			if s.InputUSD != in.String() || s.OutputUSD != out.String() || s.CostUSD != in.Add(out).Add(fees).String() {
				t.Errorf("input %s, want %s; output %s, want %s; total %s, want %s", s.InputUSD, in, s.OutputUSD, out, s.CostUSD, in.Add(out).Add(fees))
			}
			if total := in.Add(out).Add(fees).RoundCeil(9); !s.BookedUSD.Decimal().Equal(total) {
				t.Errorf("booked %s, want %s", s.BookedUSD, total)
			}
		})
	}
	if count < 60 {
		t.Errorf("only %d answers", count)
	}
}

type billed [2]any // tokens, dollars per million

func sum(list []billed) (total decimal.Decimal) {
	for _, b := range list {
		n, _ := b[0].(float64)
		p, _ := b[1].(string)
		total = total.Add(decimal.NewFromFloat(n).Mul(decimal.RequireFromString(p)).Shift(-6))
	}
	return total
}

func TestWhatCannotBePricedIsSaidAndNeverFree(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, kind, family, model, body, want string
	}{
		{"an unknown model", "openai", "chat", "gpt-99", `{"usage":{"prompt_tokens":1,"completion_tokens":1}}`, "no price"},
		{"a model listed without a price", "gemini", "gemini", "gemma-3", `{"usageMetadata":{"promptTokenCount":1}}`, "no price"},
		{"an unknown kind", "frobnicator", "chat", "gpt-5.5", `{"usage":{"prompt_tokens":1,"completion_tokens":1}}`, "no price"},
		{"an unknown family", "openai", "telegraph", "gpt-5.5", `{}`, "no family"},
		{"no usage", "openai", "chat", "gpt-5.5", `{"choices":[]}`, "reports no usage"},
		{"a negative count", "openai", "chat", "gpt-5.5", `{"usage":{"prompt_tokens":-1,"completion_tokens":1}}`, "cannot be right"},
		{"a count of two to the sixty-third", "anthropic", "anthropic", "claude-opus-5", `{"usage":{"input_tokens":9223372036854775808,"output_tokens":1}}`, "cannot be right"},
		{"a fraction", "bedrock", "converse", "amazon.nova-pro-v1:0", `{"usage":{"inputTokens":1.5,"outputTokens":1}}`, "cannot be right"},
		{"no model anywhere", "openai", "chat", "", `{"usage":{"prompt_tokens":1,"completion_tokens":1}}`, "names none"},
		{"an answer that is none", "openai", "chat", "gpt-5.5", `<html>`, "not valid JSON"},
		{"output of a model that has no price for output", "openai", "chat", "text-embedding-3-small", `{"usage":{"prompt_tokens":1,"completion_tokens":1}}`, "usage without a price"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			s, err := price.Price(book(), price.Answer{Kind: x.kind, Family: x.family, Model: x.model, At: august, Body: []byte(x.body)})
			if err == nil || !strings.Contains(err.Error(), x.want) || s.CostUSD != "" {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

func TestEveryLineHasItsAnswer(t *testing.T) {
	t.Parallel()
	long := `{"kind":"openai","family":"chat","model":"gpt-4o","body":{"pad":"` + strings.Repeat("x", 200_000) + `","usage":{"prompt_tokens":1,"completion_tokens":0}}}`
	in := strings.Join([]string{
		`{"kind":"openai","family":"chat","model":"gpt-4o","at":"2026-08-21T12:00:00Z","body":{"usage":{"prompt_tokens":3,"completion_tokens":0}}}`,
		`not json`,
		``,
		`{"kind":"openai","family":"chat","model":"gpt-4o","at":"yesterday","body":{"usage":{"prompt_tokens":3,"completion_tokens":0}}}`,
		`{"kind":"openai","family":"chat","model":"gpt-4o"}`,
		long,
		`{"kind":"ollama","family":"chat","model":"x","body":{"usage":{"prompt_tokens":3,"completion_tokens":0}}}`, // without a line break
	}, "\n")
	var out bytes.Buffer
	if err := price.Lines(context.Background(), book(), august, strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	want := []string{`"cost_usd":"0.0000075"`, `"line":2`, `"line":3`, `is no time`, `"line":5`, `"cost_usd":"0.0000025"`, `"cost_usd":"0"`}
	if len(got) != len(want) {
		t.Fatalf("%d lines: %s", len(got), out.String())
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("line %d is %s, want %s", i+1, got[i], want[i])
		}
	}
}

func TestALineThatNeverEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	in := strings.NewReader(strings.Repeat("x", 34<<20) + "\n" + `{"kind":"ollama","family":"chat","model":"x","body":{"prompt_tokens":3,"completion_tokens":0}}` + "\n")
	var out bytes.Buffer
	if err := price.Lines(context.Background(), book(), august, in, &out); err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, "longer than 33 MiB") || !strings.Contains(second, `"cost_usd":"0"`) {
		t.Error(out.String())
	}
}

func TestMediaAreReadByTheirOwnFamilies(t *testing.T) {
	t.Parallel()
	book := catalog.BuiltIn()
	for _, x := range []struct{ kind, family, model, body, want string }{
		{"openai", "images", "gpt-image-1", `{"data":[{}],"usage":{"input_tokens":10,"output_tokens":1056,"input_tokens_details":{"text_tokens":10,"image_tokens":0}}}`, "0.04229"},
		{"openai", "images", "dall-e-3:hd", `{"data":[{},{}]}`, "0.16"},
		{"openai", "audio", "whisper-1", `{"text":"x","usage":{"type":"duration","seconds":27}}`, "0.0027"},
		{"azure", "audio", "gpt-4o-transcribe", `{"text":"x","usage":{"type":"tokens","input_tokens":120,"input_token_details":{"text_tokens":20,"audio_tokens":100},"output_tokens":30}}`, "0.00095"},
		{"openai", "audio", "gpt-4o-mini-tts", `{"type":"speech.audio.done","usage":{"input_tokens":10,"output_tokens":1000,"total_tokens":1010}}`, "0.012006"},
	} {
		s, err := price.Price(book, price.Answer{Kind: x.kind, Family: x.family, Model: x.model, Body: []byte(x.body), At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil || s.CostUSD != x.want {
			t.Errorf("%s %s: %s, %v; want %s", x.model, x.body, s.CostUSD, err, x.want)
		}
	}
	if _, err := price.Price(book, price.Answer{Kind: "openai", Family: "audio", Model: "whisper-1", Body: []byte(`{"text":"x"}`)}); err == nil {
		t.Error("a transcript without usage has a price")
	}
}
