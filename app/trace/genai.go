package trace

import (
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// The names of OpenTelemetry's semantic conventions for generative AI, which still move: all of them are here. Source:
// https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (version 1.38, in development).
const (
	operationName  = attribute.Key("gen_ai.operation.name")
	providerName   = attribute.Key("gen_ai.provider.name")
	requestModel   = attribute.Key("gen_ai.request.model")
	responseModel  = attribute.Key("gen_ai.response.model")
	inputTokens    = attribute.Key("gen_ai.usage.input_tokens")
	outputTokens   = attribute.Key("gen_ai.usage.output_tokens")
	errorType      = attribute.Key("error.type")
	responseStatus = attribute.Key("http.response.status_code")
)

// Names of our own, for what the conventions do not say.
const (
	requestID   = attribute.Key("bodhi.request.id")
	orgID       = attribute.Key("bodhi.organization.id")
	teamID      = attribute.Key("bodhi.team.id")
	keyID       = attribute.Key("bodhi.key.id")
	routeName   = attribute.Key("bodhi.route")
	cacheState  = attribute.Key("bodhi.cache")
	costUSD     = attribute.Key("bodhi.cost_usd") // exact, so a text
	attemptNo   = attribute.Key("bodhi.attempt")
	attemptEnd  = attribute.Key("bodhi.attempt.state")
	firstByteMS = attribute.Key("bodhi.first_byte_ms")
	overheadUS  = attribute.Key("bodhi.overhead_us")
	clientApp   = attribute.Key("bodhi.client")
)

// Names of metrics, and of what tells their series apart. Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
// (version 1.41, in development; that of the first chunk is newer than 1.38).
const (
	tokenUsage    = "gen_ai.client.token.usage"
	callDuration  = "gen_ai.client.operation.duration"
	firstChunk    = "gen_ai.client.operation.time_to_first_chunk"
	serveDuration = "gen_ai.server.request.duration"
	firstToken    = "gen_ai.server.time_to_first_token"
	perToken      = "gen_ai.server.time_per_output_token"
	tokenType     = attribute.Key("gen_ai.token.type")
)

// The bounds of their buckets, as the conventions ask for: tokens, and seconds.
var (
	tokenBounds = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
	wholeBounds = []float64{.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	firstBounds = []float64{.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}
	paceBounds  = []float64{.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5}
)

// itself is the provider that clients of ours are served by.
const itself = "bodhi"

// operations are the conventions' names for ours where they have one.
var operations = map[string]string{"chat": "chat", "responses": "chat", "completions": "text_completion", "embeddings": "embeddings"}

// providers are the conventions' names for our kinds of connection where they have one.
var providers = map[string]string{"openai": "openai", "anthropic": "anthropic", "gemini": "gcp.gemini", "vertex": "gcp.vertex_ai", "azure": "azure.ai.openai", "bedrock": "aws.bedrock"}

func named(names map[string]string, ours string) string {
	if name := names[ours]; name != "" {
		return name
	}
	return ours
}

// ofRequest says what a request was, without anything that somebody wrote: no text, no tag, no end user.
func ofRequest(r *ledger.Request) []attribute.KeyValue {
	out := []attribute.KeyValue{
		operationName.String(named(operations, r.Endpoint)), requestModel.String(r.Asked), requestID.String(r.ID.String()),
		orgID.String(r.Chain.Org.String()), cacheState.String(r.Cache), costUSD.String(r.Cost.String()),
		responseStatus.Int(r.Status), overheadUS.Int64(r.Overhead.Microseconds()),
	}
	for key, text := range map[attribute.Key]string{responseModel: r.Model, routeName: r.Route, clientApp: r.Client, errorType: r.Code} {
		if text != "" {
			out = append(out, key.String(text))
		}
	}
	if !r.Chain.Team.IsZero() {
		out = append(out, teamID.String(r.Chain.Team.String()))
	}
	if !r.Chain.Key.IsZero() {
		out = append(out, keyID.String(r.Chain.Key.String()))
	}
	if r.FirstByte > 0 {
		out = append(out, firstByteMS.Int64(r.FirstByte.Milliseconds()))
	}
	return append(out, inputTokens.Int64(r.Usage.Input), outputTokens.Int64(r.Usage.Output))
}

func ofTry(n int, y ledger.Try) []attribute.KeyValue {
	out := []attribute.KeyValue{
		providerName.String(named(providers, y.Kind)), requestModel.String(y.Model), attemptNo.Int(n), attemptEnd.String(string(y.State)),
		costUSD.String(y.Cost.String()), inputTokens.Int64(y.Usage.Input), outputTokens.Int64(y.Usage.Output),
	}
	if y.Status != 0 {
		out = append(out, responseStatus.Int(y.Status))
	}
	if y.Class != "" {
		out = append(out, errorType.String(y.Class))
	}
	if y.FirstByte > 0 {
		out = append(out, firstByteMS.Int64(y.FirstByte.Milliseconds()))
	}
	return out
}

// title is a span's name as the conventions have it: what was done, and with which model.
func title(operation, model string) string { return strings.TrimSpace(operation + " " + model) }
