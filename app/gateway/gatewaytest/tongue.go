package gatewaytest

import "strings"

// Tongue is a provider's wire. What a healthy one says is "Hello there friend", for 12 tokens in and 4 out.
type Tongue struct {
	// StreamType is the media type of its streams.
	StreamType string
	// Frames says that its streams are no server-sent events, and Marked that a mark ends them.
	Frames, Marked bool

	// document is a whole answer; without counts it reports no usage.
	document func(text string, n counts) string
	// head, text and tail are the events of a stream; the tail's last one is the mark, where there is one.
	head func(n counts) []string
	text func(s string) string
	tail func(n counts) []string
	// event frames a payload that nobody expects, and failed is a trouble in the middle of a stream.
	event  func(data string) string
	failed func(t trouble) string
	// call is a piece of a tool call that cannot be: "" where that is a fault of its own.
	call string
	// refusals are how it says no; what is missing it cannot say.
	refusals map[trouble]refusal
}

// counts are tokens as they stand in a usage, as JSON.
type counts struct{ in, out string }

// healthy are the true counts.
var healthy = counts{"12", "4"}

// none is a usage that is not there.
var none = counts{}

// trouble is what a provider complains of.
type trouble string

const (
	rate       trouble = "limits the rate"
	spent      trouble = "has an empty account"
	unpaid     trouble = "wants to be paid"
	internal   trouble = "has an error of its own"
	overloaded trouble = "is overloaded"
	unknownKey trouble = "does not know our key"
	forbidden  trouble = "forbids our key"
	tooLong    trouble = "finds the context too long"
	content    trouble = "refuses the content"
	tooLarge   trouble = "finds the body too large"
)

type refusal struct {
	status  int
	body    string
	headers []string
}

// Kind is a kind of provider. The names are provider.Kind's; this package stays below it.
type Kind struct {
	Name string
	// Path is what its base URL ends in.
	Path string
	*Tongue
}

// Kinds are those whose wire differs, and those that share one and differ before it.
func Kinds() []*Kind {
	return []*Kind{{"openai", "/v1", &openai}, {"openai-compatible", "/v1", &openai}, {"azure", "", &openai}, {"anthropic", "", &anthropic},
		{"gemini", "", &gemini}, {"vertex", "/v1/projects/p/locations/l", &gemini}, {"bedrock", "", &bedrock}}
}

// Compatible is the kind for tests that need any.
func Compatible() *Kind { return Kinds()[1] }

// Document is a healthy answer.
func (t *Tongue) Document() string { return t.document("Hello there friend", healthy) }

// Events are a healthy stream.
func (t *Tongue) Events() []string { return t.said(healthy, "Hello", " there", " friend") }

// said is a stream of these pieces.
func (t *Tongue) said(n counts, pieces ...string) []string {
	list := t.head(n)
	for _, p := range pieces {
		list = append(list, t.text(p))
	}
	return append(list, t.tail(n)...)
}

// begun are the first events of a stream, with two pieces of text.
func (t *Tongue) begun() []string {
	return append(t.head(healthy), t.text("Hello"), t.text(" there"))
}

// data frames a payload as a server-sent event.
func data(s string) string { return "data: " + s + "\n\n" }

// quoted is a text in JSON, whose bytes stay as they are.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// page is what proxies and load balancers send instead of an answer.
var page = "<!doctype html><html><head><title>Bad gateway</title></head><body><h1>canary-html</h1>" + strings.Repeat("<p>sorry</p>", 50) + "</body></html>"
