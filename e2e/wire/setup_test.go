package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// models are the aliases that the tests ask for. The sandbox follows the script in an upstream model's name.
var models = []string{
	"smart=sb/sandbox-chat",
	"think=sb/sandbox-reasoning",
	"see=sb/sandbox-vision",
	"embed=sb/sandbox-embed",
	"long=sb/sandbox-chat+tokens=2000",
	"hang=sb/sandbox-chat+tokens=500+usage=each+hang=6", // six pieces, then silence until the client leaves
	"cut=sb/sandbox-chat+tokens=500+usage=each+cut=4",
	"too-long=sb/sandbox-chat+status=400+code=context_length_exceeded",
	"limited=sb/sandbox-chat+status=429+retry-after=1",
	"down=sb/sandbox-chat+status=503",
	"spare=sb/sandbox-chat+status=503,sb/sandbox-chat",
}

// world is a gateway in front of a sandbox.
type world struct {
	*harness.Gateway
	sandbox *harness.Sandbox
}

// begin starts both, with SQLite.
func begin(t *testing.T, budget string, more ...string) *world {
	t.Helper()
	return beginOn(t, nil, budget, more...)
}

// beginOn starts both, with what env says.
func beginOn(t *testing.T, env []string, budget string, more ...string) *world {
	t.Helper()
	s := harness.StartSandbox(t)
	return &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{Env: env, Budget: budget, Models: append(more, models...),
		Providers: []string{"name=sb,kind=sandbox,base-url=" + s.URL + ",key-env=E2E_KEY"}})}
}

// client is the official client, with nothing set but what every user sets. It does not repeat requests, so that a test
// sees each answer.
func (w *world) client(more ...option.RequestOption) openai.Client {
	return openai.NewClient(append([]option.RequestOption{option.WithBaseURL(w.ProxyURL), option.WithAPIKey(w.VirtualKey), option.WithMaxRetries(0)}, more...)...)
}

func ask(model, text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)}}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// typed finds the client's own error type in err.
func typed(t *testing.T, err error) *openai.Error {
	t.Helper()
	var e *openai.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a typed error: %v", err)
	}
	return e
}

// raw sends a request as it is.
func (w *world) raw(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(within(t, 20*time.Second), method, w.ProxyURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// standing is where the organization's budget stands, from GET /v1/key.
func (w *world) standing(t *testing.T) (spent, held money.USD) {
	t.Helper()
	_, body := w.raw(t, http.MethodGet, "/key", "")
	var k struct {
		Budgets []struct {
			Scope string
			Spent money.USD `json:"spent_usd"`
			Held  money.USD `json:"held_usd"`
		}
	}
	if err := json.Unmarshal([]byte(body), &k); err != nil || len(k.Budgets) == 0 {
		t.Fatalf("GET /v1/key: %v: %s", err, body)
	}
	return k.Budgets[0].Spent, k.Budgets[0].Held
}

// balanced waits until nothing is held, and fails unless the ledger then holds exactly what the sandbox would charge. Of
// streams that broke off nobody can know what the provider generated after the last piece that arrived, so for those it
// may hold more, by a margin, and never less.
func (w *world) balanced(t *testing.T) {
	t.Helper()
	var spent, held money.USD
	var bill harness.Bill
	harness.Wait(t, "every attempt to settle", func() bool {
		spent, held = w.standing(t)
		bill = w.sandbox.Bill(t)
		return held == 0 && int64(spent) >= bill.Total
	})
	margin := int64(0)
	for _, c := range bill.List {
		if c.End == "canceled" || c.End == "cut" {
			margin += c.Nanos/8 + 10*8000 // a tenth, and some pieces of the dearest model that may have been under way
		}
	}
	if more := int64(spent) - bill.Total; more < 0 || more > margin {
		t.Errorf("the ledger says %s USD, the sandbox charges %s USD for %d calls", spent, money.USD(bill.Total), bill.Calls)
	}
}

// price is what the sandbox's models cost, in nano-dollars, from the contract and not from the catalogue.
func price(model string, input, cached, output int64) int64 {
	switch model {
	case "sandbox-reasoning":
		return (input-cached)*2000 + cached*200 + output*8000
	case "sandbox-embed":
		return input * 20
	}
	return (input-cached)*1000 + cached*100 + output*4000
}

func schemaFormat() openai.ChatCompletionNewParamsResponseFormatUnion {
	return openai.ChatCompletionNewParamsResponseFormatUnion{OfJSONSchema: &shared.ResponseFormatJSONSchemaParam{
		JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "invoice", Strict: openai.Bool(true), Schema: map[string]any{
			"type": "object", "additionalProperties": false, "required": []string{"number", "total", "currency", "lines"},
			"properties": map[string]any{
				"number":   map[string]any{"type": "string"},
				"total":    map[string]any{"type": "number", "minimum": 0},
				"currency": map[string]any{"type": "string", "enum": []string{"USD", "EUR"}},
				"lines":    map[string]any{"type": "array", "minItems": 2, "items": map[string]any{"$ref": "#/$defs/line"}},
			},
			"$defs": map[string]any{"line": map[string]any{"type": "object", "required": []string{"text", "count"}, "properties": map[string]any{
				"text": map[string]any{"type": "string"}, "count": map[string]any{"type": "integer", "minimum": 1}}}},
		}}}}
}

func weather() []openai.ChatCompletionToolUnionParam {
	city := openai.FunctionParameters{"type": "object", "required": []string{"city"}, "properties": map[string]any{"city": map[string]any{"type": "string"}}}
	return []openai.ChatCompletionToolUnionParam{
		openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "weather", Parameters: city}),
		openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "time", Parameters: city}),
	}
}
